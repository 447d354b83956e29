"""The loader with the real connector: DuckDB, PostgreSQL, kills and refusals."""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psycopg2
import pytest
from rich.console import Console

from integration_tests.postgres_server import (
    ENCODED_PASSWORD,
    PASSWORD,
    PostgresServer,
    postgres_server,
)
from intercom_emulator import Emulator
from intercom_load.cli import STREAMS
from intercom_load.errors import LoadError
from intercom_load.progress import Progress
from intercom_load.warehouse import parse_warehouse

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PyAirbyte's dependencies, about themselves
    from intercom_load.connector import Connector, find_connector
    from intercom_load.load import load

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

STUB = Path(__file__).parents[1] / "unit_tests" / "load" / "stub_connector.py"
CONFIG = {
    "credentials": {"auth_type": "access_token", "access_token": "emulator-token"},
    "region": "US",
}
KEYS = dict.fromkeys(STREAMS, "id") | {"data_attributes": "key"}
WHOLE_STREAMS = ("admins", "tags", "teams", "segments", "data_attributes")
VERSIONED = ("contacts", "companies", "conversations", "conversation_parts", "articles", "segments")


@pytest.fixture
def emulator(monkeypatch):
    with Emulator(seed="tiny") as running:
        monkeypatch.setenv("INTERCOM_API_BASE_URL", running.url)
        yield running


@pytest.fixture(scope="module")
def postgres():
    # Not in pytest's folder: every new session of pytest closes that to other users.
    with tempfile.TemporaryDirectory() as folder, postgres_server(Path(folder)) as server:
        yield server


@pytest.fixture
def config_file(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps(CONFIG), encoding="utf-8")
    return file


def load_into(url, *, streams=STREAMS, schema=None, prefix="intercom_", full_refresh=False):
    """Load in this process; rows read by stream, after making sure that no stream failed."""
    results = load(
        Connector(find_connector(), CONFIG),
        parse_warehouse(url, schema=schema, table_prefix=prefix),
        Progress(Console(file=io.StringIO()), streams),
        full_refresh=full_refresh,
    )
    assert [result.error for result in results if result.error] == []
    return {result.name: result.rows_read for result in results}


def workspace_versions(emulator, stream):
    """Key and last change of each row that the workspace has for the stream, sorted."""
    workspace = emulator.workspace
    if stream == "conversation_parts":
        rows = [
            part
            for conversation in workspace.objects("conversations")
            for part in conversation["conversation_parts"]["conversation_parts"][-500:]
        ]  # Intercom shows no more
    elif stream == "data_attributes":
        kinds = [("conversation", one) for one in workspace.objects("conversation_attributes")]
        kinds += [(one["model"], one) for one in workspace.objects("data_attributes")]
        rows = [
            {"id": f"{model}:{one.get('id') or one['full_name']}"}
            for model, one in kinds
            if not one["archived"]
        ]
    else:
        rows = list(workspace.objects(stream))
    if stream in VERSIONED:
        changes = [datetime.fromtimestamp(row["updated_at"], UTC) for row in rows]
        return sorted(
            (str(row["id"]), at.replace(tzinfo=None)) for row, at in zip(rows, changes, strict=True)
        )
    return sorted((str(row["id"]),) for row in rows)


def table_query(stream, table):
    """SQL for what `workspace_versions` tells."""
    columns = f"{KEYS[stream]}, updated_at" if stream in VERSIONED else KEYS[stream]
    return f"SELECT {columns} FROM {table}"


def duckdb_versions(file, table_of="main.intercom_{}".format):
    """Like `workspace_versions`, for every stream's table in a DuckDB file."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return {
            stream: sorted(connection.sql(table_query(stream, table_of(stream))).fetchall())
            for stream in STREAMS
        }


def postgres_rows(server, sql):
    connection = psycopg2.connect(server.url())
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()
    finally:
        connection.close()


def stub_load(server, *contacts, schema="stub", full_refresh=False):
    """Load these contacts into PostgreSQL from a connector that is only a stub."""
    properties = {
        "id": {"type": "string"},
        "phone": {"type": ["null", "string"]},
        "visits": {"type": ["null", "integer"]},
        "plan": {"type": ["null", "object", "string"]},
        "updated_at": {"type": ["null", "string"], "format": "date-time"},
    }
    stream = {
        "name": "contacts",
        "json_schema": {"properties": properties},
        "supported_sync_modes": ["full_refresh", "incremental"],
        "source_defined_primary_key": [["id"]],
        "default_cursor_field": ["updated_at"],
    }
    complete = {"stream_descriptor": {"name": "contacts"}, "status": "COMPLETE"}
    config = {
        "check": [{"connectionStatus": {"status": "SUCCEEDED"}}],
        "discover": [{"catalog": {"streams": [stream]}}],
        "read": [
            {"type": "RECORD", "record": {"stream": "contacts", "emitted_at": 1, "data": data}}
            for data in ({"updated_at": "2026-01-01T00:00:00Z", **one} for one in contacts)
        ]
        + [{"type": "TRACE", "trace": {"stream_status": complete}}],
    }
    [result] = load(
        Connector(STUB, config),
        parse_warehouse(server.url(), schema=schema),
        Progress(Console(file=io.StringIO()), ["contacts"]),
        full_refresh=full_refresh,
    )
    assert result.error is None


def intercom_load(*arguments):
    """The command as its own process, waited for."""
    return subprocess.run(
        [sys.executable, "-m", "intercom_load", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def expected_versions(emulator):
    return {stream: workspace_versions(emulator, stream) for stream in STREAMS}


def test_duckdb_holds_the_workspace_after_each_load_and_reads_only_changes(emulator, tmp_path):
    """After both loads all ten tables equal the workspace; the second reads what changed."""
    file = tmp_path / "x.duckdb"
    first = load_into(f"duckdb:///{file}")
    assert duckdb_versions(file) == expected_versions(emulator)

    emulator.journal.clear()
    emulator.clock.advance(3600)
    contact = next(emulator.workspace.objects("contacts"))
    emulator.workspace.update("contacts", contact["id"], name="Renamed")
    conversation = emulator.workspace.create_conversation(contact["id"], body="<p>New here</p>")
    emulator.workspace.reply(conversation["id"], body="<p>Welcome</p>", by="admin")
    emulator.clock.advance(60)
    second = load_into(f"duckdb:///{file}")

    new_parts = [
        part
        for part in emulator.workspace.relations("conversation_parts")
        if part["conversation_id"] == conversation["id"]
    ]
    assert duckdb_versions(file) == expected_versions(emulator)
    assert second == {
        **dict.fromkeys(STREAMS, 0),
        **{stream: first[stream] for stream in WHOLE_STREAMS},
        "contacts": 1,
        "conversations": 1,
        "conversation_parts": len(new_parts),
    }
    assert emulator.journal.count("GET /conversations/[0-9]*") == 1


def test_full_refresh_leaves_exactly_the_workspace(emulator, tmp_path):
    """Rows deleted in the workspace go with --full-refresh; schema and prefix are as asked."""
    file = tmp_path / "x.duckdb"
    load_into(f"duckdb:///{file}", schema="support", prefix="ic_")
    contact, company = (
        next(emulator.workspace.objects(name))["id"] for name in ("contacts", "companies")
    )
    emulator.workspace.delete_contact(contact)
    emulator.workspace.delete_company(company)
    emulator.workspace.indexed()
    load_into(f"duckdb:///{file}", schema="support", prefix="ic_", full_refresh=True)

    assert duckdb_versions(file, "support.ic_{}".format) == expected_versions(emulator)


def test_a_kill_in_the_middle_costs_nothing_but_time(emulator, tmp_path, config_file):
    """After SIGKILL no state is ahead of rows, and the next load makes the tables whole."""
    emulator.settings.latency = 0.1
    file = tmp_path / "x.duckdb"
    command = [sys.executable, "-m", "intercom_load", "--config", config_file, "--to", file]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as run:
        for line in run.stderr:
            if "contacts: done" in line or "conversations: done" in line:
                run.kill()
    with duckdb.connect(str(file)) as connection:
        states = dict(
            connection.sql("SELECT stream_name, state_json FROM _airbyte_state").fetchall()
        )
        for stream in states:
            rows = connection.sql(table_query(stream, f"intercom_{stream}")).fetchall()
            assert sorted(rows) == workspace_versions(emulator, stream)
    assert len(states) < 5
    emulator.settings.latency = 0.0

    load_into(f"duckdb:///{file}")

    assert run.returncode == -9
    assert duckdb_versions(file) == expected_versions(emulator)


@pytest.mark.usefixtures("emulator")
def test_a_refused_token_is_one_sentence_without_the_token(tmp_path, config_file):
    """The connector's reason goes to stderr, the exit code is 1, and no file appears."""
    token = "dG9rOm5vdC1hLXRva2VuLWF0LWFsbA=="
    config = {**CONFIG, "credentials": {**CONFIG["credentials"], "access_token": token}}
    config_file.write_text(json.dumps(config), encoding="utf-8")
    file = tmp_path / "x.duckdb"

    done = intercom_load("--config", config_file, "--to", file)

    sentences = [line for line in done.stderr.splitlines() if line.startswith("intercom-load: ")]
    assert done.returncode == 1
    assert len(sentences) == 1
    assert "token" in sentences[0]
    assert token not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not file.exists()


def test_a_renewed_token_is_kept_for_the_next_load(emulator, tmp_path, config_file):
    """A refresh token that works once: the config file gets the new one, as private as it was."""
    emulator.clock.set(time.time())
    emulator.settings.oauth.expires_in = 3600
    emulator.settings.oauth.rotate_refresh_tokens = True
    emulator.tokens.add("first", value="first-token")
    emulator.tokens.add_refresh_token("first-refresh")
    emulator.tokens.expire("first")
    credentials = {
        "auth_type": "oauth2.0",
        "client_id": "emulator-client",
        "client_secret": "emulator-secret",
        "access_token": "first-token",
        "refresh_token": "first-refresh",
    }
    config_file.write_text(json.dumps({"credentials": credentials}), encoding="utf-8")
    config_file.chmod(0o600)
    command = ("--config", config_file, "--to", tmp_path / "x.duckdb", "--streams", "tags")

    assert [intercom_load(*command).returncode for _ in range(2)] == [0, 0]

    saved = json.loads(config_file.read_text(encoding="utf-8"))["credentials"]
    assert emulator.journal.count("POST /auth/eagle/token") == 1
    assert saved["refresh_token"] == "refresh-1"
    assert saved["client_secret"] == "emulator-secret"
    assert config_file.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["config.json", "x.duckdb"]


@pytest.mark.usefixtures("emulator")
def test_the_command_shows_progress_and_a_table(tmp_path, config_file):
    """Lines while it runs on stderr, the table on stdout, nothing else, exit code 0."""
    done = intercom_load(
        "--config", config_file, "--to", tmp_path / "x.duckdb", "--streams", "tags,teams"
    )

    assert done.returncode == 0
    assert "tags: done, 18 rows in" in done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:3]] == [["tags", "18", "18"], ["teams", "5", "5"]]
    assert lines[3:] == [f"The tables are in the DuckDB file {tmp_path / 'x.duckdb'}."]
    assert not any("arning" in line for line in done.stderr.splitlines())


def test_postgresql_holds_the_workspace_after_each_load(emulator, postgres):
    """A real server, whose zone is not UTC: all ten tables equal the workspace, twice."""

    def versions():
        return {
            stream: sorted(postgres_rows(postgres, table_query(stream, f"intercom_{stream}")))
            for stream in STREAMS
        }

    load_into(postgres.url())
    assert versions() == expected_versions(emulator)

    emulator.workspace.live(events=30, seconds=3600)
    emulator.clock.advance(60)
    emulator.workspace.delete("tags", next(emulator.workspace.objects("tags"))["id"])
    read = load_into(postgres.url())

    assert versions() == expected_versions(emulator)
    assert 0 < read["conversation_parts"] < len(workspace_versions(emulator, "conversation_parts"))
    kinds = postgres_rows(
        postgres,
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = 'intercom_contacts' AND column_name IN ('phone', 'created_at', 'tags')",
    )
    assert dict(kinds) == {
        "phone": "character varying",
        "created_at": "timestamp without time zone",
        "tags": "json",
    }


def test_postgresql_takes_values_as_they_are(postgres):
    """Digits in text stay text, null and missing fields are NULL, NUL characters are dropped."""
    stub_load(
        postgres,
        {"id": "007", "phone": "+442071838750", "plan": {"name": "Pro", "seats": None}},
        {"id": "1", "phone": 'a\u0000b ✓ \\u0000 "q"\n\t\\', "plan": "Free", "visits": 2**53 + 1},
        {"id": "1", "phone": None, "plan": None, "updated_at": "2025-12-31T00:00:00Z"},
    )

    rows = postgres_rows(postgres, "SELECT id, phone, visits, plan, updated_at FROM stub.contacts")
    at = datetime(2026, 1, 1)  # noqa: DTZ001 - the column has no zone
    assert sorted(rows, key=lambda row: row[0]) == [
        ("007", "+442071838750", None, {"name": "Pro", "seats": None}, at),
        ("1", 'ab ✓ \\u0000 "q"\n\t\\', 2**53 + 1, "Free", at),
    ]


def test_postgresql_full_refresh_keeps_views(postgres):
    """Rows are exchanged under the views that others have built on a table."""
    stub_load(postgres, {"id": "1"}, {"id": "2"}, schema="viewed")
    connection = psycopg2.connect(postgres.url())
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE VIEW viewed.people AS SELECT id FROM viewed.contacts")
    connection.close()

    stub_load(postgres, {"id": "2"}, {"id": "3"}, schema="viewed", full_refresh=True)

    assert sorted(postgres_rows(postgres, "SELECT id FROM viewed.people")) == [("2",), ("3",)]


def test_two_loads_do_not_write_to_one_schema_at_a_time(postgres):
    """The second would merge into the rows of the first; it is refused in one sentence."""
    connection = psycopg2.connect(postgres.url())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('intercom-load busy'))")
        with pytest.raises(LoadError, match="Another load is writing to schema busy"):
            stub_load(postgres, {"id": "1"}, schema="busy")
    connection.close()

    stub_load(postgres, {"id": "1"}, schema="busy")


def test_a_database_that_refuses_is_named_without_its_password(postgres):
    """Wrong password: place and the server's reason, neither password in the sentence."""
    wrong = PostgresServer(postgres.port, f"{ENCODED_PASSWORD}x")

    with pytest.raises(LoadError, match="password authentication failed") as raised:
        stub_load(wrong, {"id": "1"})

    assert f"PostgreSQL database postgres at 127.0.0.1:{postgres.port}" in str(raised.value)
    assert not any(text in str(raised.value) for text in (PASSWORD, ENCODED_PASSWORD))


def test_a_database_that_is_not_there_is_one_sentence():
    """Connection refused is told with host and port before anything is read."""
    with pytest.raises(LoadError, match=r"postgres at 127\.0\.0\.1:1 cannot be used: .+refused"):
        stub_load(PostgresServer(1), {"id": "1"})


def test_the_connector_is_the_one_of_this_environment(monkeypatch, tmp_path):
    """Beside this Python, else on PATH, else a sentence; never from the network."""
    assert find_connector() == Path(sys.executable).with_name("source-intercom")

    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    elsewhere = tmp_path / "bin" / "source-intercom"
    elsewhere.parent.mkdir()
    elsewhere.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(elsewhere.parent))
    assert find_connector() == elsewhere

    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(LoadError, match="is not installed"):
        find_connector()
