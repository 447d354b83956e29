"""The demo's tickets, each of which is a conversation too."""

# ruff: noqa: S311 - dice are what it is made of

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import Ids
from intercom_emulator.seeds.office import DAY, FIRST_ADMIN_ID, FIRST_TEAM_ID, NOW
from intercom_emulator.shapes import contact_list
from intercom_emulator.workspace import CONVERSATION_IDS, Seed

_STEPS = (("in_progress", 0.9), ("waiting_on_customer", 0.5), ("resolved", 0.8))
_FIRST_PART_ID = 30_000_000
_WORDS = ("Boards load slowly", "Charged twice", "Export stops", "API answers 500", "Login fails")


class TicketDesk:
    """Makes tickets and their conversations; the ids of both follow from positions."""

    def __init__(self, seed: Seed, ids: Ids, first_conversation: int) -> None:
        self._ids = ids
        self._first_conversation = first_conversation
        self._types = seed.objects["ticket_types"]
        self._states = seed.objects["ticket_states"]
        admin = seed.objects["admins"][2]
        self._agent = shapes.author("admin", admin["id"], admin["name"], admin["email"])
        self._part_ids = count(_FIRST_PART_ID)

    def make(
        self, moments: Sequence[int], contact_at: Callable[[int], Json]
    ) -> Iterator[tuple[Json, Json]]:
        """A ticket opened at each moment by a contact who existed by then, and its conversation."""
        for number, created_at in enumerate(moments):
            contact = contact_at(created_at)
            ticket = self._ticket(number, created_at, contact)
            yield ticket, self._twin(number, ticket, contact)

    def _ticket(self, number: int, created_at: int, contact: Json) -> Json:
        rng = random.Random(number)
        kind = self._types[number % 3]
        parts = list(self._parts(rng, created_at, contact))
        state = next(
            one
            for one in self._states
            if one["category"] == (parts[-1]["ticket_state"] if parts else "submitted")
        )
        # The parts after the last reply of an agent don't move it, as they don't on recorded ones.
        told = [part["created_at"] for part in parts if part["part_type"] == "comment"]
        return shapes.ticket(
            self._ids.to_id(number),
            created_at,
            ticket_id=str(number + 1),
            updated_at=max([created_at, *told]),
            category=kind["category"],
            ticket_type=shapes.render_ticket_type(kind, self._states, with_states=False),
            ticket_state=shapes.short_state(state),
            previous_ticket_state_id=self._states[0]["id"] if parts else None,
            open=state["category"] != "resolved",
            contacts=contact_list(contact),
            ticket_attributes=_values(rng, created_at, kind),
            admin_assignee_id=FIRST_ADMIN_ID + 2 if number % 4 else 0,
            team_assignee_id=FIRST_TEAM_ID + 3,
            ticket_parts=shapes.ticket_parts(parts),
            _conversation_id=CONVERSATION_IDS.to_id(self._first_conversation + number),
        )

    def _parts(self, rng: random.Random, created_at: int, contact: Json) -> Iterator[Json]:
        """Answers and states, until something is missing or it is done."""
        customer = shapes.author(contact["role"], contact["id"], contact["name"], contact["email"])
        at, category = created_at, "submitted"
        for following, chance in _STEPS:
            at += rng.randint(600, 2 * DAY)
            if rng.random() > chance or at >= NOW:
                return
            yield self._part(at, self._agent, category, category, body="<p>We look into it.</p>")
            yield self._part(
                at + 5, self._agent, category, following, part_type="ticket_state_updated_by_admin"
            )
            category = following
            if category == "waiting_on_customer":
                yield self._part(at + 300, customer, category, category, body="<p>Here it is.</p>")

    def _part(self, at: int, who: Json, before: str, after: str, **fields: object) -> Json:
        return shapes.ticket_part(
            str(next(self._part_ids)),
            min(at, NOW - 1),
            who,
            previous_ticket_state=before,
            ticket_state=after,
            **fields,
        )

    def _twin(self, number: int, ticket: Json, contact: Json) -> Json:
        """The conversation that the ticket is too, with the same parts under the same ids."""
        customer = shapes.author(contact["role"], contact["id"], contact["name"], contact["email"])
        parts = [shapes.twin_part(one) for one in ticket["ticket_parts"]["ticket_parts"]]
        one = shapes.conversation(
            ticket["_conversation_id"],
            ticket["created_at"],
            title=ticket["ticket_attributes"]["_default_title_"],
            updated_at=max([ticket["updated_at"], *(part["created_at"] for part in parts)]),
            source=shapes.source(str(404_000_000 + number), customer, "<p>Please help.</p>"),
            contacts=ticket["contacts"],
            ticket={"type": "ticket", "id": ticket["id"], "ticket_id": ticket["ticket_id"]},
            admin_assignee_id=ticket["admin_assignee_id"],
            team_assignee_id=ticket["team_assignee_id"],
            open=ticket["open"],
            state="open" if ticket["open"] else "closed",
            conversation_parts=shapes.conversation_parts(parts),
        )
        one["statistics"] = shapes.statistics(one)
        return one


def _values(rng: random.Random, created_at: int, kind: Json) -> Json:
    """What was filled in, by the names of the type's attributes."""
    values: Json = {
        "_default_title_": rng.choice(_WORDS),
        "_default_description_": "It began this morning.",
        "Severity": rng.choice(("low", "high")),
        "Affected users": rng.randint(1, 400),
        "Reproducible": rng.random() < 0.7,  # noqa: PLR2004
    }
    if kind["name"] == "Refund":
        values["Amount"] = round(rng.uniform(5, 200), 2)
    if rng.random() < 0.3:  # noqa: PLR2004
        values["Seen on"] = shapes.iso(created_at - rng.randint(600, DAY))
    return values
