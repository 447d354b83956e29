"""Lists of odd forms: with a ceiling, a page length that may be refused, a parameter of time."""

import logging
from itertools import cycle

import pytest

from source_intercom.http.client import IntercomError
from source_intercom.reading.endpoint import Endpoint
from source_intercom.reading.lists import Form, List
from source_intercom.reading.progress import Progress
from source_intercom.reading.window import Slice, Window
from unit_tests.reading.canned import Canned, refusal

PAGES = {"1": ["a", "b"], "2": ["c", "d"], "3": ["e"]}


def page(number, total=5):
    rows = [{"id": each} for each in PAGES[number]]
    return {"data": rows, "total_count": total, "pages": {"page": int(number), "total_pages": 3}}


def list_of(client, form, **endpoint):
    return List(Endpoint("/things", ("data",), None, **endpoint), client, Progress("things"), form)


def ids(rows):
    return [row["id"] for row in rows]


def test_a_list_ends_at_its_ceiling_and_says_so(caplog):
    """Intercom shows nothing behind it; how much it counts is told beside what it shows."""
    client = Canned(lambda asked: page(asked.get("page", "1")))

    with caplog.at_level(logging.WARNING, "airbyte"):
        rows = list_of(client, Form(ceiling=4)).rows()

    assert ids(rows) == ["a", "b", "c", "d"]
    assert len(client.asked) == 2
    assert [line.getMessage() for line in caplog.records] == [
        "things: Intercom shows the first 4 rows of /things, and counts 5."
    ]


def test_a_list_that_just_fits_below_its_ceiling_is_whole(caplog):
    """Nothing is missing, so nothing is said."""
    client = Canned(lambda asked: page(asked.get("page", "1")))

    assert ids(list_of(client, Form(ceiling=5)).rows()) == ["a", "b", "c", "d", "e"]
    assert caplog.records == []


def jumping(jumps):
    """Answers of a list that has the newest first and no count; behind an answer, rows change."""
    dates = {"a": 4, "b": 3, "c": 2, "d": 1}

    def answer(asked):
        order = sorted(dates, key=dates.__getitem__, reverse=True)
        begin = order.index(asked["starting_after"]) + 1 if "starting_after" in asked else 0
        shown = order[begin : begin + 2]
        rows = [{"id": each, "updated_at": dates[each]} for each in shown]
        for each in next(jumps, ""):
            dates[each] = max(dates.values()) + 1
        following = {"starting_after": shown[-1]} if shown[-1] != order[-1] else None
        return {"data": rows, "pages": {"next": following}}

    return Canned(answer)


@pytest.mark.parametrize("form", [Form(moves="updated_at"), Form()])
def test_what_jumps_to_the_front_of_a_list_is_found_there(form):
    """Of a list that is sorted by what changes and counts nothing, whose tokens stand on a row."""
    found = ids(list_of(jumping(iter("d")), form).rows())

    assert sorted(found) == (["a", "b", "c", "d"] if form.moves else ["a", "b", "c"])


def test_what_jumps_at_each_of_two_readings_is_found_at_a_third_one():
    """With others that jump over it meanwhile, so that it is behind the first page once more."""
    client = jumping(iter(["d", "abc", "d"]))

    found = ids(list_of(client, Form(moves="updated_at")).rows())

    assert sorted(found) == ["a", "b", "c", "d"]


def test_a_list_that_never_stops_moving_is_not_taken_for_whole():
    """Each reading misses what jumps, and no two are alike."""
    with pytest.raises(IntercomError, match="do not add up"):
        list_of(jumping(cycle("dcba")), Form(moves="updated_at")).rows()


@pytest.mark.parametrize("times", [1, 9])
def test_a_page_without_rows_that_names_a_next_is_not_believed_at_once(times):
    """Intercom fails to show the rows of one: the list is read again, and counts nothing."""
    empties = iter([True] * times)

    def answer(asked):
        number = int(asked.get("page", "1"))
        rows = [] if number == 2 and next(empties, False) else PAGES[str(number)]
        following = {"page": number + 1} if number < 3 else None
        return {"data": [{"id": each} for each in rows], "pages": {"next": following}}

    found = ids(list_of(Canned(answer), Form()).rows())

    assert found == (["a", "b", "c", "d", "e"] if times == 1 else ["a", "b", "e"])


@pytest.mark.parametrize("status", [400, 422])
def test_a_page_length_that_is_refused_is_asked_for_once(status):
    """It is a guess, as no description says that the list has one; the list is read without it."""

    def answer(asked):
        if "per_page" in asked:
            raise refusal(status)
        return page(asked.get("page", "1"))

    client = Canned(answer)

    rows = list_of(client, Form(guess={"per_page": "150"})).rows()

    assert ids(rows) == ["a", "b", "c", "d", "e"]
    assert client.asked == [{"per_page": "150"}, {}, {"page": "2"}, {"page": "3"}]


def test_a_page_length_that_is_taken_stays():
    """On every page, as the pages are counted in it."""
    client = Canned(lambda asked: page(asked.get("page", "1")))

    list_of(client, Form(guess={"per_page": "150"})).rows()

    assert [each["per_page"] for each in client.asked] == ["150", "150", "150"]


@pytest.mark.parametrize("status", [403, 404])
def test_any_other_refusal_ends_the_stream(status):
    """A missing permission is none of the page length's."""

    def answer(_asked):
        raise refusal(status)

    client = Canned(answer)

    with pytest.raises(IntercomError, match=str(status)):
        list_of(client, Form(guess={"per_page": "150"})).rows()
    assert len(client.asked) == 1


def test_a_refusal_without_a_guess_ends_the_stream():
    """The list was asked for as it is described."""

    def answer(_asked):
        raise refusal(400)

    with pytest.raises(IntercomError, match="400"):
        list_of(Canned(answer), Form()).rows()


@pytest.mark.parametrize(("start", "asked"), [(50, {"updated_since": "49"}), (0, {})])
def test_what_is_asked_for_begins_before_the_window(start, asked):
    """Whether Intercom counts the bound itself is not described, so it lies a second before."""
    client = Canned(lambda _: {"data": [{"id": "a", "updated_at": 50}]})
    form = Form(newest_first="updated_at", since="updated_since")

    batches = [*list_of(client, form).batches(Window(start, 99, (Slice(start, 99),), None))]

    assert client.asked == [asked]
    assert [ids(batch.rows) for batch in batches] == [["a"]]


def test_a_sorted_list_is_read_to_its_end_where_a_row_has_no_date():
    """Nobody knows where such rows stand in the order, so more may come behind older ones."""
    shown = {"1": [("a", 60), ("b", None), ("c", 40)], "2": [("d", None)]}

    def answer(asked):
        number = asked.get("page", "1")
        rows = [{"id": name, "updated_at": moment} for name, moment in shown[number]]
        return {"data": rows, "pages": {"page": int(number), "total_pages": 2}}

    window = Window(50, 99, (Slice(50, 99),), None)
    batches = [*list_of(Canned(answer), Form(newest_first="updated_at")).batches(window)]

    assert [ids(batch.rows) for batch in batches] == [["b", "d", "a"]]
