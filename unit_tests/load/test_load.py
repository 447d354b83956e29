"""One load against a connector that says exactly what a test tells it to."""

import io
import json
import re
import warnings
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from intercom_load.errors import LoadError, UsageError
from intercom_load.progress import Progress
from intercom_load.warehouse import parse_warehouse

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PyAirbyte's dependencies, about themselves
    from intercom_load.connector import Connector
    from intercom_load.load import load
    from intercom_load.stream_load import StreamLoad

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

STUB = Path(__file__).with_name("stub_connector.py")
PROPERTIES = {
    "id": {"type": ["null", "string"]},
    "updated_at": {
        "type": ["null", "string"],
        "format": "date-time",
        "airbyte_type": "timestamp_with_timezone",
    },
    "phone": {"type": ["null", "string"]},
    "visits": {"type": ["null", "integer"]},
    "score": {"type": ["null", "number"]},
    "subscribed": {"type": ["null", "boolean"]},
    "plan": {"type": ["null", "object", "string"]},
    "tags": {"type": ["null", "array"]},
}
SUCCEEDED = {"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}}


def stream(name, *, incremental, properties=None):
    return {
        "name": name,
        "json_schema": {"type": "object", "properties": properties or PROPERTIES},
        "supported_sync_modes": ["full_refresh", "incremental"]
        if incremental
        else ["full_refresh"],
        "source_defined_primary_key": [["id"]],
        "default_cursor_field": ["updated_at"] if incremental else [],
    }


def catalog(properties=None):
    return {
        "type": "CATALOG",
        "catalog": {
            "streams": [
                stream("contacts", incremental=True, properties=properties),
                stream("tags", incremental=False),
            ]
        },
    }


def record(name, key, **fields):
    data = {"id": key, "updated_at": "2026-01-01T00:00:00Z", **fields}
    return {
        "type": "RECORD",
        "record": {"stream": name, "emitted_at": 1_790_000_000_000, "data": data},
    }


def state(name, value):
    return {
        "type": "STATE",
        "state": {
            "type": "STREAM",
            "stream": {
                "stream_descriptor": {"name": name},
                "stream_state": {"updated_at": value},
            },
        },
    }


def status(name, word):
    return {
        "type": "TRACE",
        "trace": {
            "type": "STREAM_STATUS",
            "emitted_at": 1,
            "stream_status": {"stream_descriptor": {"name": name}, "status": word},
        },
    }


def error(message, name=None):
    about = {"stream_descriptor": {"name": name}} if name else {}
    return {
        "type": "TRACE",
        "trace": {"type": "ERROR", "emitted_at": 1, "error": {"message": message, **about}},
    }


def whole(name, *records):
    return [status(name, "STARTED"), *records, status(name, "COMPLETE")]


class Loader:
    """A DuckDB file, and loads into it from what the stub says."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "x.duckdb"

    def __call__(self, *read, streams=("contacts", "tags"), url=None, options=None, **said):
        config = {
            "check": [SUCCEEDED],
            "discover": [catalog()],
            "read": list(read),
            "heard": str(self.folder),
            **said,
        }
        results = load(
            Connector(STUB, config),
            parse_warehouse(url or str(self.file), table_prefix="intercom_"),
            Progress(Console(file=io.StringIO()), streams),
            **(options or {}),
        )
        return {result.name: result for result in results}

    def query(self, sql):
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def ids(self, table):
        return [row[0] for row in self.query(f"SELECT id FROM intercom_{table} ORDER BY id")]

    def heard(self, name):
        return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))

    def saved_states(self):
        rows = self.query("SELECT stream_name, state_json FROM _airbyte_state")
        return {
            name: json.loads(text)["stream"]["stream_state"]["updated_at"] for name, text in rows
        }


@pytest.fixture
def loader(tmp_path):
    return Loader(tmp_path)


def test_values_land_as_what_they_are(loader):
    """Timestamps are UTC, nested values JSON, digits in text stay text, null is NULL."""
    loader(
        *whole(
            "contacts",
            record(
                "contacts",
                "007",
                phone="+442071838750",
                visits=2**53 + 1,
                score=0.1,
                subscribed=False,
                plan={"name": "Pro", "seats": None},
                tags=[{"id": "1"}],
            ),
            record("contacts", "1", phone="a\u0000b ✓ \\u0000", plan="Free", updated_at=None),
        )
    )

    names = ", ".join(PROPERTIES)
    first, second = loader.query(f"SELECT {names} FROM intercom_contacts ORDER BY id")
    assert first[:6] == (
        "007",
        datetime(2026, 1, 1),  # noqa: DTZ001 - the column has no zone
        "+442071838750",
        2**53 + 1,
        Decimal("0.1"),
        False,
    )
    assert [json.loads(text) for text in first[6:]] == [
        {"name": "Pro", "seats": None},
        [{"id": "1"}],
    ]
    assert second == ("1", None, "ab ✓ \\u0000", None, None, None, '"Free"', None)


def test_a_record_that_comes_twice_is_one_row_its_latest(loader):
    """Within a batch the latest cursor value wins, else the last to come; later batches win too."""
    loader(
        *whole(
            "contacts",
            record("contacts", "1", phone="newest", updated_at="2026-01-03T00:00:00Z"),
            record("contacts", "1", phone="older", updated_at="2026-01-02T00:00:00Z"),
            record("contacts", "2", phone="first"),
            record("contacts", "2", phone="last"),
            record("contacts", "3", phone="before"),
        )
    )
    loader(*whole("contacts", record("contacts", "3", phone="after")))

    rows = loader.query("SELECT id, phone FROM intercom_contacts ORDER BY id")
    assert rows == [("1", "newest"), ("2", "last"), ("3", "after")]


def test_the_next_load_goes_on_from_the_saved_state(loader):
    """State is kept in the warehouse, only for streams that are read by cursor."""
    tag_state = state("tags", "never")
    loader(
        status("contacts", "STARTED"),
        record("contacts", "1"),
        state("contacts", "A"),
        status("contacts", "COMPLETE"),
        *whole("tags", record("tags", "1"), tag_state),
    )
    loader()

    assert loader.saved_states() == {"contacts": "A"}
    assert [one["stream"]["stream_state"] for one in loader.heard("state")] == [{"updated_at": "A"}]
    modes = {
        one["stream"]["name"]: (one["sync_mode"], one["destination_sync_mode"])
        for one in loader.heard("catalog")["streams"]
    }
    assert modes == {
        "contacts": ("incremental", "append_dedup"),
        "tags": ("full_refresh", "overwrite"),
    }


def test_a_stream_whose_table_was_dropped_begins_anew(loader):
    """State without rows would hide every row that it vouches for."""
    loader(*whole("contacts", record("contacts", "1"), state("contacts", "A")))
    with duckdb.connect(str(loader.file)) as connection:
        connection.sql("DROP TABLE intercom_contacts")

    loader(*whole("contacts", record("contacts", "1")))

    assert loader.heard("state") == []


def test_a_list_that_is_read_whole_replaces_its_rows(loader):
    """What is gone from the workspace goes from the table, down to the last row."""
    loader(*whole("tags", record("tags", "1"), record("tags", "2")))
    loader(*whole("tags", record("tags", "2")))
    assert loader.ids("tags") == ["2"]

    loader(*whole("tags"))
    assert loader.ids("tags") == []


def test_half_a_list_replaces_nothing(loader):
    """A list that failed half way leaves the old rows, says so, and does not stop the others."""
    loader(*whole("tags", record("tags", "1"), record("tags", "2")))

    results = loader(
        status("tags", "STARTED"),
        record("tags", "2"),
        error("The token lacks the permission Read tags.", "tags"),
        status("tags", "INCOMPLETE"),
        *whole("contacts", record("contacts", "1")),
        error("During the sync, the following streams did not sync successfully: tags"),
        exit=1,
    )

    assert loader.ids("tags") == ["1", "2"]
    assert loader.ids("contacts") == ["1"]
    assert results["contacts"].error is None
    assert results["tags"].error == (
        "The token lacks the permission Read tags. "
        "Its table is as it was; run again when this is solved."
    )


@pytest.mark.parametrize("exit_code", [0, 1, 143])
def test_a_connector_that_stops_has_not_finished(loader, exit_code):
    """Whatever its exit code, a stream counts as read when the connector has said so."""
    loader(*whole("tags", record("tags", "1"), record("tags", "2")))

    results = loader(status("tags", "STARTED"), record("tags", "2"), exit=exit_code)

    assert loader.ids("tags") == ["1", "2"]
    assert "the connector stopped" in results["tags"].error


def test_a_cursor_stream_that_fails_keeps_what_its_state_vouches_for(loader):
    """Rows read so far are merged, with the last state; the next load goes on from there."""
    results = loader(
        status("contacts", "STARTED"),
        record("contacts", "1"),
        state("contacts", "A"),
        record("contacts", "2"),
        error("Intercom answered 500 five times", "contacts"),
        status("contacts", "INCOMPLETE"),
        exit=1,
    )

    assert loader.ids("contacts") == ["1", "2"]
    assert loader.saved_states() == {"contacts": "A"}
    assert results["contacts"].error == (
        "Intercom answered 500 five times. What was committed is kept; "
        "run again to go on from there."
    )


def test_long_streams_are_committed_on_the_way(loader, monkeypatch):
    """At checkpoints with enough rows, rows are committed first and the state after them."""
    commits = []
    write, save = StreamLoad._write, StreamLoad._save_state
    monkeypatch.setattr(
        StreamLoad, "_write", lambda self, method: (commits.append("rows"), write(self, method))
    )
    monkeypatch.setattr(
        StreamLoad, "_save_state", lambda self: (commits.append("state"), save(self))
    )

    loader(
        status("contacts", "STARTED"),
        record("contacts", "1"),
        state("contacts", "A"),
        record("contacts", "2"),
        state("contacts", "B"),
        record("contacts", "3"),
        status("contacts", "COMPLETE"),
        streams=["contacts"],
        options={"commit_rows": 2},
    )

    assert commits == ["rows", "state"] * 2
    assert loader.ids("contacts") == ["1", "2", "3"]
    assert loader.saved_states() == {"contacts": "B"}


def test_full_refresh_replaces_cursor_streams_too(loader):
    """It reads without state, removes what is gone, and saves the new state."""
    loader(
        *whole("contacts", record("contacts", "1"), record("contacts", "2"), state("contacts", "A"))
    )
    with duckdb.connect(str(loader.file)) as connection:
        connection.sql("CREATE VIEW people AS FROM intercom_contacts")

    loader(
        *whole("contacts", record("contacts", "2"), state("contacts", "B")),
        options={"full_refresh": True, "commit_rows": 1},
    )

    assert loader.heard("state") == []
    assert loader.ids("contacts") == ["2"]
    assert loader.saved_states() == {"contacts": "B"}
    assert loader.query("SELECT id FROM people") == [("2",)]


def test_full_refresh_that_fails_leaves_rows_and_state(loader):
    """Until the connector has read everything, the old table and its state are what there is."""
    loader(
        *whole("contacts", record("contacts", "1"), record("contacts", "2"), state("contacts", "A"))
    )

    results = loader(
        status("contacts", "STARTED"),
        record("contacts", "2"),
        state("contacts", "B"),
        exit=1,
        options={"full_refresh": True, "commit_rows": 1},
    )

    assert loader.ids("contacts") == ["1", "2"]
    assert loader.saved_states() == {"contacts": "A"}
    assert "Its table is as it was" in results["contacts"].error


def test_a_field_that_is_new_becomes_a_column(loader):
    """Also when its name is a word of SQL."""
    loader(*whole("contacts", record("contacts", "1")))
    loader(
        *whole("contacts", record("contacts", "2", order="x")),
        discover=[catalog({**PROPERTIES, "order": {"type": ["null", "string"]}})],
    )

    rows = loader.query('SELECT id, "order" FROM intercom_contacts ORDER BY id')
    assert rows == [("1", None), ("2", "x")]


def test_what_a_killed_load_left_behind_is_removed(loader):
    """Half-filled tables of PyAirbyte go at the next load; the user's own stay, as like as any."""
    loader(*whole("contacts", record("contacts", "1")))
    own = {"contacts_archive", "contacts_extracted", "contacts_123456789", "contacts_01kb3xa9y"}
    with duckdb.connect(str(loader.file)) as connection:
        connection.sql("CREATE TABLE contacts_01kb3xa9z AS SELECT 1 AS id, '' AS _airbyte_raw_id")
        for name in own:
            connection.sql(f"CREATE TABLE {name} AS SELECT 1 AS id")

    loader()

    tables = {row[0] for row in loader.query("SELECT table_name FROM information_schema.tables")}
    assert "contacts_01kb3xa9z" not in tables
    assert {*own, "intercom_contacts"} <= tables


def test_a_refused_check_is_the_connectors_own_sentence(loader):
    """Without Python's quotes around it, and before the warehouse is touched."""
    refusal = {
        "type": "CONNECTION_STATUS",
        "connectionStatus": {
            "status": "FAILED",
            "message": repr("Intercom doesn't know this token"),
        },
    }

    with pytest.raises(LoadError, match=r"^Intercom doesn't know this token\.$"):
        loader(check=[refusal])

    assert not loader.file.exists()


def test_an_unknown_stream_is_answered_with_the_known_ones(loader):
    """The names come from the connector, so they are right in every version of it."""
    with pytest.raises(UsageError, match="no stream tickets; choose from contacts, tags"):
        loader(streams=["contacts", "tickets"])

    assert not loader.file.exists()


def test_a_file_that_is_something_else_is_left_alone(loader):
    """A warehouse that cannot be used is named before anything is read."""
    loader.file.write_text("something else entirely, long enough to be looked at", encoding="utf-8")

    with pytest.raises(LoadError, match="is not a DuckDB database; name another file"):
        loader()

    assert loader.file.read_text(encoding="utf-8").startswith("something else")


def test_a_folder_that_cannot_be_written_is_named(loader):
    """A path that cannot hold a file is said in one sentence."""
    loader.folder.joinpath("file").touch()

    with pytest.raises(LoadError, match=r"cannot be used: .*Check the URL"):
        loader(url=f"duckdb:///{loader.folder}/file/x.duckdb")


def test_a_warehouse_that_refuses_rows_is_quoted(loader):
    """The sentence has the stream, the database's reason and the remedy; others are loaded."""
    results = loader(
        *whole("contacts", record("contacts", "1", visits="many"), state("contacts", "A")),
        *whole("tags", record("tags", "1")),
        streams=["contacts", "tags"],
    )

    refused = results["contacts"].error
    assert re.search(r"refused rows of contacts: .*Failed to cast", refused)
    assert "drop main.intercom_contacts and run again: it is then read anew." in refused
    assert loader.saved_states() == {}
    assert (results["tags"].error, loader.ids("tags")) == (None, ["1"])


def test_half_a_line_ends_the_load_before_any_state_behind_it(loader):
    """It may have been a record, which no state may vouch for."""
    results = loader(
        status("contacts", "STARTED"),
        record("contacts", "1"),
        state("contacts", "A"),
        '{"type":"RECORD","record":{"stream":"cont',
        state("contacts", "B"),
        status("contacts", "COMPLETE"),
    )

    assert results["contacts"].error
    assert loader.saved_states() == {"contacts": "A"}
