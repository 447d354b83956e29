"""
Tickets, which have a search and no list.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tickets
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from intercom_emulator.errors import not_found
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.records import View
from intercom_emulator.resources import READ_TICKETS
from intercom_emulator.routes.envelopes import page
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routes.searching import search_page
from intercom_emulator.search import TICKETS
from intercom_emulator.shapes import render_ticket
from intercom_emulator.world import World

_USUAL = {"parts_limit": 500, "parts_total": "all", "linked_objects_limit": 1000}
_USUAL_KEYS = {"ticket_type_attributes_key": "data"}


@ROUTER.route("POST", "/tickets/search", permissions=READ_TICKETS)
def search_tickets(world: World, request: Request) -> Response:
    """Search by exact seconds, 20 per page unless asked otherwise."""
    found = search_page(world, request, world.workspace.tickets, TICKETS, default=20)
    bodies = _bodies(world, found.view, found.ordinals)
    return page("tickets", bodies, {"type": "ticket.list", **found.counts})


@ROUTER.route("GET", "/tickets/{ticket_id}", permissions=READ_TICKETS)
def show_ticket(world: World, request: Request) -> Json:
    """One ticket with its newest 500 parts."""
    tickets = world.workspace.tickets
    ordinal = tickets.ids.to_ordinal(request.path_parameters["ticket_id"])
    if not tickets.truth.exists(ordinal):
        raise not_found("Ticket Not Found", "ticket_not_found")
    (body,) = _bodies(world, tickets.truth, [ordinal])
    shown: Json = orjson.loads(body)
    return shown


def _bodies(world: World, view: View, ordinals: Iterable[int]) -> Iterable[bytes]:
    """Tickets in the form that the settings ask for; the usual one is kept ready."""
    settings = vars(world.settings)
    if all(settings[name] == usual for name, usual in {**_USUAL, **_USUAL_KEYS}.items()):
        return map(view.body, ordinals)
    return [
        orjson.dumps(
            render_ticket(
                view.document(ordinal) or {},
                **{name: settings[name] for name in (*_USUAL, *_USUAL_KEYS)},
            )
        )
        for ordinal in ordinals
    ]
