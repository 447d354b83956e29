"""The demo: check, discover, load, live, load again, verify, ask, report."""

import json
import os
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.syntax import Syntax

from intercom_demo.emulated import TOKEN, EmulatedWorkspace, emulated_workspace
from intercom_demo.pictures import table_with_bars, travelled_table
from intercom_demo.report import Loads, write_report
from intercom_load.connector import Connector, find_connector, suggested_streams
from intercom_load.load import load
from intercom_load.opening import opened
from intercom_load.progress import Progress, StreamResult, summary_table
from intercom_load.spool import private_folder
from intercom_load.warehouse import parse_warehouse

DATABASE = Path("build", "demo.duckdb")
CONFIG = {"credentials": {"auth_type": "access_token", "access_token": TOKEN}, "region": "US"}
EXTRA_STREAMS = (
    "article_statistics",
    "collections",
    "deleted_contacts",
    "deleted_conversations",
    "help_centers",
    "ticket_contacts",
    "ticket_parts",
    "ticket_states",
    "ticket_types",
    "tickets",
)
"""What examples/dbt reads beside the suggested streams."""
STREAMS = (*suggested_streams(), *EXTRA_STREAMS)
QUESTIONS = ("first_reply_by_team", "busiest_tags", "open_conversations_by_plan")

Catalog = dict[str, dict[str, Any]]
"""The streams by name, as the connector describes them."""


class DemoFailed(Exception):
    """A step did not do what it should; the text says which."""


def tell(console: Console, seed: str = "demo", database: Path = DATABASE) -> None:
    """Run the whole demo on the workspace called `seed`; raise DemoFailed at the first failure."""
    _remove_old(console, database)
    console.rule("1  An Intercom workspace, emulated on this machine")
    with emulated_workspace(seed) as workspace:
        console.print(f"It listens at {workspace.url}; the connector is pointed at it by")
        console.print(f"INTERCOM_API_BASE_URL={workspace.url}\n")
        os.environ["INTERCOM_API_BASE_URL"] = workspace.url
        with tempfile.TemporaryDirectory() as folder:
            config_file = Path(folder, "config.json")
            config_file.write_text(json.dumps(CONFIG), encoding="utf-8")
            console.rule("2  What the connector says: check and discover")
            _check(console, config_file)
            catalog = _discover(console, config_file)
        console.rule("3  The first load reads everything")
        asked_before = len(workspace.requests())
        first = _load(console, database)
        asked_by_first = workspace.requests()[asked_before:]
        _verify(console, workspace, catalog, database)
        console.rule("4  Six hours go by in the workspace")
        happened = _live(console, workspace)
        console.rule("5  The second load reads what changed")
        second = _load(console, database)
        asked_by_second = workspace.requests()[asked_before + len(asked_by_first) :]
        _verify(console, workspace, catalog, database)
        loads = Loads(
            first, second, asked_by_first, asked_by_second, workspace.rate_limit(), happened
        )
    _compare(console, loads, catalog)
    console.rule("6  Three questions, answered in SQL")
    _ask(console, database)
    report = database.with_suffix(".html")
    write_report(report, database, loads)
    _say_goodbye(console, database, report)


def _remove_old(console: Console, database: Path) -> None:
    database.parent.mkdir(parents=True, exist_ok=True)
    database.with_suffix(".html").unlink(missing_ok=True)
    if database.exists():
        database.unlink()
        database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
        console.print(f"Removed {database} of an earlier demo.\n")


def _run_connector(command: str, config_file: Path) -> list[dict[str, Any]]:
    """Run one verb of the connector as Airbyte does, and return its messages."""
    done = subprocess.run(  # noqa: S603 - our own connector
        [find_connector(), command, "--config", config_file],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DemoFailed(
            f"`source-intercom {command}` ended with {done.returncode}.\n{done.stderr}"
        )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _check(console: Console, config_file: Path) -> None:
    console.print("[bold]$ source-intercom check --config config.json")
    messages = _run_connector("check", config_file)
    for message in messages:
        if message.get("log", {}).get("message", "").startswith("Connected"):
            console.print(f"  {message['log']['message']}", markup=False)
    statuses = [
        message["connectionStatus"] for message in messages if "connectionStatus" in message
    ]
    if [status["status"] for status in statuses] != ["SUCCEEDED"]:
        raise DemoFailed(f"the connector's check answered {statuses}.")
    console.print("  SUCCEEDED\n")


def _discover(console: Console, config_file: Path) -> Catalog:
    console.print("[bold]$ source-intercom discover --config config.json")
    [catalog] = [
        message["catalog"]
        for message in _run_connector("discover", config_file)
        if "catalog" in message
    ]
    streams = {stream["name"]: stream for stream in catalog["streams"]}
    for name in STREAMS:
        mode = "incremental" if _is_incremental(streams[name]) else "full refresh"
        fields = len(streams[name]["json_schema"]["properties"])
        console.print(f"  {name:<28}{mode:<14}{fields:>3} fields")
    console.print(
        f"  and {len(streams) - len(STREAMS)} more, which are read where they are chosen\n"
    )
    return streams


def _is_incremental(stream: dict[str, Any]) -> bool:
    return "incremental" in stream["supported_sync_modes"]


def _load(console: Console, database: Path) -> list[StreamResult]:
    console.print(f"[bold]$ intercom-load --config config.json --to duckdb:///{database}")
    warehouse = parse_warehouse(f"duckdb:///{database}", table_prefix="intercom_")
    progress = Progress(console)
    with private_folder() as folder, progress, opened(warehouse, folder) as destination:
        results = load(
            Connector(find_connector(), CONFIG, folder, warn=progress.warn),
            destination,
            progress,
            folder,
            streams=STREAMS,
            table_prefix=warehouse.table_prefix,
        )
    console.print(summary_table(results))
    if failed := [f"{result.stream}: {result.error}" for result in results if result.error]:
        raise DemoFailed("the load failed.\n" + "\n".join(failed))
    return results


def _verify(
    console: Console, workspace: EmulatedWorkspace, catalog: Catalog, database: Path
) -> None:
    """Compare every table with the workspace: the same rows, each as of its last change."""
    with duckdb.connect(str(database), read_only=True) as connection:
        for stream in STREAMS:
            keys = [path[0] for path in catalog[stream]["source_defined_primary_key"]]
            is_dated = "updated_at" in catalog[stream]["json_schema"]["properties"]
            expected = workspace.versions(stream, keys, dated=is_dated)
            changed = "updated_at" if is_dated else "NULL"
            table = f"intercom_{stream}"
            rows = connection.sql(
                f"SELECT {', '.join(keys)}, {changed} FROM {table}"  # noqa: S608
            ).fetchall()
            if len(rows) != len(expected) or set(rows) != expected:
                raise DemoFailed(
                    f"{table} does not hold the workspace's rows: {len(rows)} rows, "
                    f"{len(expected - set(rows))} of {len(expected)} missing or out of date."
                )
    console.print(
        f"\nAll {len(STREAMS)} tables hold exactly the workspace's rows, each as of its last "
        "change.\n"
    )


def _live(console: Console, workspace: EmulatedWorkspace) -> dict[str, int]:
    happened = workspace.live(events=120, seconds=6 * 3600)
    rows = sorted(
        ((name.replace("_", " "), times) for name, times in happened.items()),
        key=lambda row: -row[1],
    )
    console.print(table_with_bars(("event", "times"), rows))
    console.print()
    return dict(rows)


def _compare(console: Console, loads: Loads, catalog: Catalog) -> None:
    """Show that only changes travelled; parts come again with each conversation that changed."""
    console.print(
        travelled_table(
            STREAMS,
            [result.rows_read for result in loads.first],
            [result.rows_read for result in loads.second],
        )
    )
    console.print(
        f"\nRequests to Intercom: {len(loads.asked_by_first):,} for the first load, "
        f"{len(loads.asked_by_second):,} for the second.\n"
        "Lists without a cursor are read whole every time.\n"
    )
    for before, after in zip(loads.first, loads.second, strict=True):
        is_new_alone = _is_incremental(catalog[before.stream])
        if is_new_alone and after.rows_read * 4 > before.rows_read:
            raise DemoFailed(
                f"the second load read {after.rows_read:,} rows of {before.stream} again."
            )


def _ask(console: Console, database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        for name in QUESTIONS:
            question, _, sql = (
                files("intercom_demo")
                .joinpath("questions", f"{name}.sql")
                .read_text(encoding="utf-8")
                .removeprefix("-- ")
                .partition("\n")
            )
            console.print(f"\n[bold]{question}")
            console.print(Syntax(sql.strip(), "sql", background_color="default"))
            answer = connection.sql(sql)
            rows = answer.fetchall()
            if not rows:
                raise DemoFailed(f"the question {question!r} got no answer.")
            console.print()
            console.print(table_with_bars(answer.columns, rows))


def _say_goodbye(console: Console, database: Path, report: Path) -> None:
    console.rule("That was it")
    console.print(
        f"""\
The tables are in [bold]{database}[/bold]. Look around in them:

  .venv/bin/python -c "import duckdb; duckdb.connect('{database}').sql('SHOW TABLES').show()"
  duckdb {database}        (if DuckDB's own shell is installed)

With a real workspace: put its access token (Developer Hub > your app > Authentication) into
secrets/config.json, as
  {{"credentials": {{"auth_type": "access_token", "access_token": "…"}}, "region": "US"}}
and run
  .venv/bin/intercom-load --config secrets/config.json --to duckdb:///intercom.duckdb
again and again; every run reads what changed. docs/load.md tells the rest.

[bold]{report}[/bold] shows all of this in charts: open it in a browser.""",
        soft_wrap=True,
    )
