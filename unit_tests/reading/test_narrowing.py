"""Pages that do not come whole, asked for in smaller ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_intercom.http.client import IntercomError
from source_intercom.intercom.errors import Remedy, Trouble
from source_intercom.intercom.pages import Page
from source_intercom.reading.narrowing import narrowed
from unit_tests.reading.canned import refusal

FAILURE = IntercomError("It can't be read.", Remedy.WAIT, trouble=Trouble.UNREADABLE)


def asking(rows, bad, *, tells="count"):
    """An Intercom with so many rows, of which those in `bad` spoil each page that they are on."""

    def ask(number, length):
        numbers = range((number - 1) * length, min(number * length, rows))
        if bad & {*numbers}:
            raise FAILURE
        return Page(
            [{"id": each} for each in numbers],
            {"page": str(number + 1)} if tells == "next" and rows > number * length else None,
            rows if tells == "count" else None,
            10,
            {},
            -(-rows // length) if tells == "pages" else None,
        )

    return ask


@pytest.mark.parametrize("length", [250, 243, 60, 43, 10])
@pytest.mark.parametrize("tells", ["count", "pages"])
@settings(max_examples=40)
@given(data=st.data())
def test_all_rows_come_but_those_that_spoil_their_page(length, tells, data):
    """Whatever the page's length and number, and wherever they stand."""
    rows = data.draw(st.integers(1, 3 * length))
    number = data.draw(st.integers(1, -(-rows // length)))
    numbers = range((number - 1) * length, min(number * length, rows))
    bad = data.draw(st.sets(st.sampled_from(numbers), min_size=1, max_size=4))

    page, lost = narrowed(asking(rows, bad, tells=tells), number, length, FAILURE)

    assert [row["id"] for row in page.rows] == [each for each in numbers if each not in bad]
    assert lost == len(bad)
    assert page.following == ({"page": str(number + 1)} if rows > number * length else None)


def test_where_nothing_is_counted_a_next_page_is_believed():
    """The list goes on behind a page that was narrowed, though no total says so."""
    page, lost = narrowed(asking(30, {3}, tells="next"), 1, 10, FAILURE)

    assert (lost, page.following) == (1, {"page": "2"})


def test_an_outage_is_no_trouble_of_rows():
    """None of the parts comes: it ends there, with the failure of the whole."""
    asked = []

    def ask(number, length):
        asked.append((number, length))
        raise FAILURE

    with pytest.raises(IntercomError) as raised:
        narrowed(ask, 2, 250, FAILURE)

    assert raised.value is FAILURE
    assert asked == [(number, 50) for number in range(6, 11)]


def test_many_rows_that_do_not_come_are_an_outage():
    """It began while the parts were asked for."""
    with pytest.raises(IntercomError) as raised:
        narrowed(asking(250, {*range(100, 140)}), 1, 250, FAILURE)

    assert raised.value is FAILURE


def test_what_is_no_rows_fault_ends_it():
    """A rate limit that stays exhausted while the parts are asked for."""

    def ask(_number, _length):
        raise refusal(429, "rate_limit_exceeded")

    with pytest.raises(IntercomError, match="rate limit"):
        narrowed(ask, 1, 250, FAILURE)
