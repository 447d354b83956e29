"""
Tickets, which have a search and no list.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tickets
"""

from __future__ import annotations

from intercom_emulator.messages import Request, Response
from intercom_emulator.routes.envelopes import page
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.routes.searching import search_page
from intercom_emulator.search import TICKETS
from intercom_emulator.world import World


@ROUTER.route("POST", "/tickets/search", permissions=("read_tickets",))
def search_tickets(world: World, request: Request) -> Response:
    """Search by exact seconds, 20 per page unless asked otherwise."""
    found = search_page(world, request, world.workspace.tickets, TICKETS, default=20)
    return page("tickets", found.bodies, {"type": "ticket.list", **found.counts})
