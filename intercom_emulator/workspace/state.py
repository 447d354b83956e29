"""The records of a workspace, and the verbs that all resources share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import count
from threading import RLock
from typing import Any

from intercom_emulator import shapes
from intercom_emulator.clock import Clock
from intercom_emulator.messages import Json
from intercom_emulator.records import Collection, Table
from intercom_emulator.resources import RESOURCES
from intercom_emulator.settings import Settings
from intercom_emulator.workspace.seed import (
    COMPANY_IDS,
    CONTACT_IDS,
    CONVERSATION_IDS,
    Seed,
)

FIRST_NEW_ID = 70_000_000
"""Ids of parts, notes, tags and the like that are made after the seed."""

_OWN_VERBS = {
    ("create", "contacts"): "create_contact",
    ("create", "conversations"): "create_conversation",
    ("create", "tickets"): "create_ticket",
    ("delete", "contacts"): "delete_contact",
    ("delete", "companies"): "delete_company",
    ("delete", "conversations"): "delete_conversation",
    ("delete", "tickets"): "delete_ticket",
    ("create", "notes"): "add_note",
    ("create", "company_notes"): "add_company_note",
    ("delete", "notes"): "delete_note",
    ("delete", "company_notes"): "delete_company_note",
}
"""Verbs that do more than adding or removing one record; `create` and `delete` hand on to them."""


class State:
    """
    The records, as the API would show them.

    A change sets `updated_at` to the emulator's clock, as Intercom does for what a user sees
    change; `touch=False` changes quietly, for Intercom doesn't document what else moves it.
    """

    def __init__(self, seed: Seed, clock: Clock, settings: Callable[[], Settings]) -> None:
        self.clock = clock
        self.lock = RLock()
        self._settings = settings
        self._new_ids = count(FIRST_NEW_ID)
        conversation_item = shapes.render_conversation_list_item
        self.contacts = Collection("contacts", CONTACT_IDS, seed.contacts, shapes.render_contact)
        self.companies = Collection("companies", COMPANY_IDS, seed.companies, shapes.render_company)
        self.conversations = Collection(
            "conversations", CONVERSATION_IDS, seed.conversations, conversation_item
        )
        self.tickets = Collection("tickets", seed.ticket_ids, seed.tickets, shapes.render_ticket)
        self._collections = {
            one.name: one
            for one in (self.contacts, self.companies, self.conversations, self.tickets)
        }
        self._tables = {
            name: self._table(name, seed) for name in RESOURCES if name not in self._collections
        }
        self.merge_histories = dict(seed.merge_histories)
        self.merged_contacts = {
            item["source_contact_id"]: into
            for into, items in self.merge_histories.items()
            for item in items
        }
        self.archived_contacts: dict[str, Json] = {}

    def _table(self, name: str, seed: Seed) -> Table:
        resource = RESOURCES[name]
        parent = resource.parent
        if parent is None:
            return Table(seed.objects[name], resource.key)
        return Table(
            seed.objects[name],
            resource.key,
            parent.path,
            seed.made_up.get(name),
            lambda: self._ids_of(parent.resource),
        )

    # Reading

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings()

    def collection(self, name: str) -> Collection:
        """Contacts, companies, conversations or tickets."""
        return self._collections[name]

    def table(self, name: str) -> Table:
        """The objects of a resource that isn't searched, such as tags."""
        return self._tables[name]

    def objects(self, name: str) -> Iterator[Json]:
        """
        The truth: each object of `name` as the API shows it.

        Contacts with their nested lists cut at ten, conversations and tickets with all parts.
        """
        if name in ("conversations", "tickets"):
            truth = self.collection(name).truth
            yield from (shapes.public(truth.document(one) or {}) for one in truth.ordinals())
            return
        for one in self._holder(name).objects():
            yield self.shown(name, one)

    def shown(self, name: str, one: Json) -> Json:
        """An object as its list shows it."""
        if name == "ticket_types":
            states = list(self.table("ticket_states").objects())
            key = self.settings.ticket_type_attributes_key
            return shapes.render_ticket_type(one, states, attributes_key=key)
        if name == "ticket_states":
            return shapes.render_ticket_state(one, list(self.table("ticket_types").objects()))
        return shapes.public(one)

    def counts(self) -> dict[str, int]:
        """How many of each there are."""
        return {name: len(self._holder(name)) for name in RESOURCES}

    def indexed(self) -> None:
        """Let the search index catch up at once, whatever the lag."""
        with self.lock:
            for collection in self._collections.values():
                collection.catch_up(float("inf"))

    # Changing

    def create(self, resource: str, /, **fields: Any) -> Json:
        """A new object of a resource: `create("tags", name="billing")`."""
        own = _OWN_VERBS.get(("create", resource))
        if own is not None:
            made: Json = getattr(self, own)(**fields)
            return made
        row = RESOURCES[resource]
        with self.lock:
            if resource in self._collections:
                return self._add(self._collections[resource], **fields)
            one = row.make(row.new_id(next(self._new_ids)), self.clock.now(), **fields)
            self._tables[resource].put(one)
            return shapes.public(one)

    def update(
        self, resource: str, object_id: Any, /, *, touch: bool = True, **fields: Any
    ) -> Json:
        """Change fields of an object: `update("tags", "102", name="invoices")`."""
        if resource in self._collections:
            return self._change(
                self._collections[resource], object_id, lambda one: one.update(fields), touch=touch
            )
        with self.lock:
            one = self._known(resource, object_id)
            now = self.clock.now()
            moved: Json = {}
            if touch and "updated_at" in one:
                moved["updated_at"] = now if isinstance(one["updated_at"], int) else shapes.iso(now)
            changed = {**one, **moved, **fields}
            self._tables[resource].put(changed)
            return shapes.public(changed)

    def delete(self, resource: str, object_id: Any, /) -> None:
        """Take an object out: `delete("tags", "102")`."""
        own = _OWN_VERBS.get(("delete", resource))
        if own is not None:
            getattr(self, own)(object_id)
            return
        with self.lock:
            if resource in self._collections:
                self._remove(self._collections[resource], object_id)
            else:
                self._known(resource, object_id)
                self._tables[resource].remove(object_id)

    def new_id(self) -> str:
        """An id nothing else has."""
        return str(next(self._new_ids))

    # How changes are made

    def _moves(self, what: str, touch: bool | None = None) -> bool:  # noqa: FBT001 - as the verbs have it
        """Whether something moves `updated_at`: as the caller says, else as the settings do."""
        return what in self.settings.moves_updated_at if touch is None else touch

    def _ids_of(self, name: str) -> Iterator[str]:
        """The ids of the records that are searched, without making the records up."""
        collection = self._collections[name]
        return map(collection.ids.to_id, collection.truth.ordinals())

    def _holder(self, name: str) -> Collection | Table:
        return self._collections[name] if name in self._collections else self._tables[name]

    def _visible_at(self) -> float:
        lag = self.settings.index_lag
        return self.clock.time() + lag if lag else float("-inf")

    def _known(self, name: str, object_id: Any) -> Json:
        one = self._tables[name].get(object_id)
        if one is None:
            raise KeyError(f"no {object_id!r} in {name}")
        return one

    def _existing(self, collection: Collection, record_id: str) -> Json:
        document = collection.get(record_id)
        if document is None:
            raise KeyError(f"no {record_id!r} in {collection.name}")
        return document

    def _add(self, collection: Collection, **fields: Any) -> Json:
        make = RESOURCES[collection.name].make
        document = make(collection.next_id(), self.clock.now(), **fields)
        collection.add(document, self._visible_at())
        return document

    def _remove(self, collection: Collection, record_id: str) -> Json:
        """Take a record out; what it was."""
        document = self._existing(collection, record_id)
        collection.replace(record_id, None, self._visible_at())
        return document

    def _change(
        self,
        collection: Collection,
        record_id: str,
        change: Callable[[Json], Any],
        *,
        touch: bool = True,
    ) -> Json:
        with self.lock:
            document = deepcopy(self._existing(collection, record_id))
            if touch:
                document["updated_at"] = self.clock.now()
            change(document)
            collection.replace(record_id, document, self._visible_at())
            return document

    def _any_admin_id(self) -> str:
        return str(next(self.table("admins").objects(), {"id": "0"})["id"])


def hang_tag(one: Json, tag: Json) -> None:
    """Put a tag on an object; a tag hangs there once."""
    others = [other for other in one["tags"]["tags"] if other["id"] != tag["id"]]
    one["tags"]["tags"] = [*others, tag]
