"""What a workspace begins with, and how ids follow from positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from intercom_emulator.messages import Json
from intercom_emulator.records import Documents, Ids, Source, TwinIds, decimal_ids, object_ids
from intercom_emulator.resources import RESOURCES

CONTACT_IDS = object_ids("6762f0d0")
COMPANY_IDS = object_ids("6762f097")
CONVERSATION_IDS = decimal_ids(501)
TICKET_IDS = decimal_ids(9_000_001)
MERGED_IDS = object_ids("6762f0d1")
"""Ids of contacts that are gone from the beginning."""


def ticket_ids(form: str, twins: Sequence[int]) -> Ids:
    """Ids of tickets: those of the conversations at the positions `twins`, or ids of their own."""
    return TwinIds(CONVERSATION_IDS, twins) if form == "conversation" else TICKET_IDS


class Seed:
    """
    What a workspace begins with.

        Seed(now=NOW, contacts=Documents([...]), tags=[shapes.tag("2", NOW, name="billing")])

    Contacts, companies, conversations and tickets come from a source whose record at position n
    has the id of ordinal n; everything else is a list of objects by its resource's name.
    `merge_histories` maps the id of a contact to what was merged into it. `made_up` makes up the
    objects of a resource that hang on one parent.
    """

    def __init__(
        self,
        now: int,
        *,
        contacts: Source | None = None,
        companies: Source | None = None,
        conversations: Source | None = None,
        tickets: Source | None = None,
        ticket_ids: Ids = TICKET_IDS,
        merge_histories: Mapping[str, list[Json]] | None = None,
        made_up: Mapping[str, Callable[[str], list[Json]]] | None = None,
        **objects: list[Json],
    ) -> None:
        unknown = objects.keys() - RESOURCES.keys()
        if unknown:
            raise TypeError(f"no such resources: {', '.join(sorted(unknown))}")
        self.now = now
        nothing = Documents([])
        self.contacts = nothing if contacts is None else contacts
        self.companies = nothing if companies is None else companies
        self.conversations = nothing if conversations is None else conversations
        self.tickets = nothing if tickets is None else tickets
        self.ticket_ids = ticket_ids
        self.merge_histories = merge_histories or {}
        self.made_up = made_up or {}
        self.objects: dict[str, list[Json]] = {name: [] for name in RESOURCES} | objects
