"""`make demo` from its first line to its last, and what it does when a step goes wrong."""

import io
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from intercom_demo import story
from intercom_demo.story import QUESTIONS, DemoFailed

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo as users run it, over an old file; what it printed and where it ran."""
    folder = tmp_path_factory.mktemp("demo")
    folder.joinpath("build").mkdir()
    folder.joinpath("build", "demo.duckdb").write_text("of an earlier demo", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "intercom_demo"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    return folder, done


def test_the_demo_ends_well_and_says_where_to_go_on(demo):
    """Exit code 0; the old file is removed aloud; both loads are verified; the last lines help."""
    _, done = demo

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Removed build/demo.duckdb of an earlier demo.")
    assert done.stdout.count("All 33 tables hold exactly the workspace's rows") == 2
    assert "SUCCEEDED" in done.stdout
    assert (
        "intercom-load --config secrets/config.json --to duckdb:///intercom.duckdb" in done.stdout
    )
    assert "build/demo.html" in done.stdout.splitlines()[-1]


def test_the_demo_leaves_a_database_that_answers_its_questions(demo):
    """Each question's SQL gives rows, and the demo has shown every one of them."""
    folder, done = demo

    with duckdb.connect(str(folder / "build" / "demo.duckdb"), read_only=True) as connection:
        for name in QUESTIONS:
            sql = ROOT.joinpath("intercom_demo", "questions", f"{name}.sql").read_text("utf-8")
            labels = [row[0] for row in connection.sql(sql).fetchall()]
            assert len(labels) > 2
            assert all(label in done.stdout for label in labels)


MEASURE = """
<script>
addEventListener("load", () => setTimeout(() => {
  const charts = [...document.querySelectorAll("section svg.marks")].map(svg => {
    const edge = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].filter(
      text => text.textContent && getComputedStyle(text).opacity !== "0");
    const boxes = texts.map(text => text.getBoundingClientRect());
    return {
      texts: texts.length,
      marks: svg.querySelectorAll("[role=graphics-symbol]").length,
      cut: texts.filter((_, i) => boxes[i].right > edge.right + 1 || boxes[i].left < edge.left - 1)
        .map(text => text.textContent),
      smallest: Math.min(...texts.map(text => parseFloat(getComputedStyle(text).fontSize))),
    };
  });
  const {scrollWidth} = document.documentElement;
  parent.postMessage(JSON.stringify({charts, scrollWidth, innerWidth}), "*");
}, 2000));
</script>
"""
FRAME = """
<iframe src="demo.html" width="{width}" height="2000" style="border: 0"></iframe>
<pre></pre>
<script>onmessage = told => {{ document.querySelector("pre").textContent = told.data; }};</script>
"""
"""No window of a browser is as narrow as a phone."""
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@pytest.mark.skipif(BROWSER is None, reason="NO BROWSER HERE: Debian's is `chromium`")
@pytest.mark.parametrize("width", [390, 1280])
def test_the_report_is_legible_in_a_browser(demo, tmp_path, width):
    """Six charts are drawn, on a phone and on a desktop; no text is cut or tiny."""
    folder, _ = demo
    report = (folder / "build" / "demo.html").read_text("utf-8")
    (tmp_path / "demo.html").write_text(report + MEASURE, "utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(width=width), "utf-8")

    done = subprocess.run(
        [
            *(BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--user-data-dir={tmp_path}/profile", "--window-size=1400,2000"),
            *("--virtual-time-budget=20000", "--dump-dom", frame.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    found = json.loads(re.search(r"<pre>(.*?)</pre>", done.stdout)[1])
    assert found["innerWidth"] == width
    assert found["scrollWidth"] <= width
    assert len(found["charts"]) == 6
    for chart in found["charts"]:
        assert chart["texts"] > 5
        assert chart["marks"] > 3
        assert chart["cut"] == []
        assert chart["smallest"] >= 10


def test_the_report_needs_no_network(demo):
    """It refers to nothing outside of itself, may not, and is small enough to be mailed."""
    folder, _ = demo
    page = (folder / "build" / "demo.html").read_text("utf-8")
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)

    assert "default-src 'none'" in page
    assert re.findall(r"<(?:link|img|iframe|script)|(?:src|href|url)[=(]", own) == []
    assert len(page) < 1_200_000


class StandIn:
    """A workspace whose every stream has the one row "1"."""

    def versions(self, stream, keys, *, dated):
        return {(*("1" for _ in keys), datetime(2026, 1, 1, tzinfo=UTC) if dated else None)}


CATALOG = {
    stream: {
        "source_defined_primary_key": [["id"]],
        "json_schema": {"properties": {"updated_at": {}} if stream == "contacts" else {}},
    }
    for stream in story.STREAMS
}


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "x.duckdb"
    with duckdb.connect(str(file)) as connection:
        for stream in story.STREAMS:
            connection.sql(
                f"CREATE TABLE intercom_{stream} AS "
                "SELECT '1' AS id, TIMESTAMPTZ '2026-01-01 00:00Z' AS updated_at"
            )
    return file


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM intercom_tags",
        "INSERT INTO intercom_tags SELECT * FROM intercom_tags",
        "UPDATE intercom_tags SET id = '2'",
        "UPDATE intercom_contacts SET updated_at = TIMESTAMPTZ '2025-01-01 00:00Z'",
    ],
)
def test_the_demo_fails_when_a_table_is_not_the_workspace(database, change):
    """A row missing, doubled, foreign or out of date is found."""
    console = Console(file=io.StringIO())
    story._verify(console, StandIn(), CATALOG, database)
    with duckdb.connect(str(database)) as connection:
        connection.sql(change)

    with pytest.raises(DemoFailed, match="does not hold the workspace's rows"):
        story._verify(console, StandIn(), CATALOG, database)


def test_the_demo_fails_when_the_connector_does(monkeypatch, tmp_path):
    """A verb that ends with an error ends the demo."""
    monkeypatch.setattr(story, "find_connector", lambda: "false")

    with pytest.raises(DemoFailed, match="ended with 1"):
        story._run_connector("check", tmp_path / "config.json")
