"""Contacts and companies of any number."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.seeds.office import DAY, FIRST_ADMIN_ID, FIRST_TAG_ID, NOW, TAGS, segment_id
from intercom_emulator.seeds.sized.lazy import Lazy, Office, places, template
from intercom_emulator.workspace import COMPANY_IDS, CONTACT_IDS

HOT_HOUR = NOW - 2 * DAY
_CONTACT_FILLING = "x" * 330
_FIRST_NOTE_ID = 200_000_000
_WRITER = shapes.admin(
    str(FIRST_ADMIN_ID), NOW, name="Ciara Byrne", email="ciara@support.example.com"
)


class Contacts(Lazy):
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
        self._company_places = places(b"company%d", self._memberships)
        self._tag_places = places(b"tag%d", sizes["contact_tags"])
        self._note_places = places(b"note%d", sizes["contact_notes"])
        self._has_lists = bool(self._tag_places or self._note_places)
        whole = self._contact()
        self._whole = template(whole)
        self._shown = template(shapes.render_contact(whole))

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


class Companies(Lazy):
    """Companies; contact n belongs to company n modulo their number, and to those behind it."""

    def __init__(self, sizes: Mapping[str, int], opened_at: int, office: Office) -> None:
        super().__init__(sizes["companies"], opened_at)
        self._contacts = sizes["contacts"]
        self._memberships = min(sizes["contact_companies"], self._size)
        self._template = template(
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
