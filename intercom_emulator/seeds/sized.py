"""
Workspaces of any size for benchmarks: records are made up when they are read.

    contacts=1000000,conversations=20000,companies=5000,tickets=1000

Sizes: contacts, companies, conversations, tickets (each a conversation besides), articles,
activity_logs. Options:

    years=5                  length of the history (2)
    hot_day=1                half of all contacts were updated within one hour, two days ago
    shared_second=50000      so many conversations share one updated_at
    parts=8                  parts of each conversation (6)
    part_bytes=2000          length of each part's body (80)
    conversation_bytes=90000 length of each conversation's own body (120)
    ticket_parts=500         parts of each ticket (3)
    contact_tags=3           and contact_companies (1), contact_subscriptions, contact_notes,
                             contact_segments, data_events of each contact (0)
    merged=10                every tenth contact took another one in (0: none did)
    company_tags=2           and company_segments of each company (0)
    conversation_tags=2      and conversation_links, handling_events, side_conversations of each
                             conversation (0)
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import orjson

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import Ids, Source
from intercom_emulator.seeds.gone import add_merges
from intercom_emulator.seeds.library import add_library
from intercom_emulator.seeds.office import (
    DAY,
    FIRST_ADMIN_ID,
    FIRST_TAG_ID,
    FIRST_TEAM_ID,
    NOW,
    TAGS,
    add_office,
    segment_id,
)
from intercom_emulator.workspace import (
    COMPANY_IDS,
    CONTACT_IDS,
    CONVERSATION_IDS,
    MERGED_IDS,
    Seed,
    ticket_ids,
)

OPTIONS = {
    "contacts": 0,
    "companies": 0,
    "conversations": 0,
    "tickets": 0,
    "articles": 0,
    "activity_logs": 0,
    "years": 2,
    "hot_day": 0,
    "shared_second": 0,
    "parts": 6,
    "part_bytes": 80,
    "conversation_bytes": 120,
    "ticket_parts": 3,
    "contact_tags": 0,
    "contact_companies": 1,
    "contact_subscriptions": 0,
    "contact_notes": 0,
    "contact_segments": 0,
    "data_events": 0,
    "merged": 0,
    "company_tags": 0,
    "company_segments": 0,
    "conversation_tags": 0,
    "conversation_links": 0,
    "handling_events": 0,
    "side_conversations": 0,
}
HOT_HOUR = NOW - 2 * DAY
SHARED_SECOND = NOW - 3 * DAY
_CONTACT_FILLING = "x" * 330
_FIRST_PART_ID = 1_000_000
_FIRST_TICKET_PART_ID = 500_000_000
_FIRST_NOTE_ID = 200_000_000
_SECONDS_PER_REPLY = 300
_MOMENTS = ("created_at", "updated_at", "notified_at")
_WRITER = shapes.admin(
    str(FIRST_ADMIN_ID), NOW, name="Ciara Byrne", email="ciara@support.example.com"
)

Office = Mapping[str, list[Json]]


def sized(options: Mapping[str, int], form_of_ticket_ids: str = "conversation") -> Seed:
    """A seed of those sizes."""
    unknown = options.keys() - OPTIONS.keys()
    if unknown:
        raise ValueError(
            f"unknown sizes: {', '.join(sorted(unknown))}; known: {', '.join(OPTIONS)}"
        )
    sizes = {**OPTIONS, **options}
    opened_at = NOW - sizes["years"] * 365 * DAY
    first_twin = sizes["conversations"]
    ids = ticket_ids(form_of_ticket_ids, range(first_twin, first_twin + sizes["tickets"]))
    seed = add_library(add_office(Seed(now=NOW, ticket_ids=ids), opened_at), opened_at)
    contacts = _Contacts(sizes, opened_at)
    conversations = _Conversations(sizes, opened_at, seed.objects)
    tickets = _Tickets(sizes, opened_at, ids, seed.objects)
    seed.contacts, seed.tickets = contacts, tickets
    seed.companies = _Companies(sizes, opened_at, seed.objects)
    seed.conversations = _Chained(conversations, _Twins(tickets))
    made_up = {
        "contact_notes": ("notes", contacts.notes),
        "data_events": ("data_events", contacts.events),
        "handling_events": ("handling_events", conversations.handling_events),
        "side_conversations": ("side_conversations", conversations.asides),
    }
    seed.made_up = dict(made for option, made in made_up.items() if sizes[option])
    seed.objects["articles"] = [
        shapes.article(str(39 + number), opened_at + number, title=f"Article {number}")
        for number in range(sizes["articles"])
    ]
    _add_history(seed, sizes, opened_at)
    return seed


def _add_history(seed: Seed, sizes: Mapping[str, int], opened_at: int) -> None:
    """Activity logs, evenly spread, and contacts that were merged."""
    many = sizes["activity_logs"]
    if many:
        known = seed.objects["activity_logs"][0]
        span = NOW - opened_at - 60
        seed.objects["activity_logs"] = [
            {**known, "id": f"log-{number:09}", "created_at": opened_at + number * span // many}
            for number in range(many)
        ]
    if sizes["merged"]:
        into = range(0, sizes["contacts"], sizes["merged"])
        moments = seed.contacts.stamps("created_at")
        add_merges(
            seed,
            [
                (MERGED_IDS.to_id(number), CONTACT_IDS.to_id(ordinal), moments[ordinal] + 1)
                for number, ordinal in enumerate(into)
            ],
        )


def _spread(number: int) -> int:
    """A number of 32 bits that looks random and always is the same for `number`."""
    return (number * 2_654_435_761 + 0x9E37_79B9) & 0xFFFF_FFFF


def _places(name: bytes, many: int) -> list[tuple[int, bytes]]:
    """The places of a template that differ by number, with their numbers."""
    return [(number, name % number) for number in range(many)]


def _template(document: Json) -> bytes:
    """
    The document's JSON with its markers turned into places for bytes formatting.

    A string "@name@" becomes %(name)b inside its quotes, "#name#" becomes a number, and ~at~ the
    sign of e-mail addresses.
    """
    text = orjson.dumps(document).replace(b"%", b"%%")
    pieces = text.split(b"@")
    text = b"".join(
        piece if number % 2 == 0 else b"%%(%b)b" % piece for number, piece in enumerate(pieces)
    )
    pieces = text.split(b'"#')
    text = pieces[0] + b"".join(b"%%(%b)d%b" % tuple(piece.split(b'#"', 1)) for piece in pieces[1:])
    return text.replace(b"~at~", b"@")


class _Lazy:
    """A source whose records are filled into a template."""

    def __init__(self, size: int, opened_at: int) -> None:
        self._size = size
        span = NOW - DAY - opened_at
        self._created_at = array("q", (opened_at + n * span // size for n in range(size)))
        self._updated_at = array(
            "q",
            (
                created + ((NOW - created) * _spread(n) >> 32)
                for n, created in enumerate(self._created_at)
            ),
        )

    def __len__(self) -> int:
        return self._size

    def stamps(self, field: str) -> Sequence[int]:
        """See `records.Source`."""
        return self._updated_at if field == "updated_at" else self._created_at

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        document: Json = orjson.loads(self.body(ordinal) or b"")
        return document

    def body(self, ordinal: int) -> bytes | None:
        """See `records.Source`."""
        raise NotImplementedError


class _Contacts(_Lazy):
    """Contacts of about 2.5 KB, each with so many tags, companies, choices and notes."""

    def __init__(self, sizes: Mapping[str, int], opened_at: int) -> None:
        super().__init__(sizes["contacts"], opened_at)
        if sizes["hot_day"]:
            for ordinal in range(0, self._size, 2):
                self._updated_at[ordinal] = HOT_HOUR + (ordinal >> 1) % 3600
        self._sizes = sizes
        self._companies = sizes["companies"]
        self._memberships = min(sizes["contact_companies"], self._companies)
        self._segments = [segment_id(number) for number in range(sizes["contact_segments"])]
        self._company_places = _places(b"company%d", self._memberships)
        self._tag_places = _places(b"tag%d", sizes["contact_tags"])
        self._note_places = _places(b"note%d", sizes["contact_notes"])
        self._has_lists = bool(self._tag_places or self._note_places)
        whole = self._contact()
        self._whole = _template(whole)
        self._shown = _template(shapes.render_contact(whole))

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        return self._shown % self._fields(ordinal)

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        document: Json = orjson.loads(self._whole % self._fields(ordinal))
        if self._segments:
            document["_segments"] = self._segments
        return document

    def notes(self, contact_id: str) -> list[Json]:
        """The notes of a contact, which stand in its document as references."""
        ordinal = CONTACT_IDS.to_ordinal(contact_id)
        if not 0 <= ordinal < self._size:
            return []
        return [
            shapes.note(
                str(_FIRST_NOTE_ID + ordinal * self._sizes["contact_notes"] + number),
                self._created_at[ordinal] + number,
                contact=shapes.reference("contact", contact_id),
                author=_WRITER,
                body=f"<p>Note {number}</p>",
            )
            for number in range(self._sizes["contact_notes"])
        ]

    def events(self, contact_id: str) -> list[Json]:
        """What a contact did in the last days."""
        ordinal = CONTACT_IDS.to_ordinal(contact_id)
        if not 0 <= ordinal < self._size:
            return []
        return [
            shapes.data_event(
                f"{contact_id}-{number:06}",
                NOW - 3600 * (number + 1),
                event_name=("opened_board", "invited_teammate")[number % 2],
                intercom_user_id=contact_id,
                user_id=str(ordinal),
                id=str(ordinal),
                email=f"contact-{ordinal}@example.com",
                metadata={"number": number},
            )
            for number in range(self._sizes["data_events"])
        ]

    def _contact(self) -> Json:
        return shapes.contact(
            "@id@",
            0,
            external_id="@number@",
            name="Contact @number@",
            email="contact-@number@~at~example.com",
            email_domain="example.com",
            created_at="#created_at#",
            updated_at="#updated_at#",
            signed_up_at="#created_at#",
            last_seen_at="#updated_at#",
            custom_attributes={
                "job_function": "Engineering",
                "lifetime_orders": "#orders#",
                "satisfaction": 4.5,
                "beta_tester": False,
                "trial_ends_at": "#created_at#",
                "comment": _CONTACT_FILLING,
            },
            **self._lists(),
        )

    def _lists(self) -> Json:
        """The nested lists, whole, with places for ids."""
        sizes = self._sizes
        tags = [
            {
                **shapes.addressable("tag", f"@tag{number}@", "tags"),
                "_applied_at": "#created_at#",
                "_applied_by": str(FIRST_ADMIN_ID),
            }
            for number in range(sizes["contact_tags"])
        ]
        kinds = {
            "companies": [("company", f"@company{n}@") for n in range(self._memberships)],
            "notes": [("note", f"@note{n}@") for n in range(sizes["contact_notes"])],
        }
        choices = [
            shapes.addressable("subscription", object_id, "subscription_types")
            for object_id in ("92", "91", "93")[: sizes["contact_subscriptions"]]
        ]
        entries = {
            name: [shapes.addressable(kind, object_id, name) for kind, object_id in pairs]
            for name, pairs in kinds.items()
        }
        entries["tags"] = tags
        entries["opted_in_subscription_types"] = [one for one in choices if one["id"] != "91"]
        entries["opted_out_subscription_types"] = [one for one in choices if one["id"] == "91"]
        return {name: shapes.nested_list("@id@", name, found) for name, found in entries.items()}

    def _fields(self, ordinal: int) -> dict[bytes, bytes | int]:
        companies = self._companies
        fields: dict[bytes, bytes | int] = {
            b"id": CONTACT_IDS.to_id(ordinal).encode(),
            b"number": b"%d" % ordinal,
            b"created_at": self._created_at[ordinal],
            b"updated_at": self._updated_at[ordinal],
            b"orders": ordinal % 40,
        }
        for number, company in self._company_places:
            fields[company] = COMPANY_IDS.to_id((ordinal + number) % companies).encode()
        if self._has_lists:
            self._fill_lists(fields, ordinal)
        return fields

    def _fill_lists(self, fields: dict[bytes, bytes | int], ordinal: int) -> None:
        for number, tag in self._tag_places:
            fields[tag] = b"%d" % (FIRST_TAG_ID + (ordinal + number) % len(TAGS))
        for number, note in self._note_places:
            fields[note] = b"%d" % (_FIRST_NOTE_ID + ordinal * len(self._note_places) + number)


class _Companies(_Lazy):
    """Companies; contact n belongs to company n modulo their number, and to those behind it."""

    def __init__(self, sizes: Mapping[str, int], opened_at: int, office: Office) -> None:
        super().__init__(sizes["companies"], opened_at)
        self._contacts = sizes["contacts"]
        self._memberships = min(sizes["contact_companies"], self._size)
        self._template = _template(
            shapes.company(
                "@id@",
                0,
                company_id="c-@number@",
                name="Company @number@",
                remote_created_at="#created_at#",
                created_at="#created_at#",
                updated_at="#updated_at#",
                last_request_at="#updated_at#",
                user_count="#users#",
                monthly_spend="#spend#",
                plan={"type": "plan", "id": "@plan@", "name": "Plan @plan@"},
                tags={"type": "tag.list", "tags": office["tags"][: sizes["company_tags"]]},
                segments={
                    "type": "segment.list",
                    "segments": office["segments"][: sizes["company_segments"]],
                },
            )
        )

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        users, rest = divmod(self._contacts, self._size)
        more = sum((ordinal - back) % self._size < rest for back in range(self._memberships))
        return self._template % {
            b"id": COMPANY_IDS.to_id(ordinal).encode(),
            b"number": b"%d" % ordinal,
            b"created_at": self._created_at[ordinal],
            b"updated_at": self._updated_at[ordinal],
            b"users": users * self._memberships + more,
            b"spend": ordinal % 900,
            b"plan": b"%d" % (ordinal % 4),
        }


class _Talk(_Lazy):
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
            self._part_templates.append(_template(part | moments))

    def _pace(self, ordinal: int) -> int:
        """Seconds from part to part, so that all of them lie in the past."""
        left = NOW - 1 - self._created_at[ordinal]
        return min(_SECONDS_PER_REPLY, left // (self._parts + 1))

    def _end_after_talk(self) -> None:
        """Let no record have changed before its last part was written."""
        for ordinal, created_at in enumerate(self._created_at):
            ended_at = created_at + self._parts * self._pace(ordinal)
            self._updated_at[ordinal] = min(max(self._updated_at[ordinal], ended_at), NOW - 1)

    def said(self, ordinal: int, contact: bytes | int) -> list[Json]:
        """The parts."""
        created_at, pace = self._created_at[ordinal], self._pace(ordinal)
        first_id, templates = self._first_part_id + ordinal * self._parts, self._part_templates
        pieces = [
            templates[number % 2]
            % {
                b"part": b"%d" % (first_id + number),
                b"contact": contact,
                b"at": created_at + (number + 1) * pace,
            }
            for number in range(self._parts)
        ]
        parts: list[Json] = orjson.loads(b"[%b]" % b",".join(pieces))
        return parts


class _Conversations(_Talk):
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
        self._template = _template(shapes.render_conversation_list_item(bare))

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        return self._template % self._fields(ordinal)

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        fields = self._fields(ordinal)
        document: Json = orjson.loads(self._template % fields)
        parts = self.said(ordinal, fields[b"contact"])
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


class _Tickets(_Talk):
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
        )
        self._template = _template(shapes.public(bare))

    def body(self, ordinal: int) -> bytes | None:
        """See `records.Source`; a ticket is rendered from its document."""
        return None

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        contact = _contact_of(ordinal, self._sizes)
        document: Json = orjson.loads(
            self._template
            % {
                b"id": self._ids.to_id(ordinal).encode(),
                b"number": b"%d" % (ordinal + 1),
                b"contact": contact,
                b"users": ordinal % 50,
                b"created_at": self._created_at[ordinal],
                b"updated_at": self._updated_at[ordinal],
            }
        )
        document["ticket_parts"] = shapes.ticket_parts(self.said(ordinal, contact))
        document["_conversation_id"] = self.twin_id(ordinal)
        return document

    def twin_id(self, ordinal: int) -> str:
        """The id of the conversation that a ticket is too."""
        return CONVERSATION_IDS.to_id(self._sizes["conversations"] + ordinal)


class _Twins:
    """The conversations that the tickets are too."""

    def __init__(self, tickets: _Tickets) -> None:
        self._tickets = tickets

    def __len__(self) -> int:
        return len(self._tickets)

    def stamps(self, field: str) -> Sequence[int]:
        """See `records.Source`."""
        tickets = self._tickets
        return tickets.moved_at if field == "updated_at" else tickets.stamps(field)

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        ticket = self._tickets.document(ordinal)
        parts = [shapes.twin_part(one) for one in ticket["ticket_parts"]["ticket_parts"]]
        one = shapes.conversation(
            ticket["_conversation_id"],
            ticket["created_at"],
            updated_at=self._tickets.moved_at[ordinal],
            title=ticket["ticket_attributes"]["_default_title_"],
            contacts=ticket["contacts"],
            ticket={"type": "ticket", "id": ticket["id"], "ticket_id": ticket["ticket_id"]},
            conversation_parts=shapes.conversation_parts(parts),
        )
        one["statistics"] = shapes.statistics(one)
        return one

    def body(self, ordinal: int) -> bytes | None:
        """See `records.Source`."""
        return None


class _Chained:
    """Two sources, one behind the other."""

    def __init__(self, first: Source, second: Source) -> None:
        self._first, self._second = first, second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def stamps(self, field: str) -> Sequence[int]:
        """See `records.Source`."""
        return array("q", chain(self._first.stamps(field), self._second.stamps(field)))

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        before = len(self._first)
        if ordinal < before:
            return self._first.document(ordinal)
        return self._second.document(ordinal - before)

    def body(self, ordinal: int) -> bytes | None:
        """See `records.Source`."""
        before = len(self._first)
        return (
            self._first.body(ordinal) if ordinal < before else self._second.body(ordinal - before)
        )


_AGENT = shapes.author("admin", str(FIRST_ADMIN_ID), "Ciara Byrne", "ciara@support.example.com")


def _contact_of(ordinal: int, sizes: Mapping[str, int]) -> bytes:
    """The contact who began the conversation or ticket at a position."""
    return CONTACT_IDS.to_id(ordinal * 7919 % (sizes["contacts"] or 1)).encode()
