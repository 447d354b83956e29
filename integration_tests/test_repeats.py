"""Pages that show rows again, in place of others: no progress, and never counted as whole."""

import pytest

from integration_tests.laboratory import (
    DAY,
    SEARCHES,
    companies_at,
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
KEYS = {"contacts": "data", "conversations": "conversations"}
SCROLL = "GET /companies/scroll"


def whole(output, intercom, stream):
    """COMPLETE, and every row of the workspace."""
    assert output.incomplete == set()
    assert differences(latest([output], stream), intercom, stream)[:2] == ([], [])


def seed_of(many, step=60):
    moments = [BEGIN - 3 * DAY - step * number for number in range(many)]
    return Seed(
        now=BEGIN,
        contacts=contacts_at(moments),
        conversations=conversations_at(moments),
        companies=companies_at(moments),
        articles=[
            shapes.article(str(39 + number), moment - DAY, updated_at=moment)
            for number, moment in enumerate(moments)
        ],
    )


class Repeating:
    """Shows rows of a search's first page again on its second; every time, or once."""

    def __init__(self, key, many, count=None):
        self.key, self.many, self.count, self.first = key, many, count, []

    def __call__(self, request, proceed):
        answer = proceed()
        body = answer.json
        if not request.json["pagination"].get("starting_after"):
            self.first = body[self.key]
        elif self.count is None or self.count > 0:
            self.count = self.count and self.count - 1
            rows = body[self.key]
            body[self.key] = self.first[: min(self.many, len(rows))] + rows[self.many :]
        return Response.of(body)


@pytest.mark.parametrize("stream", KEYS)
@pytest.mark.parametrize("many", [5, 10, 150])
@pytest.mark.parametrize("count", [1, None])
@pytest.mark.parametrize("rows", [160, 400])
def test_rows_that_a_second_page_repeats_hide_no_others(stream, many, count, rows):
    """160 counted, ten of the first page on the second: the search goes on from its position."""
    with laboratory(seed_of(rows, step=6 * 3600)) as intercom:
        repeating = Repeating(KEYS[stream], many, count)
        intercom.faults.add(SEARCHES[stream], custom=repeating, count=None)

        output = sync_in_process(config_for(num_workers=1), [stream])

        whole(output, intercom, stream)
        assert intercom.journal.count(SEARCHES[stream]) < 20


@pytest.mark.parametrize("stream", KEYS)
def test_rows_of_the_last_minutes_that_are_repeated_are_asked_for_again(stream):
    """They may well come twice, as they change: it is the count of different ones that tells."""
    moments = [BEGIN - number % 500 for number in range(160)]
    make = contacts_at if stream == "contacts" else conversations_at
    with laboratory(Seed(now=BEGIN, **{stream: make(moments)})) as intercom:
        repeating = Repeating(KEYS[stream], 10, count=1)
        intercom.faults.add(SEARCHES[stream], custom=repeating, count=None)

        whole(sync_in_process(config_for(), [stream], None), intercom, stream)


def test_a_day_whose_second_page_is_always_the_first_is_not_complete():
    """A search by day can't go on from within the day: INCOMPLETE, rather than a day cut short."""
    with laboratory(seed_of(400)) as intercom:
        repeating = Repeating("data", 150)
        intercom.faults.add(SEARCHES["contacts"], custom=repeating, count=None)

        output = sync_in_process(config_for(num_workers=1), ["contacts"])

        assert output.incomplete == {"contacts"}
        assert intercom.journal.count(SEARCHES["contacts"]) < 20


@pytest.mark.parametrize("stream", KEYS)
def test_a_search_that_shows_its_first_page_for_ever_is_not_complete(stream):
    """Whatever token it is asked with: a few new searches, then INCOMPLETE; nothing is claimed."""
    with laboratory(seed_of(400, step=0)) as intercom:

        def stuck(request, proceed):
            token = request.json["pagination"].pop("starting_after", "")
            body = proceed().json
            body["pages"]["next"] = {"starting_after": f"{token}x"}
            return Response.of(body)

        intercom.faults.add(SEARCHES[stream], custom=stuck, count=None)
        first = sync_in_process(config_for(num_workers=1), [stream])
        intercom.faults.clear()
        second = sync_in_process(config_for(), [stream], first.state())

        assert first.incomplete == {stream}
        assert intercom.journal.count(SEARCHES[stream]) < 40
        assert differences(latest([first, second], stream), intercom, stream) == ([], [], [])


@pytest.mark.parametrize("count", [1, None])
def test_articles_that_a_page_repeats_are_read_anew(count):
    """Ten of 300 twice, ten not at all: other pages show them, and the state waits for it."""
    with laboratory(seed_of(300)) as intercom:
        left = [count]

        def repeat(request, proceed):
            body = proceed().json
            is_second = request.query.get("page") == "2" and request.query["per_page"] == "250"
            if is_second and left[0] != 0:
                left[0] = left[0] and left[0] - 1
                shown = [intercom.workspace.table("articles").get(str(39 + n)) for n in range(10)]
                body["data"][:10] = [shapes.public(one) for one in shown]
            return Response.of(body)

        intercom.faults.add("GET /articles", custom=repeat, count=None)

        whole(sync_in_process(config_for(), ["articles"]), intercom, "articles")


def test_articles_that_every_reading_repeats_are_not_complete():
    """The second page is always the first: INCOMPLETE, and the state claims nothing."""
    with laboratory(seed_of(300)) as intercom:

        def repeat(request, proceed):
            request.query.pop("page", None)
            body = proceed().json
            body["pages"] = {"page": 1, "total_pages": 2, "next": {"page": 2}}
            return Response.of(body)

        intercom.faults.add("GET /articles", custom=repeat, count=None)
        first = sync_in_process(config_for(), ["articles"])
        intercom.faults.clear()
        second = sync_in_process(config_for(), ["articles"], first.state())

        assert first.incomplete == {"articles"}
        assert intercom.journal.count("GET /articles") < 30
        whole(second, intercom, "articles")


@pytest.mark.parametrize("kept", [1, 3])
def test_a_scroll_that_shows_the_same_page_again_ends_its_attempt(kept):
    """A cache keeps one page of the scroll, once or for ever: no loop, and no company lost."""
    with laboratory("companies=400") as intercom:
        cache = {}

        def custom(request, proceed):
            answer = proceed()
            if not request.query.get("scroll_param"):
                cache["scrolls"] = cache.get("scrolls", 0) + 1
            elif cache["scrolls"] <= kept:
                cache.setdefault("page", answer.body)
                return Response(200, cache["page"])
            return answer

        intercom.faults.add(SCROLL, custom=custom, count=None)
        output = sync_in_process(config_for(), ["companies"])

        whole(output, intercom, "companies")
        assert intercom.journal.count(SCROLL) < 20


def test_a_scroll_that_shows_the_same_page_for_ever_is_not_complete():
    """Five scrolls of three requests, not 900: nothing is emitted."""
    with laboratory("companies=400") as intercom:
        cache = {}

        def custom(request, proceed):
            answer = proceed()
            if request.query.get("scroll_param"):
                return Response(200, cache.setdefault("page", answer.body))
            return answer

        intercom.faults.add(SCROLL, custom=custom, count=None)
        output = sync_in_process(config_for(), ["companies"])

        assert (output.ids("companies"), output.incomplete) == ([], {"companies"})
        assert intercom.journal.count(SCROLL) == 15


def no_token(answer):
    body = answer.json
    body["scroll_param"] = None
    return Response.of(body)


ENDS = {
    "null": lambda _answer: Response(200, b"null"),
    "empty": lambda _answer: Response(200, b""),
    "data null": lambda answer: Response.of({**answer.json, "data": None}),
}


@pytest.mark.parametrize("end", [*ENDS, "no token"])
@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("companies", [3, 250, 300])
def test_a_scroll_may_end_as_the_sdks_take_it(end, is_counted, companies):
    """A null, an empty body or a page without a token: believed where count or scroll agree."""
    with laboratory(seed_of(companies)) as intercom:
        for row in [*intercom.workspace.objects("companies")]:
            intercom.workspace.update("companies", row["id"], touch=False, user_count=1)
        last = -(-companies // 100)
        pages = []

        def custom(request, proceed):
            answer = proceed()
            pages.append(0 if not request.query.get("scroll_param") else pages[-1] + 1)
            if end == "no token" and pages[-1] == last - 1:
                return no_token(answer)
            if end in ENDS and pages[-1] == last:
                return ENDS[end](answer)
            return answer

        intercom.faults.add(SCROLL, custom=custom, count=None)
        if not is_counted:
            intercom.faults.add("POST /companies/list", status=403, count=None)
        output = sync_in_process(config_for(), ["companies"])

        whole(output, intercom, "companies")
        scrolls = 1 if is_counted else 2
        requests = last if end == "no token" else last + 1
        assert intercom.journal.count(SCROLL) == scrolls * requests


@pytest.mark.parametrize("end", [*ENDS, "no token"])
def test_an_end_in_mid_scroll_is_not_believed(end):
    """Once, behind the first of five pages: the scroll starts over, though fewer are counted."""
    with laboratory("companies=500") as intercom:
        change = no_token if end == "no token" else ENDS[end]

        def custom(_request, proceed):
            return change(proceed())

        intercom.faults.add(SCROLL, custom=custom, count=1, after=1)

        whole(sync_in_process(config_for(), ["companies"]), intercom, "companies")


def test_overlaps_of_lanes_are_no_repeats():
    """Days that a search by day finds around a slice, and pages of one second, cost no search."""
    moments = [BEGIN - 9 * DAY - 3600 * number for number in range(300)]
    moments += [BEGIN - 5 * DAY] * 120
    seed = Seed(now=BEGIN, contacts=contacts_at(moments))
    with laboratory(seed) as intercom, small_pages(10):
        output = sync_in_process(config_for(), ["contacts"])

        whole(output, intercom, "contacts")
        assert len(output.ids("contacts")) == 420
