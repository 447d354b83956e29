"""Conversation parts: all parts of every conversation that changed, or a word about it."""

import pytest

from integration_tests.laboratory import (
    DAY,
    MARGIN,
    conversations_at,
    differences,
    laboratory,
    repeated,
)
from integration_tests.syncing import config_for, latest, sync_in_process
from intercom_emulator.settings import Settings
from intercom_emulator.workspace import Seed

PARTS = ["conversation_parts"]
DETAIL = "GET /conversations/{id}"
BEGIN = 1_790_000_000


def by_conversation(output):
    """How many parts came of each conversation."""
    found = {}
    for row in output.records("conversation_parts"):
        found[row["conversation_id"]] = found.get(row["conversation_id"], 0) + 1
    return found


def test_t1_a_thread_begun_before_the_start_date_comes_whole():
    """T1: two parts of last year and a reply of today: three rows."""
    seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - 400 * DAY], parts=2))
    with laboratory(seed) as intercom:
        name = next(intercom.workspace.objects("conversations"))["id"]
        intercom.workspace.reply(name)

        output = sync_in_process(config_for(start_date="2026-08-01T00:00:00Z"), PARTS)

        assert by_conversation(output) == {name: 3}


@pytest.mark.parametrize("bodies", ["indexed", "current"])
def test_t2_a_late_index_loses_no_part(bodies):
    """T2: three syncs while the index lags ten minutes: the union is what the API has."""
    seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - DAY] * 5, parts=2))
    settings = Settings(index_lag=600, search_bodies=bodies)
    outputs, state = [], None
    with laboratory(seed, settings) as intercom:
        names = [one["id"] for one in intercom.workspace.objects("conversations")]
        for name in names:
            intercom.workspace.reply(name, body="late")
            outputs.append(sync_in_process(config_for(), PARTS, state))
            state = outputs[-1].state(state)
            intercom.clock.advance(200)
        intercom.clock.advance(600)
        outputs.append(sync_in_process(config_for(), PARTS, state))

        table = latest(outputs, "conversation_parts")
        assert differences(table, intercom, "conversation_parts") == ([], [], [])


def test_t3_the_parts_of_each_conversation_are_as_many_as_it_says():
    """T3: over a workspace of 300, count(parts) = conversation_parts.total_count."""
    with laboratory("conversations=300,parts=7") as intercom:
        output = sync_in_process(config_for(), PARTS)

        expected = {
            one["id"]: one["conversation_parts"]["total_count"]
            for one in intercom.workspace.objects("conversations")
            if one["conversation_parts"]["total_count"]
        }
        assert by_conversation(output) == expected
        assert repeated(output, "conversation_parts") == 0


@pytest.mark.parametrize("total", ["all", "returned"])
def test_t3_parts_beyond_500_are_said_with_both_numbers(total, caplog):
    """Intercom returns the newest 500; the warning names the conversation, 600 and 500."""
    with laboratory("tiny", Settings(parts_total=total)):
        output = sync_in_process(config_for(), PARTS)

        warned = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
        said = [each for each in warned if "503" in each]
        assert by_conversation(output)["503"] == 500
        assert len(said) == 1
        assert "600" in said[0]
        assert "500" in said[0]
        assert output.incomplete == set()


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404},
        {"status": 410},
        {"status": 404, "body": "html"},
        {"status": 404, "body": "empty"},
    ],
)
def test_t19_a_conversation_that_vanished_costs_its_own_rows(answer):
    """T19: 404, 410 and nginx's HTML 404 on one detail: all other parts, COMPLETE."""
    seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - DAY] * 7, parts=2))
    with laboratory(seed) as intercom:
        names = [one["id"] for one in intercom.workspace.objects("conversations")]
        intercom.faults.add(f"GET /conversations/{names[3]}", count=None, **answer)

        output = sync_in_process(config_for(), PARTS)

        assert by_conversation(output) == {name: 2 for name in names if name != names[3]}
        assert output.incomplete == set()


def test_t19_conversations_deleted_between_search_and_detail_cost_their_own_rows():
    """A conversation that goes at each detail request: the others come, and the law holds."""
    seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - DAY] * 60, parts=2))
    with laboratory(seed) as intercom:
        names = [one["id"] for one in intercom.workspace.objects("conversations")]

        @intercom.before_request
        def delete(request):
            with intercom.workspace.lock:
                if request.path.startswith("/conversations/5") and len(names) > 30:
                    intercom.workspace.delete_conversation(names.pop())

        output = sync_in_process(config_for(), PARTS)

        table = latest([output], "conversation_parts")
        missing, stale, _ = differences(table, intercom, "conversation_parts")
        assert (missing, stale, output.incomplete) == ([], [], set())


def test_t13_parts_and_conversations_have_states_of_their_own():
    """T13: parts selected later read all history, though conversations are up to date."""
    seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - 90 * DAY] * 5, parts=2))
    with laboratory(seed) as intercom:
        first = sync_in_process(config_for(), ["conversations"])
        intercom.clock.advance(MARGIN)

        second = sync_in_process(config_for(), ["conversations", *PARTS], first.state())

        assert len(second.ids("conversation_parts")) == 10
        assert second.ids("conversations") == []


def test_every_part_carries_its_conversation():
    """T43: conversation_id and conversation_updated_at on every row."""
    with laboratory("tiny"):
        for row in sync_in_process(config_for(), PARTS).records("conversation_parts"):
            assert row["conversation_id"]
            assert row["conversation_updated_at"]
