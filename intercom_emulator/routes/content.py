"""
What is read: drafts of articles, live news, and the search over all content.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/articles
"""

from __future__ import annotations

from collections.abc import Iterator

from intercom_emulator import shapes
from intercom_emulator.errors import bad_request, not_found
from intercom_emulator.messages import Json, Request
from intercom_emulator.pagination import list_page
from intercom_emulator.resources import READ_ARTICLES, READ_NEWS, Pages
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.world import World

SEARCH_PAGES = Pages("numbers", 10, 50)
LIVE_PAGES = Pages("numbers", 20, 20, end="absent")
RECENT = 10

_KINDS = {
    "content_snippet": ("content_snippets", "snippet"),
    "external_content": ("external_pages", "external_content"),
    "file_source_content": ("file_sources", "file_source_content"),
    "internal_article": ("internal_articles", "internal_article"),
    "article": ("articles", "article"),
}
"""The type of a result: its resource, and what `content_types` calls it."""


@ROUTER.route("GET", "/articles/{id}/draft", permissions=READ_ARTICLES, since="2.16")
def show_draft(world: World, request: Request) -> Json:
    """An article as it would be once published; 404 where nothing is unpublished."""
    one = world.workspace.table("articles").get(request.path_parameters["id"])
    if one is None or one["_draft"] is None:
        raise not_found()
    return shapes.draft_of(one)


@ROUTER.route(
    "GET",
    "/news/newsfeeds/{newsfeed_id}/items",
    permissions=READ_NEWS,
    parameters=("page", "per_page"),
)
def list_newsfeed_items(world: World, request: Request) -> Json:
    """The live news of a feed, newest first."""
    feed_id = request.path_parameters["newsfeed_id"]
    if feed_id not in world.workspace.table("newsfeeds"):
        raise not_found()
    items = [
        shapes.public(one)
        for one in world.workspace.table("news_items").objects()
        if one["state"] == "live"
        and any(str(each["newsfeed_id"]) == feed_id for each in one["newsfeed_assignments"])
    ]
    items.sort(key=lambda one: one["created_at"], reverse=True)
    shown, told = list_page(request, world.settings, items, LIVE_PAGES)
    return {"type": "list", **told, "data": shown}


@ROUTER.route(
    "GET",
    "/content/search",
    permissions=("read_content",),
    since="2.16",
    parameters=(
        "query",
        "page",
        "per_page",
        "states",
        "locales",
        "content_types",
        "created_at_after",
        "created_at_before",
        "updated_at_after",
        "updated_at_before",
    ),
)
def search_content(world: World, request: Request) -> Json:
    """Everything that can be read, last change first; without a term all of it, or the newest."""
    query = request.query
    term = query.get("query", "").casefold()
    wanted = query.get("content_types")
    found = [
        (moment, one)
        for moment, created, one in _contents(world)
        if term in one["title"].casefold()
        and (wanted is None or _KINDS[one["type"]][1] in wanted.split(","))
        and _is_within(query, "updated_at", moment)
        and _is_within(query, "created_at", created)
    ]
    found.sort(key=lambda each: (each[0], each[1]["type"], each[1]["id"]), reverse=True)
    rows = [one for _, one in found]
    if not term and world.settings.content_search_lists == "recent":
        rows = rows[:RECENT]
    shown, told = list_page(request, world.settings, rows, SEARCH_PAGES)
    return {"type": "list", **told, "data": shown}


def _contents(world: World) -> Iterator[tuple[int, int, Json]]:
    """Each content with the moments of its last change and of its making."""
    for one in world.workspace.content_items():
        own = world.workspace.table(_KINDS[one["type"]][0]).get(one["id"]) or {}
        updated: int = own["updated_at"] if "updated_at" in own else own["_updated_at"]
        created: int = own["created_at"] if "created_at" in own else own["_created_at"]
        yield updated, created, one


def _is_within(query: dict[str, str], name: str, moment: int) -> bool:
    after, before = query.get(f"{name}_after"), query.get(f"{name}_before")
    try:
        is_later = after is None or moment > int(after)
        return is_later and (before is None or moment < int(before))
    except ValueError:
        raise bad_request("parameter_invalid", "expected a UNIX timestamp") from None
