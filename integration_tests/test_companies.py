"""Companies: whole or not COMPLETE, each once, in one scroll, whatever befalls the scroll."""

import orjson
import pytest

from integration_tests.laboratory import differences, laboratory, repeated
from integration_tests.syncing import config_for, latest, sync_in_process
from intercom_emulator.settings import Settings
from source_intercom.reading import progress

SCROLL = "GET /companies/scroll"
COMPANIES = ["companies"]


def whole(intercom, output):
    """COMPLETE, every company there, none twice."""
    assert output.incomplete == set()
    assert differences(latest([output], "companies"), intercom, "companies") == ([], [], [])
    assert repeated(output, "companies") == 0


@pytest.mark.parametrize("size", [1, 99, 100, 101, 500])
def test_t9_the_same_token_on_every_page_leads_to_the_empty_page(size):
    """T9: one page, full pages, a page too many: all companies, one request a page and one more."""
    with laboratory(f"companies={size}") as intercom:
        output = sync_in_process(config_for(), COMPANIES)

        whole(intercom, output)
        assert intercom.journal.count(SCROLL) == -(-size // 100) + 1


@pytest.mark.parametrize("page", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 404},
        {"status": 404, "body": "html"},
        {"status": 500},
        {"status": 502, "body": "html"},
        {"kind": "reset"},
        {"kind": "reset", "processed": True},
        {"kind": "hang"},
        {"kind": "truncated"},
        {"kind": "cut"},
        {"kind": "empty"},
    ],
    ids=lambda trouble: "-".join(str(value) for value in trouble.values()),
)
def test_t10_t30_trouble_at_any_page_starts_the_scroll_over(page, trouble):
    """T10, T30: 404, 500 and broken connections on pages 2 to 6 of 5: whole, nothing twice."""
    with laboratory("companies=500") as intercom:
        intercom.faults.add(SCROLL, after=page, count=1, seconds=1000, **trouble)

        output = sync_in_process(config_for(), COMPANIES)

        whole(intercom, output)


def test_nothing_of_a_scroll_that_broke_off_is_kept():
    """A company changes and one goes before the second scroll: its rows are those emitted."""
    with laboratory("companies=500") as intercom:
        names = [row["id"] for row in intercom.workspace.objects("companies")]

        def break_off(_request, proceed):
            intercom.workspace.update("companies", names[3], name="Renamed")
            intercom.workspace.delete_company(names[5])
            answer = proceed()
            return type(answer).of({"type": "error.list", "errors": []}, 500)

        intercom.faults.add(SCROLL, after=2, count=1, custom=break_off)

        whole(intercom, sync_in_process(config_for(), COMPANIES))


@pytest.mark.parametrize("trouble", [{"status": 404}, {"status": 500}, {"kind": "reset"}])
def test_t10_a_scroll_that_never_gets_through_is_not_complete(trouble):
    """T10: bounded attempts, then INCOMPLETE, no row, and the state where it was."""
    with laboratory("companies=500") as intercom:
        first = sync_in_process(config_for(), COMPANIES)
        begun = first.states("companies")[-1]["updated_at"]
        intercom.clock.advance(3600)
        when = lambda request: "scroll_param" in request.query  # noqa: E731
        intercom.faults.add(SCROLL, count=None, after=2, when=when, **trouble)
        intercom.journal.clear()

        second = sync_in_process(config_for(), COMPANIES, first.state())

        assert second.incomplete == {"companies"}
        assert second.ids("companies") == []
        assert second.states("companies")[-1]["updated_at"] == begun
        assert second.errors["companies"]["failure_type"] == "transient_error"
        assert intercom.journal.count(SCROLL) < 40


@pytest.mark.parametrize("end", ["empty", "not_found"])
def test_t11_no_companies_are_a_success(end):
    """T11: an empty workspace is COMPLETE with no rows, however its scroll ends."""
    with laboratory("empty", Settings(scroll_end=end)) as intercom:
        whole(intercom, sync_in_process(config_for(), COMPANIES))


@pytest.mark.parametrize("size", [1, 60, 199, 350])
def test_a_404_behind_the_last_short_page_is_the_end(size):
    """Singer's tap has seen scrolls end so; a lone short page is confirmed by a second scroll."""
    with laboratory(f"companies={size}", Settings(scroll_end="not_found")) as intercom:
        whole(intercom, sync_in_process(config_for(), COMPANIES))


def test_t12_t38_every_page_comes_from_intercom():
    """T12, T38: identical URLs are asked again each time; no cache stands between."""
    with laboratory("companies=450") as intercom:
        sync_in_process(config_for(), COMPANIES)

        asked = [tuple(one.query.values()) for one in intercom.journal.entries(SCROLL)]
        assert len(asked) == 6
        assert len(set(asked)) == 2


def test_t27_a_reader_slower_than_the_scrolls_minute_gets_all():
    """T27: the scroll is drained first, so a destination may take two minutes a row."""
    with laboratory("companies=350") as intercom:
        output = sync_in_process(
            config_for(), COMPANIES, after_message=lambda: intercom.clock.advance(120)
        )

        whole(intercom, output)
        assert intercom.journal.count(SCROLL, status=200) == 5


@pytest.mark.parametrize("pages_read", [0, 1])
def test_t28_somebody_elses_scroll_is_waited_out(pages_read):
    """T28: `scroll_exists` waits for the end of the minute, then reads everything."""
    with laboratory("companies=350") as intercom:
        scroll = intercom.world.scroll
        parameter, _ = scroll.start(intercom.workspace.companies)
        for _ in range(pages_read):
            scroll.next(parameter, intercom.workspace.companies)

        output = sync_in_process(config_for(), COMPANIES)

        whole(intercom, output)
        assert 60 < sum(intercom.waiting.slept) < 200


def test_t28_a_scroll_that_never_ends_is_told():
    """T28: bounded waits, then a transient error that says who may hold it."""
    with laboratory("companies=10") as intercom:
        intercom.faults.add(SCROLL, status=400, code="scroll_exists", count=None)

        output = sync_in_process(config_for(), COMPANIES)

        assert output.incomplete == {"companies"}
        assert output.errors["companies"]["failure_type"] == "transient_error"
        assert "integration" in output.errors["companies"]["message"]
        assert sum(intercom.waiting.slept) < 900


def test_t29_any_other_400_fails_at_once():
    """T29: only the code `scroll_exists` is waited for."""
    with laboratory("companies=10") as intercom:
        intercom.faults.add(SCROLL, status=400, code="parameter_invalid", count=None)

        output = sync_in_process(config_for(), COMPANIES)

        assert output.incomplete == {"companies"}
        assert intercom.journal.count(SCROLL) == 1
        assert intercom.waiting.slept == []


def test_t31_more_companies_than_the_list_can_show():
    """T31: 10,001 companies, by the scroll alone."""
    with laboratory("companies=10001") as intercom:
        output = sync_in_process(config_for(), COMPANIES)

        assert len(set(output.ids("companies"))) == len(output.ids("companies")) == 10_001
        assert intercom.journal.count(SCROLL) == 102


def test_a_read_only_token_reads_all_companies():
    """The count that the scroll is checked against needs a permission to write; it is optional."""
    with laboratory("companies=250") as intercom:
        token = intercom.tokens.add("reader", ["read_users_companies"])
        whole(intercom, sync_in_process(config_for(token), COMPANIES))


def test_a_count_that_stays_too_high_keeps_no_company_back(caplog):
    """Two scrolls that end behind the same companies are believed, and both numbers said."""
    with laboratory("companies=250") as intercom:

        def count_more(_request, proceed):
            answer = proceed()
            answer.body = orjson.dumps({**answer.json, "total_count": 253})
            return answer

        intercom.faults.add("POST /companies/list", custom=count_more, count=None)

        whole(intercom, sync_in_process(config_for(), COMPANIES))

        opened = [one for one in intercom.journal.entries(SCROLL) if not one.query]
        assert len(opened) == 2
        assert "250 companies where Intercom counts 253" in caplog.text


def test_companies_that_go_while_they_are_scrolled_cost_their_own_rows():
    """Deletions at each page: the rest comes, COMPLETE, in one scroll."""
    with laboratory("companies=350") as intercom:
        workspace = intercom.workspace

        @intercom.before_request
        def delete(_request):
            workspace.delete_company(next(workspace.companies.objects())["id"])

        output = sync_in_process(config_for(), COMPANIES)
        intercom.before_hooks.clear()

        missing, stale, _ = differences(latest([output], "companies"), intercom, "companies")
        assert (missing, stale, output.incomplete) == ([], [], set())


def test_a_sync_opens_one_scroll_and_emits_what_changed():
    """The second sync scrolls once as well, and emits the company that changed and no other."""
    with laboratory("companies=350") as intercom:
        first = sync_in_process(config_for(), COMPANIES)
        intercom.clock.advance(3600)
        name = first.ids("companies")[7]
        intercom.workspace.update("companies", name, name="Renamed")
        intercom.clock.advance(3600)
        intercom.journal.clear()

        second = sync_in_process(config_for(), COMPANIES, first.state())

        assert second.ids("companies") == [name]
        opened = [one for one in intercom.journal.entries(SCROLL) if not one.query]
        assert len(opened) == 1


def test_t36_a_stream_that_emits_nothing_says_how_far_it_is(caplog, monkeypatch):
    """T36: nothing changed, so no row comes for as long as the scroll takes; the log tells."""
    with laboratory("companies=350") as intercom:
        first = sync_in_process(config_for(), COMPANIES)
        intercom.clock.advance(120)
        monkeypatch.setattr(progress, "SECONDS", 0.0)
        caplog.clear()

        second = sync_in_process(config_for(), COMPANIES, first.state())

        assert second.ids("companies") == []
        said = [line for line in caplog.messages if "received from Intercom" in line]
        assert said[-1] == "companies: 350 rows received from Intercom so far."


def test_a_scroll_that_brings_none_is_never_believed_where_some_are_counted():
    """Two empty answers in a row: overwriting the table with them would empty it."""
    with laboratory("companies=50") as intercom:

        def wrong(request, proceed):
            answer = proceed()
            what = {"data": []} if request.method == "GET" else {"total_count": 50}
            answer.body = orjson.dumps({**answer.json, **what})
            return answer

        for operation in (SCROLL, "POST /companies/list"):
            intercom.faults.add(operation, custom=wrong, count=None)

        output = sync_in_process(config_for(), COMPANIES)

        assert output.incomplete == {"companies"}
