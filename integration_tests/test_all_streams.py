"""
Every stream there is equals the workspace, field by field, whatever Intercom leaves open.

The workspace's rows are brought into no type by the connector's own code, and a column too many is
a difference as well.
"""

from functools import cache
from typing import Any

import pytest

from integration_tests.comparing import Row, difference, in_order
from integration_tests.everything import DECLARED, KEYS, STREAMS, everything, truth
from integration_tests.laboratory import differences, laboratory
from integration_tests.syncing import Output, config_for, latest, sync_in_process
from intercom_emulator.resources import RESOURCES
from intercom_emulator.settings import Settings
from intercom_emulator.tokens import PERMISSIONS, machine_name
from scripts.data_dictionary import tables
from source_intercom.intercom.errors import UNKNOWN


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
