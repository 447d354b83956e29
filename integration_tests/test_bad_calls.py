"""One object whose own call fails, in every stream that makes a call for each object."""

import re

import pytest

from integration_tests.laboratory import changed, laboratory
from integration_tests.syncing import catalog, config_for, sync_in_process
from intercom_emulator.settings import Settings
from source_intercom import SourceIntercom

DECLARED = {each["name"]: each for each in SourceIntercom().resolved_manifest["streams"]}
CALLS = {
    name: each["retriever"]["rest"]
    for name, each in DECLARED.items()
    if "rest" in each["retriever"]
}
WITH_STATE = {name for name in CALLS if "cursor_field" in DECLARED[name]["retriever"]}
ONE_ANSWER = {name for name, rest in CALLS.items() if "at" in rest}
"""Streams whose calls are answered by the object itself, which has an id of its own."""

ADA = {"type": "admin", "id": 991267459, "name": "Ada", "email": "ada@example.com"}

PARENTS = {"data_connectors": "id", "article_drafts": "id"}
"""The column that names the object which was asked for; that of `of`, where none is named."""


def parent_of(stream, row):
    of = DECLARED[stream]["retriever"]["rows"].get("of")
    return row[PARENTS.get(stream, f"{of}_id")]


def is_for(name):
    """Whether a request is the call for the object of this id."""

    def when(request):
        if request.path == "/contacts/search":
            return request.json["query"].get("value") == name
        return name in {*request.path.split("/"), request.query.get("intercom_user_id")}

    return when


@pytest.fixture
def intercom():
    """A workspace in which each stream has rows of two objects at least that it asks for."""
    with laboratory("tiny", Settings(subscriptions_limit=2)) as running:
        workspace = running.workspace
        workspace.update(
            "articles", "41", touch=False, has_unpublished_changes=True, _draft={"title": "New"}
        )
        workspace.create("article_versions", article_id="41")
        workspace.create("handling_events", _conversation_id="501", type="paused", teammate=ADA)
        workspace.create("help_center_redirects", help_center_id="80")
        workspace.create("office_hours_exceptions", office_hours_schedule_id="802")
        workspace.create("data_connector_executions", data_connector_id="12346")
        running.clock.advance(60)
        yield running


def keys(stream, outputs):
    """The primary keys of rows."""
    key = next(each for each in catalog()["streams"] if each["name"] == stream)
    columns = [name for (name,) in key["source_defined_primary_key"]]
    return {tuple(row[name] for name in columns) for one in outputs for row in one.records(stream)}


def asked_for(intercom, stream):
    """All rows of a stream, and the objects that have some and are asked for."""
    whole = sync_in_process(config_for(), [stream])
    asked = [each for each in intercom.journal if each.path != "/me"]
    names = dict.fromkeys(parent_of(stream, row) for row in whole.records(stream))
    found = [
        name
        for name in names
        if any(name in str((each.path, each.query, each.body)) for each in asked)
    ]
    intercom.clock.advance(3600)
    return whole, found


def never_ending(body):
    body.pop("total_count", None)
    body["pages"] = {"page": 1, "total_pages": 2, "next": {"page": 2, "starting_after": "x"}}


def another(body):
    body["id"] = f"{body['id']}9"


FAULTS = {
    "422": {"status": 422, "code": "parameter_invalid"},
    "403": {"status": 403, "code": "forbidden"},
    "500": {"status": 500},
    "nginx 404": {"status": 404, "body": "html"},
    "redirect": {"status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    "html": {"kind": "html"},
    "another id": {"custom": changed(another)},
    "pages without end": {"custom": changed(never_ending)},
}
CASES = [
    (stream, fault)
    for stream in CALLS
    for fault in FAULTS
    if not (fault == "another id" and stream not in ONE_ANSWER)
    and not (fault == "pages without end" and stream in ONE_ANSWER)
]


@pytest.mark.parametrize(("stream", "fault"), CASES)
def test_one_object_whose_call_always_fails_stops_no_other(intercom, stream, fault, caplog):
    """The others' rows come; it is named, and comes with the first sync that can read it."""
    whole, names = asked_for(intercom, stream)
    assert len(names) > 1
    bad = names[-1]
    intercom.faults.add("*", count=None, when=is_for(bad), **FAULTS[fault])
    caplog.clear()

    first = sync_in_process(config_for(), [stream])
    intercom.faults.clear()
    told = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    intercom.clock.advance(3600)
    second = sync_in_process(config_for(), [stream], first.state())

    assert first.incomplete == second.incomplete == set()
    assert {parent_of(stream, row) for row in first.records(stream)} == {
        parent_of(stream, row) for row in whole.records(stream)
    } - {bad}
    (line,) = [each for each in told if bad in each]
    assert f"HTTP {FAULTS[fault].get('status', '')}" in line or "status" not in FAULTS[fault]
    assert "tick" not in line
    if stream in WITH_STATE:
        assert [*first.states(stream)[-1]["unsettled"]] == [bad]
        assert "unread" not in first.states(stream)[-1]
        assert "unsettled" not in second.states(stream)[-1]
    else:
        assert "the table lacks them" in line
    assert keys(stream, [first, second]) == keys(stream, [whole])


@pytest.mark.parametrize("stream", CALLS)
@pytest.mark.parametrize("fault", ["403", "500"])
def test_calls_that_all_fail_are_no_trouble_of_their_objects(intercom, stream, fault):
    """A permission that is missing and an outage end the stream, and say what to do."""
    intercom.faults.add("*", count=None, when=lambda one: is_a_call(stream, one), **FAULTS[fault])

    output = sync_in_process(config_for(), [stream])

    assert output.incomplete == {stream}
    expected = "config_error" if fault == "403" else "transient_error"
    assert output.errors[stream]["failure_type"] == expected


def is_a_call(stream, request):
    path = CALLS[stream]["path"].partition("?")[0].replace("{id}", "(?!search)[^/]+")
    return re.fullmatch(path, request.path) is not None


def test_every_stream_asks_for_what_its_routes_document():
    """No parameter that Intercom doesn't describe is sent, which it might refuse."""
    streams = [each["name"] for each in catalog()["streams"]]
    with laboratory("tiny", Settings(strict_parameters=True)):
        output = sync_in_process(config_for(custom_objects=["Order"]), streams)

        assert output.incomplete == set()


def test_a_ticket_that_can_not_be_read_stops_no_other(caplog):
    """Its conversation changed: the other tickets come, and this one with a later sync."""
    streams = ["tickets", "ticket_parts", "ticket_contacts"]
    with laboratory("tiny") as intercom:
        tickets = [each["id"] for each in intercom.workspace.objects("tickets")]
        first = sync_in_process(config_for(), streams)
        intercom.clock.advance(3600)
        for name in tickets[:2]:
            intercom.workspace.reply(name)
        intercom.faults.add("GET /tickets/{id}", count=None, status=422, when=is_for(tickets[0]))
        second = sync_in_process(config_for(), streams, first.state())
        intercom.faults.clear()
        intercom.clock.advance(3600)
        third = sync_in_process(config_for(), streams, second.state())

        assert second.incomplete == third.incomplete == set()
        for stream in streams:
            assert [*second.states(stream)[-1]["unsettled"]] == [tickets[0]]
            assert "unsettled" not in third.states(stream)[-1]
            assert f"{stream}: the rows of ticket {tickets[0]} can't be read" in caplog.text
