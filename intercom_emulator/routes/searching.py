"""What the three search routes have in common."""

from __future__ import annotations

from dataclasses import dataclass

from intercom_emulator.errors import bad_request
from intercom_emulator.messages import Json, Request
from intercom_emulator.pagination import asked_page_size, cursor_pages, take_page
from intercom_emulator.records import Collection, View
from intercom_emulator.search import Grammar, Predicate
from intercom_emulator.world import World

MAX_PER_PAGE = 150


@dataclass
class Found:
    """One page of hits, where to read them, and the counts around them."""

    view: View
    ordinals: list[int]
    counts: Json


def search_page(
    world: World,
    request: Request,
    collection: Collection,
    grammar: Grammar,
    *,
    default: int,
    only: tuple[str, Predicate] | None = None,
) -> Found:
    """Run the search of a request body against the index."""
    body, pagination = _asked(request)
    collection.catch_up(world.clock.time())
    hits = world.searcher.search(collection, grammar, world.settings, body, only=only)
    per_page = asked_page_size(
        request, world.settings, pagination.get("per_page"), default, MAX_PER_PAGE
    )
    ordinals, number, cursor = take_page(
        hits, pagination.get("starting_after"), per_page, collection.ids
    )
    pages = cursor_pages(
        request, world.settings, page=number, per_page=per_page, total=len(hits), cursor=cursor
    )
    view = collection.index
    if world.settings.search_bodies == "current":
        view = collection.truth
        ordinals = [one for one in ordinals if view.exists(one)]
    return Found(view, ordinals, {"total_count": len(hits), "pages": pages})


def _asked(request: Request) -> tuple[Json, Json]:
    """The body of a search, and what it says of pages."""
    body = request.json
    if not isinstance(body, dict):
        raise bad_request("parameter_invalid", "the body must be a JSON object")
    pagination = body.get("pagination") or {}
    if not isinstance(pagination, dict):
        raise bad_request("parameter_invalid", "pagination must be an object")
    return body, pagination
