"""What can happen to tickets, each of which is a conversation too."""

from __future__ import annotations

from typing import Any, Literal

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import TwinIds
from intercom_emulator.workspace.talk import OnTicket, Talk, source_author


class Tickets(Talk):
    """
    The verbs of tickets.

    A ticket's parts are parts of its conversation as well, under the same ids. They move the
    conversation's `updated_at`; the ticket's own only where `Settings.moves_updated_at` says so.
    """

    def create_ticket(
        self, contact_id: str | None = None, *, type_id: str | None = None, **fields: Any
    ) -> Json:
        """A ticket of a contact (any, if none is named) and the conversation that it is too."""
        with self.lock:
            contact = self._contact_or_any(contact_id)
            ticket_id = self._name_next_ticket()
            number = str(len(self.tickets) + 1)
            twin = {"type": "ticket", "id": ticket_id, "ticket_id": number}
            conversation = self.create_conversation(contact["id"], ticket=twin)
            kind = self._ticket_type(type_id)
            told = {
                "ticket_id": number,
                "category": kind["category"],
                "ticket_type": kind,
                "ticket_state": self._ticket_state(kind),
                "contacts": conversation["contacts"],
                "_conversation_id": conversation["id"],
            }
            return self._add(self.tickets, **{**told, **fields})

    def reply_ticket(
        self,
        ticket_id: str,
        body: str = "<p>We are on it.</p>",
        by: Literal["admin", "contact"] = "admin",
    ) -> Json:
        """Add a comment; the part."""
        if by == "admin":
            writer = self._admin_author()
        else:
            twin = self._existing(self.tickets, ticket_id).get("_conversation_id")
            one = self.conversations.get(twin or "")
            writer = source_author(one) if one else self._admin_author()
        return self._add_ticket_part(ticket_id, "comment", writer, body=body)

    def change_ticket_state(self, ticket_id: str, state_id: str) -> Json:
        """Move it to another state; the part."""
        state = shapes.public(self._known("ticket_states", state_id))
        state.pop("archived")

        def change(one: Json) -> None:
            one["previous_ticket_state_id"] = one["ticket_state"]["id"]
            one["ticket_state"] = state
            one["open"] = state["category"] != "resolved"

        return self._add_ticket_part(
            ticket_id,
            "ticket_state_updated_by_admin",
            self._admin_author(),
            on_ticket=OnTicket(change, "ticket_states"),
        )

    def assign_ticket(self, ticket_id: str, admin_id: str) -> Json:
        """Assign it to an admin; the part."""
        return self._add_ticket_part(
            ticket_id,
            "assignment",
            self._admin_author(),
            assigned_to=shapes.reference("admin", admin_id),
            on_ticket=OnTicket(lambda one: one.update(admin_assignee_id=int(admin_id))),
        )

    def link(self, conversation_id: str, ticket_id: str, *, touch: bool | None = None) -> None:
        """Link a conversation and a ticket; each names the other from now on."""
        with self.lock:
            ticket = self._existing(self.tickets, ticket_id)
            there = {"type": "ticket", "id": ticket_id, "category": ticket["category"]}
            here = {"type": "conversation", "id": conversation_id, "category": None}
            self._link(self.conversations, conversation_id, there, touch=touch)
            self._link(self.tickets, ticket_id, here, touch=touch)

    def unlink(self, conversation_id: str, ticket_id: str, *, touch: bool | None = None) -> None:
        """End a link."""
        with self.lock:
            self._unlink(self.conversations, conversation_id, ticket_id, touch=touch)
            self._unlink(self.tickets, ticket_id, conversation_id, touch=touch)

    def delete_ticket(self, ticket_id: str) -> None:
        """Delete it for good, and its conversation."""
        with self.lock:
            twin = self._existing(self.tickets, ticket_id).get("_conversation_id")
            if twin is not None and twin in self.conversations:
                self.delete_conversation(twin)
            else:
                self._remove(self.tickets, ticket_id)

    def _name_next_ticket(self) -> str:
        """The id of the ticket that comes next, which may be that of its conversation."""
        if isinstance(self.tickets.ids, TwinIds):
            self.tickets.ids.twin(self.conversations.next_id())
        return self.tickets.next_id()

    def _ticket_type(self, type_id: str | None) -> Json:
        """A ticket type as tickets repeat it: whole, with its attributes."""
        if type_id is None:
            known = next(self.table("ticket_types").objects(), None)
            one = known or shapes.ticket_type("95", self.clock.now(), name="Bug")
        else:
            one = self._known("ticket_types", type_id)
        shown = self.shown("ticket_types", one)
        shown.pop("ticket_states")
        return shown

    def _ticket_state(self, kind: Json) -> Json:
        """The state in which a ticket of that type begins."""
        states = self.table("ticket_states")
        one = next(states.objects(), None)
        known = self.table("ticket_types").get(kind["id"])
        if known is not None and known["_state_ids"]:
            one = states.get(known["_state_ids"][0])
        state = shapes.public(one or shapes.ticket_state("8537", 0, internal_label="Submitted"))
        state.pop("archived")
        return state

    def _add_ticket_part(
        self,
        ticket_id: str,
        part_type: str,
        writer: Json,
        *,
        body: str | None = None,
        assigned_to: Json | None = None,
        on_ticket: OnTicket | None = None,
    ) -> Json:
        """Add a part to the conversation, which hands it on, or to a ticket without one."""
        with self.lock:
            twin = self._existing(self.tickets, ticket_id).get("_conversation_id")
            if twin is not None and twin in self.conversations:
                self.add_part(
                    twin,
                    part_type,
                    writer,
                    body=body,
                    assigned_to=assigned_to,
                    on_ticket=on_ticket,
                )
            else:
                now = self.clock.now()
                part = shapes.part(self.new_id(), now, writer, part_type=part_type, body=body)
                part["assigned_to"] = assigned_to
                self._give_to_ticket(ticket_id, part, on_ticket or OnTicket())
            parts = self._existing(self.tickets, ticket_id)["ticket_parts"]["ticket_parts"]
            given: Json = parts[-1]
            return given
