"""
What contacts did, event by event or summed up.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-events
"""

from __future__ import annotations

from urllib.parse import urlencode

from intercom_emulator.errors import bad_request, not_found
from intercom_emulator.messages import Json, Request
from intercom_emulator.pagination import asked_page_size
from intercom_emulator.routes.parents import contact_of
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.shapes import public
from intercom_emulator.world import World

MAX_PER_PAGE = 150
KEPT_DAYS = 90
"""Older events appear in summaries alone."""
_SECONDS_PER_DAY = 86_400


@ROUTER.route(
    "GET",
    "/events",
    permissions=("read_events",),
    parameters=(
        "type",
        "intercom_user_id",
        "user_id",
        "email",
        "summary",
        "per_page",
        "before",
        "since",
    ),
)
def list_events(world: World, request: Request) -> Json:
    """A contact's events of the last 90 days, or with `summary=true` how often each happened."""
    if request.query.get("type") != "user":
        raise bad_request("parameter_invalid", "type must be user")
    contact = _contact(world, request)
    told = {
        "type": "event.summary",
        "email": contact["email"],
        "intercom_user_id": contact["id"],
        "user_id": contact["external_id"],
    }
    told = {name: value for name, value in told.items() if value is not None}
    if request.query.get("summary") == "true":
        summaries = world.workspace.event_summaries(contact["id"])
        return {**told, "events": summaries}
    events, pages = _page(world, request, contact["id"])
    return {**told, "type": "event.list", "events": events, "pages": pages}


def _contact(world: World, request: Request) -> Json:
    query = request.query
    if "intercom_user_id" in query:
        return contact_of(world, request, query["intercom_user_id"])
    contacts = world.workspace.contacts.truth
    for field, name in (("external_id", "user_id"), ("email", "email")):
        if name in query:
            for ordinal in contacts.ordinals():
                one = contacts.document(ordinal) or {}
                if one[field] == query[name]:
                    return one
            raise not_found("User Not Found")
    raise bad_request("parameter_not_found", "intercom_user_id, user_id or email is required")


def _page(world: World, request: Request, contact_id: str) -> tuple[list[Json], Json]:
    """
    The events before, or since, the position that the query names.

    Positions count through all events of the contact in the order that the settings say.
    """
    events = _kept(world, contact_id)
    per_page = asked_page_size(
        request, world.settings, request.query.get("per_page"), 50, MAX_PER_PAGE
    )
    try:
        start = int(request.query.get("before", "0"))
    except ValueError:
        raise bad_request("parameter_invalid", "before must be a number") from None
    shown = [public(one) for one in events[start : start + per_page]]
    if start + per_page >= len(events):
        return shown, {}
    base = world.settings.next_url_base or request.base_url
    query = urlencode({**request.query, "before": start + per_page})
    return shown, {"next": f"{base}{request.path}?{query}"}


def _kept(world: World, contact_id: str) -> list[Json]:
    """A contact's events that are not too old, sorted."""
    oldest = world.clock.now() - KEPT_DAYS * _SECONDS_PER_DAY
    rows = world.workspace.table("data_events").of(contact_id)
    events = [one for one in rows if one["created_at"] >= oldest]
    events.sort(
        key=lambda one: (one["created_at"], one["_key"]),
        reverse="data_events" not in world.settings.oldest_first,
    )
    return events
