"""One load against a connector that says exactly what a test tells it to."""

import json
import re
from datetime import UTC, date, datetime

import duckdb
import pytest

from intercom_load.columns import Column, placed
from intercom_load.duckdb_file import DuckDBFile
from intercom_load.errors import LoadError, TryLater, UsageError
from intercom_load.sql_destination import SqlDestination
from unit_tests.load.stub_loads import (
    PROPERTIES,
    SUCCEEDED,
    Loads,
    catalog,
    error,
    estimate,
    log,
    record,
    state,
    status,
    stream,
    whole,
)

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def loader(tmp_path):
    return Loads(tmp_path)


def test_values_land_as_what_they_are(loader):
    """Times carry their zone, nested values are JSON, digits in text stay text, null is NULL."""
    loader(
        *whole(
            "contacts",
            record(
                "contacts",
                "007",
                phone="+442071838750",
                visits=2**53 + 1,
                score=0.12345678901234,
                subscribed=False,
                birthday="1815-12-10",
                plan={"name": "Pro", "seats": None, "big": 2**70, "é": "✓ \U0001f600"},
                tags=[{"id": "1"}],
            ),
            record("contacts", "1", phone=' "q"\n\t\\\\u0000 ✓', updated_at=None, score=1e30),
        )
    )

    names = ", ".join(PROPERTIES)
    first, second = loader.query(f"SELECT {names} FROM intercom_contacts ORDER BY id")
    assert first[:7] == (
        "007",
        NEW_YEAR,
        "+442071838750",
        2**53 + 1,
        0.12345678901234,
        False,
        date(1815, 12, 10),
    )
    assert [json.loads(text) for text in first[7:]] == [
        {"name": "Pro", "seats": None, "big": 2**70, "é": "✓ \U0001f600"},
        [{"id": "1"}],
    ]
    assert second == ("1", None, ' "q"\n\t\\\\u0000 ✓', None, 1e30, None, None, None, None)
    assert loader.warnings == []


def test_a_time_is_the_same_wherever_it_is_asked_for(loader):
    """The zone of a session moves how a time is shown, and never which rows a filter finds."""
    loader(*whole("contacts", record("contacts", "1")))

    with duckdb.connect(str(loader.file)) as connection:
        for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
            connection.sql(f"SET TimeZone = '{zone}'")
            query = "FROM intercom_contacts WHERE updated_at = TIMESTAMPTZ '2026-01-01 00:00:00Z'"
            assert len(connection.sql(query).fetchall()) == 1


@pytest.mark.parametrize("misfit", ["1e30", "9223372036854775808", '"many"', "1.5e400"])
def test_a_value_that_fits_no_column_is_null_there_and_whole_in_its_object(loader, misfit):
    """It stops no stream, costs no other value, and is said once."""
    row = f'{{"id":"1","visits":{misfit},"phone":"5","plan":{{"visits":{misfit}}}}}'
    line = f'{{"type":"RECORD","record":{{"stream":"contacts","data":{row},"emitted_at":1}}}}'

    results = loader(
        status("contacts", "STARTED"),
        line,
        record("contacts", "2", visits=7),
        status("contacts", "COMPLETE"),
        streams=["contacts"],
    )

    rows = loader.query("SELECT id, visits, phone, plan FROM intercom_contacts ORDER BY id")
    assert [row[:3] for row in rows] == [("1", None, "5"), ("2", 7, None)]
    assert json.loads(rows[0][3])["visits"] in (json.loads(misfit), misfit)
    assert results["contacts"].error is None
    assert loader.warnings == [
        "WARN contacts: 1 value(s) do not fit the column visits, which is null there."
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("score", "1e400"),
        ("score", '"high"'),
        ("subscribed", '"perhaps"'),
        ("birthday", '"in May"'),
        ("updated_at", '"never"'),
        ("updated_at", "1700000000"),
    ],
)
def test_each_kind_of_column_refuses_what_it_cannot_hold(loader, column, value):
    """Infinity, too, which a column of numbers could hold and no analyst expects."""
    data = f'{{"id":"1","{column}":{value}}}'
    line = f'{{"type":"RECORD","record":{{"stream":"contacts","data":{data},"emitted_at":1}}}}'

    loader(*whole("contacts", line), streams=["contacts"])

    assert loader.query(f"SELECT id, {column} FROM intercom_contacts") == [("1", None)]
    assert len(loader.warnings) == 1


def test_characters_that_no_database_takes_are_replaced(loader):
    """NUL and half a pair of surrogates become U+FFFD, alone and in objects; whole pairs stay."""
    data = r'{"id":"1","phone":"a\u0000b\ud83d\ude00\ud800c\\\\u0000","plan":{"x":"\uDC00"}}'
    line = f'{{"type":"RECORD","record":{{"stream":"contacts","data":{data},"emitted_at":1}}}}'

    loader(*whole("contacts", line, line), streams=["contacts"])

    [(phone, plan)] = loader.query("SELECT phone, plan FROM intercom_contacts")
    assert phone == "a\ufffdb\U0001f600\ufffdc\\\\u0000"
    assert json.loads(plan) == {"x": "\ufffd"}
    assert loader.warnings == [
        "WARN contacts: 2 row(s) hold a character that no database takes; it is U+FFFD there."
    ]


def test_a_record_that_comes_twice_is_one_row_its_last(loader):
    """Whatever its cursor says, and whether it comes within a batch or in a later one."""
    loader(
        *whole(
            "contacts",
            record("contacts", "1", phone="first", updated_at="2026-01-03T00:00:00Z"),
            record("contacts", "1", phone="last", updated_at="2026-01-02T00:00:00Z"),
            record("contacts", "3", phone="before"),
        )
    )
    loader(*whole("contacts", record("contacts", "3", phone="after")))

    rows = loader.query("SELECT id, phone FROM intercom_contacts ORDER BY id")
    assert rows == [("1", "last"), ("3", "after")]


def test_the_last_of_many_rows_is_kept(loader):
    """In the order in which they came, however many threads read them."""
    rows = [record("contacts", str(n % 7), visits=n, phone="x" * 900) for n in range(12_000)]

    loader(*whole("contacts", *rows), streams=["contacts"])

    found = loader.query("SELECT visits FROM intercom_contacts ORDER BY visits")
    assert found == [(n,) for n in range(11_993, 12_000)]


def test_a_key_of_several_columns_is_a_key(loader):
    """A contact has many tags, and a tag many contacts; the table's primary key says so."""
    pair = {
        "contact_id": {"type": "string"},
        "tag_id": {"type": "string"},
        "n": {"type": "integer"},
    }
    keys = ("contact_id", "tag_id")
    known = catalog(None, stream("contact_tags", incremental=True, properties=pair, keys=keys))

    def row(contact, tag, n):
        data = {"contact_id": contact, "tag_id": tag, "n": n}
        return {
            "type": "RECORD",
            "record": {"stream": "contact_tags", "data": data, "emitted_at": 1},
        }

    for n in (1, 2):
        rows = [row("1", "1", n), row("1", "2", n), row("2", "1", n), row("2", "1", n + 1)]
        loader(*whole("contact_tags", *rows[n - 1 :]), streams=["contact_tags"], discover=[known])

    found = loader.query("SELECT contact_id, tag_id, n FROM intercom_contact_tags ORDER BY ALL")
    assert found == [("1", "1", 1), ("1", "2", 2), ("2", "1", 3)]
    [(columns,)] = loader.query(
        "SELECT constraint_column_names FROM duckdb_constraints() "
        "WHERE table_name = 'intercom_contact_tags' AND constraint_type = 'PRIMARY KEY'"
    )
    assert columns == list(keys)


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
    loader(streams=["contacts", "tags"])

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


def test_the_state_that_comes_behind_the_end_of_a_stream_is_kept(loader):
    """The connector says its last state when it has already said that the stream is complete."""
    loader(*whole("contacts", record("contacts", "1"), state("contacts", "A")))
    loader(*whole("contacts"), state("contacts", "B"))

    assert loader.saved_states() == {"contacts": "B"}


def test_rows_behind_the_end_of_a_stream_are_not_lost(loader):
    """A reading that feeds several streams may say the end of one before its last rows."""
    loader(
        *whole("contacts", record("contacts", "1")),
        record("contacts", "2"),
        state("contacts", "A"),
        *whole("tags", record("tags", "1")),
        record("tags", "2"),
    )

    assert (loader.ids("contacts"), loader.ids("tags")) == (["1", "2"], ["1", "2"])
    assert loader.saved_states() == {"contacts": "A"}


def test_a_stream_whose_table_was_dropped_begins_anew(loader):
    """State without rows would hide every row that it vouches for."""
    loader(*whole("contacts", record("contacts", "1"), state("contacts", "A")))
    loader.sql("DROP TABLE intercom_contacts")

    loader(*whole("contacts", record("contacts", "1")))

    assert loader.heard("state") == []
    assert loader.saved_states() == {}


def test_one_stream_is_reset_by_its_state(loader):
    """As docs/load.md tells: without a state, the stream is read anew."""
    loader(*whole("contacts", record("contacts", "1"), state("contacts", "A")))
    loader.sql("UPDATE _intercom_loads SET state = NULL WHERE stream = 'contacts'")

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
    assert "The connector stopped" in results["tags"].error


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
    """At checkpoints with enough rows, each time with the state that vouches for them."""
    batches = []
    write = SqlDestination.write
    monkeypatch.setattr(
        SqlDestination, "write", lambda self, batch: (batches.append(batch), write(self, batch))[1]
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
        options={"commit_bytes": 1},
    )

    states = [json.loads(batch.state)["stream"]["stream_state"]["updated_at"] for batch in batches]
    assert states == ["A", "B", "B"]
    assert [len(batch.files) for batch in batches] == [1, 1, 1]
    assert loader.ids("contacts") == ["1", "2", "3"]
    assert loader.saved_states() == {"contacts": "B"}


def test_rows_and_their_state_are_committed_together_or_not_at_all(loader, monkeypatch):
    """Where the state can't be written, the rows are not there either."""
    loader(*whole("contacts", record("contacts", "1"), state("contacts", "A")))

    def fails(*_arguments):
        raise duckdb.ConstraintException("no state today")

    monkeypatch.setattr(SqlDestination, "_vouch", fails)
    results = loader(*whole("contacts", record("contacts", "2"), state("contacts", "B")))

    assert loader.ids("contacts") == ["1"]
    assert loader.saved_states() == {"contacts": "A"}
    assert "no state today" in results["contacts"].error


def test_full_refresh_replaces_cursor_streams_too(loader):
    """It reads without state, removes what is gone, and saves the new state."""
    loader(
        *whole("contacts", record("contacts", "1"), record("contacts", "2"), state("contacts", "A"))
    )
    loader.sql("CREATE VIEW people AS FROM intercom_contacts")

    loader(
        *whole("contacts", record("contacts", "2"), state("contacts", "B")),
        options={"full_refresh": True, "commit_bytes": 1},
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
        options={"full_refresh": True, "commit_bytes": 1},
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


def test_a_field_of_another_type_gets_a_column_of_its_own(loader):
    """The old column stays with its values, and so does the view that was built on it."""
    loader(*whole("contacts", record("contacts", "1", visits=5)))
    loader.sql("CREATE VIEW busy AS SELECT id, visits FROM intercom_contacts")
    words = {**PROPERTIES, "visits": {"type": ["null", "string"]}}

    loader(*whole("contacts", record("contacts", "2", visits="often")), discover=[catalog(words)])
    loader(*whole("contacts", record("contacts", "3", visits=6)))

    rows = loader.query("SELECT id, visits, visits_text FROM intercom_contacts ORDER BY id")
    assert rows == [("1", 5, None), ("2", None, "often"), ("3", 6, None)]
    assert loader.query("FROM busy ORDER BY id") == [("1", 5), ("2", None), ("3", 6)]


def test_what_users_made_of_a_table_survives_every_load(loader):
    """Comments, views and indexes, through merges, new columns and a full refresh."""
    loader(*whole("contacts", record("contacts", "1", visits=5)), *whole("tags"))
    loader.sql("COMMENT ON COLUMN intercom_contacts.id IS 'ours'")
    loader.sql("COMMENT ON TABLE intercom_contacts IS 'people'")
    loader.sql("CREATE INDEX by_visits ON intercom_contacts (visits)")
    loader.sql("CREATE VIEW busy AS FROM intercom_contacts WHERE visits > 3")
    more = catalog({**PROPERTIES, "order": {"type": ["null", "string"], "description": "Its."}})

    for options in ({}, {"full_refresh": True}):
        row = record("contacts", "1", visits=6, order="x")
        loader(*whole("contacts", row), *whole("tags"), discover=[more], options=options)

    comments = dict(
        loader.query(
            "SELECT column_name, comment FROM duckdb_columns() "
            "WHERE table_name = 'intercom_contacts' AND comment IS NOT NULL"
        )
    )
    assert comments == {"id": "ours", "order": "Its."}
    assert loader.query("SELECT comment FROM duckdb_tables() WHERE comment IS NOT NULL")
    assert loader.query("SELECT index_name FROM duckdb_indexes()") == [("by_visits",)]
    assert loader.query("SELECT id, visits FROM busy") == [("1", 6)]


def test_tables_and_columns_are_described(loader):
    """With the descriptions of the catalog, where a catalog of the database shows them."""
    loader(*whole("contacts"))

    comments = loader.query(
        "SELECT column_name, comment FROM duckdb_columns() "
        "WHERE table_name = 'intercom_contacts' AND comment IS NOT NULL"
    )
    assert comments == [("id", "Which contact it is.")]


def test_each_table_tells_when_it_was_loaded_and_as_of_when(loader):
    """Intercom's clock where a state has it, else the time at which reading began; rows in all."""
    before = datetime.now(UTC)
    loader(
        *whole("contacts", record("contacts", "1"), state("contacts", "2026-01-02T03:04:05Z")),
        *whole("tags", record("tags", "1"), record("tags", "2")),
    )
    loader(status("contacts", "STARTED"), record("contacts", "9"), streams=["contacts"])

    rows = loader.query(
        "SELECT table_name, stream, rows, read_until, loaded_at FROM _intercom_loads ORDER BY ALL"
    )
    assert [row[:4] for row in rows] == [
        ("intercom_contacts", "contacts", 1, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("intercom_tags", "tags", 2, datetime.fromtimestamp(1_790_000_000, UTC)),
    ]
    assert all(before < row[4] < datetime.now(UTC) for row in rows)


@pytest.mark.parametrize(
    ("config", "rows", "counted", "remark"),
    [
        ({}, 2, 2, None),
        ({}, 2, 1, r"1 rows of the table are no longer counted .* --full-refresh removes them"),
        ({"start_date": "2025-01-01T00:00:00Z"}, 1, 4, r"counts 3 rows more; .*2025-01-01"),
        ({}, 1, 4, "counts 3 rows more than it shows"),
    ],
)
def test_what_intercom_counts_is_shown_and_a_difference_explained(
    loader, config, rows, counted, remark
):
    """Rows deleted since, rows before start_date, and what can't be explained."""
    records = [record("contacts", str(number)) for number in range(rows)]

    results = loader(
        estimate("contacts", counted), *whole("contacts", *records), streams=["contacts"], **config
    )

    assert results["contacts"].rows_in_intercom == counted
    if remark is None:
        assert results["contacts"].remark is None
    else:
        assert re.search(remark, results["contacts"].remark)


def test_warnings_of_the_connector_are_passed_on(loader):
    """Each WARN and ERROR, of check, discover and read, by its first line; nothing else."""
    loader(
        log("INFO", "Connected."),
        log("ERROR", "Worse\nTraceback …"),
        *whole("contacts"),
        check=[log("WARN", "unknown field startdate"), SUCCEEDED],
        discover=[log("WARN", "no columns"), catalog()],
        streams=["contacts"],
    )

    assert loader.warnings == ["WARN unknown field startdate", "WARN no columns", "ERROR Worse"]


@pytest.mark.parametrize(
    ("failure_type", "kind"), [("transient_error", TryLater), ("config_error", LoadError)]
)
def test_what_may_pass_and_what_must_be_changed_are_told_apart(loader, failure_type, kind):
    """By the failure type of the connector's errors: of a stream, of discovery, of a check."""
    said = error("Intercom fails", "contacts", failure_type)
    failed = {"type": "CONNECTION_STATUS", "connectionStatus": {"status": "FAILED", "message": "x"}}

    results = loader(status("contacts", "STARTED"), said, status("contacts", "INCOMPLETE"))

    assert results["contacts"].exit_code == kind.exit_code
    for answers in ({"check": [said, failed]}, {"discover": [said]}):
        with pytest.raises(LoadError) as raised:
            loader(**answers)
        assert raised.value.exit_code == kind.exit_code


def test_an_error_behind_the_end_of_its_stream_is_its_reason(loader):
    """The connector may say why only when it has said that the stream is INCOMPLETE."""
    results = loader(
        status("contacts", "STARTED"),
        status("contacts", "INCOMPLETE"),
        error("Intercom hung up", "contacts"),
        streams=["contacts"],
    )

    assert results["contacts"].error.startswith("Intercom hung up")


def test_a_connector_that_breaks_is_quoted(loader):
    """Where it ends without a message, the last line of its stderr is the best there is."""
    with pytest.raises(LoadError, match=r"without an answer to check; .*: TypeError"):
        loader(check=5)


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
    """A warehouse that cannot be used is named before anything is asked."""
    loader.file.write_text("something else entirely, long enough to be looked at", encoding="utf-8")

    with pytest.raises(LoadError, match="is not a DuckDB database: name another file"):
        loader(check=[])

    assert loader.file.read_text(encoding="utf-8").startswith("something else")


def test_a_folder_that_cannot_hold_a_file_is_named(loader):
    """A path that cannot hold a file is said in one sentence."""
    loader.folder.joinpath("file").touch()
    loader.url = f"duckdb:///{loader.folder}/file/x.duckdb"

    with pytest.raises(LoadError, match=r"cannot be opened: .*Check the path"):
        loader()


def test_tables_of_others_are_refused_with_the_remedy(loader):
    """Those of an earlier version, whose columns have other types, and those that users made."""
    loader.sql("CREATE TABLE intercom_contacts (id VARCHAR, _airbyte_raw_id VARCHAR)")

    with pytest.raises(LoadError, match=r'"main"."intercom_contacts".*--schema or --table-prefix'):
        loader(*whole("contacts", record("contacts", "1")))

    assert loader.ids("contacts") == []


def test_a_stream_that_the_warehouse_refuses_does_not_stop_the_others(loader):
    """The sentence has the stream and the database's reason; later rows of it are left out."""
    results = loader(
        status("contacts", "STARTED"),
        record("contacts", None),
        state("contacts", "A"),
        record("contacts", "2"),
        state("contacts", "B"),
        status("contacts", "COMPLETE"),
        *whole("tags", record("tags", "1")),
        options={"commit_bytes": 1},
    )

    assert re.search("refuses rows of contacts: .*NOT NULL", results["contacts"].error)
    assert results["contacts"].exit_code == 1
    assert loader.saved_states() == {}
    assert (results["tags"].error, loader.ids("tags")) == (None, ["1"])


def test_a_row_that_is_not_json_ends_its_stream_alone(loader):
    """It can only be the connector's fault, and no state may vouch for it."""
    broken = '{"type":"RECORD","record":{"stream":"contacts","data":{"id":x},"emitted_at":1}}'

    results = loader(
        *whole("contacts", broken, state("contacts", "A")), *whole("tags", record("tags", "1"))
    )

    assert results["contacts"].error.startswith("A row of contacts is not JSON")
    assert (loader.saved_states(), loader.ids("tags")) == ({}, ["1"])


def test_a_row_of_many_megabytes_is_a_row(loader):
    """A conversation may hold as much, and its row comes whole."""
    loader(*whole("contacts", record("contacts", "1", phone="x" * 9_000_000)))

    assert loader.query("SELECT length(phone) FROM intercom_contacts") == [(9_000_000,)]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (duckdb.IOException("IO Error: Could not write: No space left on device"), "make room"),
        (duckdb.IOException("IO Error: Could not write"), "cannot be written to: Could not write"),
        (duckdb.OutOfMemoryException("Out of Memory Error: x"), "of memory are not enough"),
    ],
)
def test_trouble_with_the_file_itself_ends_the_load(loader, monkeypatch, error, sentence):
    """Every stream would meet it, so it is said once, and nothing is lost."""
    loader(*whole("contacts", record("contacts", "1"), state("contacts", "A")))

    def fails(*_arguments):
        raise error

    monkeypatch.setattr(DuckDBFile, "fill", fails)
    with pytest.raises(LoadError, match=sentence):
        loader(*whole("contacts", record("contacts", "2")), *whole("tags", record("tags", "1")))

    assert loader.ids("contacts") == ["1"]
    assert loader.saved_states() == {"contacts": "A"}


def test_records_of_any_shape_are_read(loader):
    """The protocol fixes no order of fields, and no spaces; what is no message is passed over."""
    shuffled = {"emitted_at": 1, "stream": "contacts", "data": {"id": "2", "visits": 2**63 - 1}}
    loader(
        *whole(
            "contacts",
            "a line of a library",
            "5",
            json.dumps(record("contacts", "1")),
            {"type": "RECORD", "record": shuffled},
            {"type": "RECORD", "record": {**shuffled, "data": {"id": "3", "emitted_at": 5}}},
        ),
        streams=["contacts"],
    )

    assert loader.query("SELECT id, visits FROM intercom_contacts ORDER BY id") == [
        ("1", None),
        ("2", 2**63 - 1),
        ("3", None),
    ]


def test_a_new_column_takes_no_name_that_another_property_has():
    """Neither that of a property, nor one whose type is another again."""
    types = {"text": "VARCHAR", "integer": "BIGINT", "json": "JSON"}
    wanted = [Column("plan", "text"), Column("plan_text", "json"), Column("x", "integer")]
    existing = {"plan": "BIGINT", "plan_text": "JSON", "plan_text_2": "DATE", "x": "BIGINT"}

    names = placed(wanted, existing, types)

    assert names == {"plan": "plan_text_3", "plan_text": "plan_text", "x": "x"}


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
