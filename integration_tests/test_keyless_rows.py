"""Rows without a key: the others come, none has a null key, and each is told."""

import pytest

from integration_tests.laboratory import changed, laboratory
from integration_tests.syncing import config_for, sync_in_process

ROUTES = {
    "contacts": ("POST /contacts/search", ["data"]),
    "conversations": ("POST /conversations/search", ["conversations"]),
    "tickets": ("POST /tickets/search", ["tickets"]),
    "companies": ("GET /companies/scroll", ["data"]),
    "articles": ("GET /articles", ["data"]),
    "macros": ("GET /macros", ["data"]),
    "deleted_conversations": ("GET /conversations/deleted", ["conversations"]),
    "deleted_contacts": ("GET /contacts/deleted", ["data"]),
    "activity_logs": ("POST /admins/activity_logs/search", ["activity_logs"]),
    "custom_object_instances": ("GET /custom_object_instances/{type}", ["data"]),
    "tags": ("GET /tags", ["data"]),
    "teams": ("GET /teams", ["teams"]),
    "conversation_contacts": ("POST /conversations/search", ["conversations", "contacts"]),
    "company_segments": ("GET /companies/scroll", ["data", "segments", "segments"]),
    "ticket_parts": ("POST /tickets/search", ["tickets", "ticket_parts", "ticket_parts"]),
}
"""By stream where its rows come from, and the lists that lead to them."""

ODD = {"null": None, "empty": "", "an object": {"id": "1"}, "a flag": True}


def spoiling(path, odd, *, keep_dates=True):
    """A fault that takes the ids of the first two rows of an answer."""

    def entries(body):
        found = [body]
        for name in path:
            found = [
                inner
                for each in found
                for inner in ([each[name]] if isinstance(each[name], dict) else each[name] or [])
            ]
        last = path[-1]
        return [row for each in found for row in (each.get(last) or [] if last in each else [each])]

    def spoil(body):
        if not all(body.get(name) for name in path[:1]):
            return
        for row in entries(body)[:2]:
            row["id"] = odd
            for name in () if keep_dates else ("updated_at", "created_at", "deleted_at"):
                row.pop(name, None)

    return changed(spoil)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("stream", ROUTES)
def test_rows_whose_key_is_none_hide_no_others(stream, odd, caplog):
    """All others come, those two are told and never emitted, and come once they have keys."""
    route, path = ROUTES[stream]
    config = config_for(custom_objects=["Order"])
    with laboratory("tiny") as intercom:
        whole = sync_in_process(config, [stream])
        intercom.clock.advance(60)
        intercom.faults.add(route, custom=spoiling(path, odd), count=None)
        caplog.clear()

        first = sync_in_process(config, [stream])
        intercom.faults.clear()
        told = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
        intercom.clock.advance(3600)
        second = sync_in_process(config, [stream], first.state())

        assert first.incomplete == {stream}
        assert first.errors[stream]["failure_type"] == "system_error"
        assert {*first.ids(stream)} < {*whole.ids(stream)}
        assert len(first.ids(stream)) == len(whole.ids(stream)) - 2
        assert len([line for line in told if f"{stream}: a row is left out" in line]) == 2
        assert second.incomplete == set()
        assert {*first.ids(stream), *second.ids(stream)} == {*whole.ids(stream)}


@pytest.mark.parametrize("stream", ["contacts", "conversations", "articles", "activity_logs"])
def test_rows_without_a_key_and_without_a_date_hold_the_state(stream):
    """Nothing tells where they belong, so all that was unread stays so; the others come."""
    route, path = ROUTES[stream]
    with laboratory("tiny") as intercom:
        whole = sync_in_process(config_for(), [stream])
        spoil = spoiling(path, None, keep_dates=False)
        intercom.faults.add(route, custom=spoil, count=None)

        first = sync_in_process(config_for(), [stream])
        intercom.faults.clear()
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(), [stream], first.state())

        assert first.incomplete == {stream}
        assert len(first.ids(stream)) == len(whole.ids(stream)) - 2
        assert second.incomplete == set()
        assert {*second.ids(stream)} == {*whole.ids(stream)}


LISTED = [
    "articles",
    "macros",
    "deleted_conversations",
    "activity_logs",
    "custom_object_instances",
    "tags",
    "companies",
]


@pytest.mark.parametrize("row", [None, {}, "text"])
@pytest.mark.parametrize("stream", LISTED)
def test_a_row_that_is_none_hides_no_others(stream, row):
    """A list or a scroll that holds something else than objects is read for its objects."""
    route, (key,) = ROUTES[stream]
    config = config_for(custom_objects=["Order"])
    with laboratory("tiny") as intercom:
        whole = sync_in_process(config, [stream])
        intercom.clock.advance(60)
        spoil = changed(lambda body: body[key].insert(0, row) if body.get(key) else None)
        intercom.faults.add(route, custom=spoil, count=None)

        output = sync_in_process(config, [stream])

        assert output.incomplete == {stream}
        assert {*output.ids(stream)} == {*whole.ids(stream)}


@pytest.mark.parametrize("odd", [{"id": 1}, True, ""])
def test_an_attribute_whose_id_is_none_gets_no_key_of_it(odd):
    """The key is made of it, so that it would hide what it was made of."""
    with laboratory("tiny") as intercom:
        whole = sync_in_process(config_for(), ["data_attributes"])
        custom = changed(
            lambda body: next(row for row in body["data"] if row.get("id")).update(id=odd)
        )
        intercom.faults.add("GET /data_attributes", custom=custom, count=None)
        output = sync_in_process(config_for(), ["data_attributes"])

        assert output.incomplete == {"data_attributes"}
        assert len(output.ids("data_attributes")) == len(whole.ids("data_attributes")) - 2


@pytest.mark.parametrize("app", [None, [], "emu1ator", {}])
def test_a_workspace_that_is_none_is_no_empty_table(app):
    """INCOMPLETE; the other streams are read, whatever /me says."""
    with laboratory("tiny") as intercom:
        intercom.faults.add("GET /me", custom=changed(lambda me: me.update(app=app)), count=None)
        output = sync_in_process(config_for(), ["workspace", "tags", "activity_logs"])

        assert output.incomplete == {"workspace"}
        assert output.ids("tags")
        assert output.ids("activity_logs")


def test_a_text_that_is_none_hides_no_others():
    """The kinds of logs are a list of texts."""
    with laboratory("tiny") as intercom:
        stream = "activity_log_event_types"
        whole = sync_in_process(config_for(), [stream])
        spoil = changed(lambda body: body["event_types"].insert(0, None))
        intercom.faults.add(f"GET /admins/{stream}", custom=spoil, count=None)

        output = sync_in_process(config_for(), [stream])

        assert output.incomplete == {stream}
        assert output.ids(stream) == whole.ids(stream)


def test_rows_of_a_call_that_have_no_key_leave_their_object_unread(caplog):
    """Its other rows come; it is named, and asked for again by the next sync."""
    with laboratory("tiny") as intercom:
        stream = "contact_notes"
        whole = sync_in_process(config_for(), [stream])
        spoil = changed(lambda body: body["data"][0].update(id=None))
        intercom.faults.add("GET /contacts/{id}/notes", custom=spoil, count=1)
        first = sync_in_process(config_for(), [stream])
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(), [stream], first.state())

        assert first.incomplete == second.incomplete == set()
        assert len(first.ids(stream)) == len(whole.ids(stream)) - 1
        assert {*first.ids(stream), *second.ids(stream)} == {*whole.ids(stream)}
        (name,) = first.states(stream)[-1]["unsettled"]
        assert f"the rows of contact {name} can't be read (rows without a key)" in caplog.text


def test_a_parent_without_an_id_is_asked_for_nothing():
    """Nor do rows with a null parent come: the other parents' do."""
    with laboratory("tiny") as intercom:
        for stream in ("conversation_parts", "contact_notes", "data_event_summaries"):
            whole = sync_in_process(config_for(), [stream])
            route = "contacts" if "conversation" not in stream else "conversations"
            path = ROUTES[route]
            intercom.faults.add(path[0], custom=spoiling(path[1], None), count=None)
            intercom.journal.clear()
            output = sync_in_process(config_for(), [stream])
            intercom.faults.clear()

            assert output.incomplete == {stream}
            assert {*output.ids(stream)} <= {*whole.ids(stream)}
            assert not [each for each in intercom.journal if "None" in each.path]
