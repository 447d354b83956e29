"""Streams that search: contacts, conversations and, below them, conversation parts."""

import pytest
import requests

from unit_tests.streams.conftest import NOW

SEARCHES = {
    "contacts": ("/contacts/search", "data"),
    "conversations": ("/conversations/search", "conversations"),
}


def row(name, updated_at, **fields):
    return {"id": name, "updated_at": updated_at, "created_at": 1, **fields}


def page(envelope, rows, starting_after=None):
    pages = {"type": "pages", "page": 1, "total_pages": 1}
    if starting_after:
        pages |= {"total_pages": 2, "next": {"page": 2, "starting_after": starting_after}}
    return {"type": "list", envelope: rows, "total_count": len(rows), "pages": pages}


@pytest.mark.parametrize("stream", SEARCHES)
def test_given_a_second_page_when_read_then_follows_starting_after(wire, stream):
    """A page that names a successor is followed by a request for that successor."""
    path, envelope = SEARCHES[stream]
    wire.answer("POST", path, page(envelope, [row("1", 5)], "abc"), page(envelope, [row("2", 6)]))

    output = wire.sync(stream)

    assert output.ids(stream) == ["1", "2"]
    bodies = [request.json() for request in wire.requests(path)]
    assert bodies[0]["pagination"] == {"per_page": 150}
    assert bodies[1]["pagination"] == {"per_page": 150, "starting_after": "abc"}
    order = "descending" if stream == "contacts" else "ascending"
    assert bodies[0]["sort"] == {"field": "updated_at", "order": order}


@pytest.mark.parametrize("stream", SEARCHES)
def test_given_page_numbers_without_a_next_page_when_read_then_it_is_the_last(wire, stream):
    """They count pages of another length, once a page was asked for in halves."""
    path, envelope = SEARCHES[stream]
    body = page(envelope, [row("1", 5)])
    body["pages"]["total_pages"] = 3
    wire.answer("POST", path, body)

    output = wire.sync(stream)

    assert output.ids(stream) == ["1"]
    assert output.incomplete == set()
    assert len(wire.requests(path)) == 1


@pytest.mark.parametrize("stream", SEARCHES)
def test_given_a_next_page_without_a_token_when_read_then_it_is_no_answer(wire, stream):
    """There is more, and nothing to ask for it with."""
    path, envelope = SEARCHES[stream]
    body = page(envelope, [row("1", 5)])
    body["pages"] |= {"total_pages": 3, "next": {"page": 2}}
    wire.answer("POST", path, body)

    output = wire.sync(stream)

    assert output.incomplete == {stream}
    assert "no starting_after to ask for them" in output.errors[stream]["message"]


@pytest.mark.parametrize(("stream", "reach"), [("contacts", 27 * 3600), ("conversations", 1)])
def test_t13_given_a_state_when_read_then_the_bound_comes_from_it(wire, stream, reach):
    """T13: the search begins a margin before the state; rows before it are dropped."""
    path, envelope = SEARCHES[stream]
    state = NOW - 86_400
    start = state - 15 * 60
    rows = [row("old", start - 1), row("edge", start), row("new", NOW), row("later", NOW + 5)]
    wire.answer("POST", path, page(envelope, rows))

    output = wire.sync(stream, {"updated_at": state})

    (request,) = wire.requests(path)
    assert request.json()["query"]["value"] == [
        {"field": "updated_at", "operator": ">", "value": start - reach}
    ]
    assert output.ids(stream) == ["edge", "new", "later"]
    assert output.states(stream)[-1] == {"updated_at": "2025-11-02T09:00:00Z"}


@pytest.mark.parametrize("stream", SEARCHES)
def test_given_a_lookback_when_read_then_days_are_read_again(wire, stream):
    """The user's lookback is added to the margin."""
    path, envelope = SEARCHES[stream]
    start = NOW - 15 * 60 - 2 * 86_400
    wire.answer("POST", path, page(envelope, [row("old", start - 1), row("edge", start)]))

    output = wire.sync(stream, {"updated_at": NOW}, lookback_window=2)

    assert output.ids(stream) == ["edge"]


def test_t48_given_a_start_date_when_read_then_older_changes_are_left_out(wire):
    """T48: the start date is a bound of updated_at, both for the search and to the second."""
    wire.answer(
        "POST",
        "/conversations/search",
        page("conversations", [row("1", 1_704_067_199), row("2", 1_704_067_200)]),
    )

    output = wire.sync("conversations", start_date="2024-01-01T00:00:00Z")

    assert output.ids("conversations") == ["2"]


def test_t32_given_a_page_that_fails_when_read_then_halved_and_doubled_again(wire):
    """T32: a search that fails is asked for less at a time, down to one, and recovers."""
    refuse = {"type": "error.list", "errors": [{"code": "server_error"}]}

    def answer(request, context):
        if request.json()["pagination"]["per_page"] > 10:
            context.status_code = 502
            return refuse
        more = "starting_after" not in request.json()["pagination"]
        return page("conversations", [row("1" if more else "2", 5)], "abc" if more else None)

    wire.on("POST", "/conversations/search", json=answer)

    output = wire.sync("conversations")

    assert output.ids("conversations") == ["1", "2"]
    sizes = [
        each.json()["pagination"]["per_page"] for each in wire.requests("/conversations/search")
    ]
    assert sizes[:12] == [150, 150, 75, 75, 37, 37, 18, 18, 9, 18, 18, 9]


def test_t33_given_a_read_timeout_when_searching_then_retried(wire):
    """T33: a POST that got no answer in time is sent again like any other request."""
    wire.on(
        "POST",
        "/contacts/search",
        [{"exc": requests.exceptions.ReadTimeout}, {"json": page("data", [row("1", 5)])}],
    )

    assert wire.sync("contacts").ids("contacts") == ["1"]


def test_t24_given_a_429_when_read_then_the_same_page_is_asked_again(wire, waits):
    """T24: a refused page is waited for and comes, without headers too."""
    wire.on(
        "POST",
        "/contacts/search",
        [
            {"status_code": 429, "json": {"errors": [{"code": "rate_limit_exceeded"}]}},
            {"json": page("data", [row("1", 5)])},
        ],
    )

    assert wire.sync("contacts").ids("contacts") == ["1"]
    assert waits


def test_given_no_pages_object_when_searching_then_not_taken_for_the_end(wire):
    """A search answer without `pages` may have been cut short."""
    wire.answer("POST", "/contacts/search", {"data": [row("1", 5)]})

    output = wire.sync("contacts")

    assert output.statuses == {"contacts": "INCOMPLETE"}
    assert output.ids("contacts") == []


def conversation(name, parts, total=None):
    listed = [{"id": part, "created_at": 1} for part in parts]
    return {
        "id": name,
        "updated_at": 9,
        "conversation_parts": {
            "conversation_parts": listed,
            "total_count": len(parts) if total is None else total,
        },
    }


def test_t1_given_old_parts_when_the_thread_changes_then_all_of_them_come(wire):
    """T1: no filter looks at a part's own dates, whatever the start date says."""
    wire.answer("POST", "/conversations/search", page("conversations", [row(5, NOW)]))
    wire.answer("GET", "/conversations/5", conversation("5", ["1", "2", 3]))

    output = wire.sync("conversation_parts", start_date="2025-01-01T00:00:00Z")

    assert output.ids("conversation_parts") == ["1", "2", "3"]
    assert {part["conversation_id"] for part in output.records("conversation_parts")} == {"5"}
    assert output.states("conversation_parts")[-1] == {
        "conversation_updated_at": "2025-11-02T09:00:00Z"
    }


@pytest.mark.parametrize("status", [404, 410])
def test_t19_given_a_vanished_conversation_when_read_then_only_its_rows_are_missing(wire, status):
    """T19: deleted between search and detail, by JSON or by nginx: the stream goes on."""
    rows = [row("1", 5), row("2", 6)]
    wire.answer("POST", "/conversations/search", page("conversations", rows))
    wire.answer("GET", "/conversations/1", b"<html>nginx</html>", status=status)
    wire.answer("GET", "/conversations/2", conversation("2", ["9"]))

    output = wire.sync("conversation_parts")

    assert output.ids("conversation_parts") == ["9"]
    assert output.statuses == {"conversation_parts": "COMPLETE"}


def test_t3_given_a_short_thread_when_read_then_asked_again_and_said(wire, caplog):
    """T3: fewer parts than counted are asked for again, and named if they don't come."""
    wire.answer("POST", "/conversations/search", page("conversations", [row("1", 5)]))
    wire.answer("GET", "/conversations/1", conversation("1", ["7"], total=2))

    output = wire.sync("conversation_parts")

    assert output.ids("conversation_parts") == ["7"]
    assert len(wire.requests("/conversations/1")) == 3
    assert "conversation 1 has 2 parts; Intercom returns 1" in caplog.text


def test_given_a_failing_detail_when_read_then_the_state_keeps_it(wire):
    """Where no conversation can be read, the stream is INCOMPLETE and the state names them."""
    wire.answer("POST", "/conversations/search", page("conversations", [row("1", NOW)]))
    wire.answer("GET", "/conversations/1", b"", status=500)

    output = wire.sync("conversation_parts", {"conversation_updated_at": NOW - 86_400})

    assert output.statuses == {"conversation_parts": "INCOMPLETE"}
    assert [*output.states("conversation_parts")[-1]["unsettled"]] == ["1"]
