"""One object that can't be read: the others are, and it is named, kept, and asked for again."""

import itertools

import pytest

from integration_tests.laboratory import (
    DAY,
    SEARCHES,
    contacts_at,
    conversations_at,
    differences,
    laboratory,
    small_pages,
)
from integration_tests.syncing import config_for, latest, sync_in_process
from intercom_emulator import shapes
from intercom_emulator.messages import Response
from intercom_emulator.workspace import Seed

BEGIN = 1_790_000_000
DETAIL = "GET /conversations/{id}"
PARTS = "conversation_parts"
REFUSAL = {"type": "error.list", "errors": [{"code": "parameter_invalid", "message": "no"}]}


def workspace_of(many=60):
    moments = [BEGIN - DAY - 60 * number for number in range(many)]
    return Seed(now=BEGIN, conversations=conversations_at(moments, parts=2))


def another(_request, proceed):
    answer = proceed()
    return Response(200, answer.body.replace(b'"id":"5', b'"id":"9'), answer.headers)


def state_of(output, stream=PARTS):
    return output.states(stream)[-1]


def warnings(output_or_caplog):
    return [each.getMessage() for each in output_or_caplog.records if each.levelname == "WARNING"]


FAULTS = {
    "422": {"status": 422, "code": "parameter_invalid"},
    "400": {"status": 400},
    "403": {"status": 403, "code": "forbidden"},
    "402": {"status": 402},
    "500": {"status": 500},
    "nginx 404": {"status": 404, "body": "html"},
    "redirect": {"status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    "another id": {"custom": another},
    "empty": {"kind": "empty"},
    "html": {"kind": "html"},
    "wrong envelope": {"kind": "wrong_envelope"},
    "truncated": {"kind": "truncated"},
    "error list": {"kind": "error_list"},
    "cut": {"kind": "cut"},
    "hang": {"kind": "hang", "seconds": 1000},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_one_conversation_that_always_fails_stops_no_other(fault, caplog):
    """All others come, the state moves past them, and the one that failed is named and kept."""
    with laboratory(workspace_of()) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("conversations")]
        intercom.faults.add(f"GET /conversations/{names[30]}", count=None, **fault)

        first = sync_in_process(config_for(), [PARTS])

        assert first.incomplete == set()
        assert {row["conversation_id"] for row in first.records(PARTS)} == {
            name for name in names if name != names[30]
        }
        assert [*state_of(first)["unsettled"]] == [names[30]]
        assert "unread" not in state_of(first)
        named = [line for line in warnings(caplog) if names[30] in line]
        assert len(named) == 1
        if "status" in fault:
            assert f"HTTP {fault['status']}" in named[0]
        assert "tick" not in named[0]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_failed_comes_with_the_first_sync_that_can_read_it(fault):
    """Though it has not changed since, and the syncs between found nothing."""
    with laboratory(workspace_of()) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("conversations")]
        intercom.faults.add(f"GET /conversations/{names[30]}", count=None, **fault)
        outputs = [sync_in_process(config_for(), [PARTS])]
        for _ in range(3):
            intercom.clock.advance(3600)
            # Its own 404 would be believed at the second sync, as others are read meanwhile.
            intercom.workspace.reply(names[0])
            if fault.get("status") == 404:
                break
            outputs.append(sync_in_process(config_for(), [PARTS], outputs[-1].state()))
        intercom.faults.clear()
        intercom.clock.advance(30 * DAY)
        outputs.append(sync_in_process(config_for(), [PARTS], outputs[-1].state()))

        assert [output.incomplete for output in outputs] == [set()] * len(outputs)
        assert "unsettled" not in state_of(outputs[-1])
        assert differences(latest(outputs, PARTS), intercom, PARTS) == ([], [], [])


def test_rows_that_come_late_carry_the_date_of_their_parent():
    """A list below a conversation doesn't tell it, and a row without its cursor is never newest."""
    with laboratory(workspace_of(3)) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("conversations")]
        for name in names:
            intercom.workspace.pause(name)
        intercom.faults.add(
            f"GET /conversations/{names[1]}/handling_events", status=422, count=None
        )
        first = sync_in_process(config_for(), ["handling_events"])
        intercom.faults.clear()
        intercom.clock.advance(DAY)
        second = sync_in_process(config_for(), ["handling_events"], first.state())

        assert len(first.records("handling_events")) == 2
        table = latest([first, second], "handling_events")
        assert differences(table, intercom, "handling_events") == ([], [], [])


def test_rows_that_come_late_carry_the_last_date_that_their_parent_was_seen_with():
    """It changed while it could not be read: the sync asks for what waits first, then sees that."""
    stream = "handling_events"
    with laboratory(workspace_of(3)) as intercom:
        name = next(intercom.workspace.objects("conversations"))["id"]
        intercom.workspace.pause(name)
        intercom.faults.add(f"GET /conversations/{name}/{stream}", status=422, count=None)
        outputs = [sync_in_process(config_for(), [stream])]
        intercom.clock.advance(DAY)
        intercom.workspace.reply(name)
        intercom.clock.advance(3600)
        outputs.append(sync_in_process(config_for(), [stream], outputs[-1].state()))
        intercom.faults.clear()
        intercom.clock.advance(DAY)
        outputs.append(sync_in_process(config_for(), [stream], outputs[-1].state()))

        assert differences(latest(outputs, stream), intercom, stream) == ([], [], [])


def test_it_is_asked_for_again_ever_more_rarely():
    """In a month of syncs, hourly and then three a day: at each one first, then once a week."""
    with laboratory(workspace_of(3)) as intercom:
        name = next(intercom.workspace.objects("conversations"))["id"]
        route = f"GET /conversations/{name}"
        intercom.faults.add(route, count=None, status=422)
        asked, state, begun = [], [], intercom.clock.time()
        for hour in (*range(64), *range(64, 30 * 24, 8)):
            intercom.clock.set(begun + hour * 3600)
            before = len(intercom.journal)
            output = sync_in_process(config_for(), [PARTS], state)
            state = output.state(state)
            paths = [each.path for each in intercom.journal.entries()[before:]]
            asked += [hour] if f"/conversations/{name}" in paths else []

        gaps = [later - sooner for sooner, later in itertools.pairwise(asked)]
        assert gaps == [1, 1, 2, 4, 8, 16, 32, 64, 128, 168, 168]


def test_a_conversation_that_nginx_calls_gone_at_two_syncs_is_believed():
    """Where others were read meanwhile: else the list of deleted ones would only grow."""
    with laboratory(workspace_of(9)) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("conversations")]
        intercom.faults.add(f"GET /conversations/{names[3]}", count=None, status=404, body="html")
        first = sync_in_process(config_for(), [PARTS])
        intercom.clock.advance(3600)
        quiet = sync_in_process(config_for(), [PARTS], first.state())
        intercom.workspace.reply(names[0])
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(), [PARTS], quiet.state())

        assert [*state_of(quiet)["unsettled"]] == [names[3]]
        assert "unsettled" not in state_of(second)


@pytest.mark.parametrize(("bad", "is_outage"), [(20, False), (25, False), (31, True), (60, True)])
def test_many_new_ones_are_an_outage(bad, is_outage):
    """More than twenty, and more than were read; what was kept before counts for nothing."""
    with laboratory(workspace_of()) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("conversations")]
        # The oldest come first: those that can be read are read before.
        broken = {f"/conversations/{name}" for name in names[:bad]}
        intercom.faults.add(DETAIL, count=None, status=500, when=lambda one: one.path in broken)
        first = sync_in_process(config_for(num_workers=4), [PARTS])
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(num_workers=4), [PARTS], first.state())
        intercom.faults.clear()
        intercom.clock.advance(3600)
        third = sync_in_process(config_for(), [PARTS], second.state())

        assert first.incomplete == ({PARTS} if is_outage else set())
        assert is_outage or second.incomplete == set()
        assert third.incomplete == set()
        table = latest([first, second, third], PARTS)
        assert differences(table, intercom, PARTS) == ([], [], [])


def test_none_that_can_be_read_is_told_once():
    """The only conversation is refused: INCOMPLETE with the reason, then kept without a fuss."""
    with laboratory(workspace_of(1)) as intercom:
        intercom.faults.add(DETAIL, count=None, status=403, code="forbidden")
        first = sync_in_process(config_for(), [PARTS])
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(), [PARTS], first.state())

        assert first.incomplete == {PARTS}
        assert first.errors[PARTS]["failure_type"] == "config_error"
        assert "Read conversations" in first.errors[PARTS]["message"]
        assert second.incomplete == set()


@pytest.mark.parametrize("status", [401, 429])
def test_a_token_or_a_limit_is_no_trouble_of_one_conversation(status):
    """A token that was revoked and a limit that stays exhausted end the stream as before."""
    with laboratory(workspace_of()) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("conversations")]
        code = "token_revoked" if status == 401 else "rate_limit_exceeded"
        route = f"GET /conversations/{names[30]}"
        intercom.faults.add(route, count=None, status=status, code=code)

        output = sync_in_process(config_for(), [PARTS])

        assert output.incomplete == {PARTS}
        assert "unsettled" not in state_of(output)


def test_the_list_is_bounded():
    """A thousand; one more is INCOMPLETE, the state stays before it, and none is forgotten."""
    with laboratory(workspace_of(1_100)) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("conversations")]
        kept = {name: {"times": 9, "asked_at": "2026-09-20T00:00:00Z"} for name in names[:1_000]}
        state = [{
            "type": "STREAM",
            "stream": {
                "stream_descriptor": {"name": PARTS},
                "stream_state": {"unsettled": kept},
            },
        }]  # fmt: skip
        intercom.faults.add(f"GET /conversations/{names[1_050]}", count=None, status=422)
        paths = {f"/conversations/{name}" for name in names[:1_000]}
        intercom.faults.add(DETAIL, count=None, status=422, when=lambda one: one.path in paths)

        first = sync_in_process(config_for(), [PARTS], state)

        assert first.incomplete == {PARTS}
        assert len(state_of(first)["unsettled"]) == 1_000
        intercom.faults.clear()
        intercom.clock.advance(30 * DAY)
        second = sync_in_process(config_for(), [PARTS], first.state())
        assert second.incomplete == set()
        assert differences(latest([first, second], PARTS), intercom, PARTS) == ([], [], [])


def test_a_full_refresh_says_what_the_table_lacks(caplog):
    """There the rows are missing until they can be read."""
    with laboratory(workspace_of()) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("conversations")]
        intercom.faults.add(f"GET /conversations/{names[7]}", count=None, status=422)

        output = sync_in_process(config_for(), [PARTS], sync_mode="full_refresh")

        assert output.incomplete == set()
        (line,) = warnings(caplog)
        assert names[7] in line
        assert "the table lacks them" in line


@pytest.mark.parametrize(
    "unsettled",
    [None, [], "503", {"501": None}, {"501": {"times": "2"}}, {"501": {"times": 1}, "1": {}}],
)
def test_a_list_that_can_not_be_read_is_no_trouble(unsettled):
    """What it names is asked for; what it does not is read by the window."""
    with laboratory(workspace_of(9)) as intercom:
        first = sync_in_process(config_for(), [PARTS])
        state = first.state()
        state[0]["stream"]["stream_state"]["unsettled"] = unsettled
        intercom.clock.advance(3600)

        second = sync_in_process(config_for(), [PARTS], state)

        assert second.incomplete == set()
        assert len(second.ids(PARTS)) == (2 if isinstance(unsettled, dict) else 0)


@pytest.mark.parametrize("workers", [1, 20])
@pytest.mark.parametrize("stream", ["contacts", "conversations"])
@pytest.mark.parametrize("kind", ["html", "status"])
@pytest.mark.parametrize("place", [0, 20, 39])
def test_a_row_that_no_page_can_show_hides_none_of_the_others(stream, kind, place, workers):
    """Every page with it fails, down to one row: the others come, and it stays unread."""
    make = contacts_at if stream == "contacts" else conversations_at
    moments = [BEGIN - 30 * DAY + 6 * 3600 * number for number in range(40)]
    with laboratory(Seed(now=BEGIN, **{stream: make(moments)})) as intercom, small_pages(4):
        names = [row["id"] for row in intercom.workspace.objects(stream)]
        needle = f'"id":"{names[place]}"'.encode()

        def spoil(_request, proceed):
            answer = proceed()
            if needle not in answer.body:
                return answer
            if kind == "html":
                return Response(200, b"<html>Sorry</html>", answer.headers)
            return Response(500, b"{}", answer.headers)

        intercom.faults.add(SEARCHES[stream], custom=spoil, count=None)
        first = sync_in_process(config_for(num_workers=workers), [stream])
        intercom.faults.clear()
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(num_workers=workers), [stream], first.state())

        assert first.incomplete == {stream}
        assert set(first.ids(stream)) == set(names) - {names[place]}
        assert len(second.ids(stream)) <= 4
        assert differences(latest([first, second], stream), intercom, stream) == ([], [], [])


@pytest.mark.parametrize("fault", ["html", "500"])
@pytest.mark.parametrize("place", [0, 130, 299])
def test_an_article_that_no_page_can_show_hides_none_of_the_others(fault, place):
    """Its page is asked for in smaller ones; INCOMPLETE, and the state claims nothing."""
    moments = [BEGIN - 30 * DAY + 3600 * number for number in range(300)]
    articles = [
        shapes.article(str(39 + number), moment - DAY, updated_at=moment)
        for number, moment in enumerate(moments)
    ]
    with laboratory(Seed(now=BEGIN, articles=articles)) as intercom:
        needle = f'"id":"{39 + place}"'.encode()

        def spoil(_request, proceed):
            answer = proceed()
            if needle not in answer.body:
                return answer
            body = b"<html>Sorry</html>"
            return Response(200 if fault == "html" else 500, body, answer.headers)

        intercom.faults.add("GET /articles", custom=spoil, count=None)
        first = sync_in_process(config_for(), ["articles"])
        intercom.faults.clear()
        second = sync_in_process(config_for(), ["articles"], first.state())

        assert first.incomplete == {"articles"}
        assert "articles: 1 rows of /articles can't be read" in first.errors["articles"]["message"]
        assert len(first.ids("articles")) == 299
        assert intercom.journal.count("GET /articles") < 80
        assert second.incomplete == set()
        assert differences(latest([second], "articles"), intercom, "articles") == ([], [], [])
