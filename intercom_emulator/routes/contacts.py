"""
Contacts and what hangs on them.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from intercom_emulator import shapes
from intercom_emulator.errors import Refused, not_found
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.pagination import (
    cursor_pages,
    numbered_page,
    page_size,
    take_page,
)
from intercom_emulator.resources import Pages
from intercom_emulator.routes.companies import shown_company
from intercom_emulator.routes.envelopes import page
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routes.searching import search_page
from intercom_emulator.search import CONTACTS, Hits
from intercom_emulator.world import World

READ = ("read_users_companies", "write_users_companies")
READ_ONE = (*READ, "read_one_user_company")
MAX_PER_PAGE = 150
SUBLIST_PAGES = Pages("numbers", 50, MAX_PER_PAGE)


@ROUTER.route("POST", "/contacts/search", permissions=READ, parameters=("include_merge_history",))
def search_contacts(world: World, request: Request) -> Response:
    """Search, 50 per page unless asked otherwise, 150 at most."""
    found = search_page(world, request, world.workspace.contacts, CONTACTS, default=50)
    bodies: Iterable[bytes] = found.bodies
    if _wants_history(request):
        bodies = [_with_history(world, one) for one in found.ordinals]
    return page("data", bodies, {"type": "list", **found.counts})


@ROUTER.route(
    "GET",
    "/contacts",
    permissions=READ,
    parameters=("per_page", "starting_after", "include_merge_history"),
)
def list_contacts(world: World, request: Request) -> Response:
    """Every contact, newest first; 10 per page is what Intercom's examples show."""
    contacts = world.workspace.contacts
    order = contacts.truth.order("created_at")
    hits = Hits(order, 0, len(order), descending=True)
    per_page = page_size(request.query.get("per_page"), 10, MAX_PER_PAGE)
    after = request.query.get("starting_after")
    ordinals, number, cursor = take_page(hits, after, per_page, contacts.ids)
    pages = cursor_pages(
        request,
        world.settings,
        page=number,
        per_page=per_page,
        total=len(hits),
        cursor=cursor,
    )
    bodies: Iterable[bytes] = map(contacts.truth.body, ordinals)
    if _wants_history(request):
        bodies = [_with_history(world, one) for one in ordinals]
    return page("data", bodies, {"type": "list", "total_count": len(hits), "pages": pages})


@ROUTER.route(
    "GET",
    "/contacts/{contact_id}",
    permissions=READ_ONE,
    parameters=("include_merge_history",),
)
def show_contact(world: World, request: Request) -> Response | Json:
    """One contact. A merged one is 410 with a Link to what it became (404 before 2.16)."""
    contact = _contact(world, request)
    ordinal = world.workspace.contacts.ids.to_ordinal(contact["id"])
    if _wants_history(request):
        body = orjson.loads(_with_history(world, ordinal))
    else:
        body = orjson.loads(world.workspace.contacts.truth.body(ordinal))
    return {**body, "enabled_push_messaging": None}


@ROUTER.route("GET", "/contacts/{contact_id}/tags", permissions=READ)
def list_contact_tags(world: World, request: Request) -> Json:
    """All tags of a contact, with who applied them."""
    tags = []
    for entry in _contact(world, request)["tags"]["data"]:
        tag = world.workspace.table("tags").get(entry["id"])
        if tag is not None:
            applied_by = entry.get("_applied_by", "0")
            tags.append(shapes.applied(tag, entry.get("_applied_at", 0), applied_by))
    return {"type": "list", "data": tags}


@ROUTER.route(
    "GET", "/contacts/{contact_id}/notes", permissions=READ, parameters=("page", "per_page")
)
def list_contact_notes(world: World, request: Request) -> Json:
    """All notes of a contact, newest first."""
    entries = _contact(world, request)["notes"]["data"]
    notes = [world.workspace.table("notes").get(entry["id"]) for entry in entries]
    found = [note for note in notes if note is not None]
    found.sort(key=lambda note: (note["created_at"], int(note["id"])), reverse=True)
    return _sublist(world, request, "data", found)


@ROUTER.route(
    "GET", "/contacts/{contact_id}/companies", permissions=READ, parameters=("page", "per_page")
)
def list_contact_companies(world: World, request: Request) -> Json:
    """All companies of a contact, whole."""
    entries = _contact(world, request)["companies"]["data"]
    companies = [world.workspace.companies.get(entry["id"]) for entry in entries]
    found = [shown_company(one) for one in companies if one is not None]
    answer = _sublist(world, request, "companies", found)
    if world.settings.contact_companies_key != "companies":
        answer["data"] = answer["companies"]
    if world.settings.contact_companies_key == "data":
        del answer["companies"]
    return answer


@ROUTER.route("GET", "/contacts/{contact_id}/segments", permissions=READ)
def list_contact_segments(world: World, request: Request) -> Json:
    """The segments a contact is in."""
    ids = _contact(world, request).get("_segments") or []
    segments = [world.workspace.table("segments").get(one) for one in ids]
    return {"type": "list", "data": [one for one in segments if one is not None]}


@ROUTER.route("GET", "/contacts/{contact_id}/subscriptions", permissions=READ)
def list_contact_subscriptions(world: World, request: Request) -> Json:
    """The subscription types about which a contact has made a choice."""
    contact = _contact(world, request)
    entries = [
        *contact["opted_in_subscription_types"]["data"],
        *contact["opted_out_subscription_types"]["data"],
    ]
    found = [world.workspace.table("subscription_types").get(entry["id"]) for entry in entries]
    return {"type": "list", "data": [one for one in found if one is not None]}


def _contact(world: World, request: Request) -> Json:
    """The contact of the path. Raises 404, or 410 when it was merged into another."""
    contact_id = request.path_parameters["contact_id"]
    contact = world.workspace.contacts.get(contact_id)
    if contact is not None:
        return contact
    merged_into = world.workspace.merged_contacts.get(contact_id)
    if merged_into is not None and request.version in ("2.16", "2.17"):
        message = "This contact has been merged. See the 'Link' header for the canonical contact."
        link = f'</contacts/{merged_into}>; rel="canonical"'
        raise Refused(410, "contact_merged", message, {"Link": link})
    raise not_found("User Not Found")


def _sublist(world: World, request: Request, key: str, objects: list[Json]) -> Json:
    shown, told = numbered_page(request, world.settings, objects, SUBLIST_PAGES)
    return {"type": "list", key: shown, **told}


def _wants_history(request: Request) -> bool:
    return request.query.get("include_merge_history") == "true"


def _with_history(world: World, ordinal: int) -> bytes:
    """The contact with `merge_history`, which users have and leads don't (2.16)."""
    view = world.workspace.contacts.truth
    shown: Json = orjson.loads(view.body(ordinal))
    if shown["role"] == "user":
        document = view.document(ordinal) or {}
        shown["merge_history"] = document.get("_merge_history", [])
    return orjson.dumps(shown)
