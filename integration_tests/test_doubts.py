"""Answers that contradict themselves: read again, or INCOMPLETE, but never believed."""

import itertools
from collections import deque
from email.utils import formatdate

import orjson
import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.laboratory import (
    DAY,
    SEARCHES,
    changed,
    companies_at,
    contacts_at,
    conversations_at,
    differences,
    laboratory,
    small_pages,
)
from integration_tests.syncing import (
    catalog,
    config_for,
    configured,
    latest,
    sync_in_process,
)
from integration_tests.troubles import ignore_sort
from intercom_emulator import shapes
from intercom_emulator.records import Documents
from intercom_emulator.workspace import Seed
from source_intercom import SourceIntercom

BEGIN = 1_790_000_000
CHATS, PARTS = "conversations", ["conversation_parts"]
DETAIL = "GET /conversations/{id}"


class NullsLast(Documents):
    """A search index keeps what has no date out of every range of it, and sorts it last."""

    def stamps(self, field):
        rows = map(self.document, range(len(self)))
        return [(1 << 33) - 2 if row[field] is None else row[field] for row in rows]


def articles(many):
    return [shapes.article(str(39 + n), BEGIN - DAY - 60 * n) for n in range(many)]


def test_articles_that_come_and_go_at_each_reading_are_all_there_in_the_end():
    """One is deleted behind the first page of two readings, one created before the second."""
    with laboratory(Seed(now=BEGIN, articles=articles(600))) as intercom:
        doomed, begun = ["39", "40"], []

        @intercom.before_request
        def change(request):
            if request.path == "/articles" and request.query.get("page", "1") == "1":
                begun.append(1)
                if len(begun) == 2:
                    intercom.workspace.create("articles", title="new")
            elif request.query.get("page") == "2" and doomed:
                intercom.workspace.delete("articles", doomed.pop())

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
        intercom.before_request(ignore_sort)

        output = sync_in_process(config_for(), ["conversations"])

        assert len(set(output.ids("conversations"))) == 4_400


def test_rows_that_jump_over_a_walk_whose_sort_is_ignored_are_no_trouble():
    """Two walks lose eight of twelve that change behind their first page; the next one has all."""
    seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - DAY - n for n in range(12)]))
    with laboratory(seed) as intercom, small_pages(3):
        rows = [*intercom.workspace.objects("conversations")]
        jumps = [[row["id"] for row in rows[4:]], [row["id"] for row in rows[:8]]]
        tokens = {None}
        intercom.before_request(ignore_sort)

        @intercom.before_request
        def change(request):
            token = (request.json or {}).get("pagination", {}).get("starting_after")
            if token not in tokens and jumps:
                tokens.add(token)
                intercom.clock.advance(1)
                for name in jumps.pop(0):
                    intercom.workspace.update("conversations", name, title="changed")

        output = sync_in_process(config_for(), [CHATS])

        missing, stale, _ = differences(latest([output], CHATS), intercom, CHATS)
        assert (missing, stale, output.incomplete, jumps) == ([], [], set(), [])


def without_next(request, proceed):
    """A fault: pages behind the first name no next one."""
    answer = proceed()
    body = answer.json
    if b"starting_after" in request.body:
        body["pages"]["next"] = None
    answer.body = orjson.dumps(body)
    return answer


@pytest.mark.parametrize("is_sorted", [True, False])
@pytest.mark.parametrize("same", [0, 150, 400])
@pytest.mark.parametrize("count", [1, None])
def test_a_page_behind_the_first_that_names_no_next_is_not_the_end(is_sorted, same, count):
    """Out of order, or behind one second that fills the first page: the walk begins anew."""
    moments = [BEGIN - 3 * DAY] * same + [BEGIN - 2 * DAY + n for n in range(500)]
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments))) as intercom:
        intercom.faults.add(SEARCHES[CHATS], custom=without_next, after=1, count=count)
        if not is_sorted:
            intercom.before_request(ignore_sort)

        output = sync_in_process(config_for(), [CHATS])

        is_whole = len({*output.ids(CHATS)}) == same + 500
        assert is_whole or output.incomplete
        assert (is_whole and not output.incomplete) or not count
        assert intercom.journal.count(SEARCHES[CHATS]) < 200


@pytest.mark.parametrize("count", [1, None])
def test_a_walk_downwards_over_one_second_is_not_at_its_end_before_its_count(count):
    """700 contacts that changed at once: a page without a next hides none of them."""
    with laboratory(Seed(now=BEGIN, contacts=contacts_at([BEGIN - 9 * DAY] * 700))) as intercom:
        first = sync_in_process(config_for(), ["contacts"])
        intercom.clock.advance(DAY)
        with intercom.workspace.lock:
            for row in [*intercom.workspace.objects("contacts")]:
                intercom.workspace.update("contacts", row["id"], name="changed")
        intercom.clock.advance(DAY / 8)
        intercom.faults.add(SEARCHES["contacts"], custom=without_next, after=1, count=count)

        second = sync_in_process(config_for(), ["contacts"], first.state())

        table = latest([first, second], "contacts")
        assert second.incomplete or differences(table, intercom, "contacts") == ([], [], [])
        assert not (second.incomplete and count)


@pytest.mark.parametrize("stream", ["contacts", "conversations"])
@pytest.mark.parametrize("after", [0, 1])
def test_a_page_without_rows_that_names_a_next_is_asked_for_again(stream, after):
    """Intercom shows no row of one page, once: of 400 none is lost."""

    def clear(body):
        body["data" if stream == "contacts" else "conversations"] = []

    moments = [BEGIN - 3 * DAY - number for number in range(400)]
    seed = Seed(now=BEGIN, contacts=contacts_at(moments), conversations=conversations_at(moments))
    with laboratory(seed) as intercom:
        intercom.faults.add(SEARCHES[stream], custom=changed(clear), count=1, after=after)

        output = sync_in_process(config_for(), [stream])

        assert (len({*output.ids(stream)}), output.incomplete) == (400, set())


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
    """nginx's 404 for every detail: trouble, not as many deletions, however often it comes."""
    moments = [BEGIN - DAY - 60 * number for number in range(50)]
    outputs = []
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments, parts=2))) as intercom:
        intercom.faults.add(DETAIL, status=404, body="html", count=None)
        for _ in range(3):
            state = outputs[-1].state() if outputs else []
            outputs.append(sync_in_process(config_for(), PARTS, state))
            intercom.clock.advance(3600)
        intercom.faults.clear()
        incomplete = [output.incomplete for output in outputs]
        for _ in range(2):
            outputs.append(sync_in_process(config_for(), PARTS, outputs[-1].state()))
            intercom.clock.advance(DAY)

        found = differences(latest(outputs, PARTS[0]), intercom, PARTS[0])
        assert incomplete == [{*PARTS}] * 3
        assert found == ([], [], [])


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

        def custom(request, proceed):
            token = request.json["pagination"].pop("starting_after", "next 0")
            if token == f"next {count}":
                return proceed()
            following = f"next {int(token.partition(' ')[2]) + 1}"

            def empty(body):
                body["conversations"] = []
                body["pages"]["next"] = {"starting_after": following}

            return changed(empty)(request, proceed)

        intercom.faults.add("POST /conversations/search", custom=custom, count=None)

        output = sync_in_process(config_for(), ["conversations"])

        assert output.incomplete == (set() if count else {"conversations"})
        assert len(output.ids("conversations")) == (9 if count else 0)


def test_vanished_conversations_come_once_they_are_shown():
    """nginx's 404 from the 136th of 300 on: none is taken for gone."""
    moments = [BEGIN - 2 * DAY + 60 * number for number in range(300)]
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments, parts=2))) as intercom:
        late = {f"/conversations/{row['id']}" for row in [*intercom.workspace.objects(CHATS)][135:]}
        intercom.faults.add(
            DETAIL, status=404, body="html", count=None, when=lambda one: one.path in late
        )
        first = sync_in_process(config_for(), PARTS)
        intercom.faults.clear()
        second = sync_in_process(config_for(), PARTS, first.state())

        found = differences(latest([first, second], PARTS[0]), intercom, PARTS[0])
        assert first.incomplete == {*PARTS}
        assert found == ([], [], [])


def test_a_404_that_is_not_intercoms_own_is_asked_again():
    """nginx answers every third detail: a second question brings the parts."""
    with laboratory(
        Seed(now=BEGIN, conversations=conversations_at([BEGIN - DAY] * 60, parts=2))
    ) as intercom:
        asked = itertools.count()
        intercom.faults.add(
            DETAIL, status=404, body="html", count=None, when=lambda _one: next(asked) % 3 == 0
        )
        output = sync_in_process(config_for(), PARTS)

        assert (len(output.ids(PARTS[0])), output.incomplete) == (120, set())


@pytest.mark.parametrize("stream", ["contacts", "conversations"])
@pytest.mark.parametrize("created_at", [None, -400 * DAY, 4_200_000_000])
@pytest.mark.parametrize("workers", [1, 20])
def test_a_full_second_is_read_whatever_its_rows_say_of_their_creation(stream, created_at, workers):
    """No created_at, one before 1970 or after 2100: an order by creation hides none."""
    at = BEGIN - 10 * DAY
    moments = [at - 5 * DAY, *[at] * 60, at + 5 * DAY]
    make = contacts_at if stream == "contacts" else conversations_at
    seeded = make(moments)
    rows = [seeded.document(number) for number in range(len(seeded))]
    for number in (55, 58):
        rows[number]["created_at"] = created_at
    seed = Seed(now=BEGIN, **{stream: NullsLast(rows)})
    with laboratory(seed) as intercom, small_pages(3):
        output = sync_in_process(config_for(num_workers=workers), [stream])

        assert set(output.ids(stream)) == {row["id"] for row in rows}
        assert intercom.journal.count(SEARCHES[stream]) > 1


@pytest.mark.parametrize("stream", ["contacts", "conversations"])
@pytest.mark.parametrize("gone", [0, 1, 150])
@pytest.mark.parametrize("after", [0, 1])
def test_a_search_that_ends_short_of_its_count_is_asked_again(stream, gone, after):
    """One page names no next and lacks rows, once: of 400 none is lost."""
    key = "data" if stream == "contacts" else "conversations"

    def shorten(body):
        body[key] = body[key][gone:]
        body["pages"]["next"] = None

    moments = [BEGIN - 3 * DAY - number for number in range(400)]
    seed = Seed(now=BEGIN, contacts=contacts_at(moments), conversations=conversations_at(moments))
    with laboratory(seed) as intercom:
        intercom.faults.add(SEARCHES[stream], custom=changed(shorten), count=1, after=after)

        output = sync_in_process(config_for(), [stream])

        assert (len(set(output.ids(stream))), output.incomplete) == (400, set())


@pytest.mark.parametrize(("gone", "fails"), [(3, False), (150, True)])
def test_a_count_is_overruled_only_where_the_pages_could_have_held_it(gone, fails):
    """A page of 150 may hide 3 deleted rows of 140, and not the end of 400."""

    def shorten(body):
        body["conversations"] = body["conversations"][gone:]
        body["pages"]["next"] = None

    moments = [BEGIN - 3 * DAY - number for number in range(400 if fails else 140)]
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments))) as intercom:
        intercom.faults.add(SEARCHES[CHATS], custom=changed(shorten), count=None)

        output = sync_in_process(config_for(), [CHATS])

        assert output.incomplete == ({CHATS} if fails else set())
        assert len(output.ids(CHATS)) == (0 if fails else 137)


def test_a_catalog_that_names_an_unknown_stream_is_told():
    """Behind all that can be read; a wrong name alone is no success."""
    known = catalog()["streams"][0]
    streams = [known, {**known, "name": "deals"}]
    wanted = configured({"streams": streams}, [known["name"], "deals"])
    parsed = ConfiguredAirbyteCatalogSerializer.load(wanted)
    with laboratory("tiny"):
        source = SourceIntercom()
        messages = source.read(source.logger, config_for(), parsed, [])
        with pytest.raises(AirbyteTracedException, match=r"not know: deals\. Refresh") as raised:
            deque(messages, maxlen=0)

    assert raised.value.failure_type is FailureType.config_error


def test_rows_that_jump_ahead_of_a_walk_downwards_are_no_trouble():
    """They are counted to the end and shown no more: the next sync brings them as they are."""
    seed = Seed(now=BEGIN, contacts=contacts_at([BEGIN - 60 * number for number in range(1, 6)]))
    with laboratory(seed) as intercom, small_pages(3):
        names = [row["id"] for row in intercom.workspace.objects("contacts")]
        asked = itertools.count()

        @intercom.before_request
        def change(request):
            if request.path == "/contacts/search" and next(asked) == 1:
                with intercom.workspace.lock:
                    intercom.clock.advance(1)
                    for name in names:
                        intercom.workspace.update("contacts", name, name="changed")
                    for _ in range(4):
                        intercom.workspace.create_contact()

        first = sync_in_process(config_for(), ["contacts"])
        second = sync_in_process(config_for(), ["contacts"], first.state())

        missing, stale, _ = differences(latest([first, second], "contacts"), intercom, "contacts")
        assert (missing, stale, first.incomplete) == ([], [], set())
