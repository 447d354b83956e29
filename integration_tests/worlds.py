"""The workspaces that histories begin with: small, on small pages, with something of everything."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch

from integration_tests.deeds import Deeds
from integration_tests.laboratory import (
    DAY,
    companies_at,
    contacts_at,
    conversations_at,
    laboratory,
    only,
    small_pages,
)
from intercom_emulator import Emulator, shapes
from intercom_emulator.messages import Request
from intercom_emulator.records import Documents
from intercom_emulator.seeds.library import SIZES, add_library
from intercom_emulator.seeds.office import add_office
from intercom_emulator.settings import Settings
from intercom_emulator.workspace import Seed, ticket_ids
from source_intercom.reading import logs

TICKETS = 3
"""One conversation of so many is a ticket."""
LONGEST_PAGES = {"20", "25", "30", "50", "60", "100", "150", "250"}
SHORTEST_PAGE = 20
"""Rows of a page that the connector asks for."""
MOVES_TICKETS = {"ticket_parts", "ticket_states"}


@dataclass(frozen=True)
class World:
    """What doesn't change while a history runs."""

    begin: int
    zone: str
    dates: str
    bounds: str
    bodies: str
    lag: int
    workers: int
    lookback: int
    page_size: int
    rate_limit: int | None
    ages: tuple[int, ...]
    """How many seconds before the beginning the workspace's objects changed last."""
    ticket_ids: str = "conversation"
    merge_limit: int | None = None

    @property
    def settings(self) -> Settings:
        """The emulator's switches."""
        chosen = Settings(
            timezone=self.zone,
            contact_search_dates=self.dates,  # type: ignore[arg-type]
            conversation_bounds=self.bounds,  # type: ignore[arg-type]
            search_bodies=self.bodies,  # type: ignore[arg-type]
            index_lag=self.lag,
            rate_limit=self.rate_limit,
            scroll_page_size=self.page_size,
            ticket_ids=self.ticket_ids,  # type: ignore[arg-type]
            merge_history_limit=self.merge_limit,
            strict_parameters=True,
        )
        chosen.moves_updated_at |= {"ticket_linked_objects"}
        if self.ticket_ids == "own":
            # No conversation names the ticket, so only its own date tells that it changed.
            chosen.moves_updated_at |= MOVES_TICKETS
        return chosen


@contextmanager
def opened(world: World, streams: Sequence[str], deeds: Sequence[str]) -> Iterator[Emulator]:
    """The emulator with that world in it; `deeds` have been done to it before anybody looked."""
    with (
        laboratory(_seed(world), world.settings) as intercom,
        small_pages(world.page_size),
        only(streams),
        patch.object(logs, "MOST_PAGES", 3),
    ):
        done = Deeds(intercom)
        for deed in deeds:
            for pick in range(5):
                done.do(deed, 7 * pick)
        intercom.workspace.indexed()
        intercom.clock.advance(DAY)

        @intercom.before_request
        def ask_for_less(request: Request) -> None:
            _shorten(request, world.page_size)

        yield intercom


def _shorten(request: Request, size: int) -> None:
    """Pages of `size`; where a list is read again in shorter ones, of one row less."""

    def less(found: re.Match[str]) -> str:
        if int(found[2]) < SHORTEST_PAGE:
            return found[0]  # Intercom's own word for the next page
        return f"{found[1]}{size if found[2] in LONGEST_PAGES else max(size - 1, 1)}"

    request.query_string = re.sub(r"(\bper_page=)(\d+)", less, request.query_string)
    body = re.sub(r'("per_page": ?)(\d\d+)', less, request.body.decode())
    request.body = body.encode()
    for name in ("query", "json"):
        request.__dict__.pop(name, None)


def _seed(world: World) -> Seed:
    moments = [world.begin - age for age in world.ages]
    talks = [dict(one) for one in _documents(conversations_at(moments, parts=2))]
    twins = range(0, len(talks), TICKETS)
    ids = ticket_ids(world.ticket_ids, twins)
    tickets = []
    for number, ordinal in enumerate(twins):
        twin, name = talks[ordinal], ids.to_id(number)
        kept = {key: twin[key] for key in ("contacts", "updated_at")}
        ticket = shapes.ticket(
            name, twin["created_at"], _conversation_id=twin["id"], ticket_id=str(number + 1), **kept
        )
        tickets.append(ticket)
        twin["ticket"] = {"type": "ticket", "id": name, "ticket_id": str(number + 1)}
    return Seed(
        now=world.begin - DAY,
        contacts=contacts_at(moments),
        companies=_with_members(companies_at(moments)),
        conversations=Documents(talks),
        tickets=Documents(tickets),
        ticket_ids=ids,
        articles=[
            shapes.article(str(39 + number), moment - DAY, updated_at=moment)
            for number, moment in enumerate(moments)
        ],
        **_office(),
    )


def _documents(source: Documents) -> list[dict[str, Any]]:
    return [source.document(number) for number in range(len(source))]


def _with_members(companies: Documents) -> Documents:
    """Companies that are counted: the list that counts leaves out those without contacts."""
    return Documents([{**one, "user_count": 1} for one in _documents(companies)])


@cache
def _office() -> dict[str, list[dict[str, Any]]]:
    """Admins, tags, ticket types and all the other small lists; objects that nobody changes."""
    opened_at = 1_700_000_000
    seed = add_office(Seed(now=opened_at + 60 * DAY), opened_at)
    objects = add_library(
        seed, opened_at, {**SIZES, "ticket_types": 3, "data_connector_executions": 0}
    ).objects
    searched = {"contacts", "companies", "conversations", "tickets", "articles"}
    return {name: found for name, found in objects.items() if name not in searched}
