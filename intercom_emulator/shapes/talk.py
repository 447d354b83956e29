"""Conversations and tickets, their parts, and what is counted about them."""

from __future__ import annotations

from typing import Any

from intercom_emulator.messages import Json
from intercom_emulator.shapes.base import ID, ISO, NOW, WORKSPACE_ID, public, reference, shape

PARTS_LIMIT = 500
LINKED_LIMIT = 1000


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


def render_conversation(
    document: Json,
    *,
    linked_objects_limit: int = LINKED_LIMIT,
    conversation_teammates_key: str = "admins",
) -> Json:
    """A conversation as the API shows it, with all of its parts."""
    shown = public(document)
    shown["linked_objects"] = cut_links(document, linked_objects_limit)
    if shown["teammates"] is not None and conversation_teammates_key != "admins":
        teammates = shown["teammates"]
        shown["teammates"] = {"type": teammates["type"], "teammates": teammates["admins"]}
    return shown


def render_conversation_list_item(document: Json, **settings: Any) -> Json:
    """A conversation as search and lists show it: without its parts."""
    shown = render_conversation(document, **settings)
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


ticket = shape(
    type="ticket",
    id=ID,
    ticket_id=ID,
    category="Customer",
    ticket_attributes={"_default_title_": "", "_default_description_": ""},
    ticket_state={
        "type": "ticket_state",
        "id": "8537",
        "category": "submitted",
        "internal_label": "Submitted",
        "external_label": "Submitted",
    },
    ticket_type={
        "type": "ticket_type",
        "id": "95",
        "category": "Customer",
        "name": "Bug",
        "description": "Something doesn't work.",
        "icon": "🐞",
        "workspace_id": WORKSPACE_ID,
        "archived": False,
        "is_internal": False,
        "created_at": 1_700_000_000,
        "updated_at": 1_700_000_000,
        "ticket_type_attributes": {"type": "list", "data": []},
    },
    contacts={"type": "contact.list", "contacts": []},
    admin_assignee_id=0,
    team_assignee_id=0,
    created_at=NOW,
    updated_at=NOW,
    open=True,
    linked_objects={"type": "list", "data": [], "total_count": 0, "has_more": False},
    ticket_parts={"type": "ticket_part.list", "ticket_parts": [], "total_count": 0},
    is_shared=False,
    previous_ticket_state_id=None,
    channel="messenger",
    _conversation_id=None,
)
"""A ticket; `ticket_id` is the number that people see, `_conversation_id` what it is besides."""


def ticket_part(part_id: str, created_at: int, part_author: Json, /, **fields: Any) -> Json:
    """A part of a ticket; its states are categories, not ids."""
    return {
        "type": "ticket_part",
        "id": part_id,
        "part_type": "comment",
        "body": None,
        "previous_ticket_state": "submitted",
        "ticket_state": "submitted",
        "created_at": created_at,
        "updated_at": created_at,
        "assigned_to": None,
        "author": _ticket_author(part_author),
        "attachments": [],
        "external_id": None,
        "redacted": False,
        "app_package_code": "null",
        "updated_attribute_data": None,
        **fields,
    }


def _ticket_author(one: Json) -> Json:
    """Leads write on tickets as users."""
    kind = "user" if one["type"] == "lead" else one["type"]
    return {"type": kind, "id": one["id"], "name": one["name"], "email": one["email"]}


def ticket_parts(parts: list[Json], total_count: int | None = None) -> Json:
    """The envelope of a ticket's parts."""
    return {
        "type": "ticket_part.list",
        "ticket_parts": parts,
        "total_count": len(parts) if total_count is None else total_count,
    }


def twin_part(one: Json) -> Json:
    """A ticket's part as its conversation shows it."""
    who = one["author"]
    writer = author(who["type"], who["id"], who["name"], who["email"])
    kept = {name: one[name] for name in ("part_type", "body", "assigned_to", "redacted")}
    return part(one["id"], one["created_at"], writer, **kept)


deleted_conversation = shape(
    type="conversation", id=ID, metrics_retained=True, deleted_at=NOW, _was_ticket=False
)

ticket_type = shape(
    type="ticket_type",
    id=ID,
    category="Customer",
    name="",
    description="",
    icon="🎟️",
    workspace_id=WORKSPACE_ID,
    archived=False,
    is_internal=False,
    created_at=NOW,
    updated_at=NOW,
    _attributes=[],
    _state_ids=[],
)
"""A ticket type; its attributes, whole, in `_attributes`, its states by id."""

ticket_type_attribute = shape(
    type="ticket_type_attribute",
    id=ID,
    workspace_id=WORKSPACE_ID,
    name="",
    description="",
    data_type="string",
    input_options={"multiline": False},
    order=0,
    required_to_create=False,
    required_to_create_for_contacts=False,
    visible_on_create=True,
    visible_to_contacts=True,
    default=False,
    ticket_type_id=0,
    archived=False,
    created_at=NOW,
    updated_at=NOW,
)

ticket_state = shape(
    type="ticket_state",
    id=ID,
    category="submitted",
    internal_label="",
    external_label="",
    archived=False,
)

call = shape(
    type="call",
    id=ID,
    conversation_id=None,
    admin_id=None,
    contact_id=None,
    state="ended",
    initiated_at=NOW,
    answered_at=NOW,
    ended_at=NOW,
    created_at=NOW,
    updated_at=NOW,
    recording_url=None,
    transcription_url=None,
    call_type="phone",
    direction="inbound",
    ended_reason="completed",
    phone="+15550100",
    fin_recording_url=None,
    fin_transcription_url=None,
    _transcript=None,
)
"""A call; its transcript is told by `POST /calls/search` alone."""

handling_event = shape(
    teammate={}, type="paused", timestamp=ISO, reason=None, _conversation_id="", _key=ID
)
"""Somebody paused or resumed a conversation; the event has no id."""

side_conversation = shape(
    side_conversation_id=ID, conversation_parts=[], total_count=0, _conversation_id=""
)

data_event = shape(
    type="event",
    event_name="",
    created_at=NOW,
    user_id=None,
    id=None,
    intercom_user_id="",
    email=None,
    metadata={},
    _key=ID,
)
"""What a contact did in the customer's product; `id` is the customer's name for the contact."""


def monitor_evaluation(monitor_id: str, evaluated_at: int | None, /, **fields: Any) -> Json:
    """What a monitor found in a conversation."""
    return {
        "monitor_id": monitor_id,
        "monitor_name": "Tone",
        "monitor_type": "quality",
        "result": "pass",
        "explanation": None,
        "evaluated_at": evaluated_at,
        **fields,
    }


def scorecard(scorecard_id: str, evaluated_at: int | None, /, **fields: Any) -> Json:
    """How a conversation was graded."""
    return {
        "scorecard_id": scorecard_id,
        "scorecard_version_id": "1",
        "name": "Support quality",
        "scorecard_type": "human",
        "passed": True,
        "score": 87.5,
        "ai_score": None,
        "evaluated_at": evaluated_at,
        "reviewed_teammate": {"type": "admin", "admin_id": "991267459"},
        "evaluators": [],
        **fields,
    }


def ai_agent(created_at: int, /, **fields: Any) -> Json:
    """What Fin did in a conversation."""
    return {
        "source_type": "workflow",
        "source_title": "Greeting",
        "last_answer_type": "ai_answer",
        "resolution_state": "escalated",
        "rating": None,
        "rating_remark": None,
        "created_at": created_at,
        "updated_at": created_at,
        "content_sources": {
            "type": "content_source.list",
            "total_count": 0,
            "content_sources": [],
        },
        **fields,
    }


def linked_objects(entries: list[Json] | None = None) -> Json:
    """The tickets and conversations that hang together with one."""
    return {
        "type": "list",
        "data": entries or [],
        "total_count": len(entries or []),
        "has_more": False,
    }


def contact_list(contact: Json) -> Json:
    """The one contact of a conversation or ticket."""
    entry = {**reference("contact", contact["id"]), "external_id": contact["external_id"]}
    return {"type": "contact.list", "contacts": [entry]}


def short_state(state: Json) -> Json:
    """A ticket state as tickets and ticket types hold it."""
    return {name: value for name, value in public(state).items() if name != "archived"}


def render_ticket_type(
    kind: Json, states: list[Json], *, with_states: bool = True, attributes_key: str = "data"
) -> Json:
    """A ticket type with its attributes and, in its own list, its states."""
    shown = public(kind)
    shown["ticket_type_attributes"] = {"type": "list", attributes_key: kind["_attributes"]}
    if with_states:
        own = [short_state(one) for one in states if one["id"] in kind["_state_ids"]]
        shown["ticket_states"] = {"type": "list", "data": own}
    return shown


def render_ticket_state(state: Json, kinds: list[Json]) -> Json:
    """A ticket state with the ticket types that have it."""
    own = [public(one) for one in kinds if state["id"] in one["_state_ids"]]
    return {**public(state), "ticket_types": {"type": "list", "data": own}}


def render_ticket(
    document: Json,
    *,
    parts_limit: int = PARTS_LIMIT,
    parts_total: str = "all",
    linked_objects_limit: int = LINKED_LIMIT,
    ticket_type_attributes_key: str = "data",
) -> Json:
    """A ticket as search shows it: with its newest 500 parts and 1,000 links."""
    shown = public(document)
    parts = document["ticket_parts"]["ticket_parts"]
    newest = parts[-parts_limit:]
    total = len(parts) if parts_total == "all" else len(newest)
    shown["ticket_parts"] = ticket_parts(newest, total)
    shown["linked_objects"] = cut_links(document, linked_objects_limit)
    if ticket_type_attributes_key != "data":
        kind = dict(document["ticket_type"])
        attributes = kind["ticket_type_attributes"]["data"]
        kind["ticket_type_attributes"] = {"type": "list", ticket_type_attributes_key: attributes}
        shown["ticket_type"] = kind
    return shown


def cut_links(document: Json, limit: int = LINKED_LIMIT) -> Json:
    """The linked objects of a document, the first thousand of them."""
    links: Json = document["linked_objects"]
    if len(links["data"]) <= limit:
        return links
    return {**links, "data": links["data"][:limit], "has_more": True}
