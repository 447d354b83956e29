"""
The routes of the table of resources: lists of objects, lists within an object, and single ones.

What a list shows, where that depends on more than the table says, stands in `routes/choices.py`.
"""

from __future__ import annotations

import orjson

from intercom_emulator.errors import not_found
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.pagination import PARAMETERS, Order, list_page
from intercom_emulator.resources import RESOURCES, Listing, Resource, Single
from intercom_emulator.routes.choices import CHOICES, DETAILS, as_shown
from intercom_emulator.routes.parents import existing
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routing import Handler, Route
from intercom_emulator.shapes import epoch
from intercom_emulator.world import World

_SECONDS_PER_DAY = 86_400


def list_of(resource: Resource, listing: Listing) -> Handler:
    """A handler that lists the objects of a resource, or those that one parent has."""

    def handle(world: World, request: Request) -> Json | Response:
        rows = _rows(world, request, resource)
        if listing.retained_by:
            rows = _retained(world, resource, rows)
        choose = CHOICES.get(resource.name)
        if choose is not None:
            rows = choose(world, request, rows)
        order = _order(world, request, resource, listing)
        if order is not None:
            order.sort(rows)
        shown, told = list_page(request, world.settings, rows, listing.pages, order)
        bodies = [as_shown(world, request, resource, one) for one in shown]
        if request.route_key in world.settings.bare_lists:
            return Response(200, orjson.dumps(bodies))
        key = world.settings.list_keys.get(request.route_key, listing.key)
        return {**({"type": listing.kind} if listing.kind else {}), **told, key: bodies}

    handle.__doc__ = f"Every one of {resource.name}."
    return handle


def _order(world: World, request: Request, resource: Resource, listing: Listing) -> Order | None:
    """How a list is sorted, which a request or the settings may turn round."""
    if not listing.order:
        return None
    is_turned = request.query.get("order") == "asc" or resource.name in world.settings.oldest_first
    descending = listing.order.startswith("-") and not is_turned
    return Order(listing.order.lstrip("-"), resource.key, descending)


def one_of(resource: Resource, single: Single) -> Handler:
    """A handler that shows one object of a resource."""
    parameter = single.path.rpartition("{")[2].removesuffix("}")

    def handle(world: World, request: Request) -> Json:
        table = world.workspace.table(resource.name)
        one = table.get(resource.to_key(request.path_parameters[parameter]))
        if one is None:
            raise not_found(single.message, single.code)
        detail = DETAILS.get(resource.name)
        shown: Json
        if detail is None:
            shown = as_shown(world, request, resource, one)
        else:
            shown = detail(world, request, one)
        return shown

    handle.__doc__ = f"One of {resource.name}."
    return handle


def _rows(world: World, request: Request, resource: Resource) -> list[Json]:
    table = world.workspace.table(resource.name)
    if resource.parent is None:
        return list(table.objects())
    parent_id = next(iter(request.path_parameters.values()))
    existing(world, request, resource.parent.resource, parent_id)
    return table.of(parent_id)


def _retained(world: World, resource: Resource, rows: list[Json]) -> list[Json]:
    """Those that are not too old to be kept."""
    days = world.settings.retention_days.get(resource.name)
    if days is None or resource.listing is None:
        return rows
    name, oldest = resource.listing.retained_by, world.clock.now() - days * _SECONDS_PER_DAY
    return [one for one in rows if epoch(one[name]) >= oldest]


def _register(resource: Resource) -> None:
    listing, single = resource.listing, resource.single
    if listing is not None:
        handler = list_of(resource, listing)
        read = frozenset((*PARAMETERS[listing.pages.form], *listing.parameters))
        ROUTER.add(Route("GET", listing.path, handler, listing.permissions, listing.since, read))
    if single is not None:
        handler = one_of(resource, single)
        permissions = single.permissions or (listing.permissions if listing else ())
        read = frozenset(single.parameters)
        ROUTER.add(Route("GET", single.path, handler, permissions, single.since, read))


for _resource in RESOURCES.values():
    _register(_resource)
