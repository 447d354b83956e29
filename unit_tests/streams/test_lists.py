"""Streams that read a list: admins, tags, teams, segments, data_attributes, articles."""

import pytest

from unit_tests.streams.conftest import NOW

LISTS = {
    "admins": ("/admins", "admins", "display_avatar=true"),
    "tags": ("/tags", "data", ""),
    "teams": ("/teams", "teams", ""),
    "segments": ("/segments", "segments", "include_count=true"),
}


@pytest.mark.parametrize("stream", LISTS)
def test_given_one_page_when_read_then_one_request(wire, stream):
    """One call, with the token and the version, and all of its rows."""
    path, envelope, query = LISTS[stream]
    wire.answer("GET", path, {"type": "list", envelope: [{"id": 1}, {"id": "2"}]})

    output = wire.sync(stream)

    assert output.ids(stream) == ["1", "2"]
    (request,) = wire.requests(path)
    assert request.query == query
    assert request.headers["Authorization"] == "Bearer emulator-token"
    assert request.headers["Intercom-Version"] == "2.16"
    assert request.headers["Accept"] == "application/json"


def test_given_any_stream_when_read_then_each_request_has_a_time_limit(wire):
    """One for the connection and one for the answer: without them a dead peer is waited for."""
    wire.answer("GET", "/tags", {"data": []})
    wire.answer("POST", "/conversations/search", {"conversations": [], "pages": {}})

    wire.sync("tags")
    wire.sync("conversations")

    (listing,), (search,) = wire.requests("/tags"), wire.requests("/conversations/search")
    assert listing.timeout == search.timeout == (10, 120)


@pytest.mark.parametrize("stream", LISTS)
def test_given_a_next_page_when_read_then_it_is_followed(wire, stream):
    """Lists that have no pages today are followed, should they get some."""
    path, envelope, _ = LISTS[stream]
    elsewhere = "https://elsewhere.example/x?page=2"
    wire.answer(
        "GET",
        path,
        {envelope: [{"id": "1"}], "pages": {"next": elsewhere}},
        {envelope: [{"id": "2"}], "pages": {"next": None}},
    )

    assert wire.sync(stream).ids(stream) == ["1", "2"]
    assert wire.requests(path)[1].qs["page"] == ["2"]


def test_given_a_next_page_of_transcripts_when_read_then_it_is_followed(wire):
    """Though no description says that they have any."""
    wire.answer("GET", "/calls", {"data": [{"id": "1", "conversation_id": "c"}]})
    wire.answer(
        "POST",
        "/calls/search",
        {"data": [{"id": "1"}], "pages": {"next": {"page": 2}}},
        {"data": [{"id": "2"}], "pages": {"next": None}},
    )

    assert wire.sync("call_transcripts").ids("call_transcripts") == ["1", "2"]
    asked = [request.json() for request in wire.requests("/calls/search")]
    assert asked == [{"conversation_ids": ["c"]}, {"conversation_ids": ["c"], "page": 2}]


def test_given_types_on_two_pages_when_custom_objects_are_read_then_all_types_are(wire):
    """Those that conversations refer to, beside those of the config."""
    wire.answer(
        "GET",
        "/conversations/attributes",
        {"data": [referring_to("Car")], "pages": {"next": {"page": 2}}},
        {"data": [{"name": "a"}, referring_to("Order")], "pages": {"next": None}},
    )
    for kind in ("Ship", "Car", "Order"):
        path = f"/custom_object_instances/{kind}"
        wire.answer("GET", path, {"data": [{"id": "1", "type": kind}]})

    output = wire.sync("custom_object_instances", custom_objects=["Ship"])

    found = [row["type"] for row in output.records("custom_object_instances")]
    assert found == ["Ship", "Car", "Order"]


def referring_to(kind):
    """An attribute whose values are custom objects."""
    return {"name": kind, "data_type": "relationship", "reference": {"object_type_id": kind}}


def test_given_no_types_for_now_when_custom_objects_are_read_then_incomplete(wire):
    """An outage is no missing permission: the types that it hides would be taken for none."""
    wire.answer("GET", "/conversations/attributes", {}, status=500)
    wire.answer("GET", "/custom_object_instances/Ship", {"data": [{"id": "1", "type": "Ship"}]})

    output = wire.sync("custom_object_instances", custom_objects=["Ship"])

    assert output.incomplete == {"custom_object_instances"}


@pytest.mark.parametrize("status", [401, 403])
def test_given_a_missing_permission_when_read_then_config_error_that_names_it(wire, status):
    """T20: the stream is INCOMPLETE and says which box to tick."""
    body = {"type": "error.list", "errors": [{"code": "forbidden", "message": "no"}]}
    wire.answer("GET", "/tags", body, status=status)

    output = wire.sync("tags")

    assert output.statuses == {"tags": "INCOMPLETE"}
    assert output.errors["tags"]["failure_type"] == "config_error"
    assert '"Read tags"' in output.errors["tags"]["message"]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"data": [', {"items": []}, {"data": None}])
def test_given_no_page_when_read_then_retried_and_incomplete(wire, waits, body):
    """T34: an answer that is none is asked for again, and never taken for an empty list."""
    wire.answer("GET", "/tags", body)

    output = wire.sync("tags")

    assert output.statuses == {"tags": "INCOMPLETE"}
    assert output.errors["tags"]["failure_type"] == "transient_error"
    assert len(wire.requests("/tags")) == 7
    assert waits == sorted(waits)


def test_given_a_refused_request_when_read_then_it_fails_at_once(wire):
    """T29: a 400 that waiting can't cure is not repeated."""
    wire.answer("GET", "/tags", {"errors": [{"code": "bad_request"}]}, status=400)

    output = wire.sync("tags")

    assert output.errors["tags"]["failure_type"] == "system_error"
    assert len(wire.requests("/tags")) == 1


def test_given_the_same_next_page_twice_when_read_then_error(wire):
    """A page that repeats, with its token, is read anew a few times, and is no loop."""
    wire.answer("GET", "/tags", {"data": [{"id": "1"}], "pages": {"next": {"starting_after": "x"}}})

    output = wire.sync("tags")

    assert "in place of others" in output.errors["tags"]["message"]
    assert len(wire.requests("/tags")) == 10


@pytest.mark.parametrize(("option", "query"), [(False, {}), (True, {"include_archived": ["true"]})])
def test_given_three_models_when_read_then_attributes_have_keys_of_their_own(wire, option, query):
    """T16: names repeat and ids are missing, so the key is the model and what names it best."""
    attributes = [
        {"full_name": "name", "name": "name"},
        {"full_name": "plan.name", "name": "name"},
        {"id": 7, "full_name": "custom_attributes.tier", "name": "tier", "archived": True},
    ]
    wire.answer("GET", "/data_attributes", {"data": attributes})
    wire.answer("GET", "/conversations/attributes", {"data": [{"id": 7, "name": "topic"}]})

    output = wire.sync("data_attributes", include_archived=option)

    expected = {"contact:name", "contact:plan.name", "company:name", "company:plan.name"}
    archived = {"contact:7", "company:7"} if option else set()
    assert set(output.ids("data_attributes")) == expected | archived | {"conversation:7"}
    first, second = wire.requests("/data_attributes")
    assert first.qs == {"model": ["contact"], **query}
    assert second.qs == {"model": ["company"], **query}


def article(name, updated_at):
    return {"id": name, "updated_at": updated_at}


def test_given_a_state_when_articles_are_read_then_it_stops_early(wire):
    """Newest first: once a page ends before the window, the rest is older still."""
    since = NOW - 3600
    wire.answer(
        "GET",
        "/articles",
        {
            "data": [article("1", NOW - 60), article("2", since - 3600)],
            "pages": {"page": 1, "total_pages": 9},
        },
    )

    output = wire.sync("articles", {"updated_at": since})

    assert output.ids("articles") == ["1"]
    assert output.states("articles")[-1] == {"updated_at": "2025-11-02T09:00:00Z"}
    (request,) = wire.requests("/articles")
    assert request.qs == {"per_page": ["250"]}


def test_given_articles_out_of_order_when_read_then_it_does_not_stop_early(wire):
    """The order is documented, not guaranteed: an unsorted list is read to its end."""
    since = NOW - 3600
    wire.answer(
        "GET",
        "/articles",
        {
            "data": [article("1", 5), article("2", NOW), article("3", 5)],
            "pages": {"page": 1, "total_pages": 2},
        },
        {"data": [article("4", NOW)], "pages": {"page": 2, "total_pages": 2}},
    )

    assert wire.sync("articles", {"updated_at": since}).ids("articles") == ["2", "4"]


def test_given_a_deletion_between_pages_when_read_then_the_list_is_read_again(wire):
    """A row that goes moves its successor to the page before, where nobody looks any more."""
    wire.answer(
        "GET",
        "/articles",
        {"data": [article("1", 9)], "total_count": 3, "pages": {"page": 1, "total_pages": 3}},
        {"data": [article("3", 7)], "total_count": 2, "pages": {"page": 2, "total_pages": 2}},
        {
            "data": [article("2", 8), article("3", 7)],
            "total_count": 2,
            "pages": {"page": 1, "total_pages": 1},
        },
    )

    assert wire.sync("articles").ids("articles") == ["3", "2"]
