"""Which objects a list shows and how each looks, where settings or the request have a say in it."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable
from typing import Any

from intercom_emulator import shapes
from intercom_emulator.errors import Refused, bad_request
from intercom_emulator.messages import Json, Request
from intercom_emulator.resources import Resource
from intercom_emulator.shapes import epoch
from intercom_emulator.world import World

Choice = Callable[[World, Request, list[Json]], list[Json]]
Look = Callable[[World, Request, Json], Any]

_HOUR = 3600


def live_only(_: World, request: Request, rows: list[Json]) -> list[Json]:
    """The archived ones only if they are asked for."""
    if request.query.get("include_archived") == "true":
        return rows
    return [one for one in rows if not one["archived"]]


def of_a_model(world: World, request: Request, rows: list[Json]) -> list[Json]:
    """
    Attributes of contacts and companies.

    From 2.16 those of conversations have a route of their own, and `model=conversation` is 422.
    """
    model = request.query.get("model")
    if model not in (None, "contact", "company"):
        message = f"model={model} is no longer supported. Use GET /conversations/attributes instead"
        raise Refused(422, "parameter_invalid", message)
    kept = [one for one in rows if model is None or one["model"] == model]
    return live_only(world, request, kept)


def with_counts(world: World, request: Request, rows: list[Json]) -> list[Json]:
    """Segments with the number of contacts in each, if asked."""
    if request.query.get("include_count") != "true":
        return rows
    contacts = world.workspace.contacts.truth
    members: Counter[str] = Counter()
    for ordinal in contacts.ordinals():
        members.update((contacts.document(ordinal) or {}).get("_segments") or [])
    return [{**one, "count": members[one["id"]]} for one in rows]


def either_way(world: World, request: Request, rows: list[Json]) -> list[Json]:
    """Deleted conversations, the first deleted first if `order=asc`."""
    order = request.query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise bad_request("parameter_invalid", "order must be asc or desc")
    if world.settings.deleted_tickets_listed:
        return rows
    return [one for one in rows if not one["_was_ticket"]]


def since(world: World, request: Request, rows: list[Json]) -> list[Json]:
    """Macros that changed after `updated_since`; all of them or those the admin may use."""
    if world.settings.macros_listed == "visible":
        admin = next(world.workspace.table("admins").objects(), None)
        mine = set(map(str, admin["team_ids"])) if admin else set()
        rows = [
            one
            for one in rows
            if one["visible_to"] == "everyone" or mine & set(one["visible_to_team_ids"])
        ]
    after = request.query.get("updated_since")
    if after is None:
        return rows
    try:
        limit = epoch(int(after) if world.settings.macros_since == "unix" else after)
    except ValueError:
        raise bad_request("parameter_invalid", "Invalid updated_since timestamp") from None
    return [one for one in rows if epoch(one["updated_at"]) >= limit]


def in_range(world: World, request: Request, rows: list[Json]) -> list[Json]:
    """Executions of the last hour, or of the range asked for."""
    now = world.clock.now()
    try:
        start = int(request.query.get("start_ts", now - _HOUR))
        end = int(request.query.get("end_ts", now))
    except ValueError:
        raise bad_request("parameter_invalid", "expected a UNIX timestamp") from None
    wanted = {"true": True, "false": False}.get(request.query.get("success", ""))
    kind = request.query.get("error_type")
    return [
        one
        for one in rows
        if start <= epoch(one["created_at"]) <= end
        and wanted in (None, one["success"])
        and kind in (None, one["error_type"])
    ]


def known_locale(world: World, request: Request, rows: list[Json]) -> list[Json]:
    """Versions of one language; those of the default one have no locale of their own."""
    locale = request.query.get("locale")
    if locale is None:
        return rows
    locales = {
        each for one in world.workspace.table("help_centers").objects() for each in one["locales"]
    }
    if locale not in locales:
        raise bad_request("parameter_invalid", "Unknown locale")
    return [one for one in rows if one.get("_locale", "en") == locale]


CHOICES: dict[str, Choice] = {
    "article_versions": known_locale,
    "conversation_attributes": live_only,
    "data_attributes": of_a_model,
    "data_connector_executions": in_range,
    "deleted_conversations": either_way,
    "macros": since,
    "segments": with_counts,
}


def with_avatar(_: World, request: Request, admin: Json) -> Json:
    """An admin; with its picture only if asked."""
    shown = shapes.public(admin)
    if request.query.get("display_avatar") == "true":
        shown["avatar"] = admin["_avatar"]
    return shown


def with_bodies(_: World, request: Request, execution: Json) -> Json:
    """An execution; with what was sent and answered only if asked."""
    shown = shapes.public(execution)
    if request.query.get("include_bodies") == "true":
        shown |= execution["_bodies"]
    return shown


def escaped(_: World, request: Request, contact: Json) -> Json:
    """A contact that is gone; its address in HTML's words unless `escape_identity=false`."""
    shown = shapes.public(contact)
    if request.query.get("escape_identity") != "false" and shown["email"] is not None:
        shown["email"] = html.escape(shown["email"])
    return shown


def as_text(_: World, __: Request, event_type: Json) -> str:
    """An event type, which is a plain string."""
    name: str = event_type["event_type"]
    return name


LOOKS: dict[str, Look] = {
    "activity_log_event_types": as_text,
    "admins": with_avatar,
    "data_connector_executions": with_bodies,
    "deleted_contacts": escaped,
}


def as_shown(world: World, request: Request, resource: Resource, one: Json) -> Any:
    """An object as its list shows it."""
    look = LOOKS.get(resource.name)
    if look is not None:
        return look(world, request, one)
    return world.workspace.shown(resource.name, one)


def with_statistics(world: World, _: Request, article: Json) -> Json:
    """An article with its statistics, which the list leaves out."""
    key = world.settings.article_conversions_key
    return {**shapes.public(article), "statistics": shapes.statistics_of(article, key)}


def with_detail(_: World, __: Request, connector: Json) -> Json:
    """A data connector with its inputs, fields and mappings."""
    return {**shapes.public(connector), **connector["_detail"]}


DETAILS: dict[str, Look] = {"articles": with_statistics, "data_connectors": with_detail}
