"""
Companies: the scroll over all of them, and the list of at most 10 000.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/companies
"""

from __future__ import annotations

from array import array

from intercom_emulator import shapes
from intercom_emulator.errors import bad_request, not_found
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.pagination import (
    asked_page_size,
    cursor_pages,
    numbered_pages,
    page_number,
    take_page,
)
from intercom_emulator.records import ordinal_of_key
from intercom_emulator.resources import READ_USERS
from intercom_emulator.routes.envelopes import page
from intercom_emulator.routes.parents import company_of
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.search import Hits
from intercom_emulator.world import World

DEFAULT_PER_PAGE = 15
MAX_PER_PAGE = 60
MAX_MEMBERS_PER_PAGE = 150


@ROUTER.route("GET", "/companies/scroll", permissions=READ_USERS, parameters=("scroll_param",))
def scroll_companies(world: World, request: Request) -> Response:
    """
    Every company, 100 at a time, in one scroll per workspace.

    {"type": "list", "data": […], "pages": null, "total_count": null, "scroll_param": "…"}
    """
    companies = world.workspace.companies
    parameter = request.query.get("scroll_param")
    if parameter:
        ordinals = world.scroll.next(parameter, companies)
    else:
        parameter, ordinals = world.scroll.start(companies)
    rest = {"type": "list", "pages": None, "total_count": None, "scroll_param": parameter}
    return page("data", map(companies.truth.body, ordinals), rest)


@ROUTER.route(
    "POST",
    "/companies/list",
    permissions=("write_users_companies",),
    parameters=("page", "per_page", "order"),
)
def list_companies(world: World, request: Request) -> Json:
    """
    Companies that have contacts, the last to make a request first, none beyond the 10 000th.

    A read-only token may not call it: it needs `write_users_companies`.
    """
    order = request.query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise bad_request("parameter_invalid", "order must be asc or desc")
    return _list(world, request, _companies_with_contacts(world), descending=order == "desc")


@ROUTER.route(
    "GET",
    "/companies",
    permissions=READ_USERS,
    parameters=("name", "company_id", "tag_id", "segment_id", "page", "per_page"),
)
def find_companies(world: World, request: Request) -> Json:
    """One company by `name` or `company_id`; otherwise a list, of a tag or segment if asked."""
    query = request.query
    for key in ("company_id", "name"):
        if key in query:
            for ordinal in world.workspace.companies.truth.ordinals():
                one = world.workspace.companies.truth.document(ordinal)
                if one is not None and one[key] == query[key]:
                    return shapes.render_company(one)
            raise not_found("Company Not Found", "company_not_found")
    found = _companies_with_contacts(world)
    if "tag_id" in query:
        found = [c for c in found if any(t["id"] == query["tag_id"] for t in c["tags"]["tags"])]
    if "segment_id" in query:
        wanted = query["segment_id"]
        found = [c for c in found if any(s["id"] == wanted for s in c["segments"]["segments"])]
    return _list(world, request, found, descending=True)


@ROUTER.route("GET", "/companies/{company_id}", permissions=(*READ_USERS, "read_one_user_company"))
def show_company(world: World, request: Request) -> Json:
    """One company by Intercom's id."""
    return shapes.render_company(company_of(world, request.path_parameters["company_id"]))


@ROUTER.route(
    "GET",
    "/companies/{company_id}/contacts",
    permissions=READ_USERS,
    parameters=("per_page", "starting_after"),
)
def list_company_contacts(world: World, request: Request) -> Response:
    """The members of a company, newest first."""
    company = company_of(world, request.path_parameters["company_id"])
    contacts = world.workspace.contacts
    members = array("q")
    for key in contacts.truth.order("created_at"):
        one = contacts.truth.document(ordinal_of_key(key)) or {}
        if any(entry["id"] == company["id"] for entry in one["companies"]["data"]):
            members.append(key)
    hits = Hits(members, 0, len(members), descending=True)
    per_page = asked_page_size(
        request, world.settings, request.query.get("per_page"), 50, MAX_MEMBERS_PER_PAGE
    )
    after = request.query.get("starting_after")
    ordinals, number, cursor = take_page(hits, after, per_page, contacts.ids)
    pages = cursor_pages(
        request, world.settings, page=number, per_page=per_page, total=len(hits), cursor=cursor
    )
    rest = {"type": "list", "total_count": len(hits), "pages": pages}
    return page("data", map(contacts.truth.body, ordinals), rest)


@ROUTER.route("GET", "/companies/{company_id}/segments", permissions=READ_USERS)
def list_company_segments(world: World, request: Request) -> Json:
    """The segments a company is in."""
    company = company_of(world, request.path_parameters["company_id"])
    return {"type": "list", "data": company["segments"]["segments"]}


def _companies_with_contacts(world: World) -> list[Json]:
    """Sorted by `last_request_at`; remembered until a company changes."""
    view = world.workspace.companies.truth
    if world.listed_companies is None or world.listed_companies[:2] != (view, view.generation):
        documents = (view.document(ordinal) or {} for ordinal in view.ordinals())
        found = [one for one in documents if one["user_count"] > 0]
        found.sort(key=lambda one: (one.get("last_request_at") or 0, one["id"]))
        world.listed_companies = (view, view.generation, found)
    return world.listed_companies[2]


def _list(world: World, request: Request, ascending: list[Json], *, descending: bool) -> Json:
    per_page = asked_page_size(
        request, world.settings, request.query.get("per_page"), DEFAULT_PER_PAGE, MAX_PER_PAGE
    )
    number = page_number(request.query.get("page"))
    if number * per_page > world.settings.companies_list_ceiling:
        raise bad_request("bad_request", "page limit reached, please use scroll API")
    total, start = len(ascending), (number - 1) * per_page
    pages = numbered_pages(request, world.settings, page=number, per_page=per_page, total=total)
    if descending:
        shown = ascending[max(0, total - start - per_page) : max(0, total - start)][::-1]
    else:
        shown = ascending[start : start + per_page]
    return {
        "type": "list",
        "data": [shapes.render_company(one) for one in shown],
        "pages": pages,
        "total_count": total,
    }
