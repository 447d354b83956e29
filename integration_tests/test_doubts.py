"""Answers that contradict themselves: read again, or INCOMPLETE, but never believed."""

from email.utils import formatdate

import orjson
import pytest

from integration_tests.laboratory import (
    DAY,
    companies_at,
    contacts_at,
    conversations_at,
    differences,
    laboratory,
)
from integration_tests.syncing import config_for, latest, sync_in_process
from intercom_emulator import shapes
from intercom_emulator.workspace import Seed

BEGIN = 1_790_000_000


def articles(many):
    return [shapes.article(str(39 + n), BEGIN - DAY - 60 * n) for n in range(many)]


def changed(change):
    """A fault that changes the body of an answer."""

    def custom(_request, proceed):
        answer = proceed()
        body = answer.json
        change(body)
        answer.body = orjson.dumps(body)
        return answer

    return custom


def test_articles_that_come_and_go_at_each_reading_are_all_there_in_the_end():
    """One is deleted behind the first page of two readings, one created before the second."""
    with laboratory(Seed(now=BEGIN, articles=articles(600))) as intercom:
        doomed, begun = ["39", "40"], []

        @intercom.before_request
        def change(request):
            if request.path == "/articles" and request.query.get("page", "1") == "1":
                begun.append(1)
                if len(begun) == 2:
                    intercom.workspace.create_article(title="new")
            elif request.query.get("page") == "2" and doomed:
                intercom.workspace.delete_article(doomed.pop())

        first = sync_in_process(config_for(), ["articles"])
        intercom.before_hooks.clear()
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(), ["articles"], first.state())

        table = latest([first, second], "articles")
        assert differences(table, intercom, "articles")[:2] == ([], [])


def test_a_count_that_is_one_too_high_on_the_first_page_hides_no_article():
    """A replica that lags: the total shrinks at every reading, and no row is missing."""

    def lag(body):
        body["total_count"] += body["pages"]["page"] == 1

    with laboratory(Seed(now=BEGIN, articles=articles(600))) as intercom:
        intercom.faults.add("GET /articles", custom=changed(lag), count=None)

        output = sync_in_process(config_for(), ["articles"])

        assert (len(output.ids("articles")), output.incomplete) == (600, set())


@pytest.mark.parametrize("stream", ["contacts", "conversations"])
@pytest.mark.parametrize("count", [1, None])
@pytest.mark.parametrize("pages", [{}, {"next": None, "page": 1, "total_pages": 3}])
def test_a_full_page_without_a_next_is_not_the_end_where_more_are_counted(stream, count, pages):
    """Asked for again in other lengths; one that stays without is INCOMPLETE."""

    def cut(body):
        body["pages"] = {**body["pages"], "next": None, **pages}

    moments = [BEGIN - 3 * DAY - number for number in range(400)]
    seed = Seed(now=BEGIN, contacts=contacts_at(moments), conversations=conversations_at(moments))
    with laboratory(seed) as intercom:
        intercom.faults.add(f"POST /{stream}/search", custom=changed(cut), count=count)

        output = sync_in_process(config_for(), [stream])

        assert output.incomplete == (set() if count else {stream})
        assert len(set(output.ids(stream))) == 400 or not count


def test_a_first_date_in_the_future_claims_nothing():
    """One front-end two hours ahead: the stream is INCOMPLETE rather than its state too far."""
    seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - DAY - n for n in range(50)]))
    with laboratory(seed) as intercom:

        def ahead(_request, proceed):
            answer = proceed()
            answer.headers["Date"] = formatdate(intercom.clock.now() + 7200, usegmt=True)
            return answer

        intercom.faults.add("GET /me", custom=ahead, count=1)
        first = sync_in_process(config_for(), ["conversations"])
        intercom.clock.advance(1800)
        intercom.workspace.create_conversation(body="between")
        intercom.clock.advance(3 * 3600)
        second = sync_in_process(config_for(), ["conversations"], first.state())

        assert first.incomplete == {"conversations"}
        table = latest([first, second], "conversations")
        assert differences(table, intercom, "conversations") == ([], [], [])


def test_a_404_behind_a_page_that_lost_a_row_is_not_the_end_of_the_scroll():
    """A company deleted under the scroll makes its page short; where none can be counted."""
    seed = Seed(now=BEGIN, companies=companies_at([BEGIN - DAY - n for n in range(1_000)]))
    with laboratory(seed) as intercom:
        shorten = changed(lambda body: body["data"].pop())
        intercom.faults.add("POST /companies/list", status=403, count=None)
        intercom.faults.add("GET /companies/scroll", custom=shorten, after=1, count=1)
        intercom.faults.add("GET /companies/scroll", status=404, after=1, count=1)

        output = sync_in_process(config_for(), ["companies"])

        assert (len(output.ids("companies")), output.incomplete) == (1_000, set())


def test_a_sort_that_is_ignored_hides_nothing():
    """Newest first where oldest first was asked for, and the newest 400 share a second."""
    moments = [BEGIN - DAY] * 400 + [BEGIN - 2 * DAY - 60 * number for number in range(4_000)]
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments))) as intercom:

        @intercom.before_request
        def ignore(request):
            if request.path == "/conversations/search":
                body = orjson.loads(request.body)
                body["sort"]["order"] = "descending"
                request.body = orjson.dumps(body)
                request.__dict__.pop("json", None)

        output = sync_in_process(config_for(), ["conversations"])

        assert len(set(output.ids("conversations"))) == 4_400


def test_parts_found_before_a_search_broke_off_are_settled():
    """The third page fails at each sync: the state moves behind the first two all the same."""
    moments = [BEGIN - DAY - 60 * number for number in range(600)]
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments, parts=1))) as intercom:
        intercom.faults.add("POST /conversations/search", status=500, after=2, count=None)

        first = sync_in_process(config_for(), ["conversation_parts"])
        intercom.faults.clear()
        second = sync_in_process(config_for(), ["conversation_parts"], first.state())

        assert first.incomplete == {"conversation_parts"}
        assert len(first.ids("conversation_parts")) == 300
        assert len(second.ids("conversation_parts")) <= 302


def test_conversations_that_all_vanished_are_no_success():
    """nginx's 404 for every detail: trouble, not fifty deletions in a row."""
    moments = [BEGIN - DAY - 60 * number for number in range(50)]
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments, parts=2))) as intercom:
        intercom.faults.add("GET /conversations/{id}", status=404, body="html", count=None)

        output = sync_in_process(config_for(), ["conversation_parts"])

        assert output.incomplete == {"conversation_parts"}


def test_conversations_that_were_all_deleted_cost_their_own_rows():
    """Intercom's own 404 for every detail, as all were deleted behind the search: a success."""
    moments = [BEGIN - DAY - 60 * number for number in range(50)]
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments, parts=2))) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("conversations")]

        @intercom.before_request
        def delete(request):
            with intercom.workspace.lock:
                while names and request.path.startswith("/conversations/5"):
                    intercom.workspace.delete_conversation(names.pop())

        output = sync_in_process(config_for(), ["conversation_parts"])

        assert intercom.journal.count("GET /conversations/{conversation_id}") == 50
        assert (output.ids("conversation_parts"), output.incomplete) == ([], set())


def test_syncs_that_fail_leave_one_slice_and_not_one_each():
    """Contacts can't be searched for ten hours: the state stays small and cheap to go on from."""
    with laboratory(Seed(now=BEGIN, contacts=contacts_at([BEGIN - DAY] * 9))) as intercom:
        state = sync_in_process(config_for(), ["contacts"]).state()
        intercom.faults.add("POST /contacts/search", status=503, count=None)
        for _ in range(10):
            intercom.clock.advance(3600)
            state = sync_in_process(config_for(), ["contacts"], state).state(state)

        assert len(state[0]["stream"]["stream_state"]["unread"]) == 1


def test_a_full_refresh_reads_all_whatever_state_is_handed_in():
    """An overwritten table would else be left without the rest."""
    with laboratory(Seed(now=BEGIN, contacts=contacts_at([BEGIN - DAY] * 9))):
        state = sync_in_process(config_for(), ["contacts"]).state()

        output = sync_in_process(config_for(), ["contacts"], state, sync_mode="full_refresh")

        assert len(output.ids("contacts")) == 9


@pytest.mark.parametrize("row", [{}, [], None])
def test_a_row_that_is_none_ends_its_stream_alone(row):
    """An empty object would stop the CDK's queue for every stream."""
    with laboratory("tiny") as intercom:
        spoil = changed(lambda body: body["data"].append(row))
        intercom.faults.add("GET /tags", custom=spoil, count=None)

        output = sync_in_process(config_for(), ["tags", "teams", "contacts"])

        assert output.incomplete == {"tags"}


def test_half_an_emoji_costs_no_stream():
    """Text that was cut in the midst of a surrogate pair comes with a "?" in its place."""
    with laboratory(Seed(now=BEGIN, contacts=contacts_at([BEGIN - DAY] * 9))) as intercom:

        def halve(_request, proceed):
            answer = proceed()
            answer.body = answer.body.replace(b'"name":null', rb'"name":"x\ud83d"', 1)
            return answer

        intercom.faults.add("POST /contacts/search", custom=halve, count=1)
        output = sync_in_process(config_for(), ["contacts"])

        assert len(output.ids("contacts")) == 9
        assert output.incomplete == set()


def test_a_count_that_is_text_costs_no_parts():
    """`total_count` of a conversation's parts as "2": the parts come all the same."""

    def spell(body):
        body["conversation_parts"]["total_count"] = "2"

    seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - DAY] * 5, parts=2))
    with laboratory(seed) as intercom:
        intercom.faults.add("GET /conversations/{id}", custom=changed(spell), count=None)

        output = sync_in_process(config_for(), ["conversation_parts"])

        assert (len(output.ids("conversation_parts")), output.incomplete) == (10, set())


@pytest.mark.parametrize("count", [30, None])
def test_empty_pages_that_name_a_next_end_some_time(count):
    """A search behind its index may send some; for ever is an error."""
    moments = [BEGIN - DAY - number for number in range(9)]
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments))) as intercom:
        asked = []

        def empty(body):
            asked.append(1)
            body["conversations"] = []
            body["pages"]["next"] = {"starting_after": f"next {len(asked)}"}

        def custom(request, proceed):
            if request.json["pagination"].get("starting_after") == f"next {count}":
                request.json["pagination"].pop("starting_after")
                return proceed()
            request.json["pagination"].pop("starting_after", None)
            return changed(empty)(request, proceed)

        intercom.faults.add("POST /conversations/search", custom=custom, count=None)
        output = sync_in_process(config_for(), ["conversations"])

        assert output.incomplete == (set() if count else {"conversations"})
        assert len(output.ids("conversations")) == (9 if count else 0)
