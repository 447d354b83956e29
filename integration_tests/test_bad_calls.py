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
    with laboratory("tiny", Settings(subscriptions_limit=2, merge_history_limit=10)) as running:
        workspace = running.workspace
        workspace.update(
            "articles", "41", touch=False, has_unpublished_changes=True, _draft={"title": "New"}
        )
        workspace.create("article_versions", article_id="41")
        workspace.create("handling_events", _conversation_id="501", type="paused", teammate=ADA)
        workspace.create("help_center_redirects", help_center_id="80")
        workspace.create("office_hours_exceptions", office_hours_schedule_id="802")
        workspace.create("data_connector_executions", data_connector_id="12346")
        user = workspace.create_contact(email="merged@example.com")
        for _ in range(10):
            workspace.merge_contacts(workspace.create_contact(role="lead")["id"], user["id"])
        running.clock.advance(60)
        yield running


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
    assert {*first.ids(stream), *second.ids(stream)} == {*whole.ids(stream)}


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


def test_conversations_whose_transcripts_can_not_be_read_stop_no_other(caplog):
    """Twenty are asked for at once: those that fail are found by halves, and named."""
    with laboratory("tiny") as intercom:
        whole = sync_in_process(config_for(), ["call_transcripts"])
        bad = {row["conversation_id"] for row in whole.records("call_transcripts")[:2]}
        intercom.faults.add(
            "POST /calls/search",
            status=422,
            count=None,
            when=lambda one: bool(bad & {*one.json["conversation_ids"]}),
        )
        output = sync_in_process(config_for(), ["call_transcripts"])

        assert output.incomplete == set()
        assert sorted(output.ids("call_transcripts")) == sorted(
            row["id"]
            for row in whole.records("call_transcripts")
            if row["conversation_id"] not in bad
        )
        for name in bad:
            assert f"call_transcripts: the rows of conversation {name} can't be read" in caplog.text


def test_transcripts_that_can_none_be_read_are_an_outage():
    """INCOMPLETE, rather than an empty table."""
    with laboratory("tiny") as intercom:
        intercom.faults.add("POST /calls/search", status=500, count=None)

        output = sync_in_process(config_for(), ["call_transcripts"])

        assert output.incomplete == {"call_transcripts"}


@pytest.mark.parametrize(
    ("stream", "bad", "of_the_bad"),
    [
        ("custom_object_instances", "/custom_object_instances/Orderr", set()),
        ("data_attributes", "/data_attributes", {"contact", "company"}),
    ],
)
def test_one_of_several_lists_that_can_not_be_read_hides_no_other(stream, bad, of_the_bad):
    """The others' rows come, and then the stream ends INCOMPLETE, with the name of that list."""
    with laboratory("tiny") as intercom:
        whole = sync_in_process(config_for(custom_objects=["Order"]), [stream])
        if of_the_bad:
            intercom.faults.add(f"GET {bad}", status=403, code="forbidden", count=None)
        output = sync_in_process(config_for(custom_objects=["Orderr", "Order"]), [stream])

        assert output.incomplete == {stream}
        assert f"{stream}: {bad} can't be read." in output.errors[stream]["message"]
        others = [row for row in whole.records(stream) if row.get("model") not in of_the_bad]
        assert len(output.ids(stream)) == len(others) > 0


def test_types_of_custom_objects_that_may_not_be_listed_hide_none_that_are_named(caplog):
    """The config names some; those that only conversations name are missing, and that is said."""
    with laboratory("tiny") as intercom:
        whole = sync_in_process(config_for(custom_objects=["Order"]), ["custom_object_instances"])
        intercom.faults.add("GET /conversations/attributes", status=403, code="x", count=None)
        output = sync_in_process(config_for(custom_objects=["Order"]), ["custom_object_instances"])

        assert output.incomplete == set()
        assert output.ids("custom_object_instances") == whole.ids("custom_object_instances")
        assert "only the types of the config" in caplog.text
