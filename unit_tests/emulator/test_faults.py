"""Trouble on command: which requests it hits, and what the client sees of it."""

import pytest
import requests

from intercom_emulator import Response


def test_counts_and_exceptions(client):
    """A fault spares the first requests, spoils some, and is then spent."""
    client.emulator.faults.add("GET /tags", status=502, body="html", after=1, count=2)

    answers = [client.get("/tags") for _ in range(5)]

    assert [200, 502, 502, 200, 200] == [one.status_code for one in answers]
    assert "<h1>502 Bad Gateway</h1>" in answers[1].text
    assert "X-RateLimit-Limit" not in answers[1].headers


def test_for_ever(client):
    """Without a count it stays until it is lifted."""
    fault = client.emulator.faults.add("* /t*", status=503, count=None)
    assert [503] * 3 == [client.get("/teams").status_code for _ in range(3)]
    assert 200 == client.get("/admins").status_code

    client.emulator.faults.remove(fault)
    assert 200 == client.get("/teams").status_code
    assert (3, 3) == (fault.seen, fault.hits)


@pytest.mark.parametrize(
    "pattern",
    [
        "GET /conversations/{id}",
        "GET /conversations/{conversation_id}",
        "GET /conversations/502",
        "GET /conversations/50?",
    ],
)
def test_patterns(client, pattern):
    """A route by its template, whatever the parameter's name, or one path of it."""
    client.emulator.faults.add(pattern, status=404, body="html")

    assert "nginx" in client.get("/conversations/502").text


def test_a_pattern_without_a_route_is_a_mistake(client):
    """A typing mistake doesn't silently spoil nothing."""
    with pytest.raises(ValueError, match="no route answers"):
        client.emulator.faults.add("POST /contact/search")


def test_big_pages_only(client):
    """Pages above a size fail, whether asked in the body or the query."""
    client.emulator.faults.add("* /*", status=504, body="empty", count=None, per_page_above=4)

    assert 504 == client.updated_after("contacts", 0, per_page=5).status_code
    assert 200 == client.updated_after("contacts", 0, per_page=4).status_code
    assert [504, 200] == [client.get("/articles", per_page=n).status_code for n in (5, 4)]


def test_conditions(client):
    """Any condition on the request."""
    client.emulator.faults.add(
        "POST /contacts/search",
        status=500,
        count=None,
        when=lambda request: "starting_after" in request.json["pagination"],
    )

    first = client.updated_after("contacts", 0, per_page=2)
    after = first.json()["pages"]["next"]["starting_after"]

    assert 200 == first.status_code
    assert 500 == client.updated_after("contacts", 0, per_page=2, starting_after=after).status_code


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 429, 500, 503])
def test_error_lists(client, status):
    """A status comes with Intercom's envelope, its usual code or one of choice."""
    client.emulator.faults.add("GET /tags", status=status)
    client.emulator.faults.add("GET /teams", status=status, code="odd", message="Odd.")

    assert status == client.refusal(client.get("/tags"))[0]
    assert (status, "odd") == client.refusal(client.get("/teams"))


def test_headers_of_a_fault(client):
    """A fault may carry headers, such as a rate limit's."""
    client.emulator.faults.add("GET /tags", status=429, headers={"X-RateLimit-Reset": "7"})

    assert "7" == client.get("/tags").headers["X-RateLimit-Reset"]


def test_bodies_that_are_not_json(client):
    """HTML, nothing, half of a body, and bytes of choice."""
    for kind in ("html", "empty", "truncated"):
        client.emulator.faults.add("GET /tags", kind=kind)
        answer = client.get("/tags")
        assert 200 == answer.status_code
        with pytest.raises(requests.exceptions.JSONDecodeError):
            answer.json()
    client.emulator.faults.add("GET /tags", status=418, body=b"teapot")
    assert "teapot" == client.get("/tags").text


def test_envelopes_that_are_wrong(client):
    """Other keys, an error.list with 200, and a page without `pages`."""
    client.emulator.faults.add("POST /contacts/search", kind="wrong_envelope")
    assert "data" not in client.updated_after("contacts", 0).json()
    client.emulator.faults.add("POST /contacts/search", kind="error_list")
    assert (200, "server_error") == client.refusal(client.updated_after("contacts", 0))
    client.emulator.faults.add("POST /contacts/search", kind="missing_pages")
    assert {"type", "data", "total_count"} == client.updated_after("contacts", 0).json().keys()


def test_trouble_of_the_wire(client):
    """In process a reset, a cut body, silence and bad gzip raise what `requests` would raise."""
    faults = client.emulator.faults
    faults.add("GET /tags", kind="reset")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.get("/tags")
    faults.add("GET /tags", kind="cut")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.get("/tags")
    faults.add("GET /tags", kind="hang", seconds=60)
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.session.get(client.emulator.url + "/tags", headers=client.headers, timeout=30)
    faults.add("GET /tags", kind="broken_gzip")
    with pytest.raises(requests.exceptions.ContentDecodingError):
        client.get("/tags")

    assert [0, 200, 200, 200] == [entry.status for entry in client.emulator.journal]


def test_custom_faults(client):
    """A callable sees the request and may alter the true answer."""

    def rename(request, proceed):
        answer = proceed()
        return Response(answer.status, answer.body.replace(b"billing", request.method.encode()))

    client.emulator.faults.add("GET /tags", custom=rename)

    assert "GET" == client.get("/tags").json()["data"][0]["name"]


def test_faults_are_in_the_journal(client):
    """A spoiled request is journalled with the status and the token it had."""
    client.emulator.faults.add("GET /tags", status=502)
    client.get("/tags")
    entry = client.emulator.journal.entries("GET /tags", status=502)[0]

    assert "default" == entry.token_name
