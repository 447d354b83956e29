"""What a workspace begins with, and how ids follow from positions."""

from __future__ import annotations

from collections.abc import Mapping

from intercom_emulator.messages import Json
from intercom_emulator.records import Documents, Source, decimal_ids, object_ids
from intercom_emulator.resources import RESOURCES

CONTACT_IDS = object_ids("6762f0d0")
COMPANY_IDS = object_ids("6762f097")
CONVERSATION_IDS = decimal_ids(501)
TICKET_IDS = decimal_ids(9_000_001)


class Seed:
    """
    What a workspace begins with.

        Seed(now=NOW, contacts=Documents([...]), tags=[shapes.tag("2", NOW, name="billing")])

    Contacts, companies, conversations and tickets come from a source whose record at position n
    has the id of ordinal n; everything else is a list of objects by its resource's name.
    `merged_contacts` maps the id of a contact that is gone to the one that took it in.
    """

    def __init__(
        self,
        now: int,
        *,
        contacts: Source | None = None,
        companies: Source | None = None,
        conversations: Source | None = None,
        tickets: Source | None = None,
        merged_contacts: Mapping[str, str] | None = None,
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
        self.merged_contacts = merged_contacts or {}
        self.objects: dict[str, list[Json]] = {name: [] for name in RESOURCES} | objects
