"""The loader with the real connector: DuckDB, PostgreSQL, kills, signals and refusals."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psycopg
import pytest

from integration_tests.loading import CONFIG, load_into
from integration_tests.postgres_server import (
    ENCODED_PASSWORD,
    PASSWORD,
    PostgresServer,
    postgres_server,
)
from integration_tests.syncing import CORE_STREAMS
from intercom_emulator import Emulator
from intercom_load.connector import find_connector, suggested_streams
from intercom_load.errors import LoadError, TryLater
from intercom_load.opening import opened
from intercom_load.warehouse import parse_warehouse
from unit_tests.load.stub_loads import (
    PROPERTIES,
    STUB,
    SUCCEEDED,
    Loads,
    catalog,
    record,
    state,
    status,
    whole,
)

KEYS = dict.fromkeys(CORE_STREAMS, "id") | {"data_attributes": "key"}
COMMIT_BYTES = 50_000
WHOLE_STREAMS = ("admins", "tags", "teams", "segments", "data_attributes")
VERSIONED = ("contacts", "companies", "conversations", "conversation_parts", "articles", "segments")


@pytest.fixture
def emulator(monkeypatch):
    with Emulator(seed="tiny") as running:
        monkeypatch.setenv("INTERCOM_API_BASE_URL", running.url)
        yield running


@pytest.fixture(scope="module")
def postgres():
    with postgres_server() as server:
        yield server


@pytest.fixture
def config_file(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps(CONFIG), encoding="utf-8")
    return file


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
        return sorted((str(row["id"]), at) for row, at in zip(rows, changes, strict=True))
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
            for stream in CORE_STREAMS
        }


def postgres_rows(server, sql):
    with psycopg.connect(server.url(), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def stub_loads(postgres, tmp_path, request):
    """Loads from a stub into a schema of the test's own."""
    schema = request.node.name.partition("[")[0][5:50]
    return Loads(tmp_path, url=postgres.url(), schema=schema)


def intercom_load(*arguments, said=None, environment=None, before=None):
    """The command as its own process, waited for; `said`: what a stub connector says."""
    return subprocess.run(
        command(*arguments, stub=said is not None),
        input=None if said is None else json.dumps(said),
        env={**os.environ, **(environment or {})},
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def command(*arguments, stub=False):
    """The loader's command line; with `stub`, the stub says its config, in small batches."""
    if not stub:
        return [sys.executable, "-m", "intercom_load", *map(str, arguments)]
    script = (
        "import sys, pathlib; from intercom_load import cli, connector, load; "
        f"connector.find_connector = lambda: pathlib.Path({str(STUB)!r}); "
        f"load.load.__kwdefaults__['commit_bytes'] = {COMMIT_BYTES}; cli.main(sys.argv[1:])"
    )
    return [sys.executable, "-c", script, "--config", "-", *map(str, arguments)]


def saying(*read, **said):
    return {"check": [SUCCEEDED], "discover": [catalog()], "read": list(read), **said}


def expected_versions(emulator):
    return {stream: workspace_versions(emulator, stream) for stream in CORE_STREAMS}


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
        **dict.fromkeys(CORE_STREAMS, 0),
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
    file, room = tmp_path / "x.duckdb", tmp_path / "room"
    room.mkdir()
    arguments = command("--config", config_file, "--to", file)
    environment = {**os.environ, "TMPDIR": str(room)}
    with subprocess.Popen(
        arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    ) as run:
        for line in run.stderr:
            if "contacts: done" in line or "conversations: done" in line:
                run.kill()
    with duckdb.connect(str(file)) as connection:
        states = connection.sql("SELECT stream FROM _intercom_loads WHERE state IS NOT NULL")
        known = {stream for (stream,) in states.fetchall()}
        for stream in known.intersection(CORE_STREAMS):
            rows = connection.sql(table_query(stream, f"intercom_{stream}")).fetchall()
            assert sorted(rows) == workspace_versions(emulator, stream)
    assert len(known) < len(suggested_streams())
    assert any("emulator-token" in left.read_text() for left in room.glob("*/config.json"))
    for left in room.iterdir():
        os.utime(left, (0, 0))
    emulator.settings.latency = 0.0

    done = intercom_load("--config", config_file, "--to", file, environment={"TMPDIR": str(room)})

    assert (run.returncode, done.returncode) == (-9, 0)
    assert duckdb_versions(file) == expected_versions(emulator)
    assert list(room.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_at_random_moments_end_it_soon_and_lose_nothing(tmp_path, config_file, number):
    """Exit code 130 within 5 seconds, TMPDIR as it was, and what was committed is gone on from."""
    # What a shell runs in the background ignores Ctrl-C, and would hand that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    file, room = tmp_path / "x.duckdb", tmp_path / "room"
    room.mkdir()
    chance = random.Random(number)
    with Emulator(seed="contacts=4000,conversations=300,parts=3") as emulator:
        emulator.settings.scroll_idle_seconds = 0.0  # else the last load waits for a killed one's
        environment = {"INTERCOM_API_BASE_URL": emulator.url, "TMPDIR": str(room)}
        arguments = command("--config", config_file, "--to", file, "--quiet")
        for _ in range(5):
            with subprocess.Popen(
                arguments, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
            ) as run:
                while not list(room.iterdir()) and run.poll() is None:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 6))
                run.send_signal(number)
                began = time.monotonic()
                errors = run.stderr.read()
                code = run.wait()
            assert time.monotonic() - began < 5
            assert (code, errors[:26]) in [(130, "intercom-load: Interrupted"), (0, "")]
            assert "Traceback" not in errors
            assert list(room.iterdir()) == []

        done = intercom_load(*arguments[3:], environment=environment)

        assert (done.returncode, done.stderr) == (0, "")
        assert duckdb_versions(file) == expected_versions(emulator)


def test_a_signal_while_duckdb_is_imported_is_no_crash(tmp_path, config_file):
    """It aborts the process, and leaves the config behind, where an exception comes meanwhile."""
    room = tmp_path / "room"
    room.mkdir()
    script = (
        "import enum, os, signal, sys\n"
        "make = enum.EnumMeta.__call__\n"
        "def killed(*args, **more):\n"
        "    if '_duckdb' in sys.modules and 'duckdb' in sys.modules:\n"
        "        enum.EnumMeta.__call__ = make\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return make(*args, **more)\n"
        "enum.EnumMeta.__call__ = killed\n"
        "from intercom_load import cli\n"
        "cli.main(sys.argv[1:])\n"
    )
    arguments = ["--config", str(config_file), "--to", str(tmp_path / "x.duckdb")]

    run = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "TMPDIR": str(room)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (run.returncode, run.stderr[:26]) == (130, "intercom-load: Interrupted")
    assert list(room.iterdir()) == []


def test_a_connector_that_does_not_end_is_not_waited_for(tmp_path):
    """It ignores SIGTERM and keeps its pipe full: the loader ends within 5 seconds all the same."""
    endless = saying(
        status("contacts", "STARTED"), record("contacts", "1", phone="x" * 5000), stays=True
    )
    room = tmp_path / "room"
    room.mkdir()
    with subprocess.Popen(
        command("--to", tmp_path / "x.duckdb", "--streams", "contacts", stub=True),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(room)},
    ) as run:
        run.stdin.write(json.dumps(endless))
        run.stdin.close()
        while not list(room.glob("*/contacts-1.jsonl")):
            time.sleep(0.01)
        run.terminate()
        began = time.monotonic()
        errors = run.stderr.read()

    assert time.monotonic() - began < 5
    assert run.returncode == 130
    assert "intercom-load: Interrupted; what was committed is kept" in errors
    assert list(room.iterdir()) == []


def test_a_full_tmpdir_is_one_sentence(postgres):
    """What was committed before stays, with its state; the next load goes on."""
    rows = [record("contacts", str(number), phone="x" * 900) for number in range(200)]
    said = saying(*whole("contacts", *rows, state("contacts", "A")))
    arguments = ("--to", postgres.url(), "--schema", "full_tmpdir", "--streams", "contacts")

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    full = intercom_load(*arguments, "--quiet", said=said, before=little_room)
    again = intercom_load(*arguments, "--quiet", said=said)

    assert full.returncode == 1
    assert full.stderr.count("\n") == 1
    assert "make room there, or set TMPDIR to another folder" in full.stderr
    assert (again.returncode, again.stderr) == (0, "")
    assert postgres_rows(postgres, "SELECT count(*) FROM full_tmpdir.intercom_contacts") == [(200,)]


def test_a_full_target_is_one_sentence(tmp_path):
    """The file stays one that opens, with what was committed before and no state ahead of it."""
    file = tmp_path / "x.duckdb"
    arguments = ("--to", file, "--streams", "contacts", "--quiet")
    read = [status("contacts", "STARTED")]
    for number in range(1, 301):
        read += [record("contacts", str(number), phone="@noise"), state("contacts", str(number))]
    said = saying(*read, status("contacts", "COMPLETE"))

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    full = intercom_load(*arguments, said=said, before=little_room)
    with duckdb.connect(str(file)) as connection:
        [(count, kept)] = connection.sql(
            "SELECT count(*), (SELECT state FROM _intercom_loads) FROM intercom_contacts"
        ).fetchall()
    again = intercom_load(*arguments, said=said)

    assert full.returncode == 1
    assert full.stderr.count("\n") == 1
    assert "make room and run again" in full.stderr
    assert 0 < count < 300
    assert json.loads(kept)["stream"]["stream_state"] == {"updated_at": str(count)}
    assert (again.returncode, again.stderr) == (0, "")


def test_a_folder_that_is_read_only_is_one_sentence(tmp_path):
    """It names the file, and nothing is asked before."""
    tmp_path.chmod(0o555)
    script = (
        "import os, sys, duckdb, rich.live, intercom_load.load, intercom_load.duckdb_file as _, "
        "intercom_load.opening, intercom_load.cli as cli; "
        "os.geteuid() or os.seteuid(65534); cli.main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--config", "-", "--to", f"{tmp_path}/x.duckdb"],
        input="{}",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"{tmp_path}/x.duckdb cannot be opened" in done.stderr


def test_no_password_stands_in_the_list_of_processes(emulator, postgres, config_file):
    """The URL and the config come from the environment; children get neither as an argument."""
    emulator.settings.latency = 0.2
    environment = {
        "INTERCOM_LOAD_CONFIG": str(config_file),
        "INTERCOM_LOAD_TO": postgres.url(),
    }
    listed = set()
    with subprocess.Popen(
        command("--streams", "tags,contacts", "--schema", "unseen", "--quiet"),
        stdout=subprocess.DEVNULL,
        env={**os.environ, **environment},
    ) as run:
        while run.poll() is None:
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    listed.add(process.read_bytes())
                except OSError:
                    continue

    assert run.returncode == 0
    assert any(b"source-intercom" in line and b"read" in line for line in listed)
    secrets = (ENCODED_PASSWORD, PASSWORD, "emulator-token")
    assert not [line for line in listed for secret in secrets if secret.encode() in line]


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
    assert [line.split()[:3] for line in lines[1:3]] == [
        ["intercom_tags", "18", "18"],
        ["intercom_teams", "5", "5"],
    ]
    assert lines[3:] == [f"The tables are in the DuckDB file {tmp_path / 'x.duckdb'}."]


@pytest.mark.usefixtures("emulator")
def test_a_misspelt_setting_is_said(tmp_path, config_file):
    """The connector's warnings reach stderr, those of its check too."""
    config_file.write_text(json.dumps({**CONFIG, "startdate": "2024-01-01"}), encoding="utf-8")

    done = intercom_load(
        "--config", config_file, "--to", tmp_path / "x.duckdb", "--streams", "tags", "--quiet"
    )

    assert done.returncode == 0
    assert "WARN The config has a field that the connector does not know: startdate" in done.stderr


def test_what_is_suggested_is_loaded_unless_told_otherwise():
    """The list comes with the connector, so that an installed wheel has it."""
    assert set(suggested_streams()) >= {"contacts", "conversations"}


def test_postgresql_holds_the_workspace_after_each_load(emulator, postgres):
    """A real server, whose zone is not UTC: all ten tables equal the workspace, twice."""

    def versions():
        return {
            stream: sorted(postgres_rows(postgres, table_query(stream, f"intercom_{stream}")))
            for stream in CORE_STREAMS
        }

    load_into(postgres.url())
    assert versions() == expected_versions(emulator)

    emulator.workspace.live(events=30, seconds=3600)
    emulator.clock.advance(60)
    emulator.workspace.delete("tags", next(emulator.workspace.objects("tags"))["id"])
    read = load_into(postgres.url())

    assert versions() == expected_versions(emulator)
    assert 0 < read["conversation_parts"] < len(workspace_versions(emulator, "conversation_parts"))


def test_postgresql_takes_values_as_they_are(postgres, stub_loads):
    """Types as declared; JSON that can be grouped by; what fits no column is null there."""
    raw = (
        r'{"id":"1","phone":"a\u0000b ✓ \\u0000 \"q\"\n\t","visits":1e30,'
        r'"plan":{"n":1e30,"z":"\u0000"}}'
    )
    stub_loads(
        status("contacts", "STARTED"),
        record("contacts", "007", phone="+442071838750", score=0.12345678901234, plan={"a": None}),
        record("contacts", "2", visits=2**53 + 1, birthday="1815-12-10", plan={"a": None}),
        f'{{"type":"RECORD","record":{{"stream":"contacts","data":{raw},"emitted_at":1}}}}',
        status("contacts", "COMPLETE"),
        streams=["contacts"],
    )

    table = f"{stub_loads.schema}.intercom_contacts"
    rows = postgres_rows(
        postgres, f"SELECT id, phone, visits, score, plan FROM {table} ORDER BY id"
    )
    assert rows == [
        ("007", "+442071838750", None, 0.12345678901234, {"a": None}),
        ("1", 'a\ufffdb ✓ \\u0000 "q"\n\t', None, None, {"n": 10**30, "z": "\ufffd"}),
        ("2", None, 2**53 + 1, None, {"a": None}),
    ]
    assert len(postgres_rows(postgres, f"SELECT DISTINCT plan FROM {table}")) == 2
    assert postgres_rows(postgres, f"SELECT updated_at FROM {table} WHERE id = '2'") == [
        (datetime(2026, 1, 1, tzinfo=UTC),)
    ]
    assert stub_loads.warnings == [
        "WARN contacts: 1 row(s) hold a character that no database takes; it is U+FFFD there.",
        "WARN contacts: 1 value(s) do not fit the column visits, which is null there.",
    ]


def test_postgresql_keeps_what_users_made(postgres, stub_loads):
    """A view, a grant, an index and a comment, through merges, a changed type, a full refresh."""
    schema = stub_loads.schema
    stub_loads(*whole("contacts", record("contacts", "1", visits=5), record("contacts", "2")))
    for statement in (
        f"CREATE VIEW {schema}.busy AS SELECT id, visits FROM {schema}.intercom_contacts",
        f"CREATE INDEX by_visits ON {schema}.intercom_contacts (visits)",
        f"COMMENT ON COLUMN {schema}.intercom_contacts.id IS 'ours'",
        f"GRANT SELECT ON {schema}.intercom_contacts TO PUBLIC",
    ):
        postgres_rows(postgres, statement)
    words = catalog({**PROPERTIES, "visits": {"type": ["null", "string"]}})

    stub_loads(*whole("contacts", record("contacts", "2", visits="often")), discover=[words])
    stub_loads(*whole("contacts", record("contacts", "3")), options={"full_refresh": True})

    table = f"'{schema}.intercom_contacts'::regclass"
    kept = {
        "view": f"SELECT id, visits FROM {schema}.busy",
        "index": f"SELECT indexname FROM pg_indexes WHERE schemaname = '{schema}' "
        "AND tablename = 'intercom_contacts' ORDER BY 1",
        "comment": f"SELECT col_description({table}, 1)",
        "grant": "SELECT grantee FROM information_schema.role_table_grants "
        f"WHERE table_schema = '{schema}' AND grantee = 'PUBLIC'",
        "column": f"SELECT count(visits_text) FROM {schema}.intercom_contacts",
    }
    assert {name: postgres_rows(postgres, sql) for name, sql in kept.items()} == {
        "view": [("3", None)],
        "index": [("by_visits",), ("intercom_contacts_pkey",)],
        "comment": [("ours",)],
        "grant": [("PUBLIC",)],
        "column": [(0,)],
    }


def test_postgresql_commits_rows_and_their_state_together(postgres, stub_loads):
    """A server that ends the connection in the midst of it: neither is there, and exit code 75."""
    schema = stub_loads.schema
    stub_loads(*whole("contacts", record("contacts", "1"), state("contacts", "A")))
    postgres_rows(
        postgres,
        f"CREATE FUNCTION {schema}.die() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END'",
    )
    postgres_rows(
        postgres,
        f"CREATE TRIGGER die BEFORE UPDATE ON {schema}._intercom_loads "
        f"FOR EACH ROW EXECUTE FUNCTION {schema}.die()",
    )

    with pytest.raises(TryLater, match=r"broke off: .*What was committed is kept"):
        stub_loads(*whole("contacts", record("contacts", "2"), state("contacts", "B")))

    assert postgres_rows(postgres, f"SELECT id FROM {schema}.intercom_contacts") == [("1",)]
    [(kept,)] = postgres_rows(postgres, f"SELECT state FROM {schema}._intercom_loads LIMIT 1")
    assert kept["stream"]["stream_state"] == {"updated_at": "A"}


def test_two_loads_do_not_write_to_one_schema_at_a_time(postgres, stub_loads):
    """The second is told who holds it before anything is asked; with --wait it waits."""
    key = f"intercom-load {stub_loads.schema}"
    name = "intercom-load on elsewhere, process 5"
    with psycopg.connect(postgres.url(), application_name=name, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(hashtext(%s))", [key])
        with pytest.raises(TryLater, match=r"\(intercom-load on elsewhere, process 5\)"):
            stub_loads(check=[])

        threading.Timer(1.5, holder.execute, ["SELECT pg_advisory_unlock_all()"]).start()
        warehouse = parse_warehouse(postgres.url(), schema=stub_loads.schema)
        said = []
        with opened(warehouse, stub_loads.spool, wait=60, warn=said.append):
            pass

    assert len(said) == 1


def test_a_role_that_may_create_nothing_is_told_so(postgres):
    """What the loader needs is said before anything is read."""
    postgres_rows(postgres, "CREATE ROLE reader LOGIN PASSWORD 'reader'")
    url = f"postgresql://reader:reader@127.0.0.1:{postgres.port}/postgres"

    with pytest.raises(LoadError, match=r"allows the loader too little: .*permission denied"):
        load_into(url)


def test_a_database_that_refuses_is_named_without_its_password(postgres):
    """Wrong password: place and the server's reason, neither password in the sentence."""
    wrong = PostgresServer(postgres.port, f"{ENCODED_PASSWORD}x")

    with pytest.raises(LoadError, match="password authentication failed") as raised:
        load_into(wrong.url())

    assert f"PostgreSQL database postgres at 127.0.0.1:{postgres.port}" in str(raised.value)
    assert not any(text in str(raised.value) for text in (PASSWORD, ENCODED_PASSWORD))
    assert raised.value.exit_code == 1


def test_a_database_that_is_not_there_may_come_back():
    """Connection refused is told with host and port, and that waiting may help."""
    with pytest.raises(TryLater, match=r"postgres at 127\.0\.0\.1:1 cannot be used: .+refused"):
        load_into(PostgresServer(1).url())


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
