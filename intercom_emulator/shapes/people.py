"""Contacts and companies, and what hangs on them."""

from __future__ import annotations

from typing import Any

from intercom_emulator.messages import Json
from intercom_emulator.shapes.base import ID, NOW, WORKSPACE_ID, public, reference, shape

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


_bare_contact = shape(
    type="contact",
    id=ID,
    workspace_id=WORKSPACE_ID,
    external_id=None,
    role="user",
    email=None,
    email_domain=None,
    phone=None,
    formatted_phone=None,
    name=None,
    avatar=None,
    owner_id=None,
    social_profiles={"type": "list", "data": []},
    has_hard_bounced=False,
    marked_email_as_spam=False,
    unsubscribed_from_emails=False,
    created_at=NOW,
    updated_at=NOW,
    signed_up_at=NOW,
    last_seen_at=None,
    last_replied_at=None,
    last_contacted_at=None,
    last_email_opened_at=None,
    last_email_clicked_at=None,
    language_override=None,
    browser=None,
    browser_version=None,
    browser_language=None,
    os=None,
    location={
        "type": "location",
        "country": None,
        "region": None,
        "city": None,
        "country_code": None,
        "continent_code": None,
    },
    android_app_name=None,
    android_app_version=None,
    android_device=None,
    android_os_version=None,
    android_sdk_version=None,
    android_last_seen_at=None,
    ios_app_name=None,
    ios_app_version=None,
    ios_device=None,
    ios_os_version=None,
    ios_sdk_version=None,
    ios_last_seen_at=None,
    custom_attributes={},
    utm_campaign=None,
    utm_content=None,
    utm_medium=None,
    utm_source=None,
    utm_term=None,
    referrer=None,
    sms_consent=False,
    unsubscribed_from_sms=False,
)


def contact(contact_id: str, created_at: int, /, **fields: Any) -> Json:
    """A contact; one without an address has no `email_domain`."""
    lists = {name: nested_list(contact_id, name) for name in _CONTACT_LISTS}
    document = _bare_contact(contact_id, created_at) | lists | fields
    if document["email"] and document["email_domain"] is None:
        document["email_domain"] = document["email"].rpartition("@")[2]
    if document["email_domain"] is None:
        del document["email_domain"]
    return document


def render_contact(document: Json, choices_limit: int | None = NESTED_LIMIT) -> Json:
    """
    A contact as search and lists show it: of each nested list the first ten entries.

    {"tags": {"data": [10 of 12], "total_count": 12, "has_more": true, …}}

    How many of its choices about subscriptions it shows is not documented.
    """
    shown = public(document)
    for name in _CONTACT_LISTS:
        limit = choices_limit if name.startswith("opted") else NESTED_LIMIT
        shown[name] = cut_list(document[name], limit)
    return shown


def cut_list(nested: Json, limit: int | None = NESTED_LIMIT) -> Json:
    """A nested list as its parent shows it."""
    entries = nested["data"]
    shown = [public(entry) for entry in entries[:limit]]
    return {
        **nested,
        "data": shown,
        "total_count": len(entries),
        "has_more": len(shown) < len(entries),
    }


def company_notes(company_id: str, entries: list[Json] | None = None) -> Json:
    """A company's notes, which are references only."""
    return {
        "type": "note.list",
        "data": entries or [],
        "url": f"/companies/{company_id}/notes",
        "total_count": len(entries or []),
        "has_more": False,
    }


def render_company(document: Json) -> Json:
    """A company as the API shows it."""
    return {**public(document), "notes": cut_list(document["notes"])}


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
        "notes": company_notes(record_id),
    }
    document.update(fields)
    return document


tag = shape(type="tag", id=ID, name="")


def applied(one: Json, applied_at: int, admin_id: str) -> Json:
    """A tag where it hangs on an object."""
    return {**one, "applied_at": applied_at, "applied_by": reference("admin", admin_id)}


segment = shape(type="segment", id=ID, name="", created_at=NOW, updated_at=NOW, person_type="user")


def note(note_id: str, created_at: int, /, **fields: Any) -> Json:
    """A note that `author`, an admin, wrote on a contact or a company."""
    writer = fields["author"]
    short = ("type", "id", "name", "email", "away_mode_enabled", "away_mode_reassign")
    return {
        "type": "note",
        "id": note_id,
        "created_at": created_at,
        "body": "",
        **fields,
        "author": {key: writer[key] for key in short},
    }


def subscription_type(object_id: str, _: int, /, **fields: Any) -> Json:
    """A subscription type."""
    name = fields.pop("name", "Newsletters")
    translation = {"name": name, "description": f"{name} from us", "locale": "en"}
    return {
        "type": "subscription",
        "id": object_id,
        "state": "live",
        "consent_type": "opt_out",
        "content_types": ["email"],
        "default_translation": translation,
        "translations": [translation],
        **fields,
    }


deleted_contact = shape(
    type="contact",
    id=ID,
    workspace_id=WORKSPACE_ID,
    external_id=None,
    role="user",
    email=None,
    name=None,
    status="archived",
    created_at=NOW,
    updated_at=NOW,
)
"""A contact that is active no more; a merged one also has `merged_into_id` (API 2.17)."""

contact_activity = shape(
    type="contact_activity", id=ID, event="created", contact_id="", created_at=NOW
)
"""What happened to a contact as a record (Preview); merges name their two sides."""


def merge_history(source_id: str, merged_at: int, role: str = "lead") -> Json:
    """A contact that was merged into another."""
    return {
        "type": "merge_history",
        "source_contact_id": source_id,
        "source_contact_role": role,
        "merged_at": merged_at,
    }
