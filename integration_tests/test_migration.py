"""docs/migrating.md: the streams, fields, states and SQL for who comes from Airbyte's connector."""

import json
import logging
import re
from pathlib import Path

import duckdb
import psycopg
import pytest

from integration_tests.laboratory import DAY, differences, laboratory
from integration_tests.loading import load_into
from integration_tests.postgres_server import postgres_server
from integration_tests.syncing import config_for, latest, sync_in_process
from intercom_emulator import Emulator
from scripts.data_dictionary import tables
from source_intercom.failures import Failure
from source_intercom.intercom.timestamps import rfc3339
from source_intercom.settings import WrongConfig, read_settings, unknown_fields
from source_intercom.source import SourceIntercom

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "migrating.md").read_text(encoding="utf-8")
BLOCKS = {
    section: "\n".join(re.findall(r"```sql\n(.*?)```", text, re.DOTALL))
    for section, text in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
}
"""The SQL of each section."""
FIELDS = json.loads((ROOT / "integration_tests" / "incumbent_fields.json").read_text("utf-8"))
"""Each stream of the incumbent, with the type of each field."""
TABLES = {table.name: table for table in tables()}
SQL_TYPES = {
    "string": {"varchar", "text"},
    "integer": {"bigint"},
    "boolean": {"boolean"},
    "object": {"json", "jsonb"},
    "array": {"json", "jsonb"},
}
LOADED = (
    "contacts",
    "conversations",
    "conversation_parts",
    "company_segments",
    "segments",
    "data_attributes",
    "deleted_contacts",
    "tickets",
)

TAKEN_OVER = {
    "contacts": "updated_at",
    "companies": "updated_at",
    "conversations": "updated_at",
    "tickets": "updated_at",
    "activity_logs": "created_at",
}
"""Streams of both connectors that have the same cursor, with its name."""


def positions(field, moment):
    """A stream's state as the versions of the incumbent wrote it, oldest first."""
    return {
        "0.1 to 0.8": {field: moment},
        "0.2 to 0.8, nested": {field: moment, "prior_state": {field: moment - DAY}},
        "0.9 on": {field: str(moment)},
    }


def elsewhere(moment):
    """States whose position is that of no stream of ours: of children, and of slices."""
    position = {"updated_at": moment}
    return {
        "0.1 to 0.8": {**position, "conversations": position},
        "0.2 to 0.8": {**position, "prior_state": position, "companies": position},
        "0.13": {
            "use_global_cursor": True,
            "state": {"updated_at": str(moment)},
            "parent_state": {"conversations": {"updated_at": str(moment)}},
            "lookback_window": 11,
        },
        "0.13, by partition": {
            "use_global_cursor": False,
            "states": [{"partition": {"id": "1", "parent_slice": {}}, "cursor": position}],
            "parent_state": {"conversations": {"updated_at": str(moment)}},
            "lookback_window": 0,
        },
        "slices": {
            "state_type": "date-range",
            "slices": [{"start": 0, "end": moment, "most_recent_cursor_value": moment}],
        },
        "without a cursor": {"__ab_no_cursor_state_message": True},
    }


def of_stream(name, blob):
    return {"stream_descriptor": {"name": name}, "stream_state": blob}


def envelopes(name, blob):
    """One state in every kind of message that a platform has handed over."""
    together = {"stream_states": [of_stream(name, blob)], "shared_state": {"a": 1}}
    return {
        "STREAM": {"type": "STREAM", "stream": of_stream(name, blob)},
        "without a type": {"stream": of_stream(name, blob)},
        "GLOBAL": {"type": "GLOBAL", "global": together},
        "LEGACY": {"type": "LEGACY", "data": {name: blob, "odd": 7}},
    }


def warnings(caplog, stream):
    return [
        each.getMessage()
        for each in caplog.records
        if each.levelno == logging.WARNING and each.getMessage().startswith(f"{stream}: the state")
    ]


@pytest.mark.parametrize(("stream", "field"), TAKEN_OVER.items())
def test_a_position_is_gone_on_from_and_that_is_said(stream, field, caplog):
    """Old rows don't come again; what changed since does; the next state is this connector's."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), [stream])
        intercom.clock.advance(DAY)
        moment = intercom.clock.now() - 60
        for version, blob in positions(field, moment).items():
            caplog.clear()
            state = [envelopes(stream, blob)["STREAM"]]

            output = sync_in_process(config_for(), [stream], state)

            assert output.records(stream) == [], version
            [said] = warnings(caplog, stream)
            assert f"another connector's; reading on from {rfc3339(moment)}" in said
            caplog.clear()
            sync_in_process(config_for(), [stream], output.state())
            assert warnings(caplog, stream) == []

    assert first.records(stream) != []


@pytest.mark.parametrize("kind", envelopes("contacts", {}))
def test_it_comes_in_every_kind_of_message(kind, caplog):
    """STREAM is today's; GLOBAL and LEGACY are what older platforms and other tools keep."""
    with laboratory("tiny") as intercom:
        intercom.clock.advance(DAY)
        blob = {"updated_at": intercom.clock.now() - 60}

        output = sync_in_process(config_for(), ["contacts"], [envelopes("contacts", blob)[kind]])

    assert output.records("contacts") == []
    assert len(warnings(caplog, "contacts")) == 1


@pytest.mark.parametrize("version", elsewhere(0))
@pytest.mark.parametrize("stream", ["conversation_parts", "companies", "contacts"])
def test_any_other_state_reads_everything_and_that_is_said(stream, version, caplog):
    """Of a child or of slices: never a history that nobody reads, and never in silence."""
    with laboratory("tiny") as intercom:
        blob = elsewhere(intercom.clock.now())[version]
        if stream != "conversation_parts":
            blob.pop("updated_at", None)

        output = sync_in_process(
            config_for(), [stream], [{"type": "STREAM", "stream": of_stream(stream, blob)}]
        )

        missing, stale, _ = differences(latest([output], stream), intercom, stream)
    assert (missing, stale, output.incomplete) == ([], [], set())
    [said] = warnings(caplog, stream)
    assert "everything is read from the start" in said


@pytest.mark.parametrize("stream", ["segments", "company_segments", "tags"])
def test_a_stream_that_is_read_whole_takes_no_notice(stream, caplog):
    """Their incremental state of it skips nothing."""
    with laboratory("tiny") as intercom:
        without = sync_in_process(config_for(), [stream])
        state = envelopes(stream, {"updated_at": intercom.clock.now()})["STREAM"]

        output = sync_in_process(config_for(), [stream], [state])

    assert len(output.records(stream)) == len(without.records(stream)) > 0
    assert warnings(caplog, stream) == []


def test_a_file_of_bare_positions_is_refused(tmp_path):
    """As 0.1 kept it: taken for none it would cost a history, and the message says what is one."""
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"contacts": {"updated_at": 1626086649}}), encoding="utf-8")

    with pytest.raises(Failure, match="is a state of Airbyte's protocol"):
        SourceIntercom.read_state(str(file))


def test_its_config_is_told_what_became_of_each_setting():
    """The old form has the token outside of `credentials`."""
    old = {
        "access_token": "secret",
        "start_date": "2024-01-01T00:00:00Z",
        "lookback_window": 0,
        "activity_logs_time_step": 30,
    }

    with pytest.raises(WrongConfig, match="credentials is missing"):
        read_settings(old)
    assert unknown_fields(old) == ["access_token", "activity_logs_time_step"]


def rows_of(section):
    """The rows of the first table of a section, each a list of its cells."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cell):
    return re.findall(r"`(\w+)`", cell)


def test_every_stream_has_its_row_with_both_keys():
    """Those of the incumbent, each with one of ours, and that one's key."""
    found = {
        names(there)[0]: (names(here)[0], names(key))
        for there, _, here, key, _ in rows_of("Streams")
    }

    assert found.keys() == FIELDS.keys()
    for here, key in found.values():
        assert key == list(TABLES[here].key)


def test_every_field_that_differs_has_its_row():
    """By the incumbent's names and types, which stand in a file, and this connector's schemas."""
    ours = {names(there)[0]: names(here)[0] for there, _, here, _, _ in rows_of("Streams")}
    expected = {
        (stream, field)
        for stream, fields in FIELDS.items()
        for field, kind in fields.items()
        if not is_kept(TABLES[ours[stream]].columns.get(field), kind)
    }
    listed = {
        (stream, field)
        for streams, fields, _, _ in rows_of("Fields")
        for stream in names(streams)
        for field in names(fields)
    }

    assert listed == expected


def is_kept(column, kind):
    """Whether a column is as it was, or a time that was an integer."""
    if column is None:
        return False
    if column.get("format") == "date-time":
        return kind == "integer"
    return kind in column["type"]


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def sides(request, tmp_path_factory):
    """A database with tables of both connectors; runs SQL."""
    folder = tmp_path_factory.mktemp("sides")
    with pytest.MonkeyPatch.context() as patch, Emulator(seed="tiny") as intercom:
        patch.setenv("INTERCOM_API_BASE_URL", intercom.url)
        if request.param == "duckdb":
            url = f"duckdb:///{folder}/x.duckdb"
            load_into(url, streams=LOADED, schema="intercom", prefix="")
            with duckdb.connect(f"{folder}/x.duckdb") as connection:
                yield prepared(connection)
        else:
            with postgres_server() as server:
                load_into(server.url(), streams=LOADED, schema="intercom", prefix="")
                with psycopg.connect(server.url(), autocommit=True) as connection:
                    yield prepared(connection)


BEFORE = """
CREATE SCHEMA airbyte;
CREATE TABLE airbyte.contacts AS
    SELECT id, CAST(extract(epoch FROM updated_at) AS bigint) AS updated_at FROM intercom.contacts;
DELETE FROM airbyte.contacts WHERE id = (SELECT min(id) FROM airbyte.contacts);
UPDATE airbyte.contacts SET updated_at = updated_at - 1
    WHERE id = (SELECT max(id) FROM airbyte.contacts);
INSERT INTO airbyte.contacts
    SELECT id, 1 FROM intercom.deleted_contacts WHERE status = 'archived';
CREATE TABLE airbyte.conversation_parts AS SELECT * FROM intercom.conversation_parts_as_before;
DELETE FROM airbyte.conversation_parts
    WHERE id = (SELECT max(id) FROM airbyte.conversation_parts)
"""
"""The incumbent's tables: a contact and a part are missing, one is stale, others are gone here."""


def prepared(connection):
    """The page's views and the incumbent's tables, made; runs a query."""
    for statement in (BLOCKS["Views with the old columns"] + BEFORE).split(";\n"):
        connection.execute(statement)
    return lambda query: connection.execute(query).fetchall()


def test_the_comparison_finds_what_only_one_side_has(sides):
    """One contact lost, one stale, the archived ones gone; nothing newer on the old side."""
    counts, reasons = re.findall(r"(SELECT.*?;)", BLOCKS["Comparing"], re.DOTALL)[:2]
    [(gone,)] = sides("SELECT count(*) FROM intercom.deleted_contacts WHERE status = 'archived'")

    assert sides(counts) == [(gone, 1, 1, 0)]
    assert gone > 0
    assert sides(reasons) == [("archived", gone)]


def test_the_comparison_of_parts_names_the_conversation(sides):
    """Whose newest part the old table lacks."""
    parts = BLOCKS["Comparing"].rpartition("SELECT here.conversation_id")
    [(conversation, there, here)] = sides(parts[1] + parts[2])

    assert conversation
    assert here - there == 1


@pytest.mark.parametrize(
    "stream", ["conversation_parts", "company_segments", "contact_attributes", "tickets"]
)
def test_a_view_has_the_columns_that_were(sides, stream):
    """By name and type, those aside that the page says where to find; and it has rows."""
    [(count,)] = sides(f"SELECT count(*) FROM intercom.{stream}_as_before")
    kinds = dict(
        sides(
            "SELECT column_name, lower(data_type) FROM information_schema.columns "
            f"WHERE table_schema = 'intercom' AND table_name = '{stream}_as_before'"
        )
    )

    assert count > 0
    assert FIELDS[stream].keys() - kinds.keys() <= {"ticket_parts", "ticket_type"}
    for field in FIELDS[stream].keys() & kinds.keys():
        assert kinds[field] in SQL_TYPES[FIELDS[stream][field]], field
