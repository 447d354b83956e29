"""Answers that aren't answers, and pages that are named in unusual ways."""

import pytest

from integration_tests.laboratory import (
    INCREMENTAL,
    MARGIN,
    changed,
    companies_at,
    contacts_at,
    conversations_at,
    differences,
    incremental_workspace,
    laboratory,
    replaced,
)
from integration_tests.syncing import CORE_STREAMS, config_for, latest, sync_in_process
from intercom_emulator import shapes
from intercom_emulator.settings import Settings
from intercom_emulator.workspace import Seed

BEGIN = 1_790_000_000
ROUTES = {
    "contacts": "POST /contacts/search",
    "companies": "GET /companies/scroll",
    "conversations": "POST /conversations/search",
    "conversation_parts": "GET /conversations/{id}",
    "articles": "GET /articles",
    "admins": "GET /admins",
    "tags": "GET /tags",
    "teams": "GET /teams",
    "segments": "GET /segments",
    "data_attributes": "GET /data_attributes",
}
NO_ANSWERS = (
    "html",
    "truncated",
    "cut",
    "empty",
    "wrong_envelope",
    "error_list",
    "broken_gzip",
    "reset",
    "hang",
)


def small_workspace():
    return incremental_workspace(
        BEGIN,
        11,
        age=3600,
        apart=3600,
        parts=2,
        admins=[shapes.admin("1", BEGIN, name="Ada", email="ada@example.com")],
        tags=[shapes.tag("2", BEGIN, name="billing")],
        teams=[shapes.team("3", BEGIN, name="Support", admin_ids=[1])],
        segments=[shapes.segment("4", BEGIN, name="Active")],
        data_attributes=[shapes.standard_attribute("contact", "name", "string")],
    )


@pytest.mark.parametrize("stream", CORE_STREAMS)
@pytest.mark.parametrize("kind", NO_ANSWERS)
def test_t33_t34_what_is_no_answer_is_asked_for_again(stream, kind):
    """T33, T34: a body that can't be read, or none in time: asked again, all rows there."""
    with laboratory(small_workspace()) as intercom:
        whole = sync_in_process(config_for(), [stream])
        intercom.clock.advance(120)
        count = 1 if stream == "companies" else 2  # an opened scroll answers otherwise
        intercom.faults.add(ROUTES[stream], kind=kind, count=count, seconds=1000)

        output = sync_in_process(config_for(), [stream])

        assert output.incomplete == set()
        assert sorted(output.ids(stream)) == sorted(whole.ids(stream)) != []


@pytest.mark.parametrize("stream", CORE_STREAMS)
@pytest.mark.parametrize("kind", ["html", "empty", "wrong_envelope", "broken_gzip"])
def test_t34_what_stays_no_answer_is_never_complete(stream, kind):
    """T34: after bounded tries INCOMPLETE, no row of it, the state where it was, others whole."""
    other = "tags" if stream != "tags" else "admins"
    with laboratory(small_workspace()) as intercom:
        first = sync_in_process(config_for(), [stream])
        saved = [each.get("updated_at") for each in first.states(stream)]
        intercom.clock.advance(3600)
        intercom.workspace.reply(next(intercom.workspace.objects("conversations"))["id"])
        intercom.faults.add(ROUTES[stream], kind=kind, count=None)
        intercom.journal.clear()
        state = first.state() if stream in INCREMENTAL else None

        output = sync_in_process(config_for(), [stream, other], state)

        assert output.incomplete == {stream}
        assert output.ids(stream) == []
        assert output.ids(other) != []
        assert [each.get("updated_at") for each in output.states(stream)][-1:] == saved[-1:]
        assert output.errors[stream]["failure_type"] == "transient_error"
        assert intercom.journal.count(ROUTES[stream]) < 60


@pytest.mark.parametrize("stream", ["contacts", "conversations"])
def test_a_search_without_its_pages_is_not_the_last_page(stream):
    """Missing `pages`: asked for again, then every row is there."""
    with laboratory(f"{stream}=400") as intercom:
        intercom.faults.add(ROUTES[stream], kind="missing_pages", after=1, count=2)

        output = sync_in_process(config_for(), [stream])

        assert len(set(output.ids(stream))) == 400
        assert output.incomplete == set()


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("count", [2, None])
def test_a_list_without_its_pages_is_not_the_last_page(after, count):
    """No `pages` and no count, on its first page or a later one: never taken for its end."""

    def cut(body):
        del body["pages"], body["total_count"]

    articles = [shapes.article(str(39 + number), BEGIN) for number in range(600)]
    with laboratory(Seed(now=BEGIN, articles=articles)) as intercom:
        intercom.faults.add("GET /articles", custom=changed(cut), after=after, count=count)

        output = sync_in_process(config_for(), ["articles"])

        assert len(output.ids("articles")) == (0 if count is None else 600)
        assert output.incomplete == ({"articles"} if count is None else set())


@pytest.mark.parametrize("stream", ["contacts", "conversations"])
@pytest.mark.parametrize("bearable", [1, 4, 70])
@pytest.mark.parametrize("size", [1, 150, 151, 300, 320])
def test_t32_a_page_that_fails_is_asked_for_in_halves(stream, bearable, size):
    """T32: 502 above so many rows a page, from the second page on: down to 1, and to the end."""
    with laboratory(f"{stream}={size}") as intercom:
        route = ROUTES[stream]
        intercom.faults.add(route, status=502, count=None, per_page_above=bearable, after=1)

        output = sync_in_process(config_for(), [stream])

        assert output.incomplete == set()
        assert sorted(output.ids(stream)) == sorted(set(output.ids(stream)))
        assert len(output.ids(stream)) == size


def test_t32_the_page_grows_back():
    """T32: after one bad stretch the pages double up to 150 again."""
    with laboratory("contacts=1500") as intercom:
        route = ROUTES["contacts"]
        intercom.faults.add(route, status=504, after=1, count=9, per_page_above=4)

        sync_in_process(config_for(), ["contacts"])

        sizes = [
            one.body["pagination"]["per_page"]
            for one in intercom.journal.entries(route, status=200)
            if "starting_after" in one.body["pagination"]
        ]
        assert min(sizes) < 10
        assert sizes[-1] == 150


@pytest.mark.parametrize("stream", INCREMENTAL)
@pytest.mark.parametrize("form", ["object", "url"])
@pytest.mark.parametrize("end", ["null", "absent"])
def test_t46_every_list_follows_every_form_of_the_next_page(stream, form, end):
    """T46: an object, an absolute URL, null or nothing: all rows, on every list."""
    moments = [BEGIN - 60 * number for number in range(320)]
    seed = Seed(
        now=BEGIN,
        contacts=contacts_at(moments),
        companies=companies_at(moments),
        conversations=conversations_at(moments, parts=1),
        articles=[shapes.article(str(39 + n), moment) for n, moment in enumerate(moments)],
    )
    with laboratory(seed, Settings(pages_next=form, pages_end=end)) as intercom:
        output = sync_in_process(config_for(), [stream])

        assert differences(latest([output], stream), intercom, stream) == ([], [], [])
        assert output.incomplete == set()


def test_t46_no_page_lures_the_token_to_another_host():
    """T46: absolute URLs of another host are followed on ours."""
    moments = [BEGIN - 60 * number for number in range(320)]
    seed = Seed(
        now=BEGIN,
        contacts=contacts_at(moments),
        articles=[shapes.article(str(39 + n), moment) for n, moment in enumerate(moments)],
    )
    elsewhere = Settings(pages_next="url", next_url_base="https://intercom.example.com")
    with laboratory(seed, elsewhere) as intercom:
        output = sync_in_process(config_for(), ["contacts", "articles"])

        for stream in ("contacts", "articles"):
            assert differences(latest([output], stream), intercom, stream) == ([], [], [])


@pytest.mark.parametrize("stream", ["contacts", "conversations", "articles"])
def test_a_page_token_that_repeats_is_an_error_and_no_loop(stream):
    """The second page names itself as the next: INCOMPLETE within a few requests."""
    moments = [BEGIN - 60 * number for number in range(700)]
    seed = Seed(
        now=BEGIN,
        contacts=contacts_at(moments),
        conversations=conversations_at(moments),
        articles=[shapes.article(str(39 + n), moment) for n, moment in enumerate(moments)],
    )
    with laboratory(seed) as intercom:
        first_next = []

        def repeat(_request, proceed):
            answer = proceed()
            body = answer.json
            first_next.append(body["pages"].get("next"))
            body["pages"]["next"] = first_next[0]
            return type(answer).of(body)

        intercom.faults.add(ROUTES[stream], custom=repeat, count=None)

        output = sync_in_process(config_for(), [stream])

        assert output.incomplete == {stream}
        assert "twice" in output.errors[stream]["message"]
        assert intercom.journal.count(ROUTES[stream]) < 30


def test_a_list_that_shrinks_between_two_pages_is_read_again():
    """An article deleted behind the first page moves another one out of sight; it still comes."""
    moments = [BEGIN - 60 * number for number in range(600)]
    seed = Seed(
        now=BEGIN,
        articles=[shapes.article(str(39 + n), moment) for n, moment in enumerate(moments)],
    )
    with laboratory(seed) as intercom:
        doomed = ["39", "40"]

        @intercom.before_request
        def delete(request):
            if request.query.get("page") == "2" and doomed:
                intercom.workspace.delete("articles", doomed.pop())

        output = sync_in_process(config_for(), ["articles"])

        missing, stale, _ = differences(latest([output], "articles"), intercom, "articles")
        assert (missing, stale) == ([], [])
        assert len(output.ids("articles")) == 598


def test_a_list_that_is_shorter_than_its_count_is_read_again():
    """One row of 20 is missing from the first answer, while Intercom counts 20: all come."""
    moments = [BEGIN - 60 * number for number in range(20)]
    seed = Seed(
        now=BEGIN,
        articles=[shapes.article(str(39 + n), moment) for n, moment in enumerate(moments)],
    )
    with laboratory(seed) as intercom:

        def leave_one_out(_request, proceed):
            answer = proceed()
            body = answer.json
            del body["data"][7]
            return type(answer).of(body)

        intercom.faults.add(ROUTES["articles"], custom=leave_one_out, count=1)

        output = sync_in_process(config_for(), ["articles"])

        assert differences(latest([output], "articles"), intercom, "articles") == ([], [], [])


def test_every_article_of_the_windows_first_second_comes():
    """300 of them in that second, over two pages: reading down ends behind them."""
    first = BEGIN - 3600 - MARGIN
    moments = [first + 1] * 5 + [first] * 300 + [first - 1] * 5
    seed = Seed(
        now=BEGIN,
        articles=[shapes.article(str(39 + n), moment) for n, moment in enumerate(moments)],
    )
    descriptor = {"name": "articles"}
    blob = {"updated_at": BEGIN - 3600}
    state = [{"type": "STREAM", "stream": {"stream_descriptor": descriptor, "stream_state": blob}}]
    with laboratory(seed):
        assert len(sync_in_process(config_for(), ["articles"], state).ids("articles")) == 305


NAME, SCORE = b'"@name@"', b"4242"
ALMOST_JSON = {
    "a lone 0xC3": (NAME, b'"caf\xc3"', "name", "caf\ufffd"),
    "raw surrogate bytes": (NAME, b'"a\xed\xa0\x80"', "name", "a\ufffd\ufffd\ufffd"),
    "half an emoji": (NAME, rb'"x\ud83d"', "name", "x\ufffd"),
    "a raw control character": (NAME, b'"a\x01b"', "name", "a\x01b"),
    "NaN": (SCORE, b"NaN", "custom_attributes", {"score": None}),
    "Infinity": (SCORE, b"-Infinity", "custom_attributes", {"score": None}),
}


@pytest.mark.parametrize("kind", ALMOST_JSON)
def test_a_body_that_is_almost_json_brings_all_its_rows(kind, caplog):
    """It is mended at the first try, in every answer, and that is said once."""
    old, new, field, expected = ALMOST_JSON[kind]
    moments = [BEGIN - 3600 * number for number in range(1, 12)]
    with laboratory(Seed(now=BEGIN, contacts=contacts_at(moments))) as intercom:
        odd = intercom.workspace.create_contact(name="@name@", custom_attributes={"score": 4242})
        sync_in_process(config_for(), ["contacts"])
        requests = intercom.journal.count(ROUTES["contacts"])
        intercom.journal.clear()
        intercom.faults.add(ROUTES["contacts"], custom=replaced(old, new), count=None)

        output = sync_in_process(config_for(), ["contacts"])

        rows = {row["id"]: row for row in output.records("contacts")}
        assert len(rows) == 12
        assert rows[odd["id"]][field] == expected
        assert output.incomplete == set()
        assert intercom.journal.count(ROUTES["contacts"]) == requests
        assert intercom.waiting.slept == []
        assert caplog.text.count("answer to POST /contacts/search holds") == 1


@pytest.mark.parametrize("stream", CORE_STREAMS)
def test_no_stream_minds_a_byte_order_mark(stream, caplog):
    """Whichever way its answers are read, all rows come with as many requests, and it is said."""
    with laboratory(small_workspace()) as intercom:
        whole = sync_in_process(config_for(), [stream])
        requests = intercom.journal.count("*")
        intercom.journal.clear()

        def mark(_request, proceed):
            answer = proceed()
            answer.body = b"\xef\xbb\xbf" + answer.body
            return answer

        intercom.faults.add("*", custom=mark, count=None)
        output = sync_in_process(config_for(), [stream])

        assert output.ids(stream) == whole.ids(stream) != []
        assert output.incomplete == set()
        assert intercom.journal.count("*") == requests
        assert caplog.text.count("holds a byte order mark") == 1


def test_a_refusal_with_an_odd_byte_is_still_intercoms_own():
    """Its code is read, so it is not taken for a proxy's and asked for again."""
    refusal = b'{"type":"error.list","errors":[{"code":"api_plan_restricted","message":"caf\xc3"}]}'
    with laboratory(small_workspace()) as intercom:
        intercom.faults.add(ROUTES["tags"], status=403, body=refusal, count=None)

        output = sync_in_process(config_for(), ["tags"])

        assert "api_plan_restricted" in output.errors["tags"]["message"]
        assert intercom.journal.count(ROUTES["tags"]) == 1


def test_a_number_beyond_a_double_costs_nothing():
    """1e400 is JSON: it comes in one request, as text, because readers would refuse the line."""
    with laboratory(small_workspace()) as intercom:
        odd = intercom.workspace.create_contact(custom_attributes={"score": 4242})
        intercom.faults.add(ROUTES["contacts"], custom=replaced(SCORE, b"1e400"), count=None)

        output = sync_in_process(config_for(), ["contacts"])

        rows = {row["id"]: row for row in output.records("contacts")}
        assert len(rows) == 12
        assert rows[odd["id"]]["custom_attributes"] == {"score": "1e400"}
        assert intercom.journal.count(ROUTES["contacts"]) == 1


MISFITS = [
    ("companies", "size", "integer", [2**63, 12.5, True, "11-50", {}], [85, "85", 85.0, None, ""]),
    ("companies", "monthly_spend", "number", ["much", [1], True], ["1.5", 2, None, ""]),
    ("contacts", "marked_email_as_spam", "boolean", [{}, 2, "perhaps"], ["true", False, None, ""]),
    ("contacts", "signed_up_at", "timestamp", [BEGIN * 10**6, "0000-01-01"], [BEGIN, None, ""]),
    ("contacts", "location", "object", ["Dublin", [1]], [{"city": "Dublin"}, None, ""]),
]


@pytest.mark.parametrize(("stream", "field", "kind", "unfit", "fit"), MISFITS)
def test_a_value_that_does_not_fit_is_null_and_its_row_comes(
    stream, field, kind, unfit, fit, caplog
):
    """With one warning a field that names no value, and what fits is never warned of."""
    values = unfit * 2 + fit
    made = contacts_at if stream == "contacts" else companies_at
    moments = [BEGIN - 60 * number for number in range(len(values))]
    with laboratory(Seed(now=BEGIN, **{stream: made(moments)})) as intercom:

        def spoil(body):
            for row, value in zip(body["data"], values, strict=False):
                row[field] = value

        intercom.faults.add(ROUTES[stream], custom=changed(spoil), count=None)
        output = sync_in_process(config_for(), [stream])

        rows = output.records(stream)
        assert len(rows) == len(values)
        assert sum(field in row for row in rows) == len(
            [one for one in fit if one not in (None, "")]
        )
        said = [line for line in caplog.messages if f"{stream}: {field} has values" in line]
        assert len(said) == 1
        assert f"({kind})" in said[0]
        assert not [one for one in unfit if isinstance(one, str) and one in said[0]]


@pytest.mark.parametrize("seed", ["tiny", "demo"])
def test_nothing_that_intercom_usually_sends_is_a_misfit(seed, caplog):
    """The declared types are those of its own answers, whole workspaces through."""
    with laboratory(seed):
        output = sync_in_process(config_for(include_archived=True), CORE_STREAMS)

    assert output.incomplete == set()
    assert "fit" not in caplog.text


@pytest.mark.parametrize("key", [None, "", {}, True, ["1"]])
@pytest.mark.parametrize("stream", ["contacts", "conversation_parts", "tags"])
def test_a_row_whose_key_does_not_fit_never_comes_with_a_null_key(stream, key):
    """Nor with one that was made of an object or a flag."""

    def spoil(body):
        listed = body.get("conversation_parts")
        rows = listed["conversation_parts"] if listed else body["data"]
        rows[0]["id"] = key

    with laboratory(small_workspace()) as intercom:
        intercom.faults.add(ROUTES[stream], custom=changed(spoil), count=None)

        output = sync_in_process(config_for(), [stream])

        assert all(isinstance(one, str) and one.isalnum() for one in output.ids(stream))
        assert output.incomplete == {stream}
        assert output.errors[stream]["failure_type"] == "system_error"
