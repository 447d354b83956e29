"""What can happen to conversations."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import Collection
from intercom_emulator.workspace.people import People, drop_tag
from intercom_emulator.workspace.state import hang_tag


@dataclass(frozen=True)
class OnTicket:
    """What a part does to the ticket that its conversation is, and what moves the ticket by it."""

    change: Callable[[Json], None] | None = None
    moved_by: str = "ticket_parts"


class Talk(People):
    """The verbs of conversations that do more than set fields."""

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
                contacts=shapes.contact_list(contact),
                waiting_since=now,
            )
            document["statistics"] = shapes.statistics(document)
            document.update(fields)
            self.conversations.add(document, self._visible_at())
            return document

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
            if by == "admin":
                _take_part(one, writer["id"])
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
            writer = source_author(conversation)
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
            gone = self._remove(self.conversations, conversation_id)
            ticket_id = (gone["ticket"] or {}).get("id")
            if ticket_id is not None and ticket_id in self.tickets:
                self._remove(self.tickets, ticket_id)
            deleted = shapes.deleted_conversation(
                conversation_id,
                self.clock.now(),
                metrics_retained=metrics_retained,
                _was_ticket=ticket_id is not None,
            )
            self.table("deleted_conversations").put(deleted)

    def add_part(
        self,
        conversation_id: str,
        part_type: str,
        part_author: Json,
        *,
        body: str | None = None,
        assigned_to: Json | None = None,
        change: Callable[[Json], None] | None = None,
        on_ticket: OnTicket | None = None,
    ) -> Json:
        """
        Append any part, after `change` was made to the conversation; the part.

        A conversation that is a ticket gives the part to the ticket too.
        """
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

            one = self._change(self.conversations, conversation_id, append)
            ticket_id = (one["ticket"] or {}).get("id")
            if ticket_id is not None and ticket_id in self.tickets:
                self._give_to_ticket(ticket_id, part, on_ticket or OnTicket())
            return part

    def _give_to_ticket(self, ticket_id: str, part: Json, on_ticket: OnTicket) -> None:
        kept = {name: part[name] for name in ("part_type", "body", "assigned_to")}
        given = shapes.ticket_part(part["id"], part["created_at"], part["author"], **kept)

        def append(one: Json) -> None:
            given["previous_ticket_state"] = one["ticket_state"]["category"]
            if on_ticket.change is not None:
                on_ticket.change(one)
            given["ticket_state"] = one["ticket_state"]["category"]
            parts = [*one["ticket_parts"]["ticket_parts"], given]
            one["ticket_parts"] = shapes.ticket_parts(parts)

        touch = self._moves(on_ticket.moved_by)
        self._change(self.tickets, ticket_id, append, touch=touch)

    # What hangs on conversations

    def tag_conversation(
        self, conversation_id: str, tag_id: str, *, touch: bool | None = None
    ) -> Json:
        """Put a tag on a conversation."""
        tag = self.table("tags").get(tag_id) or {}
        applied = shapes.applied(tag, self.clock.now(), self._any_admin_id())
        moves = self._moves("conversation_tags", touch)
        return self._change(
            self.conversations, conversation_id, lambda one: hang_tag(one, applied), touch=moves
        )

    def untag_conversation(
        self, conversation_id: str, tag_id: str, *, touch: bool | None = None
    ) -> Json:
        """Take a tag off a conversation."""
        moves = self._moves("conversation_tags", touch)
        return self._change(
            self.conversations, conversation_id, lambda one: drop_tag(one, tag_id), touch=moves
        )

    def evaluate(
        self, conversation_id: str, monitor_id: str, *, touch: bool | None = None, **fields: Any
    ) -> Json:
        """Let a monitor judge a conversation; its evaluation."""
        found = shapes.monitor_evaluation(monitor_id, self.clock.now(), **fields)
        moves = self._moves("conversation_monitor_evaluations", touch)
        self._append(conversation_id, "_monitor_evaluations", found, touch=moves)
        return found

    def grade(
        self, conversation_id: str, scorecard_id: str, *, touch: bool | None = None, **fields: Any
    ) -> Json:
        """Fill in a scorecard for a conversation; the scorecard."""
        found = shapes.scorecard(scorecard_id, self.clock.now(), **fields)
        moves = self._moves("conversation_scorecards", touch)
        self._append(conversation_id, "_scorecards", found, touch=moves)
        return found

    def pause(self, conversation_id: str, reason: str = "Paused") -> Json:
        """Stop the clock of a conversation; the handling event."""
        return self._handle(conversation_id, type="paused", reason=reason)

    def resume(self, conversation_id: str) -> Json:
        """Let the clock of a conversation run again; the handling event."""
        return self._handle(conversation_id, type="resumed")

    def start_side_conversation(self, conversation_id: str, body: str = "<p>A word?</p>") -> Json:
        """Ask somebody aside; the side conversation."""
        with self.lock:
            self._existing(self.conversations, conversation_id)
            made = self.create("side_conversations", _conversation_id=conversation_id)
            return self.reply_aside(made["side_conversation_id"], body)

    def reply_aside(self, side_conversation_id: str, body: str = "<p>Sure.</p>") -> Json:
        """Say something in a side conversation; the side conversation."""
        with self.lock:
            one = self._known("side_conversations", side_conversation_id)
            part = shapes.part(self.new_id(), self.clock.now(), self._admin_author(), body=body)
            parts = [*one["conversation_parts"], part]
            return self.update(
                "side_conversations",
                side_conversation_id,
                conversation_parts=parts,
                total_count=len(parts),
            )

    def _handle(self, conversation_id: str, **fields: Any) -> Json:
        with self.lock:
            self._existing(self.conversations, conversation_id)
            author = self._admin_author()
            teammate = {key: author[key] for key in ("type", "name", "email")}
            return self.create(
                "handling_events",
                teammate={**teammate, "id": int(author["id"])},
                _conversation_id=conversation_id,
                **fields,
            )

    def _append(self, conversation_id: str, name: str, entry: Json, *, touch: bool) -> None:
        self._change(
            self.conversations,
            conversation_id,
            lambda one: one.update({name: [*(one.get(name) or []), entry]}),
            touch=touch,
        )

    def _link(
        self, collection: Collection, record_id: str, entry: Json, *, touch: bool | None
    ) -> None:
        kind = "ticket" if collection is self.tickets else "conversation"

        def change(one: Json) -> None:
            others = [old for old in one["linked_objects"]["data"] if old["id"] != entry["id"]]
            one["linked_objects"] = shapes.linked_objects([*others, entry])

        moves = self._moves(f"{kind}_linked_objects", touch)
        self._change(collection, record_id, change, touch=moves)

    def _unlink(
        self, collection: Collection, record_id: str, other_id: str, *, touch: bool | None
    ) -> None:
        kind = "ticket" if collection is self.tickets else "conversation"

        def change(one: Json) -> None:
            others = [old for old in one["linked_objects"]["data"] if old["id"] != other_id]
            one["linked_objects"] = shapes.linked_objects(others)

        moves = self._moves(f"{kind}_linked_objects", touch)
        self._change(collection, record_id, change, touch=moves)

    def _move(self, conversation_id: str, part_type: str, **fields: Any) -> Json:
        return self.add_part(
            conversation_id, part_type, self._admin_author(), change=lambda one: one.update(fields)
        )

    def _admin_author(self, admin_id: str | None = None) -> Json:
        one = self.table("admins").get(admin_id or self._any_admin_id()) or {"id": "0"}
        return shapes.author(
            "admin", one["id"], one.get("name"), one.get("email", "operator@example.com")
        )

    def _contact_or_any(self, contact_id: str | None) -> Json:
        if contact_id is not None:
            return self._existing(self.contacts, contact_id)
        first = next(self.contacts.truth.ordinals(), None)
        document = None if first is None else self.contacts.truth.document(first)
        return document or self.create_contact(name="Somebody")


def _contact_author(contact: Json) -> Json:
    email = contact["email"] or f"{contact['id']}@example.invalid"
    return shapes.author(contact["role"], contact["id"], contact["name"], email)


def source_author(conversation: Json) -> Json:
    """Who began a conversation, as the author of a part."""
    source = (conversation["source"] or {}).get("author")
    if source is None:
        one = conversation["contacts"]["contacts"][0]
        return shapes.author("user", one["id"], None, f"{one['id']}@example.invalid")
    return shapes.author(source["type"], source["id"], source["name"], source["email"])


def _take_part(conversation: Json, admin_id: str) -> None:
    """Count an admin among the teammates of a conversation."""
    known = (conversation["teammates"] or {}).get("admins", [])
    if all(one["id"] != admin_id for one in known):
        entry = shapes.reference("admin", admin_id)
        conversation["teammates"] = {"type": "admin.list", "admins": [*known, entry]}
