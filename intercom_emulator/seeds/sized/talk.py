"""Conversations and tickets of any number, with as many parts as are asked for."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence

import orjson

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import Ids
from intercom_emulator.seeds.office import DAY, FIRST_ADMIN_ID, FIRST_TEAM_ID, NOW
from intercom_emulator.seeds.sized.lazy import Lazy, Office, template
from intercom_emulator.workspace import CONTACT_IDS, CONVERSATION_IDS

SHARED_SECOND = NOW - 3 * DAY
_FIRST_PART_ID = 1_000_000
_FIRST_TICKET_PART_ID = 500_000_000
_SECONDS_PER_REPLY = 300
_MOMENTS = ("created_at", "updated_at", "notified_at")
_AGENT = shapes.author("admin", str(FIRST_ADMIN_ID), "Ciara Byrne", "ciara@support.example.com")


class _Talk(Lazy):
    """What conversations and tickets have in common: a customer and an admin write in turn."""

    def __init__(self, size: int, opened_at: int, parts: int, first_part_id: int) -> None:
        super().__init__(size, opened_at)
        self._parts = parts
        self._first_part_id = first_part_id
        self._part_templates: list[bytes] = []
        self._customer = shapes.author("user", "@contact@", "A customer", "customer~at~example.com")
        self._agent = shapes.author(
            "admin", str(FIRST_ADMIN_ID), "Ciara Byrne", "ciara~at~example.com"
        )

    def _prepare_parts(self, make: Callable[..., Json], body: str) -> None:
        for writer in (self._agent, self._customer):
            part = make("@part@", 0, writer, body=body)
            moments = {name: "#at#" for name in _MOMENTS if name in part}
            self._part_templates.append(template(part | moments))

    def _pace(self, ordinal: int) -> int:
        """Seconds from part to part, so that all of them lie in the past."""
        left = NOW - 1 - self._created_at[ordinal]
        return min(_SECONDS_PER_REPLY, left // (self._parts + 1))

    def _end_after_talk(self) -> None:
        """Let no record have changed before its last part was written."""
        for ordinal, created_at in enumerate(self._created_at):
            ended_at = created_at + self._parts * self._pace(ordinal)
            self._updated_at[ordinal] = min(max(self._updated_at[ordinal], ended_at), NOW - 1)

    def said(self, ordinal: int, contact: bytes | int) -> list[bytes]:
        """The parts, each as JSON."""
        created_at, pace = self._created_at[ordinal], self._pace(ordinal)
        first_id, templates = self._first_part_id + ordinal * self._parts, self._part_templates
        return [
            templates[number % 2]
            % {
                b"part": b"%d" % (first_id + number),
                b"contact": contact,
                b"at": created_at + (number + 1) * pace,
            }
            for number in range(self._parts)
        ]


class Conversations(_Talk):
    """Conversations with so many parts, tags, links and what is asked for one by one."""

    def __init__(self, sizes: Mapping[str, int], opened_at: int, office: Office) -> None:
        super().__init__(sizes["conversations"], opened_at, sizes["parts"], _FIRST_PART_ID)
        self._sizes = sizes
        self._prepare_parts(shapes.part, f"<p>{'a' * sizes['part_bytes']}</p>")
        self._end_after_talk()
        talk = self._parts * _SECONDS_PER_REPLY
        for ordinal in range(min(sizes["shared_second"], self._size)):
            self._updated_at[ordinal] = SHARED_SECOND
            self._created_at[ordinal] = min(self._created_at[ordinal], SHARED_SECOND - talk)
        bare = self._conversation(office)
        self._template = template(_without_parts(bare))

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        return self._template % self._fields(ordinal)

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        fields = self._fields(ordinal)
        document: Json = orjson.loads(self._template % fields)
        parts = orjson.loads(b"[%b]" % b",".join(self.said(ordinal, fields[b"contact"])))
        document["conversation_parts"] = shapes.conversation_parts(parts)
        return document

    def handling_events(self, conversation_id: str) -> list[Json]:
        """Pauses and resumptions by turns."""
        teammate = {"type": "admin", "id": FIRST_ADMIN_ID, "name": "Ciara Byrne", "email": None}
        return [
            shapes.handling_event(
                f"{conversation_id}-{number}",
                created_at + number,
                teammate=teammate,
                type=("paused", "resumed")[number % 2],
                _conversation_id=conversation_id,
            )
            for created_at in self._begun(conversation_id)
            for number in range(self._sizes["handling_events"])
        ]

    def asides(self, conversation_id: str) -> list[Json]:
        """Side conversations of two parts each."""
        made = []
        for created_at in self._begun(conversation_id):
            for number in range(self._sizes["side_conversations"]):
                aside_id = f"{conversation_id}{number:03}"
                parts = [
                    shapes.part(f"{aside_id}{nth}", created_at + nth, _AGENT, body="<p>?</p>")
                    for nth in range(2)
                ]
                aside = shapes.side_conversation(
                    aside_id,
                    created_at,
                    conversation_parts=parts,
                    total_count=len(parts),
                    _conversation_id=conversation_id,
                )
                made.append(aside)
        return made

    def _begun(self, conversation_id: str) -> list[int]:
        """When a conversation began; nothing for one that the seed doesn't have."""
        ordinal = CONVERSATION_IDS.to_ordinal(conversation_id)
        return [self._created_at[ordinal]] if 0 <= ordinal < self._size else []

    def _conversation(self, office: Office) -> Json:
        tags = [
            shapes.applied(tag, NOW - DAY, str(FIRST_ADMIN_ID))
            for tag in office["tags"][: self._sizes["conversation_tags"]]
        ]
        links = [
            {"type": "ticket", "id": str(9_900_000 + number), "category": "Customer"}
            for number in range(self._sizes["conversation_links"])
        ]
        question = f"<p>{'q' * self._sizes['conversation_bytes']}</p>"
        return shapes.conversation(
            "@id@",
            0,
            created_at="#created_at#",
            updated_at="#updated_at#",
            title="Conversation @id@",
            source=shapes.source("@source@", self._customer, question),
            contacts=shapes.contact_list({"id": "@contact@", "external_id": None}),
            tags={"type": "tag.list", "tags": tags},
            linked_objects=shapes.linked_objects(links),
            admin_assignee_id=FIRST_ADMIN_ID,
            team_assignee_id=FIRST_TEAM_ID,
            statistics={
                "type": "conversation_statistics",
                "first_admin_reply_at": "#replied_at#",
                "time_to_admin_reply": _SECONDS_PER_REPLY,
                "count_reopens": 0,
                "count_assignments": 0,
                "count_conversation_parts": self._parts + 1,
            },
        )

    def _fields(self, ordinal: int) -> dict[bytes, bytes | int]:
        return {
            b"id": CONVERSATION_IDS.to_id(ordinal).encode(),
            b"contact": _contact_of(ordinal, self._sizes),
            b"source": b"%d" % (500_000_000 + ordinal),
            b"created_at": self._created_at[ordinal],
            b"updated_at": self._updated_at[ordinal],
            b"replied_at": self._created_at[ordinal] + _SECONDS_PER_REPLY,
        }


class Tickets(_Talk):
    """Tickets with so many parts; every other one has parts that didn't move it."""

    def __init__(self, sizes: Mapping[str, int], opened_at: int, ids: Ids, office: Office) -> None:
        super().__init__(sizes["tickets"], opened_at, sizes["ticket_parts"], _FIRST_TICKET_PART_ID)
        self._sizes = sizes
        self._ids = ids
        self._prepare_parts(shapes.ticket_part, f"<p>{'a' * sizes['part_bytes']}</p>")
        self._end_after_talk()
        self.moved_at = array("q", self._updated_at)
        for ordinal in range(0, self._size, 2):
            self._updated_at[ordinal] = self._created_at[ordinal]
        kind = office["ticket_types"][0]
        bare = shapes.ticket(
            "@id@",
            0,
            ticket_id="@number@",
            created_at="#created_at#",
            updated_at="#updated_at#",
            ticket_type=shapes.render_ticket_type(kind, [], with_states=False),
            ticket_attributes={
                "_default_title_": "Ticket @number@",
                "_default_description_": None,
                "Severity": "high",
                "Affected users": "#users#",
            },
            contacts=shapes.contact_list({"id": "@contact@", "external_id": None}),
            ticket_parts={
                "type": "ticket_part.list",
                "ticket_parts": "!parts!",
                "total_count": "#total#",
            },
        )
        self._template = template(shapes.public(bare))

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        return self._filled(ordinal, shapes.PARTS_LIMIT)

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        document: Json = orjson.loads(self._filled(ordinal, self._parts))
        return document | {"_conversation_id": self.twin_id(ordinal)}

    def twin_id(self, ordinal: int) -> str:
        """The id of the conversation that a ticket is too."""
        return CONVERSATION_IDS.to_id(self._sizes["conversations"] + ordinal)

    def as_twin(self, ordinal: int) -> dict[bytes, bytes | int]:
        """What the conversation that a ticket is too is filled with."""
        return {
            b"id": self.twin_id(ordinal).encode(),
            b"ticket": self._ids.to_id(ordinal).encode(),
            b"number": b"%d" % (ordinal + 1),
            b"contact": _contact_of(ordinal, self._sizes),
            b"created_at": self._created_at[ordinal],
            b"updated_at": self.moved_at[ordinal],
            b"total": self._parts + 1,
        }

    def _filled(self, ordinal: int, parts_limit: int) -> bytes:
        contact = _contact_of(ordinal, self._sizes)
        parts = self.said(ordinal, contact)
        return self._template % {
            b"id": self._ids.to_id(ordinal).encode(),
            b"number": b"%d" % (ordinal + 1),
            b"contact": contact,
            b"users": ordinal % 50,
            b"created_at": self._created_at[ordinal],
            b"updated_at": self._updated_at[ordinal],
            b"parts": b"[%b]" % b",".join(parts[-parts_limit:]),
            b"total": len(parts),
        }


class Twins:
    """The conversations that the tickets are too."""

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets
        bare = shapes.conversation(
            "@id@",
            0,
            created_at="#created_at#",
            updated_at="#updated_at#",
            title="Ticket @number@",
            contacts=shapes.contact_list({"id": "@contact@", "external_id": None}),
            ticket={"type": "ticket", "id": "@ticket@", "ticket_id": "@number@"},
            statistics={
                "type": "conversation_statistics",
                "count_reopens": 0,
                "count_assignments": 0,
                "count_conversation_parts": "#total#",
            },
        )
        self._template = template(_without_parts(bare))

    def __len__(self) -> int:
        return len(self._tickets)

    def stamps(self, field: str) -> Sequence[int]:
        """See `records.Source`."""
        tickets = self._tickets
        return tickets.moved_at if field == "updated_at" else tickets.stamps(field)

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        return self._template % self._tickets.as_twin(ordinal)

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        ticket = self._tickets.document(ordinal)
        document: Json = orjson.loads(self.body(ordinal))
        parts = [shapes.twin_part(one) for one in ticket["ticket_parts"]["ticket_parts"]]
        return document | {"conversation_parts": shapes.conversation_parts(parts)}


def _without_parts(conversation: Json) -> Json:
    """A template's conversation as lists show it."""
    shown = shapes.public(conversation)
    del shown["conversation_parts"]
    return shown


def _contact_of(ordinal: int, sizes: Mapping[str, int]) -> bytes:
    """The contact who began the conversation or ticket at a position."""
    return CONTACT_IDS.to_id(ordinal * 7919 % (sizes["contacts"] or 1)).encode()
