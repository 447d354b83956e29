"""docs/migrating.md: what becomes of the states that Airbyte's own Intercom connector leaves."""

import json
import logging

import pytest

from integration_tests.laboratory import DAY, differences, laboratory
from integration_tests.syncing import config_for, latest, sync_in_process
from source_intercom.failures import Failure
from source_intercom.intercom.timestamps import rfc3339
from source_intercom.source import SourceIntercom

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
