"""Tickets whose own date did not move: asked for because their conversations changed."""

from collections import defaultdict

import pytest

from integration_tests.laboratory import DAY, changed, laboratory, small_pages
from integration_tests.syncing import config_for, sync_in_process
from intercom_emulator.settings import Settings
from intercom_emulator.tokens import PERMISSIONS

STREAMS = ["tickets", "ticket_parts"]
TICKET = "GET /tickets/{ticket_id}"


def parts(*outputs):
    rows = [row for output in outputs for row in output.records("ticket_parts")]
    return {(row["ticket_id"], row["id"]) for row in rows}


def truth(intercom):
    """The newest 500 of each, which are all that Intercom shows."""
    by_ticket = defaultdict(list)
    for row in intercom.workspace.relations("ticket_parts"):
        by_ticket[row["ticket_id"]].append(row["id"])
    return {(ticket, part) for ticket, ids in by_ticket.items() for part in ids[-500:]}


def replied(intercom, many=5):
    """The tickets that somebody answered a day later, which moved their conversations alone."""
    names = [row["id"] for row in intercom.workspace.objects("tickets")][:many]
    before = {row["id"]: row["updated_at"] for row in intercom.workspace.objects("tickets")}
    intercom.clock.advance(DAY)
    for name in names:
        intercom.workspace.reply_ticket(name)
    after = {row["id"]: row["updated_at"] for row in intercom.workspace.objects("tickets")}
    assert before == after
    intercom.clock.advance(DAY)
    return names


@pytest.mark.parametrize("ticket_ids", ["conversation", "own"])
def test_a_ticket_that_only_its_conversation_tells_of_is_not_stale(ticket_ids):
    """A part moves no ticket's `updated_at`, and comes with the next sync all the same."""
    with laboratory("tiny", Settings(ticket_ids=ticket_ids)) as intercom:
        first = sync_in_process(config_for(), STREAMS)
        names = replied(intercom)
        intercom.journal.clear()

        second = sync_in_process(config_for(), STREAMS, first.state())

        assert second.incomplete == set()
        assert {row["id"] for row in second.records("tickets")} == {*names}
        assert parts(first, second) >= truth(intercom)
        assert intercom.journal.count(TICKET) == len(names)


def silent(body):
    for row in body["conversations"]:
        row.pop("ticket", None)


def test_a_ticket_of_a_conversation_that_names_none_is_not_stale():
    """No description says that it does; the two may well share their id."""
    with laboratory("tiny", Settings(ticket_ids="conversation")) as intercom:
        first = sync_in_process(config_for(), STREAMS)
        replied(intercom)
        intercom.faults.add("POST /conversations/search", custom=changed(silent), count=None)

        second = sync_in_process(config_for(), STREAMS, first.state())

        assert second.incomplete == set()
        assert parts(first, second) >= truth(intercom)


def test_a_ticket_that_can_not_be_read_is_kept_by_its_id(caplog):
    """The others come, and it does with the first sync that can read it."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), STREAMS)
        names = replied(intercom)
        intercom.faults.add(f"GET /tickets/{names[1]}", status=422, count=None)

        second = sync_in_process(config_for(), STREAMS, first.state())

        assert second.incomplete == set()
        assert [*second.states("ticket_parts")[-1]["unsettled"]] == [names[1]]
        assert {name for name, _ in truth(intercom) - parts(first, second)} == {names[1]}
        assert f"the rows of ticket {names[1]} can't be read (HTTP 422" in caplog.text
        intercom.faults.clear()
        intercom.clock.advance(DAY)
        third = sync_in_process(config_for(), STREAMS, second.state())
        assert parts(first, second, third) >= truth(intercom)
        assert "unsettled" not in third.states("ticket_parts")[-1]


def test_a_token_without_conversations_reads_tickets_and_says_what_may_be_stale(caplog):
    """Tickets are COMPLETE as far as their own dates tell."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), STREAMS)
        names = replied(intercom)
        intercom.workspace.change_ticket_state(names[0], "8538")
        intercom.tokens.set_permissions("default", {*PERMISSIONS} - {"read_conversations"})

        second = sync_in_process(config_for(), STREAMS, first.state())

        assert second.incomplete == set()
        assert intercom.journal.count(TICKET) == 0
        assert "updated_at did not move may be stale" in caplog.text


def test_a_first_sync_asks_for_no_ticket_by_itself():
    """The search shows them all as they are."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), STREAMS)

        assert parts(first) == truth(intercom)
        assert intercom.journal.count(TICKET) == 0


def test_a_kill_behind_any_message_leaves_no_ticket_stale():
    """What its conversation tells of is asked for again until all of it was handed over."""
    with laboratory("tiny") as intercom, small_pages(4):
        first = sync_in_process(config_for(), STREAMS)
        replied(intercom)
        whole = sync_in_process(config_for(), STREAMS, first.state())
        for number in range(0, len(whole.messages), 3):
            killed = whole.upto(number)
            last = sync_in_process(config_for(), STREAMS, killed.state(first.state()))

            assert parts(first, killed, last) >= truth(intercom), number


@pytest.mark.parametrize(("route", "status"), [("POST /conversations/search", 500), (TICKET, 401)])
def test_tickets_that_break_off_are_asked_for_again(route, status):
    """An outage before the search claims nothing, whatever the last state of the stream says."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), STREAMS)
        replied(intercom)
        intercom.faults.add("POST /tickets/search", count=None, status=500)
        intercom.faults.add(route, count=None, status=status)
        second = sync_in_process(config_for(), STREAMS, first.state())
        intercom.faults.clear()
        intercom.clock.advance(DAY)
        third = sync_in_process(config_for(), STREAMS, second.state())

        assert second.incomplete == {*STREAMS}
        assert parts(first, second, third) >= truth(intercom)


def test_a_first_sync_that_goes_on_asks_for_what_changed_since_it_began():
    """And not for every ticket that it had read before."""
    with laboratory("tiny") as intercom, small_pages(4):
        whole = sync_in_process(config_for(), STREAMS)
        states = [n for n, message in enumerate(whole.messages) if message["type"] == "STATE"]
        killed = whole.upto(next(n for n in states if "unread" in str(whole.messages[n])) + 1)
        assert {*killed.statuses} == {*STREAMS}
        names = replied(intercom, 2)
        intercom.journal.clear()
        second = sync_in_process(config_for(), STREAMS, killed.state())

        assert parts(killed, second) >= truth(intercom)
        assert intercom.journal.count(TICKET) == len(names)


def test_a_conversation_that_is_indexed_late_leaves_no_ticket_stale():
    """Its change lies before the state of the sync that could not find it yet."""
    with laboratory("tiny", Settings(index_lag=600)) as intercom:
        first = sync_in_process(config_for(), STREAMS)
        replied(intercom)
        second = sync_in_process(config_for(), STREAMS, first.state())
        last = [row["id"] for row in intercom.workspace.objects("tickets")][-1]
        intercom.workspace.reply_ticket(last)
        third = sync_in_process(config_for(), STREAMS, second.state())
        intercom.clock.advance(700)
        fourth = sync_in_process(config_for(), STREAMS, third.state())

        assert {name for name, _ in truth(intercom) - parts(first, second, third)} == {last}
        assert parts(first, second, third, fourth) >= truth(intercom)
