"""Companies: the scroll, its two ends, and what breaks it off."""

import pytest

from unit_tests.streams.conftest import NOW

SCROLL = "/companies/scroll"
GONE = {"type": "error.list", "errors": [{"code": "not_found", "message": "scroll parameter"}]}


def scrolled(first, count, token="s"):
    """One page of companies, numbered from `first`."""
    rows = [{"id": str(number), "updated_at": NOW - 60} for number in range(first, first + count)]
    return {"json": {"type": "list", "data": rows, "scroll_param": token}}


END = scrolled(0, 0)
EXPIRED = {"status_code": 404, "json": GONE}


@pytest.fixture
def companies(wire):
    """Sync companies over a sequence of scroll answers; the token may not count them."""
    wire.answer("POST", "/companies/list", {"errors": [{"code": "forbidden"}]}, status=403)

    def sync(*answers, state=None):
        wire.on("GET", SCROLL, list(answers))
        return wire.sync("companies", state)

    return sync


def test_t9_given_the_same_token_on_every_page_when_read_then_all_pages_come(wire, companies):
    """T9: the token of a scroll never changes; only an empty page ends it."""
    output = companies(*(scrolled(100 * page, 100) for page in range(5)), END)

    assert len(set(output.ids("companies"))) == 500
    assert [each.qs for each in wire.requests(SCROLL)] == [{}, *[{"scroll_param": ["s"]}] * 5]


def test_t10_given_a_404_behind_a_full_page_when_read_then_started_over(companies):
    """T10: a full page has a successor, so the scroll expired; nothing comes twice."""
    whole = [scrolled(0, 100), scrolled(100, 100), scrolled(200, 3), END]

    output = companies(scrolled(0, 100), scrolled(100, 100), EXPIRED, *whole)

    assert sorted(output.ids("companies"), key=int) == [str(number) for number in range(203)]
    assert output.statuses == {"companies": "COMPLETE"}


def test_t10_given_a_404_that_always_comes_when_read_then_incomplete(companies):
    """T10: after a bounded number of scrolls the stream fails, and its state stands still."""
    saved = {"updated_at": "2025-11-01T00:00:00Z"}

    output = companies(*[scrolled(0, 100), EXPIRED] * 5, state=saved)

    assert output.statuses == {"companies": "INCOMPLETE"}
    assert output.ids("companies") == []
    assert output.states("companies")[-1]["updated_at"] <= saved["updated_at"]
    assert output.errors["companies"]["failure_type"] == "transient_error"


def test_given_a_404_behind_a_shorter_page_when_read_then_it_is_the_end(companies):
    """Scrolls have been seen to end with a 404 behind a page that was not full."""
    scroll = (scrolled(0, 100), scrolled(100, 30), EXPIRED)
    output = companies(*scroll, *scroll)

    assert len(output.ids("companies")) == 130


def test_given_a_404_behind_a_lone_page_when_read_then_a_second_scroll_decides(companies):
    """Nobody says how long a full page is: one short page may be one of many."""
    output = companies(scrolled(0, 30), EXPIRED, scrolled(0, 30), scrolled(30, 30), END)

    assert len(output.ids("companies")) == 60

    output = companies(scrolled(0, 30), EXPIRED, scrolled(0, 30), EXPIRED)

    assert len(output.ids("companies")) == 30
    assert output.statuses == {"companies": "COMPLETE"}


def test_t11_given_no_companies_when_read_then_success(companies):
    """T11: an empty workspace is a success with no rows."""
    output = companies(END, EXPIRED)

    assert output.statuses == {"companies": "COMPLETE"}
    assert output.ids("companies") == []


def test_t28_given_an_open_scroll_when_read_then_waited_for(companies, waits):
    """T28: the one other scroll lives for a minute; only its error code is waited for."""
    busy = {"status_code": 400, "json": {"errors": [{"code": "scroll_exists"}]}}

    output = companies(busy, scrolled(0, 1), END)

    assert output.ids("companies") == ["0"]
    assert max(waits) > 60


def test_t28_given_a_scroll_that_stays_open_when_read_then_it_says_who(companies):
    """T28: the wait is bounded, and its error names the likely holder."""
    output = companies({"status_code": 400, "json": {"errors": [{"code": "scroll_exists"}]}})

    assert "another connection or integration" in output.errors["companies"]["message"]
    assert output.errors["companies"]["failure_type"] == "transient_error"


@pytest.mark.parametrize("trouble", [{"status_code": 500}, {"content": b"<html>"}])
def test_t30_given_a_broken_page_when_read_then_the_scroll_starts_over(companies, trouble):
    """T30: a page that broke is never asked for twice, because the scroll may have moved on."""
    output = companies(scrolled(0, 100), trouble, scrolled(0, 100), scrolled(100, 1), END)

    assert len(output.ids("companies")) == len(set(output.ids("companies"))) == 101


def test_given_a_count_that_is_not_reached_when_read_then_started_over(wire):
    """Where the token may count companies, a scroll that brings fewer is not whole."""
    wire.answer("POST", "/companies/list", {"data": [], "total_count": 3})
    wire.on("GET", SCROLL, [scrolled(0, 2), END, scrolled(0, 3), END])

    assert wire.sync("companies").ids("companies") == ["0", "1", "2"]
