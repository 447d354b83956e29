"""The page that the demo leaves: what was loaded and what it says, in charts without a network."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

import altair as alt
import duckdb
import vl_convert

from intercom_demo.charts import BLUE, GRID, ORANGE, TEXT, Drawing, Row, chart, specification
from intercom_load.progress import StreamResult

WINDOW = 10
"""Seconds that Intercom's rate limit is counted in, from one multiple of ten to the next."""
WAITS = {5: "5m", 15: "15m", 30: "30m", 60: "1h", 120: "2h", 240: "4h", 480: "8h"}
"""Up to how many minutes, and what that is called."""


@dataclass(frozen=True)
class Loads:
    """Both loads: results, Unix seconds of requests by Intercom's clock, what lay between them."""

    first: Sequence[StreamResult]
    second: Sequence[StreamResult]
    asked_by_first: Sequence[float]
    asked_by_second: Sequence[float]
    limit: int
    """Requests in `WINDOW` seconds."""
    happened: Mapping[str, int]


@dataclass(frozen=True)
class Section:
    """One chart, a sentence that says what it shows, and its numbers."""

    title: str
    text: str
    drawing: Drawing
    rows: Sequence[Row]


def write_report(path: Path, database: Path, loads: Loads) -> None:
    """Write the page."""
    with duckdb.connect(str(database), read_only=True) as connection:
        sections = [
            _rows_a_stream(loads),
            _conversations(connection),
            _waits(connection),
            _teams(connection),
            _changes(loads),
            _requests(loads),
        ]
    drawings = {
        f"chart-{number}": specification(section.drawing.properties(width="container"))
        for number, section in enumerate(sections)
    }
    page = Template(files("intercom_demo").joinpath("report.html").read_text(encoding="utf-8"))
    text = page.substitute(
        script=vl_convert.javascript_bundle(),  # type: ignore[call-arg]
        database=escape(str(database)),
        figures=_figures(loads),
        sections="\n".join(_html(f"chart-{number}", each) for number, each in enumerate(sections)),
        charts=json.dumps(drawings).replace("</", "<\\/"),
    )
    path.write_text(text, encoding="utf-8")


def _rows_a_stream(loads: Loads) -> Section:
    ordered = sorted(loads.second, key=lambda each: -(each.rows_in_table or 0))
    rows = [{"stream": each.stream, "rows": each.rows_in_table or 0} for each in ordered]
    return Section(
        "Rows in each table",
        "After both loads. The scale grows by tenfold steps.",
        _bars(rows, "stream", "rows", symlog=True),
        rows,
    )


def _conversations(connection: duckdb.DuckDBPyConnection) -> Section:
    rows = _query(
        connection,
        """
        SELECT strftime(created_at AT TIME ZONE 'UTC', '%Y-%m') AS month,
            CASE WHEN open THEN 'still open' ELSE 'closed' END AS state,
            count(*) AS conversations
        FROM intercom_conversations
        GROUP BY ALL
        ORDER BY ALL
        """,
    )
    drawing = (
        chart(rows)
        .mark_bar()
        .encode(
            x=alt.X(
                "utcyearmonth(month):T",
                title=None,
                axis=alt.Axis(format="%b %Y", grid=False, labelFlush=True),
                scale=alt.Scale(type="utc"),
            ),
            y=alt.Y("conversations:Q", title="conversations begun"),
            color=alt.Color(
                "state:N",
                title=None,
                scale=alt.Scale(domain=["closed", "still open"], range=[BLUE, ORANGE]),
            ),
            tooltip=["month:N", "state:N", "conversations:Q"],
        )
        .properties(height=240)
    )
    return Section("Conversations over time", "By the month in which they began.", drawing, rows)


def _waits(connection: duckdb.DuckDBPyConnection) -> Section:
    steps = " ".join(f"WHEN seconds <= {minutes * 60} THEN {minutes}" for minutes in WAITS)
    counted = dict(
        connection.sql(f"""
            SELECT CASE {steps} END AS up_to, count(*)
            FROM (
                SELECT (statistics ->> 'time_to_admin_reply')::BIGINT AS seconds
                FROM intercom_conversations
            )
            WHERE seconds IS NOT NULL
            GROUP BY up_to
        """).fetchall()  # noqa: S608 - numbers from above
    )
    rows = [
        {"answered within": name, "conversations": counted.get(minutes, 0)}
        for minutes, name in (*WAITS.items(), (None, "more"))
    ]
    drawing = _columns(rows, "answered within", "conversations")
    text = "Conversations by the time until a teammate's first answer; each counts once."
    return Section("How long customers wait for an answer", text, drawing, rows)


def _teams(connection: duckdb.DuckDBPyConnection) -> Section:
    rows = _query(
        connection,
        """
        SELECT teams.name AS team, round(median(
            (statistics ->> 'time_to_admin_reply')::BIGINT) / 60, 1
        ) AS "minutes (median)"
        FROM intercom_conversations AS conversations
        JOIN intercom_teams AS teams ON teams.id = conversations.team_assignee_id
        GROUP BY team
        ORDER BY 2
        """,
    )
    return Section(
        "First answer by team",
        "Minutes until half of a team's conversations had an answer.",
        _bars(rows, "team", "minutes (median)"),
        rows,
    )


def _changes(loads: Loads) -> Section:
    rows = [
        {
            "stream": after.stream,
            "rows": after.rows_read,
            "first load": before.rows_read,
            "read": f"{after.rows_read:,} of {before.rows_read:,}",
        }
        for before, after in sorted(
            zip(loads.first, loads.second, strict=True), key=lambda pair: -pair[1].rows_read
        )
        if after.rows_read < before.rows_read
    ]
    events = sum(loads.happened.values())
    return Section(
        "What the second load read",
        f"{events} events in six hours: a small part of the streams that are read by their "
        "changes. Messages come again with each conversation that changed.",
        _bars(rows, "stream", "rows", label="read"),
        [
            {"stream": row["stream"], "second load": row["rows"], "first load": row["first load"]}
            for row in rows
        ],
    )


def _requests(loads: Loads) -> Section:
    asked = {"first load": loads.asked_by_first, "second load": loads.asked_by_second}
    rows = [
        {"load": name, "second": second, "requests": requests, "share": requests / loads.limit}
        for name, moments in asked.items()
        for second, requests in _by_window(moments).items()
    ]
    shares = (
        chart(rows)
        .mark_bar()
        .encode(
            x=alt.X(
                "second:O",
                title="seconds since the load's first request",
                axis=alt.Axis(labelAngle=0, grid=False),
            ),
            xOffset=alt.XOffset("load:N"),
            y=alt.Y(
                "share:Q",
                title=f"share of {loads.limit:,} requests",
                axis=alt.Axis(format=".0%"),
                scale=alt.Scale(domain=[0, 1.05]),
            ),
            color=alt.Color(
                "load:N", scale=alt.Scale(domain=list(asked), range=[BLUE, ORANGE]), title=None
            ),
            tooltip=["load:N", "second:O", "requests:Q", alt.Tooltip("share:Q", format=".0%")],
        )
    )
    limit = chart([{"share": 1}]).mark_rule(color=TEXT, strokeDash=[4, 4]).encode(y="share:Q")
    return Section(
        "How much of the rate limit was used",
        f"Intercom counts requests in windows of {WINDOW} seconds. The dashed line is its limit, "
        "under which the connector stays by itself.",
        alt.layer(shares, limit, height=240),
        [{**row, "share": f"{row['share']:.0%}"} for row in rows],
    )


def _by_window(moments: Sequence[float]) -> dict[int, int]:
    """How many requests were answered in each window, by the second of the load it began at."""
    first, last = (int(edge(moments, default=0.0) // WINDOW) for edge in (min, max))
    counts = Counter(int(moment // WINDOW) for moment in moments)
    return {(number - first) * WINDOW: counts[number] for number in range(first, last + 1)}


def _bars(
    rows: Sequence[Row], name: str, value: str, *, label: str = "", symlog: bool = False
) -> Drawing:
    """A bar a row, longest first, with its number behind it."""
    longest = max((float(row[value]) for row in rows), default=1.0)
    scale = (
        alt.Scale(type="symlog", domain=[0, longest * 60])
        if symlog
        else alt.Scale(domain=[0, longest * (3.2 if label else 1.5)])
    )
    base = chart(rows).encode(
        y=alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(grid=False, labelLimit=170)),
        x=alt.X(f"{_escaped(value)}:Q", title=None, axis=None, scale=scale),
        tooltip=[alt.Tooltip(f"{_escaped(each)}:N", title=each) for each in rows[0]],
    )
    text = alt.Text(f"{label}:N") if label else alt.Text(f"{_escaped(value)}:Q", format=",")
    numbers = base.mark_text(align="left", dx=5, color=TEXT, fontSize=12).encode(text=text)
    bars = base.mark_bar(color=BLUE, height={"band": 0.75})
    return alt.layer(bars, numbers, height=alt.Step(22))


def _columns(rows: Sequence[Row], name: str, value: str) -> Drawing:
    """A column a row, in their order, with its number above."""
    base = chart(rows).encode(
        x=alt.X(f"{name}:N", sort=None, axis=alt.Axis(labelAngle=0, grid=False)),
        y=alt.Y(f"{value}:Q", axis=alt.Axis(gridColor=GRID)),
    )
    numbers = base.mark_text(dy=-8, color=TEXT, fontSize=12).encode(
        text=alt.Text(f"{value}:Q", format=",")
    )
    return alt.layer(base.mark_bar(color=BLUE), numbers, height=240)


def _escaped(name: str) -> str:
    """A column's name where Vega would take it for an expression."""
    return name.replace("(", "\\(").replace(")", "\\)")


def _query(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, object]]:
    found = connection.sql(sql)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def _figures(loads: Loads) -> str:
    told = {
        "rows in the tables": f"{sum(each.rows_in_table or 0 for each in loads.second):,}",
        "tables": str(len(loads.second)),
        "requests, first load": f"{len(loads.asked_by_first):,}",
        "requests, second load": f"{len(loads.asked_by_second):,}",
    }
    return "".join(f"<div><b>{value}</b>{name}</div>" for name, value in told.items())


def _html(name: str, section: Section) -> str:
    heads = "".join(f"<th>{escape(each)}</th>" for each in section.rows[0])
    lines = "".join(
        "<tr>" + "".join(f"<td>{_cell(each)}</td>" for each in row.values()) + "</tr>"
        for row in section.rows
    )
    return f"""<section>
<h2>{escape(section.title)}</h2>
<p>{escape(section.text)}</p>
<div id="{name}" role="img" aria-label="{escape(section.title)}"></div>
<details><summary>The numbers</summary>
<div class="scroll"><table><tr>{heads}</tr>{lines}</table></div></details>
</section>"""


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else escape(str(value))
