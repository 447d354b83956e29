"""
Conversations, their parts, and the ids of deleted ones.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from intercom_emulator import shapes
from intercom_emulator.errors import bad_request, not_found
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.pagination import (
    cursor_pages,
    numbered_pages,
    page_number,
    page_size,
    take_page,
)
from intercom_emulator.records import View, ordinal_of_key
from intercom_emulator.routes.envelopes import page
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routes.searching import search_page
from intercom_emulator.search import CONVERSATIONS, Hits

if TYPE_CHECKING:
    from intercom_emulator.app import App
    from intercom_emulator.search import Predicate

READ = ("read_conversations",)
DEFAULT_PER_PAGE = 20
MAX_PER_PAGE = 150
MAX_DELETED_PER_PAGE = 60


@ROUTER.route(
    "POST",
    "/conversations/search",
    permissions=READ,
    parameters=("include_monitors", "include_scorecards"),
)
def search_conversations(app: App, request: Request) -> Response:
    """Search by exact seconds, 20 per page unless asked otherwise, 150 at most."""
    conversations = app.workspace.conversations
    found = search_page(
        app,
        request,
        conversations,
        CONVERSATIONS,
        default=DEFAULT_PER_PAGE,
        only=_visible(app, request),
    )
    return page("conversations", found.bodies, {"type": "conversation.list", **found.counts})


@ROUTER.route("GET", "/conversations", permissions=READ, parameters=("per_page", "starting_after"))
def list_conversations(app: App, request: Request) -> Response:
    """Every conversation, the last to change first."""
    conversations = app.workspace.conversations
    keys = conversations.truth.order("updated_at")
    visible = _visible(app, request)
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
        request, app.settings, page=number, per_page=per_page, total=len(hits), cursor=cursor
    )
    rest = {"type": "conversation.list", "total_count": len(hits), "pages": pages}
    return page("conversations", map(conversations.truth.body, ordinals), rest)


@ROUTER.route(
    "GET",
    "/conversations/deleted",
    permissions=READ,
    since="2.16",
    parameters=("page", "per_page", "order"),
)
def list_deleted_conversations(app: App, request: Request) -> Json:
    """Ids of deleted conversations, the last deleted first."""
    per_page = page_size(request.query.get("per_page"), DEFAULT_PER_PAGE, MAX_DELETED_PER_PAGE)
    number = page_number(request.query.get("page"))
    order = request.query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise bad_request("parameter_invalid", "order must be asc or desc")
    deleted = sorted(
        app.workspace.deleted_conversations,
        key=lambda one: (one["deleted_at"], int(one["id"])),
        reverse=order == "desc",
    )
    pages = numbered_pages(
        request, app.settings, page=number, per_page=per_page, total=len(deleted)
    )
    return {
        "type": "conversations.list",
        "total_count": len(deleted),
        "pages": pages,
        "conversations": deleted[(number - 1) * per_page : number * per_page],
    }


@ROUTER.route(
    "GET",
    "/conversations/attributes",
    permissions=READ,
    since="2.16",
    parameters=("include_archived",),
)
def list_conversation_attributes(app: App, request: Request) -> Json:
    """Attributes of conversations, the archived ones only if asked for."""
    archived_too = request.query.get("include_archived") == "true"
    attributes = app.workspace.conversation_attributes.objects()
    return {
        "type": "list",
        "data": [one for one in attributes if archived_too or not one["archived"]],
    }


@ROUTER.route(
    "GET",
    "/conversations/{conversation_id}",
    permissions=READ,
    parameters=("display_as", "include_translations"),
)
def show_conversation(app: App, request: Request) -> Response | Json:
    """One conversation with its newest 500 parts."""
    conversations = app.workspace.conversations
    ordinal = conversations.ids.to_ordinal(request.path_parameters["conversation_id"])
    visible = _visible(app, request)
    one = conversations.truth.document(ordinal)
    if one is None or (visible is not None and not visible[1](conversations.truth, ordinal)):
        raise not_found()
    parts = one["conversation_parts"]["conversation_parts"]
    newest = parts[-app.settings.parts_limit :]
    total = len(parts) if app.settings.parts_total == "all" else len(newest)
    shown = shapes.public(one)
    shown["conversation_parts"] = shapes.conversation_parts(newest, total)
    if request.query.get("display_as") == "plaintext":
        _as_plaintext(shown)
    return shown


def _visible(app: App, request: Request) -> tuple[str, Predicate] | None:
    """
    The condition under which a token sees a conversation.

    Tickets among them need "Read tickets" and are silently absent without it
    (unversioned change of July 2024, https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/unversioned-changes).
    """
    token_name = request.token_name
    if token_name is None or app.emulator.tokens.get(token_name).may("read_tickets"):
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
