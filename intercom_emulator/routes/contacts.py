"""
Contacts and what hangs on them.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from intercom_emulator import shapes
from intercom_emulator.errors import bad_request, not_found
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.pagination import asked_page_size, cursor_pages, list_page, take_page
from intercom_emulator.records import View
from intercom_emulator.resources import READ_USERS, Pages
from intercom_emulator.routes.envelopes import page
from intercom_emulator.routes.parents import contact_of
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routes.searching import search_page
from intercom_emulator.search import CONTACTS, Hits
from intercom_emulator.world import World

READ_ONE = (*READ_USERS, "read_one_user_company")
MAX_PER_PAGE = 150
COMPANY_PAGES = Pages("numbers", 50, MAX_PER_PAGE)


@ROUTER.route(
    "POST", "/contacts/search", permissions=READ_USERS, parameters=("include_merge_history",)
)
def search_contacts(world: World, request: Request) -> Response:
    """Search, 50 per page unless asked otherwise, 150 at most."""
    found = search_page(world, request, world.workspace.contacts, CONTACTS, default=50)
    bodies = _bodies(world, request, found.view, found.ordinals)
    return page("data", bodies, {"type": "list", **found.counts})


@ROUTER.route(
    "GET",
    "/contacts",
    permissions=READ_USERS,
    parameters=("per_page", "starting_after", "include_merge_history"),
)
def list_contacts(world: World, request: Request) -> Response:
    """Every contact, newest first; 10 per page is what Intercom's examples show."""
    contacts = world.workspace.contacts
    order = contacts.truth.order("created_at")
    hits = Hits(order, 0, len(order), descending=True)
    per_page = asked_page_size(
        request, world.settings, request.query.get("per_page"), 10, MAX_PER_PAGE
    )
    after = request.query.get("starting_after")
    ordinals, number, cursor = take_page(hits, after, per_page, contacts.ids)
    pages = cursor_pages(
        request, world.settings, page=number, per_page=per_page, total=len(hits), cursor=cursor
    )
    bodies = _bodies(world, request, contacts.truth, ordinals)
    return page("data", bodies, {"type": "list", "total_count": len(hits), "pages": pages})


@ROUTER.route(
    "GET",
    "/contacts/{contact_id}",
    permissions=READ_ONE,
    parameters=("include_merge_history",),
)
def show_contact(world: World, request: Request) -> Json:
    """One contact. A merged one is 410 with a Link to what it became (404 before 2.16)."""
    contact = contact_of(world, request, request.path_parameters["contact_id"])
    return _shown(world, request, world.workspace.contacts.ids.to_ordinal(contact["id"]))


@ROUTER.route(
    "GET",
    "/contacts/find_by_external_id/{external_id}",
    permissions=READ_ONE,
    parameters=("include_merge_history",),
)
def find_contact(world: World, request: Request) -> Json:
    """The contact that the customer knows by this id."""
    contacts = world.workspace.contacts.truth
    for ordinal in contacts.ordinals():
        one = contacts.document(ordinal) or {}
        if one["external_id"] == request.path_parameters["external_id"]:
            return _shown(world, request, ordinal)
    raise not_found("User Not Found")


@ROUTER.route("GET", "/contacts/{contact_id}/tags", permissions=READ_USERS)
def list_contact_tags(world: World, request: Request) -> Json:
    """All tags of a contact, with who applied them."""
    tags = []
    for entry in _entries(world, request, "tags"):
        tag = world.workspace.table("tags").get(entry["id"])
        if tag is not None:
            applied_by = entry.get("_applied_by", "0")
            tags.append(shapes.applied(tag, entry.get("_applied_at", 0), applied_by))
    return {"type": "list", "data": tags}


@ROUTER.route(
    "GET",
    "/contacts/{contact_id}/companies",
    permissions=READ_USERS,
    parameters=("page", "per_page"),
)
def list_contact_companies(world: World, request: Request) -> Json:
    """All companies of a contact, whole."""
    companies = world.workspace.companies
    members = _entries(world, request, "companies")
    found = [entry["id"] for entry in members if entry["id"] in companies]
    shown, told = list_page(request, world.settings, found, COMPANY_PAGES)
    bodies = [
        orjson.loads(companies.truth.body(companies.ids.to_ordinal(company_id)))
        for company_id in shown
    ]
    key = world.settings.contact_companies_key
    keys = ("companies", "data") if key == "both" else (key,)
    return {"type": "list", **dict.fromkeys(keys, bodies), **told}


@ROUTER.route("GET", "/contacts/{contact_id}/segments", permissions=READ_USERS)
def list_contact_segments(world: World, request: Request) -> Json:
    """The segments a contact is in."""
    contact = contact_of(world, request, request.path_parameters["contact_id"])
    segments = map(world.workspace.table("segments").get, contact.get("_segments") or [])
    return {"type": "list", "data": [one for one in segments if one is not None]}


@ROUTER.route("GET", "/contacts/{contact_id}/subscriptions", permissions=READ_USERS)
def list_contact_subscriptions(world: World, request: Request) -> Json:
    """The subscription types about which a contact has made a choice."""
    entries = [
        *_entries(world, request, "opted_in_subscription_types"),
        *_entries(world, request, "opted_out_subscription_types"),
    ]
    types = [world.workspace.table("subscription_types").get(entry["id"]) for entry in entries]
    return {"type": "list", "data": [one for one in types if one is not None]}


@ROUTER.route(
    "GET",
    "/contacts/{id}/merge_history",
    permissions=READ_USERS,
    since="2.16",
    parameters=("cursor", "per_page", "order"),
)
def list_merge_history(world: World, request: Request) -> Json:
    """
    The contacts that were merged into one, a page at a time.

    {"type": "list", "data": […], "next_cursor": "MTU=", "has_more": true}
    """
    items = _merges(world, request)
    per_page = asked_page_size(
        request, world.settings, request.query.get("per_page"), 50, MAX_PER_PAGE
    )
    try:
        start = int(request.query.get("cursor", "0"))
    except ValueError:
        raise bad_request("client_error", "The cursor parameter is invalid") from None
    more = start + per_page < len(items)
    return {
        "type": "list",
        "data": items[start : start + per_page],
        "next_cursor": str(start + per_page) if more else None,
        "has_more": more,
    }


def _merges(world: World, request: Request) -> list[Json]:
    """What was merged into a contact, in the order asked for."""
    contact = contact_of(world, request, request.path_parameters["id"])
    items: list[Json] = world.workspace.merge_histories.get(contact["id"], [])
    order = request.query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise bad_request("parameter_invalid", "order must be asc or desc")
    return items if order == "asc" else items[::-1]


def _shown(world: World, request: Request, ordinal: int) -> Json:
    """A contact as its own route shows it."""
    (body,) = _bodies(world, request, world.workspace.contacts.truth, [ordinal])
    return {**orjson.loads(body), "enabled_push_messaging": None}


def _entries(world: World, request: Request, name: str) -> list[Json]:
    """The entries of one of a contact's nested lists, uncut."""
    contact = contact_of(world, request, request.path_parameters["contact_id"])
    entries: list[Json] = contact[name]["data"]
    return entries


def _bodies(world: World, request: Request, view: View, ordinals: Iterable[int]) -> Iterable[bytes]:
    """Contacts as a list shows them, in the form that the settings and the request ask for."""
    limit = world.settings.subscriptions_limit
    body: Callable[[int], bytes] = view.body
    if limit != shapes.NESTED_LIMIT:

        def body(ordinal: int) -> bytes:
            return orjson.dumps(shapes.render_contact(view.document(ordinal) or {}, limit))

    if request.query.get("include_merge_history") != "true":
        return map(body, ordinals)
    return [_with_history(world, ordinal, body(ordinal)) for ordinal in ordinals]


def _with_history(world: World, ordinal: int, body: bytes) -> bytes:
    """The contact with `merge_history`, which users have and leads don't (2.16)."""
    role_at = body.index(b'"role":"') + len(b'"role":"')
    if not body.startswith(b"user", role_at):
        return body
    workspace = world.workspace
    items: list[Any] = workspace.merge_histories.get(workspace.contacts.ids.to_id(ordinal), [])
    shown = items[: world.settings.merge_history_limit]
    return b'%b,"merge_history":%b}' % (body[:-1], orjson.dumps(shown))
