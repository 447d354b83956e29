"""Conversations and tickets, their parts, and what is counted about them."""

from __future__ import annotations

from typing import Any

from intercom_emulator.messages import Json
from intercom_emulator.shapes.base import ID, NOW, WORKSPACE_ID, public, shape


def author(kind: str, object_id: str, name: str | None, email: str) -> Json:
    """The author of a part."""
    return {
        "type": kind,
        "id": object_id,
        "name": name,
        "email": email,
        "from_ai_agent": kind == "bot",
        "is_ai_answer": False,
    }


def part(part_id: str, created_at: int, part_author: Json, /, **fields: Any) -> Json:
    """A conversation part."""
    document: Json = {
        "type": "conversation_part",
        "id": part_id,
        "part_type": "comment",
        "body": None,
        "created_at": created_at,
        "updated_at": created_at,
        "notified_at": created_at,
        "assigned_to": None,
        "author": part_author,
        "attachments": [],
        "external_id": None,
        "redacted": False,
        "email_message_metadata": None,
        "metadata": None,
        "state": "open",
        "tags": [],
        "event_details": None,
        "app_package_code": None,
    }
    document.update(fields)
    return document


def source(source_id: str, source_author: Json, body: str, /, **fields: Any) -> Json:
    """The message a conversation began with."""
    document: Json = {
        "type": "conversation",
        "id": source_id,
        "delivered_as": "customer_initiated",
        "subject": "",
        "body": body,
        "author": {key: source_author[key] for key in ("type", "id", "name", "email")},
        "attachments": [],
        "url": None,
        "redacted": False,
    }
    document.update(fields)
    return document


def conversation(record_id: str, created_at: int, /, **fields: Any) -> Json:
    """A conversation with its parts; assignee 0 means nobody (2.16)."""
    document: Json = {
        "type": "conversation",
        "id": record_id,
        "created_at": created_at,
        "updated_at": created_at,
        "waiting_since": None,
        "snoozed_until": None,
        "source": None,
        "contacts": {"type": "contact.list", "contacts": []},
        "first_contact_reply": None,
        "admin_assignee_id": 0,
        "team_assignee_id": 0,
        "open": True,
        "state": "open",
        "read": False,
        "tags": {"type": "tag.list", "tags": []},
        "priority": "none",
        "sla_applied": None,
        "statistics": None,
        "conversation_rating": None,
        "teammates": None,
        "title": None,
        "custom_attributes": {},
        "topics": {"type": "topic.list", "topics": [], "total_count": 0},
        "ticket": None,
        "company": None,
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ai_agent": None,
        "ai_agent_participated": False,
        "channel": {"initial": "messenger", "current": "messenger"},
        "conversation_parts": conversation_parts([]),
    }
    document.update(fields)
    return document


def conversation_parts(parts: list[Json], total_count: int | None = None) -> Json:
    """The envelope of a conversation's parts."""
    return {
        "type": "conversation_part.list",
        "conversation_parts": parts,
        "total_count": len(parts) if total_count is None else total_count,
    }


def render_conversation_list_item(document: Json) -> Json:
    """A conversation as search and lists show it: without its parts."""
    shown = public(document)
    shown.pop("conversation_parts", None)
    return shown


def statistics(document: Json) -> Json:
    """What Intercom counts about a conversation, from its source and parts."""
    parts = document["conversation_parts"]["conversation_parts"]
    created_at = document["created_at"]
    replies = [one for one in parts if one["part_type"] == "comment"]
    admin_replies = [one["created_at"] for one in replies if one["author"]["type"] == "admin"]
    contact_replies = [
        one["created_at"] for one in replies if one["author"]["type"] in ("user", "lead", "contact")
    ]
    assignments = [one["created_at"] for one in parts if one["part_type"] == "assignment"]
    closes = [one for one in parts if one["part_type"] == "close"]
    counted: Json = {"type": "conversation_statistics"}
    if admin_replies:
        counted["time_to_admin_reply"] = admin_replies[0] - created_at
        counted["first_admin_reply_at"] = admin_replies[0]
        counted["last_admin_reply_at"] = admin_replies[-1]
        waits = sorted(after - before for before, after in _waits(replies, created_at))
        counted["median_time_to_reply"] = waits[len(waits) // 2] if waits else 0
    if contact_replies:
        counted["first_contact_reply_at"] = contact_replies[0]
        counted["last_contact_reply_at"] = contact_replies[-1]
    if assignments:
        counted["time_to_assignment"] = assignments[0] - created_at
        counted["first_assignment_at"] = assignments[0]
        counted["last_assignment_at"] = assignments[-1]
    if closes:
        counted["time_to_first_close"] = closes[0]["created_at"] - created_at
        counted["time_to_last_close"] = closes[-1]["created_at"] - created_at
        counted["first_close_at"] = closes[0]["created_at"]
        counted["last_close_at"] = closes[-1]["created_at"]
        counted["last_closed_by_id"] = closes[-1]["author"]["id"]
    counted["count_reopens"] = sum(one["part_type"] == "open" for one in parts)
    counted["count_assignments"] = len(assignments)
    # One more than the parts: it counts the opening message too
    # (https://github.com/airbytehq/airbyte/issues/39463).
    counted["count_conversation_parts"] = len(parts) + 1
    counted["handling_time"] = 60 * len(admin_replies)
    return counted


def _waits(replies: list[Json], created_at: int) -> list[tuple[int, int]]:
    """From each contact's message to the admin's next reply."""
    waits = []
    asked: int | None = created_at
    for one in replies:
        if one["author"]["type"] == "admin":
            if asked is not None:
                waits.append((asked, one["created_at"]))
            asked = None
        elif asked is None:
            asked = one["created_at"]
    return waits


def ticket(record_id: str, created_at: int, /, **fields: Any) -> Json:
    """A ticket; `ticket_id` is the number that people see."""
    document: Json = {
        "type": "ticket",
        "id": record_id,
        "ticket_id": record_id,
        "category": "Customer",
        "ticket_attributes": {"_default_title_": "", "_default_description_": ""},
        "ticket_state": {
            "type": "ticket_state",
            "id": "8537",
            "category": "submitted",
            "internal_label": "Submitted",
            "external_label": "Submitted",
        },
        "ticket_type": {
            "type": "ticket_type",
            "id": "95",
            "category": "Customer",
            "name": "Bug",
            "description": "Something doesn't work.",
            "icon": "🐞",
            "workspace_id": WORKSPACE_ID,
            "archived": False,
            "created_at": created_at,
            "updated_at": created_at,
        },
        "contacts": {"type": "contact.list", "contacts": []},
        "admin_assignee_id": 0,
        "team_assignee_id": 0,
        "created_at": created_at,
        "updated_at": created_at,
        "open": True,
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ticket_parts": {"type": "ticket_part.list", "ticket_parts": [], "total_count": 0},
        "is_shared": False,
        "previous_ticket_state_id": None,
    }
    document.update(fields)
    return document


deleted_conversation = shape(type="conversation", id=ID, metrics_retained=True, deleted_at=NOW)
