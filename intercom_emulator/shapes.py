"""
Intercom's objects, whole, with every field of API version 2.16.

A stored object holds its nested lists in full; keys that begin with an underscore never leave the
emulator. `render_…` turns a stored object into what the API shows.

Shapes: https://github.com/intercom/Intercom-OpenAPI/tree/main/descriptions/2.16
"""

from __future__ import annotations

from typing import Any

from intercom_emulator.messages import Json

WORKSPACE_ID = "emu1ator"
NESTED_LIMIT = 10
"""Entries that a contact shows of its tags, notes, companies and subscriptions."""

_CONTACT_LISTS = (
    "tags",
    "notes",
    "companies",
    "opted_in_subscription_types",
    "opted_out_subscription_types",
)
_CONTACT_LIST_PATHS = {
    "tags": "tags",
    "notes": "notes",
    "companies": "companies",
    "opted_in_subscription_types": "subscriptions",
    "opted_out_subscription_types": "subscriptions",
}


def public(document: Json) -> Json:
    """The object without the emulator's own keys."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


def nested_list(contact_id: str, name: str, entries: list[Json] | None = None) -> Json:
    """A contact's addressable list."""
    return {
        "type": "list",
        "data": entries or [],
        "url": f"/contacts/{contact_id}/{_CONTACT_LIST_PATHS[name]}",
        "total_count": len(entries or []),
        "has_more": False,
    }


def addressable(kind: str, object_id: str, collection: str) -> Json:
    """An entry of a contact's addressable list."""
    return {"type": kind, "id": object_id, "url": f"/{collection}/{object_id}"}


def contact(contact_id: str, created_at: int, /, **fields: Any) -> Json:
    """A contact; `fields` override what a bare one has."""
    document: Json = {
        "type": "contact",
        "id": contact_id,
        "workspace_id": WORKSPACE_ID,
        "external_id": None,
        "role": "user",
        "email": None,
        "email_domain": None,
        "phone": None,
        "formatted_phone": None,
        "name": None,
        "avatar": None,
        "owner_id": None,
        "social_profiles": {"type": "list", "data": []},
        "has_hard_bounced": False,
        "marked_email_as_spam": False,
        "unsubscribed_from_emails": False,
        "created_at": created_at,
        "updated_at": created_at,
        "signed_up_at": created_at,
        "last_seen_at": None,
        "last_replied_at": None,
        "last_contacted_at": None,
        "last_email_opened_at": None,
        "last_email_clicked_at": None,
        "language_override": None,
        "browser": None,
        "browser_version": None,
        "browser_language": None,
        "os": None,
        "location": {
            "type": "location",
            "country": None,
            "region": None,
            "city": None,
            "country_code": None,
            "continent_code": None,
        },
        "android_app_name": None,
        "android_app_version": None,
        "android_device": None,
        "android_os_version": None,
        "android_sdk_version": None,
        "android_last_seen_at": None,
        "ios_app_name": None,
        "ios_app_version": None,
        "ios_device": None,
        "ios_os_version": None,
        "ios_sdk_version": None,
        "ios_last_seen_at": None,
        "custom_attributes": {},
        "utm_campaign": None,
        "utm_content": None,
        "utm_medium": None,
        "utm_source": None,
        "utm_term": None,
        "referrer": None,
        "sms_consent": False,
        "unsubscribed_from_sms": False,
    }
    for name in _CONTACT_LISTS:
        document[name] = nested_list(contact_id, name)
    document.update(fields)
    if document["email"] and document["email_domain"] is None:
        document["email_domain"] = document["email"].rpartition("@")[2]
    if document["email_domain"] is None:
        del document["email_domain"]
    return document


def render_contact(document: Json) -> Json:
    """
    A contact as search and lists show it: of each nested list the first ten entries.

    {"tags": {"data": [10 of 12], "total_count": 12, "has_more": true, …}}
    """
    shown = public(document)
    for name in _CONTACT_LISTS:
        entries = document[name]["data"]
        shown[name] = {
            **document[name],
            "data": [public(entry) for entry in entries[:NESTED_LIMIT]],
            "total_count": len(entries),
            "has_more": len(entries) > NESTED_LIMIT,
        }
    return shown


def company(record_id: str, created_at: int, /, **fields: Any) -> Json:
    """A company; size, website, industry and last_request_at exist only where they are given."""
    document: Json = {
        "type": "company",
        "company_id": record_id[-6:],
        "id": record_id,
        "app_id": WORKSPACE_ID,
        "name": f"Company {record_id[-4:]}",
        "remote_created_at": created_at,
        "created_at": created_at,
        "updated_at": created_at,
        "monthly_spend": 0,
        "session_count": 0,
        "user_count": 0,
        "tags": {"type": "tag.list", "tags": []},
        "segments": {"type": "segment.list", "segments": []},
        "plan": {},
        "custom_attributes": {},
    }
    document.update(fields)
    return document


def reference(kind: str, object_id: str | None) -> Json:
    """A pointer to an object."""
    return {"type": kind, "id": object_id}


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


def admin(object_id: str, name: str, email: str, /, **fields: Any) -> Json:
    """A teammate."""
    document: Json = {
        "type": "admin",
        "id": object_id,
        "name": name,
        "email": email,
        "job_title": "",
        "away_mode_enabled": False,
        "away_mode_reassign": False,
        "away_status_reason_id": None,
        "has_inbox_seat": True,
        "team_ids": [],
        "avatar": None,
        "team_priority_level": {"primary_team_ids": [], "secondary_team_ids": []},
        "role": {"type": "role", "id": "1", "name": "Support Agent"},
    }
    document.update(fields)
    return document


def tag(object_id: str, name: str) -> Json:
    """A tag."""
    return {"type": "tag", "id": object_id, "name": name}


def applied(one: Json, applied_at: int, admin_id: str) -> Json:
    """A tag where it hangs on an object."""
    return {**one, "applied_at": applied_at, "applied_by": reference("admin", admin_id)}


def team(object_id: str, name: str, admin_ids: list[int], /, **fields: Any) -> Json:
    """A team."""
    document: Json = {
        "type": "team",
        "id": object_id,
        "name": name,
        "admin_ids": admin_ids,
        "admin_priority_level": {"primary_admin_ids": admin_ids, "secondary_admin_ids": []},
        "assignment_limit": None,
        "distribution_method": "round_robin",
    }
    document.update(fields)
    return document


def segment(object_id: str, name: str, created_at: int, person_type: str = "user") -> Json:
    """A segment."""
    return {
        "type": "segment",
        "id": object_id,
        "name": name,
        "created_at": created_at,
        "updated_at": created_at,
        "person_type": person_type,
    }


def data_attribute(model: str, full_name: str, data_type: str, /, **fields: Any) -> Json:
    """A standard attribute; a custom one is given id, custom, admin_id and timestamps."""
    name = full_name.rpartition(".")[2]
    document: Json = {
        "type": "data_attribute",
        "model": model,
        "name": name,
        "full_name": full_name,
        "label": name.replace("_", " ").capitalize(),
        "description": "",
        "data_type": data_type,
        "api_writable": False,
        "ui_writable": False,
        "messenger_writable": False,
        "custom": False,
        "archived": False,
    }
    document.update(fields)
    return document


def conversation_attribute(
    attribute_id: int, name: str, data_type: str, created_at: int, /, **fields: Any
) -> Json:
    """A conversation attribute (2.16)."""
    document: Json = {
        "type": "conversation_attribute",
        "id": attribute_id,
        "name": name,
        "description": "",
        "data_type": data_type,
        "required": False,
        "visible_to_team_ids": [],
        "archived": False,
        "created_at": created_at,
        "updated_at": created_at,
        "admin_id": "991267459",
    }
    document.update(fields)
    return document


def article(object_id: str, created_at: int, /, **fields: Any) -> Json:
    """A help centre article."""
    document: Json = {
        "type": "article",
        "id": object_id,
        "workspace_id": WORKSPACE_ID,
        "title": "",
        "description": "",
        "body": "",
        "body_markdown": "",
        "author_id": 991267459,
        "state": "published",
        "created_at": created_at,
        "updated_at": created_at,
        "has_unpublished_changes": False,
        "draft_updated_at": None,
        "url": None,
        "parent_ids": [],
        "ai_chatbot_availability": True,
        "ai_copilot_availability": True,
        "ai_sales_agent_availability": False,
        "created_by_id": 991267459,
        "updated_by_id": None,
        "exclude_from_article_suggestions": False,
        "help_center_audience": "everyone",
        "scheduled_publish_at": None,
        "scheduled_unpublish_at": None,
        "default_locale": "en",
        "translated_content": None,
        "tags": {"type": "tag.list", "tags": []},
        "_statistics": {
            "type": "article_statistics",
            "views": 0,
            "conversions": 0,
            "reactions": 0,
            "happy_reaction_percentage": 0.0,
            "neutral_reaction_percentage": 0.0,
            "sad_reaction_percentage": 0.0,
        },
    }
    document.update(fields)
    return document


def ticket(record_id: str, ticket_id: str, created_at: int, /, **fields: Any) -> Json:
    """A ticket."""
    document: Json = {
        "type": "ticket",
        "id": record_id,
        "ticket_id": ticket_id,
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


def note(note_id: str, created_at: int, contact_id: str, note_author: Json, body: str) -> Json:
    """A note on a contact."""
    short = ("type", "id", "name", "email", "away_mode_enabled", "away_mode_reassign")
    return {
        "type": "note",
        "id": note_id,
        "created_at": created_at,
        "contact": reference("contact", contact_id),
        "author": {key: note_author[key] for key in short},
        "body": body,
    }


def subscription_type(object_id: str, name: str, consent_type: str, content_type: str) -> Json:
    """A subscription type."""
    translation = {"name": name, "description": f"{name} from us", "locale": "en"}
    return {
        "type": "subscription",
        "id": object_id,
        "state": "live",
        "consent_type": consent_type,
        "content_types": [content_type],
        "default_translation": translation,
        "translations": [translation],
    }
