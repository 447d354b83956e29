"""
The workspace: every record, and everything that can happen to it.

A change sets `updated_at` to the emulator's clock, as Intercom does for what a user sees change;
`touch=False` changes quietly, for Intercom doesn't document what else moves it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from threading import RLock
from typing import Any, Literal

from intercom_emulator import shapes
from intercom_emulator.clock import Clock
from intercom_emulator.messages import Json
from intercom_emulator.records import (
    Collection,
    Documents,
    Source,
    Table,
    decimal_ids,
    object_ids,
    ordinal_of_key,
)
from intercom_emulator.settings import Settings

CONTACT_IDS = object_ids("6762f0d0")
COMPANY_IDS = object_ids("6762f097")
CONVERSATION_IDS = decimal_ids(501)
TICKET_IDS = decimal_ids(9_000_001)
FIRST_NEW_ID = 70_000_000
"""Ids of parts, notes, tags and the like that are made after the seed."""


def _nothing() -> Source:
    return Documents([])


@dataclass
class Seed:
    """What a workspace begins with. The record at position n has the id of ordinal n."""

    now: int
    contacts: Source = field(default_factory=_nothing)
    companies: Source = field(default_factory=_nothing)
    conversations: Source = field(default_factory=_nothing)
    tickets: Source = field(default_factory=_nothing)
    admins: list[Json] = field(default_factory=list)
    tags: list[Json] = field(default_factory=list)
    teams: list[Json] = field(default_factory=list)
    segments: list[Json] = field(default_factory=list)
    data_attributes: list[Json] = field(default_factory=list)
    conversation_attributes: list[Json] = field(default_factory=list)
    articles: list[Json] = field(default_factory=list)
    notes: list[Json] = field(default_factory=list)
    subscription_types: list[Json] = field(default_factory=list)
    activity_logs: list[Json] = field(default_factory=list)
    deleted_conversations: list[Json] = field(default_factory=list)
    merged_contacts: dict[str, str] = field(default_factory=dict)


class Workspace:
    """
    The records, as the API would show them, and the verbs that change them.

        workspace.objects("contacts")      # every contact, as a list of the API shows it
        workspace.reply("503", body="<p>Thanks!</p>")
    """

    def __init__(self, seed: Seed, clock: Clock, settings: Callable[[], Settings]) -> None:
        self.clock = clock
        self.lock = RLock()
        self._settings = settings
        self._new_ids = count(FIRST_NEW_ID)
        conversation_item = shapes.render_conversation_list_item
        self.contacts = Collection("contacts", CONTACT_IDS, seed.contacts, shapes.render_contact)
        self.companies = Collection("companies", COMPANY_IDS, seed.companies, shapes.public)
        self.conversations = Collection(
            "conversations", CONVERSATION_IDS, seed.conversations, conversation_item
        )
        self.tickets = Collection("tickets", TICKET_IDS, seed.tickets, shapes.public)
        self.admins = Table(seed.admins)
        self.tags = Table(seed.tags)
        self.teams = Table(seed.teams)
        self.segments = Table(seed.segments)
        self.articles = Table(seed.articles)
        self.data_attributes = Table(
            [{**one, "_key": number} for number, one in enumerate(seed.data_attributes)], "_key"
        )
        self.conversation_attributes = Table(seed.conversation_attributes)
        self.notes = Table(seed.notes)
        self.subscription_types = Table(seed.subscription_types)
        self.activity_logs = Table(seed.activity_logs)
        self.deleted_conversations = list(seed.deleted_conversations)
        self.merged_contacts = dict(seed.merged_contacts)
        self.archived_contacts: dict[str, Json] = {}

    # Reading

    def objects(self, name: str) -> Iterator[Json]:
        """
        The truth: each object of `name` as the API shows it.

        Contacts with their nested lists cut at ten, conversations with all their parts.
        """
        if name == "conversations":
            for ordinal in self.conversations.truth.ordinals():
                yield shapes.public(self.conversations.truth.document(ordinal) or {})
            return
        holder: Collection | Table | list[Json] = getattr(self, name)
        for one in holder if isinstance(holder, list) else holder.objects():
            yield shapes.public(one)

    def conversation_parts(self) -> Iterator[Json]:
        """Every part of every conversation, with `conversation_id`."""
        for one in self.objects("conversations"):
            for part in one["conversation_parts"]["conversation_parts"]:
                yield {**part, "conversation_id": one["id"]}

    def counts(self) -> dict[str, int]:
        """How many of each there are."""
        names = (
            "contacts companies conversations tickets admins tags teams segments articles "
            "data_attributes conversation_attributes notes activity_logs deleted_conversations"
        )
        return {name: len(getattr(self, name)) for name in names.split()}

    def indexed(self) -> None:
        """Let the search index catch up at once, whatever the lag."""
        with self.lock:
            for collection in (self.contacts, self.companies, self.conversations, self.tickets):
                collection.catch_up(float("inf"))

    # Contacts

    def create_contact(self, **fields: Any) -> Json:
        """A new contact."""
        with self.lock:
            document = shapes.contact(self.contacts.next_id(), self.clock.now(), **fields)
            self.contacts.add(document, self._visible_at())
            return document

    def update_contact(self, contact_id: str, *, touch: bool = True, **fields: Any) -> Json:
        """Change fields of a contact."""
        return self._change(self.contacts, contact_id, lambda one: one.update(fields), touch=touch)

    def delete_contact(self, contact_id: str) -> None:
        """Delete it for good."""
        with self.lock:
            self._existing(self.contacts, contact_id)
            self.contacts.replace(contact_id, None, self._visible_at())

    def archive_contact(self, contact_id: str) -> None:
        """Take it out of every list, search and GET; `unarchive_contact` brings it back."""
        with self.lock:
            self.archived_contacts[contact_id] = self._existing(self.contacts, contact_id)
            self.contacts.replace(contact_id, None, self._visible_at())

    def unarchive_contact(self, contact_id: str) -> Json:
        """Bring an archived contact back."""
        with self.lock:
            document = self.archived_contacts.pop(contact_id)
            document = {**document, "updated_at": self.clock.now()}
            self.contacts.replace(contact_id, document, self._visible_at())
            return document

    def merge_contacts(self, source_id: str, into_id: str) -> Json:
        """Merge one contact into another, which alone remains."""
        with self.lock:
            merged = self._existing(self.contacts, source_id)
            self.contacts.replace(source_id, None, self._visible_at())
            self.merged_contacts[source_id] = into_id
            item = {
                "type": "merge_history",
                "source_contact_id": source_id,
                "source_contact_role": merged["role"],
                "merged_at": self.clock.now(),
            }
            return self._change(
                self.contacts,
                into_id,
                lambda one: one.update(_merge_history=[*one.get("_merge_history", []), item]),
            )

    def tag_contact(self, contact_id: str, tag_id: str, *, touch: bool = True) -> Json:
        """Put a tag on a contact."""
        entry = {
            **shapes.addressable("tag", tag_id, "tags"),
            "_applied_at": self.clock.now(),
            "_applied_by": self._any_admin_id(),
        }
        return self._attach(contact_id, "tags", entry, touch=touch)

    def untag_contact(self, contact_id: str, tag_id: str, *, touch: bool = True) -> Json:
        """Take a tag off a contact."""
        return self._detach(contact_id, "tags", tag_id, touch=touch)

    def add_note(self, contact_id: str, body: str, *, touch: bool = True) -> Json:
        """Write a note on a contact; the note."""
        with self.lock:
            writer = self.admins.get(self._any_admin_id()) or {}
            note = shapes.note(self.new_id(), self.clock.now(), contact_id, writer, body)
            self.notes.put(note)
            entry = shapes.addressable("note", note["id"], "notes")
            self._attach(contact_id, "notes", entry, touch=touch)
            return note

    def subscribe(self, contact_id: str, subscription_id: str, *, opt_in: bool = True) -> Json:
        """Record a contact's choice about a subscription type."""
        name = "opted_in_subscription_types" if opt_in else "opted_out_subscription_types"
        entry = shapes.addressable("subscription", subscription_id, "subscription_types")
        return self._attach(contact_id, name, entry)

    def attach_company(self, contact_id: str, company_id: str) -> Json:
        """Make a contact a member of a company (by the company's `id`)."""
        with self.lock:
            self._change(
                self.companies, company_id, lambda one: one.update(user_count=one["user_count"] + 1)
            )
            entry = shapes.addressable("company", company_id, "companies")
            return self._attach(contact_id, "companies", entry)

    def detach_company(self, contact_id: str, company_id: str) -> Json:
        """End a membership."""
        with self.lock:
            self._change(
                self.companies,
                company_id,
                lambda one: one.update(user_count=max(0, one["user_count"] - 1)),
            )
            return self._detach(contact_id, "companies", company_id)

    # Companies

    def create_company(self, **fields: Any) -> Json:
        """A new company."""
        with self.lock:
            document = shapes.company(self.companies.next_id(), self.clock.now(), **fields)
            self.companies.add(document, self._visible_at())
            return document

    def update_company(self, company_id: str, *, touch: bool = True, **fields: Any) -> Json:
        """Change fields of a company (by its `id`)."""
        return self._change(self.companies, company_id, lambda one: one.update(fields), touch=touch)

    def tag_company(self, company_id: str, tag_id: str, *, touch: bool = True) -> Json:
        """Put a tag on a company."""
        tag = self.tags.get(tag_id) or {}
        return self._change(self.companies, company_id, lambda one: _tag(one, tag), touch=touch)

    def delete_company(self, company_id: str) -> None:
        """Delete it and end its memberships."""
        with self.lock:
            self._existing(self.companies, company_id)
            self.companies.replace(company_id, None, self._visible_at())
            for ordinal in list(self.contacts.truth.ordinals()):
                one = self.contacts.truth.document(ordinal) or {}
                if any(entry["id"] == company_id for entry in one["companies"]["data"]):
                    self._detach(one["id"], "companies", company_id)

    # Conversations

    def create_conversation(
        self,
        contact_id: str | None = None,
        body: str = "<p>Hello</p>",
        **fields: Any,
    ) -> Json:
        """A conversation that a contact starts (any contact, if none is named)."""
        with self.lock:
            now = self.clock.now()
            contact = self._contact_or_any(contact_id)
            document = shapes.conversation(
                self.conversations.next_id(),
                now,
                source=shapes.source(self.new_id(), _contact_author(contact), body),
                contacts={
                    "type": "contact.list",
                    "contacts": [
                        {
                            **shapes.reference("contact", contact["id"]),
                            "external_id": contact["external_id"],
                        }
                    ],
                },
                waiting_since=now,
            )
            document["statistics"] = shapes.statistics(document)
            document.update(fields)
            self.conversations.add(document, self._visible_at())
            return document

    def update_conversation(
        self, conversation_id: str, *, touch: bool = True, **fields: Any
    ) -> Json:
        """Change fields of a conversation."""
        return self._change(
            self.conversations, conversation_id, lambda one: one.update(fields), touch=touch
        )

    def reply(
        self,
        conversation_id: str,
        body: str = "<p>Thanks!</p>",
        by: Literal["admin", "contact"] = "admin",
        admin_id: str | None = None,
    ) -> Json:
        """Add a comment; the part."""
        now = self.clock.now()

        def change(one: Json) -> None:
            one["waiting_since"] = None if by == "admin" else now
            if by == "contact" and one["first_contact_reply"] is None:
                one["first_contact_reply"] = {
                    "created_at": now,
                    "type": "conversation",
                    "url": None,
                }

        if by == "admin":
            writer = self._admin_author(admin_id)
        else:
            conversation = self._existing(self.conversations, conversation_id)
            writer = _source_author(conversation)
        return self.add_part(conversation_id, "comment", writer, body=body, change=change)

    def close(self, conversation_id: str) -> Json:
        """Close a conversation; the part."""
        return self._move(conversation_id, "close", open=False, state="closed")

    def reopen(self, conversation_id: str) -> Json:
        """Open it again; the part."""
        return self._move(conversation_id, "open", open=True, state="open", snoozed_until=None)

    def snooze(self, conversation_id: str, until: int) -> Json:
        """Snooze it; the part."""
        return self._move(
            conversation_id, "snoozed", open=True, state="snoozed", snoozed_until=until
        )

    def assign(
        self, conversation_id: str, *, admin_id: str | None = None, team_id: str | None = None
    ) -> Json:
        """Assign it to an admin or a team; the part."""
        target = shapes.reference("admin", admin_id) if admin_id else None
        target = target or shapes.reference("team", team_id)

        def change(one: Json) -> None:
            if admin_id is not None:
                one["admin_assignee_id"] = int(admin_id)
            if team_id is not None:
                one["team_assignee_id"] = int(team_id)

        return self.add_part(
            conversation_id, "assignment", self._admin_author(), assigned_to=target, change=change
        )

    def tag_conversation(self, conversation_id: str, tag_id: str, *, touch: bool = True) -> Json:
        """Put a tag on a conversation."""
        tag = self.tags.get(tag_id) or {}
        applied = shapes.applied(tag, self.clock.now(), self._any_admin_id())
        return self._change(
            self.conversations, conversation_id, lambda one: _tag(one, applied), touch=touch
        )

    def rate(self, conversation_id: str, rating: int, remark: str = "") -> Json:
        """Rate a conversation, 1 to 5."""
        now = self.clock.now()

        def change(one: Json) -> None:
            one["conversation_rating"] = {
                "rating": rating,
                "remark": remark,
                "created_at": now,
                "updated_at": now,
                "contact": deepcopy(one["contacts"]["contacts"][0]),
                "teammate": shapes.reference("admin", self._any_admin_id()),
            }

        return self._change(self.conversations, conversation_id, change)

    def redact_part(self, conversation_id: str, part_id: str, *, touch: bool = True) -> Json:
        """Blank a part for ever."""
        now = self.clock.now()

        def change(one: Json) -> None:
            for part in one["conversation_parts"]["conversation_parts"]:
                if part["id"] == part_id:
                    part.update(redacted=True, body="<p>This message was deleted</p>")
                    part.update(updated_at=now)

        return self._change(self.conversations, conversation_id, change, touch=touch)

    def delete_conversation(self, conversation_id: str, *, metrics_retained: bool = True) -> None:
        """Delete it for good; GET /conversations/deleted names it from now on."""
        with self.lock:
            self._existing(self.conversations, conversation_id)
            self.conversations.replace(conversation_id, None, self._visible_at())
            self.deleted_conversations.append(
                {
                    "type": "conversation",
                    "id": conversation_id,
                    "metrics_retained": metrics_retained,
                    "deleted_at": self.clock.now(),
                }
            )

    def add_part(
        self,
        conversation_id: str,
        part_type: str,
        part_author: Json,
        *,
        body: str | None = None,
        assigned_to: Json | None = None,
        change: Callable[[Json], None] | None = None,
    ) -> Json:
        """Append any part, after `change` was made to the conversation; the part."""
        with self.lock:
            part = shapes.part(
                self.new_id(),
                self.clock.now(),
                part_author,
                part_type=part_type,
                body=body,
                assigned_to=assigned_to,
            )

            def append(one: Json) -> None:
                if change is not None:
                    change(one)
                part["state"] = one["state"]
                parts = one["conversation_parts"]
                parts["conversation_parts"].append(part)
                parts["total_count"] += 1
                one["statistics"] = shapes.statistics(one)

            self._change(self.conversations, conversation_id, append)
            return part

    # Tickets

    def create_ticket(self, **fields: Any) -> Json:
        """A new ticket."""
        with self.lock:
            number = str(len(self.tickets) + 1)
            document = shapes.ticket(self.tickets.next_id(), number, self.clock.now(), **fields)
            self.tickets.add(document, self._visible_at())
            return document

    def update_ticket(self, ticket_id: str, **fields: Any) -> Json:
        """Change fields of a ticket (by its `id`)."""
        return self._change(self.tickets, ticket_id, lambda one: one.update(fields))

    # Articles, and what has no timestamps

    def create_article(self, **fields: Any) -> Json:
        """A new article."""
        return self._put(self.articles, shapes.article(self.new_id(), self.clock.now(), **fields))

    def update_article(self, article_id: str, *, touch: bool = True, **fields: Any) -> Json:
        """Change fields of an article."""
        if touch:
            fields.setdefault("updated_at", self.clock.now())
        return self._update(self.articles, article_id, **fields)

    def delete_article(self, article_id: str) -> None:
        """Delete it."""
        self._remove(self.articles, article_id)

    def create_tag(self, name: str) -> Json:
        """A new tag."""
        return self._put(self.tags, shapes.tag(self.new_id(), name))

    def rename_tag(self, tag_id: str, name: str) -> Json:
        """Rename a tag."""
        return self._update(self.tags, tag_id, name=name)

    def delete_tag(self, tag_id: str) -> None:
        """Delete it from the list of tags."""
        self._remove(self.tags, tag_id)

    def create_admin(self, name: str, email: str, **fields: Any) -> Json:
        """A new teammate."""
        return self._put(self.admins, shapes.admin(self.new_id(), name, email, **fields))

    def update_admin(self, admin_id: str, **fields: Any) -> Json:
        """Change fields of a teammate."""
        return self._update(self.admins, admin_id, **fields)

    def delete_admin(self, admin_id: str) -> None:
        """Remove a teammate."""
        self._remove(self.admins, admin_id)

    def create_team(self, name: str, admin_ids: Iterable[int] = (), **fields: Any) -> Json:
        """A new team."""
        return self._put(self.teams, shapes.team(self.new_id(), name, list(admin_ids), **fields))

    def update_team(self, team_id: str, **fields: Any) -> Json:
        """Change fields of a team."""
        return self._update(self.teams, team_id, **fields)

    def delete_team(self, team_id: str) -> None:
        """Remove a team."""
        self._remove(self.teams, team_id)

    def create_segment(self, name: str, person_type: str = "user") -> Json:
        """A new segment."""
        one = shapes.segment(f"6762f25c{self.new_id():0>16}", name, self.clock.now(), person_type)
        return self._put(self.segments, one)

    def update_segment(self, segment_id: str, **fields: Any) -> Json:
        """Change fields of a segment."""
        return self._update(self.segments, segment_id, updated_at=self.clock.now(), **fields)

    def create_data_attribute(self, model: str, name: str, data_type: str, **fields: Any) -> Json:
        """A new custom attribute of contacts or companies."""
        now = self.clock.now()
        attribute_id = int(self.new_id())
        one = shapes.data_attribute(
            model,
            f"custom_attributes.{name}",
            data_type,
            id=attribute_id,
            custom=True,
            api_writable=True,
            ui_writable=True,
            created_at=now,
            updated_at=now,
            admin_id=self._any_admin_id(),
            _key=attribute_id,
        )
        one.update(fields)
        return shapes.public(self._put(self.data_attributes, one))

    def archive_data_attribute(self, attribute_id: int) -> Json:
        """Archive a custom attribute."""
        with self.lock:
            one = next(
                one for one in self.data_attributes.objects() if one.get("id") == attribute_id
            )
            changed = {**one, "archived": True, "updated_at": self.clock.now()}
            self.data_attributes.put(changed)
            return shapes.public(changed)

    # A working day

    def live(self, events: int = 20, seconds: float = 0.0, rng_seed: int = 0) -> dict[str, int]:
        """
        Play `events` believable events, the clock moving `seconds` ahead in even steps.

        New conversations, replies, assignments, tags and closes; contacts, companies and
        articles that change. The same seed plays the same day. How often each happened.
        """
        rng = random.Random(rng_seed)  # noqa: S311 - a game of chance
        happened: dict[str, int] = {}
        deeds = {
            self._someone_writes: 18,
            self._someone_replies: 40,
            self._someone_assigns: 10,
            self._someone_tags: 8,
            self._someone_closes: 10,
            self._a_contact_changes: 20,
            self._a_company_changes: 6,
            self._an_article_changes: 2,
            self._a_contact_appears: 6,
        }
        for _ in range(events):
            deed = rng.choices(list(deeds), weights=list(deeds.values()))[0]
            with self.lock:
                self.clock.advance(seconds / events)
                deed(rng)
            name = deed.__name__.lstrip("_")
            happened[name] = happened.get(name, 0) + 1
        return happened

    def _someone_writes(self, rng: random.Random) -> None:
        question = rng.choice(
            [
                "How do I export my invoices?",
                "The import stops at 40 %.",
                "Can we add a second workspace?",
                "We were charged twice this month.",
                "Is there an API for reports?",
            ]
        )
        contact = self._random(self.contacts, rng)
        contact_id = contact["id"] if contact else None
        self.create_conversation(contact_id, body=f"<p>{question}</p>", title=question)

    def _someone_replies(self, rng: random.Random) -> None:
        one = self._random(self.conversations, rng)
        if one is None:
            return
        by: Literal["admin", "contact"] = "admin" if rng.random() < 0.6 else "contact"  # noqa: PLR2004
        body = "<p>Let me look into it.</p>" if by == "admin" else "<p>Any news?</p>"
        if by == "contact" and not one["open"]:
            self.reopen(one["id"])
        self.reply(one["id"], body=body, by=by)

    def _someone_assigns(self, rng: random.Random) -> None:
        one, teams = self._random(self.conversations, rng), list(self.teams.objects())
        if one is not None and teams:
            self.assign(one["id"], team_id=rng.choice(teams)["id"])

    def _someone_tags(self, rng: random.Random) -> None:
        one, tags = self._random(self.conversations, rng), list(self.tags.objects())
        if one is not None and tags:
            self.tag_conversation(one["id"], rng.choice(tags)["id"])

    def _someone_closes(self, rng: random.Random) -> None:
        one = self._random(self.conversations, rng)
        if one is not None and one["open"]:
            self.close(one["id"])

    def _a_contact_changes(self, rng: random.Random) -> None:
        one = self._random(self.contacts, rng)
        if one is not None:
            self.update_contact(one["id"], last_seen_at=self.clock.now())

    def _a_company_changes(self, rng: random.Random) -> None:
        one = self._random(self.companies, rng)
        if one is not None:
            self.update_company(one["id"], session_count=one["session_count"] + rng.randint(1, 9))

    def _an_article_changes(self, rng: random.Random) -> None:
        articles = list(self.articles.objects())
        if articles:
            one = rng.choice(articles)
            self.update_article(one["id"], body=f"{one['body']}<p>Updated.</p>")

    def _a_contact_appears(self, rng: random.Random) -> None:
        number = self.new_id()
        self.create_contact(
            name=f"Newcomer {number}",
            email=f"newcomer{number}@example.com",
            role=rng.choice(["user", "lead"]),
        )

    @staticmethod
    def _random(collection: Collection, rng: random.Random) -> Json | None:
        """One of the recently active half, for support teams work on recent things."""
        order = collection.truth.order("updated_at")
        if not order:
            return None
        key = order[rng.randrange(len(order) // 2, len(order))]
        return collection.truth.document(ordinal_of_key(key))

    # How changes are made

    def new_id(self) -> str:
        """An id nothing else has."""
        return str(next(self._new_ids))

    def _visible_at(self) -> float:
        lag = self._settings().index_lag
        return self.clock.time() + lag if lag else float("-inf")

    def _existing(self, collection: Collection, record_id: str) -> Json:
        document = collection.get(record_id)
        if document is None:
            message = f"no record {record_id!r} in {collection.name}"
            raise KeyError(message)
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

    def _attach(self, contact_id: str, name: str, entry: Json, *, touch: bool = True) -> Json:
        def change(one: Json) -> None:
            entries = [old for old in one[name]["data"] if old["id"] != entry["id"]]
            one[name] = shapes.nested_list(contact_id, name, [*entries, entry])

        return self._change(self.contacts, contact_id, change, touch=touch)

    def _detach(self, contact_id: str, name: str, entry_id: str, *, touch: bool = True) -> Json:
        def change(one: Json) -> None:
            entries = [old for old in one[name]["data"] if old["id"] != entry_id]
            one[name] = shapes.nested_list(contact_id, name, entries)

        return self._change(self.contacts, contact_id, change, touch=touch)

    def _move(self, conversation_id: str, part_type: str, **fields: Any) -> Json:
        return self.add_part(
            conversation_id, part_type, self._admin_author(), change=lambda one: one.update(fields)
        )

    def _put(self, table: Table, one: Json) -> Json:
        with self.lock:
            table.put(one)
            return one

    def _update(self, table: Table, object_id: str, **fields: Any) -> Json:
        with self.lock:
            one = table.get(object_id)
            if one is None:
                raise KeyError(object_id)
            return self._put(table, {**one, **fields})

    def _remove(self, table: Table, object_id: str) -> None:
        with self.lock:
            table.remove(object_id)

    def _any_admin_id(self) -> str:
        return str(next(self.admins.objects(), {"id": "0"})["id"])

    def _admin_author(self, admin_id: str | None = None) -> Json:
        one = self.admins.get(admin_id or self._any_admin_id()) or {"id": "0"}
        return shapes.author(
            "admin", one["id"], one.get("name"), one.get("email", "operator@example.com")
        )

    def _contact_or_any(self, contact_id: str | None) -> Json:
        if contact_id is not None:
            return self._existing(self.contacts, contact_id)
        first = next(self.contacts.truth.ordinals(), None)
        document = None if first is None else self.contacts.truth.document(first)
        return document or self.create_contact(name="Somebody")


def _tag(one: Json, tag: Json) -> None:
    """Put a tag on an object; a tag hangs there once."""
    others = [other for other in one["tags"]["tags"] if other["id"] != tag["id"]]
    one["tags"]["tags"] = [*others, tag]


def _contact_author(contact: Json) -> Json:
    email = contact["email"] or f"{contact['id']}@example.invalid"
    return shapes.author(contact["role"], contact["id"], contact["name"], email)


def _source_author(conversation: Json) -> Json:
    source = (conversation["source"] or {}).get("author")
    if source is None:
        one = conversation["contacts"]["contacts"][0]
        return shapes.author("user", one["id"], None, f"{one['id']}@example.invalid")
    return shapes.author(source["type"], source["id"], source["name"], source["email"])
