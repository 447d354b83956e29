"""State from anywhere: never a crash, never a silent skip of history."""

import json
from pathlib import Path

import pytest

from integration_tests.laboratory import (
    DAY,
    INCREMENTAL,
    MARGIN,
    changed,
    conversations_at,
    differences,
    incremental_workspace,
    laboratory,
    small_pages,
    truth,
)
from integration_tests.syncing import config_for, latest, sync_in_process
from intercom_emulator.workspace import Seed
from source_intercom.intercom.timestamps import rfc3339

BEGIN = 1_790_000_000
CURSORS = dict.fromkeys(INCREMENTAL, "updated_at") | {
    "conversation_parts": "conversation_updated_at"
}
UNREADABLE = (
    {},
    {"updated_at": None},
    {"updated_at": ""},
    {"updated_at": "yesterday"},
    {"updated_at": []},
    {"updated_at": {"2024": 1}},
    {"updated_at": True},
    {"created_at": 1_700_000_000},
    {"state": {"updated_at": 1_700_000_000}, "states": []},
    {"use_global_cursor": True, "parent_state": {"conversations": {}}, "lookback_window": 3},
    {"__ab_no_cursor_state_message": True},
    {"unread": [["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"]]},
    {"read_until": "2024-01-01T00:00:00Z"},
    {"workspace": {"id_code": 1}},
)


def state_of(stream, blob):
    """A saved state as a platform hands it over."""
    descriptor = {"name": stream}
    return [{"type": "STREAM", "stream": {"stream_descriptor": descriptor, "stream_state": blob}}]


@pytest.mark.parametrize("stream", ["contacts", "conversation_parts", "companies"])
@pytest.mark.parametrize("blob", UNREADABLE, ids=str)
def test_a_state_that_says_nothing_reads_all_history(stream, blob):
    """Abnormal, empty, half, of another connector: everything is read, and a true state left."""
    with laboratory("tiny") as intercom:
        output = sync_in_process(config_for(), [stream], state_of(stream, blob))

        missing, stale, _ = differences(latest([output], stream), intercom, stream)
        assert (missing, stale, output.incomplete) == ([], [], set())
        assert CURSORS[stream] in output.states(stream)[-1]


def test_a_state_that_is_half_readable_reads_all_since_its_watermark():
    """One unread slice of two can't be read: what it may have held is not skipped."""
    begin = 1_790_000_000
    moments = [begin - number * DAY for number in range(1, 12)]
    blob = {
        "updated_at": rfc3339(begin - 10 * DAY),
        "read_until": rfc3339(begin - DAY),
        "unread": [[rfc3339(begin - 3 * DAY), rfc3339(begin - 2 * DAY)], ["2026", "yesterday"]],
    }
    with laboratory(Seed(now=begin, conversations=conversations_at(moments))):
        state = state_of("conversations", blob)

        output = sync_in_process(config_for(), ["conversations"], state)

        assert len(output.ids("conversations")) == 10


@pytest.mark.parametrize("stream", INCREMENTAL)
@pytest.mark.parametrize("future", ["2222-01-01T00:00:00Z", 9_999_999_999, "7955000000"])
def test_a_state_in_the_future_is_held_to_now_and_said(stream, future, caplog):
    """The state falls back to T0 with a warning, and changes from then on are found."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), [stream], state_of(stream, {CURSORS[stream]: future}))
        said = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
        intercom.clock.advance(MARGIN)
        second = sync_in_process(config_for(), [stream], first.state())

        assert "2222" not in str(first.states(stream)[-1])
        assert any("future" in line for line in said)
        assert second.incomplete == set()


@pytest.mark.parametrize("stream", INCREMENTAL)
@pytest.mark.parametrize("form", [str, int])
def test_t14_a_state_of_the_incumbent_is_gone_on_from(stream, form):
    """T14: `{"updated_at": "1790000000"}`, as number or text: only what changed since is read."""
    with laboratory("tiny") as intercom:
        sync_in_process(config_for(), [stream])
        intercom.clock.advance(DAY)
        now = intercom.clock.now()

        output = sync_in_process(
            config_for(), [stream], state_of(stream, {CURSORS[stream]: form(now - 60)})
        )

        assert output.ids(stream) == []
        assert output.incomplete == set()


@pytest.mark.parametrize("stream", INCREMENTAL)
def test_t13_state_only_moves_on(stream):
    """T13: over five syncs of a living workspace, never backwards, never past Intercom's clock."""
    seen, state = [], None
    with laboratory("tiny") as intercom:
        for day in range(5):
            output = sync_in_process(config_for(), [stream], state)
            state = output.state(state)
            seen += [each[CURSORS[stream]] for each in output.states(stream)]
            assert seen == sorted(seen)
            assert seen[-1] <= rfc3339(intercom.clock.now())
            intercom.workspace.live(30, seconds=3600, rng_seed=day)


@pytest.mark.parametrize("stream", INCREMENTAL)
def test_a_clock_that_went_back_loses_nothing(stream):
    """Intercom's clock is set back an hour between syncs: held, said, and nothing is missed."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), [stream])
        intercom.clock.advance(-3600)
        second = sync_in_process(config_for(), [stream], first.state())
        intercom.clock.advance(7200)
        third = sync_in_process(config_for(), [stream], second.state(first.state()))

        table = latest([first, second, third], stream)
        assert differences(table, intercom, stream)[:2] == ([], [])


@pytest.mark.parametrize("stream", INCREMENTAL)
def test_the_state_of_another_workspace_is_refused(stream):
    """The state of a trial workspace, a token of the real one: its history would be skipped."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), [stream])
        another = changed(lambda body: body["app"].update(id_code="another"))
        intercom.faults.add("GET /me", custom=another, count=None)

        second = sync_in_process(config_for(), [stream], first.state())
        whole = sync_in_process(config_for(), [stream], first.state(), sync_mode="full_refresh")

    assert second.ids(stream) == []
    assert second.errors[stream]["failure_type"] == "config_error"
    assert "saved for workspace emu1ator, and the token opens another" in str(second.errors)
    assert second.state(first.state()) == first.state()
    assert whole.states(stream)[-1]["workspace"] == "another"
    assert len(whole.ids(stream)) == len(first.ids(stream)) > 0


@pytest.mark.parametrize("stream", INCREMENTAL)
def test_a_token_that_may_not_read_its_workspace_goes_on(stream):
    """Then nothing tells whose state it is; what it was saved for is kept for those who may."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), [stream])
        intercom.faults.add("GET /me", status=403, count=None)

        second = sync_in_process(config_for(), [stream], first.state())

    assert second.incomplete == set()
    assert second.states(stream)[-1]["workspace"] == "emu1ator"


EARLIER = [
    json.loads(line)
    for line in (Path(__file__).parent / "earlier_states.jsonl").read_text("utf-8").splitlines()
]
"""
States that syncs of the connector left before one reading fed many tables, where they were cut off:
with slices in every order, cut by creation, and with an object that couldn't be read.
"""


@pytest.mark.parametrize("number", range(len(EARLIER)))
@pytest.mark.parametrize("workers", [1, 20])
def test_a_state_of_the_earlier_connector_goes_on_without_loss(number, workers):
    """What it had emitted, and the sync that goes on from its state, are the workspace."""
    stream, emitted, state = (EARLIER[number][name] for name in ("stream", "emitted", "state"))
    seed, again = incremental_workspace(BEGIN, 60), 5
    if stream == "one second":
        # All of it was created in one second as well, so that nothing of it could be claimed.
        stream, again = "conversations", 60
        seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - 100_000] * 60, parts=1))
    with laboratory(seed) as intercom, small_pages(5):
        intercom.clock.advance(3600)
        output = sync_in_process(config_for(num_workers=workers), [stream], state_of(stream, state))

        assert output.incomplete == set()
        assert {*emitted, *output.ids(stream)} == {*truth(intercom, stream)}
        assert len(output.ids(stream)) <= len(truth(intercom, stream)) - len(emitted) + again
        assert "unsettled" not in output.states(stream)[-1]
