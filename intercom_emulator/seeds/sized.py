"""
Workspaces of any size for benchmarks: records are made up when they are read.

    contacts=1000000,conversations=20000,companies=5000

Sizes: contacts, companies, conversations, articles. Options:

    years=5                  length of the history (2)
    hot_day=1                half of all contacts were updated within one hour, two days ago
    shared_second=50000      so many conversations share one updated_at
    parts=8                  parts of each conversation (6)
    part_bytes=2000          length of each part's body (80)
    conversation_bytes=90000 length of each conversation's own body (120)
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import orjson

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.seeds.office import DAY, FIRST_ADMIN_ID, FIRST_TEAM_ID, NOW, add_office
from intercom_emulator.workspace import COMPANY_IDS, CONTACT_IDS, CONVERSATION_IDS, Seed

OPTIONS = {
    "contacts": 0,
    "companies": 0,
    "conversations": 0,
    "articles": 0,
    "years": 2,
    "hot_day": 0,
    "shared_second": 0,
    "parts": 6,
    "part_bytes": 80,
    "conversation_bytes": 120,
}
HOT_HOUR = NOW - 2 * DAY
SHARED_SECOND = NOW - 3 * DAY
_CONTACT_FILLING = "x" * 330
_FIRST_PART_ID = 1_000_000
_SECONDS_PER_REPLY = 300


def sized(options: Mapping[str, int]) -> Seed:
    """A seed of those sizes."""
    unknown = options.keys() - OPTIONS.keys()
    if unknown:
        message = f"unknown sizes: {', '.join(sorted(unknown))}; known: {', '.join(OPTIONS)}"
        raise ValueError(message)
    sizes = {**OPTIONS, **options}
    opened_at = NOW - sizes["years"] * 365 * DAY
    seed = add_office(Seed(now=NOW), opened_at)
    seed.companies = _Companies(sizes, opened_at)
    seed.contacts = _Contacts(sizes, opened_at)
    seed.conversations = _Conversations(sizes, opened_at)
    seed.objects["articles"] = [
        shapes.article(str(39 + number), opened_at + number, title=f"Article {number}")
        for number in range(sizes["articles"])
    ]
    return seed


def _spread(number: int) -> int:
    """A number of 32 bits that looks random and always is the same for `number`."""
    return (number * 2_654_435_761 + 0x9E37_79B9) & 0xFFFF_FFFF


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
        document: Json = orjson.loads(self.body(ordinal))
        return document

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        raise NotImplementedError


class _Contacts(_Lazy):
    """Contacts of about 2.5 KB; where there are companies, each is a member of one."""

    def __init__(self, sizes: Mapping[str, int], opened_at: int) -> None:
        super().__init__(sizes["contacts"], opened_at)
        if sizes["hot_day"]:
            for ordinal in range(0, self._size, 2):
                self._updated_at[ordinal] = HOT_HOUR + (ordinal >> 1) % 3600
        self._companies = sizes["companies"]
        companies = []
        if self._companies:
            companies = [shapes.addressable("company", "@company@", "companies")]
        self._template = _template(
            shapes.contact(
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
                companies=shapes.nested_list("@id@", "companies", companies),
                custom_attributes={
                    "job_function": "Engineering",
                    "lifetime_orders": "#orders#",
                    "satisfaction": 4.5,
                    "beta_tester": False,
                    "trial_ends_at": "#created_at#",
                    "comment": _CONTACT_FILLING,
                },
            )
        )

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        company = COMPANY_IDS.to_id(ordinal % self._companies) if self._companies else ""
        return self._template % {
            b"id": CONTACT_IDS.to_id(ordinal).encode(),
            b"number": b"%d" % ordinal,
            b"company": company.encode(),
            b"created_at": self._created_at[ordinal],
            b"updated_at": self._updated_at[ordinal],
            b"orders": ordinal % 40,
        }


class _Companies(_Lazy):
    """Companies; contact n belongs to company n modulo their number."""

    def __init__(self, sizes: Mapping[str, int], opened_at: int) -> None:
        super().__init__(sizes["companies"], opened_at)
        self._contacts = sizes["contacts"]
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
            )
        )

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        users, rest = divmod(self._contacts, self._size)
        return self._template % {
            b"id": COMPANY_IDS.to_id(ordinal).encode(),
            b"number": b"%d" % ordinal,
            b"created_at": self._created_at[ordinal],
            b"updated_at": self._updated_at[ordinal],
            b"users": users + (ordinal < rest),
            b"spend": ordinal % 900,
            b"plan": b"%d" % (ordinal % 4),
        }


class _Conversations(_Lazy):
    """Conversations of a customer and an admin who write in turn, five minutes apart."""

    def __init__(self, sizes: Mapping[str, int], opened_at: int) -> None:
        super().__init__(sizes["conversations"], opened_at)
        self._contacts = sizes["contacts"]
        self._parts = sizes["parts"]
        talk = self._parts * _SECONDS_PER_REPLY
        for ordinal, created_at in enumerate(self._created_at):
            ended_at = max(self._updated_at[ordinal], created_at + talk)
            self._updated_at[ordinal] = min(ended_at, NOW - 1)
        for ordinal in range(min(sizes["shared_second"], self._size)):
            self._updated_at[ordinal] = SHARED_SECOND
            self._created_at[ordinal] = min(self._created_at[ordinal], SHARED_SECOND - talk)
        customer = shapes.author("user", "@contact@", "A customer", "customer~at~example.com")
        agent = shapes.author("admin", str(FIRST_ADMIN_ID), "Ciara Byrne", "ciara~at~example.com")
        bare = shapes.conversation(
            "@id@",
            0,
            created_at="#created_at#",
            updated_at="#updated_at#",
            title="Conversation @id@",
            source=shapes.source(
                "@source@", customer, f"<p>{'q' * sizes['conversation_bytes']}</p>"
            ),
            contacts={
                "type": "contact.list",
                "contacts": [{**shapes.reference("contact", "@contact@"), "external_id": None}],
            },
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
        self._template = _template(shapes.render_conversation_list_item(bare))
        body = f"<p>{'a' * sizes['part_bytes']}</p>"
        self._part_templates = [
            _template(
                shapes.part(
                    "@part@",
                    0,
                    writer,
                    body=body,
                    created_at="#at#",
                    updated_at="#at#",
                    notified_at="#at#",
                )
            )
            for writer in (agent, customer)
        ]

    def body(self, ordinal: int) -> bytes:
        """See `records.Source`."""
        return self._template % self._fields(ordinal)

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        fields = self._fields(ordinal)
        document: Json = orjson.loads(self._template % fields)
        first_id = _FIRST_PART_ID + ordinal * self._parts
        parts = b",".join(
            self._part_templates[number % 2]
            % {
                b"part": b"%d" % (first_id + number),
                b"contact": fields[b"contact"],
                b"at": self._created_at[ordinal] + (number + 1) * _SECONDS_PER_REPLY,
            }
            for number in range(self._parts)
        )
        document["conversation_parts"] = shapes.conversation_parts(orjson.loads(b"[%b]" % parts))
        return document

    def _fields(self, ordinal: int) -> dict[bytes, bytes | int]:
        contact = CONTACT_IDS.to_id(ordinal * 7919 % (self._contacts or 1))
        return {
            b"id": CONVERSATION_IDS.to_id(ordinal).encode(),
            b"contact": contact.encode(),
            b"source": b"%d" % (500_000_000 + ordinal),
            b"created_at": self._created_at[ordinal],
            b"updated_at": self._updated_at[ordinal],
            b"replied_at": self._created_at[ordinal] + _SECONDS_PER_REPLY,
        }
