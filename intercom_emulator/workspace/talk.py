"""What can happen to conversations and tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Literal

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.workspace.people import People
from intercom_emulator.workspace.state import hang_tag


class Talk(People):
    """The verbs of conversations and tickets that do more than set fields."""

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
        tag = self.table("tags").get(tag_id) or {}
        applied = shapes.applied(tag, self.clock.now(), self._any_admin_id())
        return self._change(
            self.conversations, conversation_id, lambda one: hang_tag(one, applied), touch=touch
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
            self._remove(self.conversations, conversation_id)
            deleted = shapes.deleted_conversation(
                conversation_id, self.clock.now(), metrics_retained=metrics_retained
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

    def create_ticket(self, **fields: Any) -> Json:
        """A new ticket."""
        with self.lock:
            number = str(len(self.tickets) + 1)
            return self._add(self.tickets, **{"ticket_id": number, **fields})

    def conversation_parts(self) -> Iterator[Json]:
        """Every part of every conversation, with `conversation_id`."""
        for one in self.objects("conversations"):
            for part in one["conversation_parts"]["conversation_parts"]:
                yield {**part, "conversation_id": one["id"]}

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


def _source_author(conversation: Json) -> Json:
    source = (conversation["source"] or {}).get("author")
    if source is None:
        one = conversation["contacts"]["contacts"][0]
        return shapes.author("user", one["id"], None, f"{one['id']}@example.invalid")
    return shapes.author(source["type"], source["id"], source["name"], source["email"])
