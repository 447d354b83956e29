"""
Contacts and what hangs on them.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from intercom_emulator import shapes
from intercom_emulator.errors import IntercomError, not_found
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.pagination import (
    cursor_pages,
    numbered_pages,
    page_number,
    page_size,
    take_page,
)
from intercom_emulator.routes.companies import shown_company
from intercom_emulator.routes.envelopes import page
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routes.searching import search_page
from intercom_emulator.search import CONTACTS, Hits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intercom_emulator.app import App

READ = ("read_users_companies", "write_users_companies")
READ_ONE = (*READ, "read_one_user_company")
MAX_PER_PAGE = 150
SUBLIST_PER_PAGE = 50


@ROUTER.route("POST", "/contacts/search", permissions=READ, parameters=("include_merge_history",))
def search_contacts(app: App, request: Request) -> Response:
    """Search, 50 per page unless asked otherwise, 150 at most."""
    found = search_page(app, request, app.workspace.contacts, CONTACTS, default=50)
    bodies: Iterable[bytes] = found.bodies
    if _wants_history(request):
        bodies = [_with_history(app, one) for one in found.ordinals]
    return page("data", bodies, {"type": "list", **found.counts})


@ROUTER.route(
    "GET",
    "/contacts",
    permissions=READ,
    parameters=("per_page", "starting_after", "include_merge_history"),
)
def list_contacts(app: App, request: Request) -> Response:
    """Every contact, newest first; 10 per page is what Intercom's examples show."""
    contacts = app.workspace.contacts
    order = contacts.truth.order("created_at")
    hits = Hits(order, 0, len(order), descending=True)
    per_page = page_size(request.query.get("per_page"), 10, MAX_PER_PAGE)
    after = request.query.get("starting_after")
    ordinals, number, cursor = take_page(hits, after, per_page, contacts.ids)
    pages = cursor_pages(
        request,
        app.settings,
        page=number,
        per_page=per_page,
        total=len(hits),
        cursor=cursor,
    )
    bodies: Iterable[bytes] = map(contacts.truth.body, ordinals)
    if _wants_history(request):
        bodies = [_with_history(app, one) for one in ordinals]
    return page("data", bodies, {"type": "list", "total_count": len(hits), "pages": pages})


@ROUTER.route(
    "GET",
    "/contacts/{contact_id}",
    permissions=READ_ONE,
    parameters=("include_merge_history",),
)
def show_contact(app: App, request: Request) -> Response | Json:
    """One contact. A merged one is 410 with a Link to what it became (404 before 2.16)."""
    contact = _contact(app, request)
    ordinal = app.workspace.contacts.ids.to_ordinal(contact["id"])
    if _wants_history(request):
        body = orjson.loads(_with_history(app, ordinal))
    else:
        body = orjson.loads(app.workspace.contacts.truth.body(ordinal))
    return {**body, "enabled_push_messaging": None}


@ROUTER.route("GET", "/contacts/{contact_id}/tags", permissions=READ)
def list_contact_tags(app: App, request: Request) -> Json:
    """All tags of a contact, with who applied them."""
    tags = []
    for entry in _contact(app, request)["tags"]["data"]:
        tag = app.workspace.tags.get(entry["id"])
        if tag is not None:
            applied_by = entry.get("_applied_by", "0")
            tags.append(shapes.applied(tag, entry.get("_applied_at", 0), applied_by))
    return {"type": "list", "data": tags}


@ROUTER.route(
    "GET", "/contacts/{contact_id}/notes", permissions=READ, parameters=("page", "per_page")
)
def list_contact_notes(app: App, request: Request) -> Json:
    """All notes of a contact, newest first."""
    entries = _contact(app, request)["notes"]["data"]
    notes = [app.workspace.notes.get(entry["id"]) for entry in entries]
    found = [note for note in notes if note is not None]
    found.sort(key=lambda note: (note["created_at"], int(note["id"])), reverse=True)
    return _sublist(app, request, "data", found)


@ROUTER.route(
    "GET", "/contacts/{contact_id}/companies", permissions=READ, parameters=("page", "per_page")
)
def list_contact_companies(app: App, request: Request) -> Json:
    """All companies of a contact, whole."""
    entries = _contact(app, request)["companies"]["data"]
    companies = [app.workspace.companies.get(entry["id"]) for entry in entries]
    found = [shown_company(one) for one in companies if one is not None]
    answer = _sublist(app, request, "companies", found)
    if app.settings.contact_companies_key != "companies":
        answer["data"] = answer["companies"]
    if app.settings.contact_companies_key == "data":
        del answer["companies"]
    return answer


@ROUTER.route("GET", "/contacts/{contact_id}/segments", permissions=READ)
def list_contact_segments(app: App, request: Request) -> Json:
    """The segments a contact is in."""
    ids = _contact(app, request).get("_segments") or []
    segments = [app.workspace.segments.get(one) for one in ids]
    return {"type": "list", "data": [one for one in segments if one is not None]}


@ROUTER.route("GET", "/contacts/{contact_id}/subscriptions", permissions=READ)
def list_contact_subscriptions(app: App, request: Request) -> Json:
    """The subscription types about which a contact has made a choice."""
    contact = _contact(app, request)
    entries = [
        *contact["opted_in_subscription_types"]["data"],
        *contact["opted_out_subscription_types"]["data"],
    ]
    found = [app.workspace.subscription_types.get(entry["id"]) for entry in entries]
    return {"type": "list", "data": [one for one in found if one is not None]}


def _contact(app: App, request: Request) -> Json:
    """The contact of the path. Raises 404, or 410 when it was merged into another."""
    contact_id = request.path_parameters["contact_id"]
    contact = app.workspace.contacts.get(contact_id)
    if contact is not None:
        return contact
    merged_into = app.workspace.merged_contacts.get(contact_id)
    if merged_into is not None and request.version in ("2.16", "2.17"):
        message = "This contact has been merged. See the 'Link' header for the canonical contact."
        link = f'</contacts/{merged_into}>; rel="canonical"'
        raise IntercomError(410, "contact_merged", message, {"Link": link})
    raise not_found("User Not Found")


def _sublist(app: App, request: Request, key: str, objects: list[Json]) -> Json:
    per_page = page_size(request.query.get("per_page"), SUBLIST_PER_PAGE, MAX_PER_PAGE)
    number = page_number(request.query.get("page"))
    pages = numbered_pages(
        request, app.settings, page=number, per_page=per_page, total=len(objects)
    )
    shown = objects[(number - 1) * per_page : number * per_page]
    return {"type": "list", key: shown, "total_count": len(objects), "pages": pages}


def _wants_history(request: Request) -> bool:
    return request.query.get("include_merge_history") == "true"


def _with_history(app: App, ordinal: int) -> bytes:
    """The contact with `merge_history`, which users have and leads don't (2.16)."""
    view = app.workspace.contacts.truth
    shown: Json = orjson.loads(view.body(ordinal))
    if shown["role"] == "user":
        document = view.document(ordinal) or {}
        shown["merge_history"] = document.get("_merge_history", [])
    return orjson.dumps(shown)
