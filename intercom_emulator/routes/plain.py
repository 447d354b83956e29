"""
The routes of the table of resources: lists of objects, and single ones.

What a list shows, where that depends on more than the table says, stands in `routes/choices.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from intercom_emulator import shapes
from intercom_emulator.errors import not_found
from intercom_emulator.messages import Json, Request
from intercom_emulator.pagination import numbered_page
from intercom_emulator.resources import RESOURCES, WHOLE, Listing, Resource, Single
from intercom_emulator.routes.choices import CHOICES, DETAILS, plainly
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routing import Handler, Route
from intercom_emulator.world import World

_PARAMETERS = {"whole": (), "numbers": ("page", "per_page")}


def list_of(resource: Resource, listing: Listing) -> Handler:
    """A handler that lists every object of a resource, or those that `CHOICES` leaves."""
    choose = CHOICES.get(resource.name)

    def handle(world: World, request: Request) -> Json:
        rows = list(world.workspace.table(resource.name).objects())
        if choose is not None:
            rows = choose(world, request, rows)
        if listing.order:
            descending = listing.order.startswith("-") and request.query.get("order") != "asc"
            rows.sort(key=_by(listing.order), reverse=descending)
        told: Json = {}
        if listing.pages is not WHOLE:
            rows, told = numbered_page(request, world.settings, rows, listing.pages)
        return {"type": listing.kind, **told, listing.key: [shapes.public(one) for one in rows]}

    handle.__doc__ = f"Every one of {resource.name}."
    return handle


def one_of(resource: Resource, single: Single) -> Handler:
    """A handler that shows one object of a resource."""
    parameter = single.path.rpartition("{")[2].removesuffix("}")
    detail = DETAILS.get(resource.name, plainly)

    def handle(world: World, request: Request) -> Json:
        table = world.workspace.table(resource.name)
        one = table.get(resource.to_key(request.path_parameters[parameter]))
        if one is None:
            raise not_found(single.message, single.code)
        return detail(world, request, one)

    handle.__doc__ = f"One of {resource.name}."
    return handle


def _by(order: str) -> Callable[[Json], Any]:
    """Sort by a field, then by id, numbers as numbers."""
    field = order.lstrip("-")

    def key(one: Json) -> Any:
        text = str(one["id"])
        return one[field], len(text), text

    return key


def _register(resource: Resource) -> None:
    listing, single = resource.listing, resource.single
    if listing is not None:
        ROUTER.add(
            Route(
                "GET",
                listing.path,
                list_of(resource, listing),
                listing.permissions,
                listing.since,
                frozenset((*_PARAMETERS[listing.pages.form], *listing.parameters)),
            )
        )
    if single is not None:
        permissions = single.permissions or (listing.permissions if listing else ())
        ROUTER.add(Route("GET", single.path, one_of(resource, single), permissions))


for _resource in RESOURCES.values():
    _register(_resource)
