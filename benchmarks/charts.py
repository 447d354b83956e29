"""The benchmarks' charts, drawn by Vega as SVG, which documents show without a browser's help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import vl_convert

from intercom_demo.charts import COLOURS, TEXT, Drawing, chart, specification

Points = Sequence[tuple[float, float]]


def shares(title: str, series: Mapping[str, Points]) -> str:
    """The share of the limit over seconds; the dashed line is at 95 %."""
    rows = _rows(series, "second", "share")
    lines = (
        chart(rows)
        .mark_line(clip=True)
        .encode(
            x=alt.X("second:Q", title="seconds since the first request"),
            y=alt.Y(
                "share:Q",
                title=None,
                axis=alt.Axis(format=".0%"),
                scale=alt.Scale(domain=[0, 1.1]),
            ),
            color=_colours(series),
        )
    )
    goal = chart([{"share": 0.95}]).mark_rule(color=TEXT, strokeDash=[4, 4]).encode(y="share:Q")
    return _svg(title, alt.layer(lines, goal))


def growth(title: str, series: Mapping[str, Points], x_name: str) -> str:
    """Seconds against rows, both logarithmic."""
    drawing = (
        chart(_rows(series, "rows", "seconds"))
        .mark_line(point=alt.OverlayMarkDef(size=60))
        .encode(
            x=alt.X("rows:Q", title=x_name, scale=alt.Scale(type="log"), axis=_decades(",")),
            y=alt.Y("seconds:Q", title="seconds", scale=alt.Scale(type="log"), axis=_decades("~g")),
            color=_colours(series),
        )
    )
    return _svg(title, drawing)


def bars(title: str, values: Mapping[str, float], unit: str) -> str:
    """One bar a contestant."""
    rows = [
        {"name": name, "value": value, "label": f"{value:,.0f} {unit}"}
        for name, value in values.items()
    ]
    base = chart(rows).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(grid=False, labelLimit=240)),
        x=alt.X("value:Q", axis=None),
    )
    drawn = base.mark_bar(color=COLOURS[0], height={"band": 0.7})
    numbers = base.mark_text(align="left", dx=6, color=TEXT, fontSize=12).encode(text="label:N")
    return _svg(title, alt.layer(drawn, numbers, height=alt.Step(36)))


def _rows(series: Mapping[str, Points], x: str, y: str) -> list[dict[str, float | str]]:
    return [
        {"series": name, x: across, y: up}
        for name, points in series.items()
        for across, up in points
    ]


def _colours(series: Mapping[str, Points]) -> alt.Color:
    return alt.Color(
        "series:N",
        title=None,
        scale=alt.Scale(domain=list(series), range=list(COLOURS)),
        legend=alt.Legend(orient="right", labelLimit=240),
    )


def _decades(number_format: str) -> alt.Axis:
    """An axis that names the powers of ten alone."""
    power = "log(datum.value) / LN10"
    return alt.Axis(
        format=number_format, labelExpr=f"abs({power} - round({power})) < 0.01 ? datum.label : ''"
    )


def _svg(title: str, drawing: Drawing) -> str:
    drawn = drawing.properties(title=title, width=520, background="white", padding=32)
    specified = specification(drawn)
    # Text is measured here and drawn elsewhere: in a font of these widths, with room for others.
    specified["config"]["font"] = "Liberation Sans, Arial, Helvetica, sans-serif"
    return vl_convert.vegalite_to_svg(specified)
