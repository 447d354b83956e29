"""
Every stream there is equals the workspace, field by field, whatever Intercom leaves open.

The workspace's rows are brought into no type by the connector's own code, and a column too many is
a difference as well.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import pytest

from integration_tests.comparing import Row, difference, in_order
from integration_tests.laboratory import differences, laboratory
from integration_tests.originals import originals
from integration_tests.syncing import Output, catalog, config_for, latest, sync_in_process
from intercom_emulator import Emulator, Workspace
from intercom_emulator.resources import RESOURCES
from intercom_emulator.settings import Settings
from intercom_emulator.tokens import PERMISSIONS, machine_name
from scripts.data_dictionary import tables
from source_intercom.intercom.errors import UNKNOWN

DECLARED = {each["name"]: each for each in catalog()["streams"]}
STREAMS = [*DECLARED]
KEYS = {
    name: [column for (column,) in each["source_defined_primary_key"]]
    for name, each in DECLARED.items()
}
DICTIONARIES = {"ticket_states", "ticket_type_attributes", "ticket_types"}
"""Tables that other rows point into, so that archived rows come too."""
LEFT_OUT = {
    # A contact's own list has ids alone, and what only some rows could fill is no column.
    "contact_tags": {"applied_at", "applied_by"},
    # What another column or table says.
    "company_notes": {"company"},
    "contact_merges": {"type"},
    "contact_notes": {"contact"},
    "conversations": {"conversation_parts"},
    "ticket_states": {"ticket_types"},
    "ticket_types": {"ticket_type_attributes"},
    "tickets": {"ticket_parts", "ticket_type"},
}


def everything(intercom: Emulator, streams: Iterable[str] = STREAMS) -> Output:
    """One sync of all streams."""
    types = sorted(intercom.workspace.custom_object_types())
    return sync_in_process(config_for(all_streams=True, custom_objects=types), streams)


def truth(workspace: Workspace, stream: str) -> list[Row]:
    """What the workspace has of a stream now, with what Intercom shows of it on request."""
    columns = DECLARED[stream]["json_schema"]["properties"]
    left_out = LEFT_OUT.get(stream, set())
    rows = _ON_REQUEST.get(stream, lambda workspace: originals(workspace, stream))(workspace)
    return [
        {
            name: value
            for name, value in row.items()
            # What has no such column is told of the rows' parents all the same.
            if name not in left_out and (name in columns or not name.endswith("_updated_at"))
        }
        for row in rows
        if stream in DICTIONARIES or row.get("archived") is not True
    ]


def _contacts(workspace: Workspace) -> Iterator[Row]:
    histories = _by(workspace.relations("contact_merges"), "contact_id")
    for one in workspace.objects("contacts"):
        history = {"merge_history": histories[one["id"]]} if one["role"] == "user" else {}
        yield {**one, **history}


def _conversations(workspace: Workspace) -> Iterator[Row]:
    asked_for = {
        name: _by(workspace.relations(f"conversation_{name}"), "conversation_id")
        for name in ("monitor_evaluations", "scorecards")
    }
    for one in workspace.objects("conversations"):
        yield {**one, **{name: rows[one["id"]] for name, rows in asked_for.items()}}


def _by(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.pop(key)].append(row)
    return found


def _hidden(stream: str, show: Callable[[Row], Row]) -> Callable[[Workspace], Iterator[Row]]:
    """Objects with what `show` makes of all that the workspace knows of one."""

    def rows(workspace: Workspace) -> Iterator[Row]:
        for one in workspace.objects(stream):
            yield {**one, **show(workspace.table(stream).get(one["id"]) or {})}

    return rows


def _segments(workspace: Workspace) -> Iterator[Row]:
    members = _by(workspace.relations("contact_segments"), "segment_id")
    for one in workspace.objects("segments"):
        yield {**one, "count": len(members[one["id"]])}


_ON_REQUEST: dict[str, Callable[[Workspace], Iterable[Row]]] = {
    "admins": _hidden("admins", lambda admin: {"avatar": admin["_avatar"]}),
    "contacts": _contacts,
    "conversations": _conversations,
    "custom_object_instances": lambda workspace: workspace.objects("custom_object_instances"),
    "data_connectors": _hidden("data_connectors", lambda connector: connector["_detail"]),
    "segments": _segments,
}


def first_difference(stream: str, output: Output, real: list[Row], *but: str) -> str | None:
    """Where a stream's rows differ from the workspace, `but` in some columns; None if nowhere."""
    emitted, schema = output.records(stream), DECLARED[stream]["json_schema"]
    if output.statuses[stream] != "COMPLETE":
        return f"{stream} is {output.statuses[stream]}"
    if len(emitted) != len(real):
        return f"{stream}: {len(emitted)} rows for {len(real)}"
    in_both = zip(in_order(emitted, KEYS[stream]), in_order(real, KEYS[stream]), strict=True)
    for pair in in_both:
        row, original = (
            {name: value for name, value in one.items() if name not in ("read_at", *but)}
            for one in pair
        )
        found = difference(row, original, schema, stream)
        if found:
            return found
    return None


@cache
def read(seed: str) -> tuple[Output, dict[str, list[Row]]]:
    """What a sync of a whole workspace emits, and what the workspace has."""
    with laboratory(seed) as intercom:
        return everything(intercom), {name: truth(intercom.workspace, name) for name in STREAMS}


@pytest.mark.parametrize("seed", ["tiny", "demo"])
@pytest.mark.parametrize("stream", STREAMS)
def test_every_row_equals_the_workspaces(seed, stream):
    """The same rows, each once, every field of them, with none of nothing."""
    output, real = read(seed)

    found = first_difference(stream, output, real[stream])

    assert found is None
    assert len(real[stream]) > 0


@pytest.mark.parametrize("seed", ["tiny", "demo"])
@pytest.mark.parametrize("stream", STREAMS)
def test_every_key_is_there_and_tells_rows_apart(seed, stream):
    """No part of a key is null, and no two rows share one."""
    output, _ = read(seed)
    keys = [tuple(row.get(name) for name in KEYS[stream]) for row in output.records(stream)]

    assert all(None not in key for key in keys)
    assert len(keys) == len(set(keys))


NUMBERED = {
    f"GET {one.listing.path}"
    for one in RESOURCES.values()
    if one.listing is not None and one.listing.pages.form in ("numbers", "top_level")
}
GUESSED = {
    "GET /contacts/{contact_id}/companies": 50,
    "GET /contacts/{contact_id}/notes": 50,
    "GET /articles/{article_id}/versions": 25,
    "GET /internal_articles": 50,
    "GET /ai/content_import_sources": 50,
    "GET /ai/external_pages": 50,
    "GET /news/news_items": 10,
    "GET /news/newsfeeds": 10,
    "GET /events": 50,
    "POST /tickets/search": 20,
}
"""Routes whose longest page nobody knows, and how long a page of theirs is unasked."""
OTHER_KEYS = {
    "GET /articles": "articles",
    "GET /contacts/deleted": "contacts",
    "GET /conversations/deleted": "data",
    "GET /conversations/{id}/handling_events": "data",
    "GET /conversations/{id}/side_conversations": "data",
    "GET /segments": "data",
    "GET /tags": "tags",
    "GET /teams": "data",
    "GET /ticket_types": "ticket_types",
}
NESTED = [
    "contacts",
    "contact_companies",
    "contact_merges",
    "contact_subscriptions",
    "contact_tags",
]
TALK = [
    "conversations",
    "conversation_monitor_evaluations",
    "conversation_scorecards",
    "conversation_teammates",
    "tickets",
    "ticket_parts",
    "ticket_types",
]
CHOICES = ("opted_in_subscription_types", "opted_out_subscription_types")
MODES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "other keys of lists": ({"list_keys": OTHER_KEYS}, STREAMS),
    "numbers of pages as text": ({"string_page_numbers": NUMBERED}, STREAMS),
    "numbers of pages as text, and no link": (
        {"string_page_numbers": NUMBERED, "pages_next": dict.fromkeys(NUMBERED, "absent")},
        STREAMS,
    ),
    "links to pages": ({"pages_next": "url", "pages_end": "null"}, STREAMS),
    "objects for pages": ({"pages_next": "object", "pages_end": "absent"}, STREAMS),
    "pages refused by 400": ({"per_page_maximum": GUESSED}, STREAMS),
    "pages refused by 422": (
        {"per_page_maximum": GUESSED, "per_page_refusal": 422},
        ["tickets", "ticket_parts", "news_items", "newsfeed_items", "contact_notes"],
    ),
    "parameters refused": ({"strict_parameters": True}, STREAMS),
    "a bare array": ({"bare_lists": {"GET /away_status_reasons"}}, ["away_status_reasons"]),
    "no number as text": ({"string_page_numbers": set()}, ["internal_articles", "content_items"]),
    "attributes of types": (
        {"ticket_type_attributes_key": "ticket_type_attributes"},
        ["tickets", "ticket_types", "ticket_type_attributes"],
    ),
    "teammates": ({"conversation_teammates_key": "teammates"}, TALK),
    "conversions": ({"article_conversions_key": "conversions"}, ["article_statistics"]),
    "companies of contacts": ({"contact_companies_key": "data"}, NESTED),
    "companies of contacts, twice": ({"contact_companies_key": "both"}, NESTED),
    "cut merges": ({"merge_history_limit": 50}, NESTED),
    "cut choices": ({"subscriptions_limit": 3}, NESTED),
    "no cut choices": ({"subscriptions_limit": None}, NESTED),
    "tickets of their own ids": ({"ticket_ids": "own"}, TALK),
    "hidden tickets": ({"deleted_tickets_listed": False}, ["deleted_conversations"]),
    "bounds of logs": ({"activity_log_bounds": "exclusive"}, ["activity_logs"]),
    "logs by the quarter": ({"activity_log_days": 90}, ["activity_logs"]),
    "the oldest first": ({"oldest_first": {*RESOURCES}}, STREAMS),
    "bodies as they are now": ({"search_bodies": "current"}, TALK),
    "bounds of searches": ({"conversation_bounds": "inclusive"}, TALK),
    "contacts to the second": ({"contact_search_dates": "exact"}, NESTED),
    "contacts by the day of UTC": ({"contact_search_dates": "utc_day"}, NESTED),
    "no page behind the scroll": ({"scroll_end": "not_found"}, ["companies", "company_tags"]),
    "parts as shown": ({"parts_total": "returned"}, ["conversation_parts", "ticket_parts"]),
}
"""What Intercom leaves open, each the other way than usual, and the streams that it may touch."""
SHOWN_OTHERWISE = {
    "teammates": {"conversations": ("teammates",)},
    "conversions": {"article_statistics": ("conversations", "conversions")},
    "cut merges": {"contacts": ("merge_history",)},
    "cut choices": {"contacts": CHOICES},
    "no cut choices": {"contacts": CHOICES},
}
"""Columns that hold what Intercom shows there, which the mode changes."""


@pytest.mark.parametrize("mode", MODES)
def test_what_intercom_leaves_open_costs_no_row(mode):
    """Whichever way it is: the same rows, and no stream that fails for it."""
    given, streams = MODES[mode]
    but = SHOWN_OTHERWISE.get(mode, {})
    with laboratory("tiny", Settings(**given)) as intercom:
        output = everything(intercom, streams)
        found = [
            first_difference(name, output, truth(intercom.workspace, name), *but.get(name, ()))
            for name in streams
        ]

    assert [each for each in found if each] == []


def test_a_page_of_tickets_that_is_too_long_is_asked_for_once(caplog):
    """Then in the usual length, on every page; and that is said."""
    refuse = {"per_page_maximum": {"POST /tickets/search": 20}}
    with laboratory("demo", Settings(**refuse)) as intercom:
        output = everything(intercom, ["tickets", "ticket_contacts"])

        lengths = [
            entry.body["pagination"]["per_page"]
            for entry in intercom.journal.entries("POST /tickets/search")
        ]
        assert output.incomplete == set()
        assert (lengths[0], {*lengths[1:]}) == (150, {20})
        assert "refuses pages of 150 rows for /tickets/search; 20 are asked for" in caplog.text


@pytest.mark.parametrize("form", ["unix", "iso"])
def test_changed_macros_come_in_whichever_form_intercom_takes_a_time(form):
    """Where it refuses the one that is described, the list is read without; it is sorted anyway."""
    with laboratory("tiny", Settings(macros_since=form)) as intercom:
        first = sync_in_process(config_for(), ["macros"])
        intercom.clock.advance(7200)
        intercom.workspace.update("macros", "130", name="Another")
        intercom.journal.clear()
        second = sync_in_process(config_for(), ["macros"], first.state())

        table = latest([first, second], "macros")
        assert differences(table, intercom, "macros") == ([], [], [])
        assert second.incomplete == set()
        assert second.ids("macros") == ["130"]
        assert intercom.journal.count("GET /macros") == (1 if form == "unix" else 2)


PERMISSIONS_OF = {table.name: {*table.permissions} for table in tables()}
BOXES = sorted({box for boxes in PERMISSIONS_OF.values() for box in boxes} - {UNKNOWN})
EITHER_WAY = {"workspace", "teams", "team_admins"}
"""Streams that Intercom shows to a token without their box as well, or may do so."""


@pytest.mark.parametrize("missing", BOXES)
def test_a_permission_that_is_missing_ends_its_own_streams_alone(missing):
    """Each says which box to tick; those of other permissions are read to their end."""
    left = {*PERMISSIONS} - {machine_name(missing), "write_users_companies", "gather_app_data"}
    with laboratory("tiny") as intercom:
        intercom.tokens.set_permissions("default", left)
        output = everything(intercom)

    refused = {name for name, boxes in PERMISSIONS_OF.items() if missing in boxes}
    unsaid = {name for name, boxes in PERMISSIONS_OF.items() if UNKNOWN in boxes}
    assert refused - EITHER_WAY <= output.incomplete <= refused | unsaid
    for stream in output.incomplete:
        assert output.errors[stream]["failure_type"] == "config_error"
    for stream in refused & output.incomplete:
        assert "tick" in output.errors[stream]["message"]
