"""Which objects a list shows and how a single one looks, where the request has a say in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from intercom_emulator import shapes
from intercom_emulator.errors import Refused, bad_request
from intercom_emulator.messages import Json, Request
from intercom_emulator.world import World

Choice = Callable[[World, Request, list[Json]], list[Json]]
Detail = Callable[[World, Request, Json], Json]


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


def either_way(_: World, request: Request, rows: list[Json]) -> list[Json]:
    """Deleted conversations, the first deleted first if `order=asc`."""
    order = request.query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise bad_request("parameter_invalid", "order must be asc or desc")
    return rows


CHOICES: dict[str, Choice] = {
    "conversation_attributes": live_only,
    "data_attributes": of_a_model,
    "segments": with_counts,
    "deleted_conversations": either_way,
}


def plainly(_: World, __: Request, one: Json) -> Json:
    """An object as its list shows it."""
    return shapes.public(one)


def with_statistics(_: World, __: Request, article: Json) -> Json:
    """An article with its statistics, which the list leaves out."""
    return {**shapes.public(article), "statistics": article["_statistics"]}


DETAILS: dict[str, Detail] = {"articles": with_statistics}
