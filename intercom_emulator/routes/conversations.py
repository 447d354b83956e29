"""
Conversations, their parts, and the ids of deleted ones.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations
"""

from __future__ import annotations

import html
import re

from intercom_emulator import shapes
from intercom_emulator.errors import not_found
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.pagination import cursor_pages, page_size, take_page
from intercom_emulator.records import View, ordinal_of_key
from intercom_emulator.routes.envelopes import page
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routes.searching import search_page
from intercom_emulator.search import CONVERSATIONS, Hits, Predicate
from intercom_emulator.world import World

READ = ("read_conversations",)
DEFAULT_PER_PAGE = 20
MAX_PER_PAGE = 150


@ROUTER.route(
    "POST",
    "/conversations/search",
    permissions=READ,
    parameters=("include_monitors", "include_scorecards"),
)
def search_conversations(world: World, request: Request) -> Response:
    """Search by exact seconds, 20 per page unless asked otherwise, 150 at most."""
    conversations = world.workspace.conversations
    found = search_page(
        world,
        request,
        conversations,
        CONVERSATIONS,
        default=DEFAULT_PER_PAGE,
        only=_visible(world, request),
    )
    return page("conversations", found.bodies, {"type": "conversation.list", **found.counts})


@ROUTER.route("GET", "/conversations", permissions=READ, parameters=("per_page", "starting_after"))
def list_conversations(world: World, request: Request) -> Response:
    """Every conversation, the last to change first."""
    conversations = world.workspace.conversations
    keys = conversations.truth.order("updated_at")
    visible = _visible(world, request)
    shown = (
        keys
        if visible is None
        else [key for key in keys if visible[1](conversations.truth, ordinal_of_key(key))]
    )
    hits = Hits(shown, 0, len(shown), descending=True)
    per_page = page_size(request.query.get("per_page"), DEFAULT_PER_PAGE, MAX_PER_PAGE)
    after = request.query.get("starting_after")
    ordinals, number, cursor = take_page(hits, after, per_page, conversations.ids)
    pages = cursor_pages(
        request, world.settings, page=number, per_page=per_page, total=len(hits), cursor=cursor
    )
    rest = {"type": "conversation.list", "total_count": len(hits), "pages": pages}
    return page("conversations", map(conversations.truth.body, ordinals), rest)


@ROUTER.route(
    "GET",
    "/conversations/{conversation_id}",
    permissions=READ,
    parameters=("display_as", "include_translations"),
)
def show_conversation(world: World, request: Request) -> Response | Json:
    """One conversation with its newest 500 parts."""
    conversations = world.workspace.conversations
    ordinal = conversations.ids.to_ordinal(request.path_parameters["conversation_id"])
    visible = _visible(world, request)
    one = conversations.truth.document(ordinal)
    if one is None or (visible is not None and not visible[1](conversations.truth, ordinal)):
        raise not_found()
    parts = one["conversation_parts"]["conversation_parts"]
    newest = parts[-world.settings.parts_limit :]
    total = len(parts) if world.settings.parts_total == "all" else len(newest)
    shown = shapes.public(one)
    shown["conversation_parts"] = shapes.conversation_parts(newest, total)
    if request.query.get("display_as") == "plaintext":
        _as_plaintext(shown)
    return shown


def _visible(world: World, request: Request) -> tuple[str, Predicate] | None:
    """
    The condition under which a token sees a conversation.

    Tickets among them need "Read tickets" and are silently absent without it
    (unversioned change of July 2024, https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/unversioned-changes).
    """
    token_name = request.token_name
    if token_name is None or world.tokens.get(token_name).may("read_tickets"):
        return None

    def predicate(view: View, ordinal: int) -> bool:
        return (view.document(ordinal) or {}).get("ticket") is None

    return "no tickets", predicate


def _as_plaintext(conversation: Json) -> None:
    """Strip the markup of bodies and subject (`display_as=plaintext`)."""
    source = conversation["source"]
    if source is not None:
        conversation["source"] = {
            **source,
            "body": _plain(source["body"]),
            "subject": _plain(source["subject"]),
        }
    envelope = conversation["conversation_parts"]
    envelope["conversation_parts"] = [
        {**one, "body": one["body"] and _plain(one["body"])}
        for one in envelope["conversation_parts"]
    ]


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))
