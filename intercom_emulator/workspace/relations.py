"""
What belongs together, whole: the truth about relations and children.

Each is told in Intercom's own terms, complete where the API cuts a list, with the ids of both
sides: `{"contact_id": "6762…", "tag_id": "102", "applied_at": 1793610000}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.workspace.state import State

Rows = Callable[[State], Iterator[Json]]


def _documents(state: State, name: str) -> Iterator[Json]:
    truth = state.collection(name).truth
    return (truth.document(ordinal) or {} for ordinal in truth.ordinals())


def _nested(resource: str, path: str, parent: str, child: str, *more: str) -> Rows:
    """A row per entry of a nested list, with the ids as `parent` and `child`, and `more` fields."""

    def rows(state: State) -> Iterator[Json]:
        searched = resource in ("contacts", "companies", "conversations", "tickets")
        holders = _documents(state, resource) if searched else state.table(resource).objects()
        for one in holders:
            entries: Any = one
            for step in path.split("."):
                entries = (entries or {}).get(step)
            for entry in entries or []:
                extra = {name: entry.get(name, entry.get(f"_{name}")) for name in more}
                yield {parent: str(one["id"]), child: str(entry["id"]), **extra}

    return rows


def _children(resource: str, parent: str) -> Rows:
    """The rows of a resource, each with the id of what it hangs on."""

    def rows(state: State) -> Iterator[Json]:
        for one in state.table(resource).objects():
            yield {**shapes.public(one), parent: state.table(resource).parent_of(one)}

    return rows


def _subscriptions(state: State) -> Iterator[Json]:
    for one in _documents(state, "contacts"):
        for consent in ("in", "out"):
            for entry in one[f"opted_{consent}_subscription_types"]["data"]:
                yield {
                    "contact_id": one["id"],
                    "subscription_type_id": entry["id"],
                    "consent": consent,
                }


def _contact_segments(state: State) -> Iterator[Json]:
    for one in _documents(state, "contacts"):
        for segment in one.get("_segments") or []:
            yield {"contact_id": one["id"], "segment_id": segment}


def _merges(state: State) -> Iterator[Json]:
    for one in _documents(state, "contacts"):
        if one["role"] == "user":
            for item in state.merge_histories.get(one["id"], []):
                yield {"contact_id": one["id"], **item}


def _conversation_parts(state: State) -> Iterator[Json]:
    for one in _documents(state, "conversations"):
        for part in one["conversation_parts"]["conversation_parts"]:
            yield {**part, "conversation_id": one["id"]}


def _ticket_parts(state: State) -> Iterator[Json]:
    for one in _documents(state, "tickets"):
        for part in one["ticket_parts"]["ticket_parts"]:
            yield {**part, "ticket_id": one["id"]}


def _opted_in(field: str) -> Rows:
    """Rows that a conversation shows only if they are asked for."""

    def rows(state: State) -> Iterator[Json]:
        for one in _documents(state, "conversations"):
            for entry in one.get(field) or []:
                yield {"conversation_id": one["id"], **entry}

    return rows


def _linked(resource: str, parent: str) -> Rows:
    def rows(state: State) -> Iterator[Json]:
        for one in _documents(state, resource):
            for entry in one["linked_objects"]["data"]:
                yield {
                    parent: one["id"],
                    "linked_type": entry["type"],
                    "linked_id": entry["id"],
                    "category": entry["category"],
                }

    return rows


def _teammates(state: State) -> Iterator[Json]:
    for one in _documents(state, "conversations"):
        for entry in (one["teammates"] or {}).get("admins", []):
            yield {
                "conversation_id": one["id"],
                "teammate_type": entry["type"],
                "teammate_id": entry["id"],
            }


def _team_admins(state: State) -> Iterator[Json]:
    for team in state.table("teams").objects():
        levels = team["admin_priority_level"] or {}
        for admin_id in team["admin_ids"]:
            is_second = admin_id in (levels.get("secondary_admin_ids") or [])
            is_first = admin_id in (levels.get("primary_admin_ids") or [])
            priority = "primary" if is_first else "secondary" if is_second else None
            yield {"team_id": team["id"], "admin_id": str(admin_id), "priority": priority}


def _type_attributes(state: State) -> Iterator[Json]:
    for one in state.table("ticket_types").objects():
        yield from one["_attributes"]


def _type_states(state: State) -> Iterator[Json]:
    for one in state.table("ticket_types").objects():
        for state_id in one["_state_ids"]:
            yield {"ticket_type_id": one["id"], "ticket_state_id": state_id}


def _article_collections(state: State) -> Iterator[Json]:
    for one in state.table("articles").objects():
        for collection_id in one["parent_ids"]:
            yield {"article_id": one["id"], "collection_id": str(collection_id)}


def _translations(state: State) -> Iterator[Json]:
    for one in state.table("articles").objects():
        for locale, content in (one["translated_content"] or {}).items():
            if locale != "type":
                yield {"article_id": one["id"], "locale": locale, **content}


def _statistics(state: State) -> Iterator[Json]:
    for one in state.table("articles").objects():
        yield {"article_id": one["id"], **shapes.statistics_of(one)}


def _drafts(state: State) -> Iterator[Json]:
    for one in state.table("articles").objects():
        if one["_draft"] is not None:
            yield shapes.draft_of(one)


def _newsfeed_items(state: State) -> Iterator[Json]:
    for one in state.table("news_items").objects():
        for assignment in one["newsfeed_assignments"]:
            yield {
                "newsfeed_id": str(assignment["newsfeed_id"]),
                "news_item_id": one["id"],
                "published_at": assignment["published_at"],
            }


def _side_parts(state: State) -> Iterator[Json]:
    for one in state.table("side_conversations").objects():
        for part in one["conversation_parts"]:
            yield {
                **part,
                "conversation_id": one["_conversation_id"],
                "side_conversation_id": one["side_conversation_id"],
            }


def _event_summaries(state: State) -> Iterator[Json]:
    events: dict[str, list[Json]] = {}
    for one in state.table("data_events").objects():
        events.setdefault(one["intercom_user_id"], []).append(one)
    for contact_id, found in events.items():
        for summary in summaries_of(found):
            yield {"contact_id": contact_id, **summary}


def summaries_of(events: list[Json]) -> list[Json]:
    """Events by name: how many, the first and the last."""
    moments: dict[str, list[int]] = {}
    for one in events:
        moments.setdefault(one["event_name"], []).append(one["created_at"])
    return [
        {
            "name": name,
            "first": shapes.iso(min(found)),
            "last": shapes.iso(max(found)),
            "count": len(found),
            "description": "",
        }
        for name, found in sorted(moments.items())
    ]


def _transcripts(state: State) -> Iterator[Json]:
    for one in state.table("calls").objects():
        if one["conversation_id"] is not None:
            yield transcribed(one)


def transcribed(call: Json) -> Json:
    """A call as `POST /calls/search` tells it, with what was said."""
    said = call["_transcript"]
    status = "completed" if said is not None else "not_available"
    return {**shapes.public(call), "transcript": said or [], "transcript_status": status}


def _workspace(state: State) -> Iterator[Json]:
    yield shapes.app(state.settings.region, state.settings.timezone)


_APPLIED = ("applied_at", "applied_by")

RELATIONS: dict[str, Rows] = {
    "article_collections": _article_collections,
    "article_drafts": _drafts,
    "article_statistics": _statistics,
    "article_tags": _nested("articles", "tags.tags", "article_id", "tag_id", "name"),
    "article_translations": _translations,
    "article_versions": _children("article_versions", "article_id"),
    "call_transcripts": _transcripts,
    "company_notes": _children("company_notes", "company_id"),
    "company_segments": _nested(
        "companies", "segments.segments", "company_id", "segment_id", "name"
    ),
    "company_tags": _nested("companies", "tags.tags", "company_id", "tag_id", "name"),
    "contact_companies": _nested("contacts", "companies.data", "contact_id", "company_id"),
    "contact_merges": _merges,
    "contact_notes": _children("notes", "contact_id"),
    "contact_segments": _contact_segments,
    "contact_subscriptions": _subscriptions,
    "contact_tags": _nested("contacts", "tags.data", "contact_id", "tag_id", *_APPLIED),
    "conversation_contacts": _nested(
        "conversations", "contacts.contacts", "conversation_id", "contact_id", "external_id"
    ),
    "conversation_linked_objects": _linked("conversations", "conversation_id"),
    "conversation_monitor_evaluations": _opted_in("_monitor_evaluations"),
    "conversation_parts": _conversation_parts,
    "conversation_scorecards": _opted_in("_scorecards"),
    "conversation_tags": _nested(
        "conversations", "tags.tags", "conversation_id", "tag_id", "name", *_APPLIED
    ),
    "conversation_teammates": _teammates,
    "data_connector_executions": _children("data_connector_executions", "data_connector_id"),
    "data_event_summaries": _event_summaries,
    "data_events": _children("data_events", "contact_id"),
    "handling_events": _children("handling_events", "conversation_id"),
    "help_center_redirects": _children("help_center_redirects", "help_center_id"),
    "newsfeed_items": _newsfeed_items,
    "office_hours_exceptions": _children("office_hours_exceptions", "office_hours_schedule_id"),
    "side_conversation_parts": _side_parts,
    "team_admins": _team_admins,
    "team_metrics": _children("team_metrics", "team_id"),
    "ticket_contacts": _nested(
        "tickets", "contacts.contacts", "ticket_id", "contact_id", "external_id"
    ),
    "ticket_linked_objects": _linked("tickets", "ticket_id"),
    "ticket_parts": _ticket_parts,
    "ticket_type_attributes": _type_attributes,
    "ticket_type_states": _type_states,
    "workspace": _workspace,
}
"""Named as the tables that people make of them."""
