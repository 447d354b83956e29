"""
Conversations, their parts, and the ids of deleted ones.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence

import orjson

from intercom_emulator import shapes
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.pagination import asked_page_size, cursor_pages, take_page
from intercom_emulator.records import View, ordinal_of_key
from intercom_emulator.resources import READ_CONVERSATIONS
from intercom_emulator.routes.envelopes import page
from intercom_emulator.routes.parents import conversation_of, visible_conversations
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routes.searching import search_page
from intercom_emulator.search import CONVERSATIONS, Hits
from intercom_emulator.world import World

DEFAULT_PER_PAGE = 20
MAX_PER_PAGE = 150

_USUAL = {"linked_objects_limit": 1000, "conversation_teammates_key": "admins"}
_OPT_IN = {"monitors": "monitor_evaluations", "scorecards": "scorecards"}


@ROUTER.route(
    "POST",
    "/conversations/search",
    permissions=READ_CONVERSATIONS,
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
        only=visible_conversations(world, request),
    )
    bodies = _bodies(world, request, found.view, found.ordinals)
    return page("conversations", bodies, {"type": "conversation.list", **found.counts})


@ROUTER.route(
    "GET",
    "/conversations",
    permissions=READ_CONVERSATIONS,
    parameters=("per_page", "starting_after"),
)
def list_conversations(world: World, request: Request) -> Response:
    """Every conversation, the last to change first."""
    conversations = world.workspace.conversations
    shown = _visible(world, request)
    hits = Hits(shown, 0, len(shown), descending=True)
    per_page = asked_page_size(
        request, world.settings, request.query.get("per_page"), DEFAULT_PER_PAGE, MAX_PER_PAGE
    )
    after = request.query.get("starting_after")
    ordinals, number, cursor = take_page(hits, after, per_page, conversations.ids)
    pages = cursor_pages(
        request, world.settings, page=number, per_page=per_page, total=len(hits), cursor=cursor
    )
    rest = {"type": "conversation.list", "total_count": len(hits), "pages": pages}
    bodies = _bodies(world, request, conversations.truth, ordinals)
    return page("conversations", bodies, rest)


@ROUTER.route(
    "GET",
    "/conversations/{conversation_id}",
    permissions=READ_CONVERSATIONS,
    parameters=("display_as", "include_translations"),
)
def show_conversation(world: World, request: Request) -> Response | Json:
    """One conversation with its newest 500 parts."""
    one = conversation_of(world, request, request.path_parameters["conversation_id"])
    parts = one["conversation_parts"]["conversation_parts"]
    newest = parts[-world.settings.parts_limit :]
    total = len(parts) if world.settings.parts_total == "all" else len(newest)
    settings = world.settings
    shown = shapes.render_conversation(
        one,
        linked_objects_limit=settings.linked_objects_limit,
        conversation_teammates_key=settings.conversation_teammates_key,
    )
    shown["conversation_parts"] = shapes.conversation_parts(newest, total)
    if request.query.get("display_as") == "plaintext":
        _as_plaintext(shown)
    return shown


def _visible(world: World, request: Request) -> Sequence[int]:
    """The keys of the conversations that the token may see."""
    truth = world.workspace.conversations.truth
    keys, visible = truth.order("updated_at"), visible_conversations(world, request)
    if visible is None:
        return keys
    return [key for key in keys if visible[1](truth, ordinal_of_key(key))]


def _bodies(world: World, request: Request, view: View, ordinals: Iterable[int]) -> Iterable[bytes]:
    """Conversations in the form that the settings ask for; the usual one is kept ready."""
    forms = {name: vars(world.settings)[name] for name in _USUAL}
    body: Callable[[int], bytes] = view.body
    if forms != _USUAL:

        def body(ordinal: int) -> bytes:
            document = view.document(ordinal) or {}
            return orjson.dumps(shapes.render_conversation_list_item(document, **forms))

    wanted = [name for name in _OPT_IN if request.query.get(f"include_{name}") == "true"]
    if not wanted:
        return map(body, ordinals)
    return [_with(view.document(one) or {}, body(one), wanted) for one in ordinals]


def _with(document: Json, body: bytes, wanted: list[str]) -> bytes:
    """A conversation with what is shown only if it is asked for."""
    more = {_OPT_IN[name]: document.get(f"_{_OPT_IN[name]}") or [] for name in wanted}
    return b"%b,%b" % (body[:-1], orjson.dumps(more)[1:])


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
