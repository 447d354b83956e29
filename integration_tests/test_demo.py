"""`make demo` from its first line to its last, and what it does when a step goes wrong."""

import io
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
    assert done.stdout.count("All ten tables hold exactly the workspace's rows") == 2
    assert "SUCCEEDED" in done.stdout
    assert "intercom-load --config config.json --to duckdb:///intercom.duckdb" in done.stdout


def test_the_demo_leaves_a_database_that_answers_its_questions(demo):
    """Each question's SQL gives rows, and the demo has shown every one of them."""
    folder, done = demo

    with duckdb.connect(str(folder / "build" / "demo.duckdb"), read_only=True) as connection:
        for name in QUESTIONS:
            sql = ROOT.joinpath("intercom_demo", "questions", f"{name}.sql").read_text("utf-8")
            labels = [row[0] for row in connection.sql(sql).fetchall()]
            assert len(labels) > 2
            assert all(label in done.stdout for label in labels)


class StandIn:
    """A workspace whose every stream has the one row "1"."""

    def versions(self, stream):
        changed = datetime(2026, 1, 1, tzinfo=UTC) if stream == "contacts" else None
        return {("1", changed)}


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "x.duckdb"
    with duckdb.connect(str(file)) as connection:
        for stream in story.STREAMS:
            key = story.PRIMARY_KEYS[stream]
            connection.sql(
                f"CREATE TABLE intercom_{stream} AS "
                f"SELECT '1' AS {key}, TIMESTAMPTZ '2026-01-01 00:00Z' AS updated_at"
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
    story._verify(console, StandIn(), database)
    with duckdb.connect(str(database)) as connection:
        connection.sql(change)

    with pytest.raises(DemoFailed, match="does not hold the workspace's rows"):
        story._verify(console, StandIn(), database)


def test_the_demo_fails_when_the_connector_does(monkeypatch, tmp_path):
    """A verb that ends with an error ends the demo."""
    monkeypatch.setattr(story, "find_connector", lambda: "false")

    with pytest.raises(DemoFailed, match="ended with 1"):
        story._run_connector("check", tmp_path / "config.json")
