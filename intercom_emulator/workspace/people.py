"""What can happen to contacts and companies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.workspace.state import State, hang_tag

Gone = Literal["archived", "blocked", "merged", "pending_deletion", "permanently_deleted"]


class People(State):
    """
    The verbs of contacts and companies that do more than set fields.

    Where Intercom doesn't say whether a verb moves `updated_at`, `Settings.moves_updated_at` does,
    unless `touch` is given.
    """

    # Contacts as records

    def create_contact(self, **fields: Any) -> Json:
        """A new contact."""
        with self.lock:
            contact = self._add(self.contacts, **fields)
            self._record(contact["id"], "created")
            return contact

    def delete_contact(self, contact_id: str) -> None:
        """Delete it for good, archived or not."""
        with self.lock:
            if contact_id in self.archived_contacts:
                contact = self.archived_contacts.pop(contact_id)
            else:
                contact = self._remove(self.contacts, contact_id)
            self._tombstone(contact, "permanently_deleted", email=None, external_id=None)
            self._record(contact_id, "deleted")

    def archive_contact(self, contact_id: str, *, status: Gone = "archived") -> None:
        """Take it out of every list, search and GET; `unarchive_contact` brings it back."""
        with self.lock:
            contact = self._remove(self.contacts, contact_id)
            self.archived_contacts[contact_id] = contact
            self._tombstone(contact, status)

    def block_contact(self, contact_id: str) -> None:
        """Archive it and keep it out."""
        self.archive_contact(contact_id, status="blocked")

    def unarchive_contact(self, contact_id: str) -> Json:
        """Bring an archived or blocked contact back."""
        with self.lock:
            document = self.archived_contacts.pop(contact_id)
            document = {**document, "updated_at": self.clock.now()}
            self.contacts.replace(contact_id, document, self._visible_at())
            self.table("deleted_contacts").remove(contact_id)
            return document

    def merge_contacts(self, source_id: str, into_id: str, *, touch: bool | None = None) -> Json:
        """Merge one contact into another, which alone remains."""
        with self.lock:
            self._existing(self.contacts, into_id)
            merged = self._remove(self.contacts, source_id)
            self.merged_contacts[source_id] = into_id
            item = shapes.merge_history(source_id, self.clock.now(), merged["role"])
            self.merge_histories[into_id] = [*self.merge_histories.get(into_id, []), item]
            self._tombstone(merged, "merged", merged_into_id=into_id)
            self._record(into_id, "merged", merge_source_id=source_id, merge_target_id=into_id)
            return self._change(
                self.contacts,
                into_id,
                lambda _: None,
                touch=self._moves("contact_merges", touch),
            )

    def convert_lead(self, contact_id: str) -> Json:
        """Make a lead a user."""
        with self.lock:
            self._record(contact_id, "role_updated")
            return self._change(self.contacts, contact_id, lambda one: one.update(role="user"))

    # What hangs on contacts

    def tag_contact(self, contact_id: str, tag_id: str, *, touch: bool | None = None) -> Json:
        """Put a tag on a contact."""
        entry = {
            **shapes.addressable("tag", tag_id, "tags"),
            "_applied_at": self.clock.now(),
            "_applied_by": self._any_admin_id(),
        }
        return self._attach(contact_id, "tags", entry, touch=self._moves("contact_tags", touch))

    def untag_contact(self, contact_id: str, tag_id: str, *, touch: bool | None = None) -> Json:
        """Take a tag off a contact."""
        return self._detach(contact_id, "tags", tag_id, touch=self._moves("contact_tags", touch))

    def add_note(self, contact_id: str, body: str, *, touch: bool | None = None) -> Json:
        """Write a note on a contact; the note."""
        with self.lock:
            note = self._note("notes", body, contact=shapes.reference("contact", contact_id))
            entry = shapes.addressable("note", note["id"], "notes")
            moves = self._moves("contact_notes", touch)
            self._attach(contact_id, "notes", entry, touch=moves)
            return note

    def delete_note(self, note_id: str, *, touch: bool | None = None) -> None:
        """Delete a note on a contact."""
        with self.lock:
            note = self.table("notes").remove(note_id)
            moves = self._moves("contact_notes", touch)
            self._detach(note["contact"]["id"], "notes", note_id, touch=moves)

    def subscribe(
        self,
        contact_id: str,
        subscription_id: str,
        *,
        opt_in: bool = True,
        touch: bool | None = None,
    ) -> Json:
        """Record a contact's choice about a subscription type."""
        with self.lock:
            self.unsubscribe(contact_id, subscription_id, touch=False)
            name = "opted_in_subscription_types" if opt_in else "opted_out_subscription_types"
            entry = shapes.addressable("subscription", subscription_id, "subscription_types")
            moves = self._moves("contact_subscriptions", touch)
            return self._attach(contact_id, name, entry, touch=moves)

    def unsubscribe(
        self, contact_id: str, subscription_id: str, *, touch: bool | None = None
    ) -> Json:
        """Forget a contact's choice about a subscription type."""
        moves = self._moves("contact_subscriptions", touch)
        with self.lock:
            for name in ("opted_in_subscription_types", "opted_out_subscription_types"):
                one = self._detach(contact_id, name, subscription_id, touch=moves)
            return one

    def attach_company(
        self, contact_id: str, company_id: str, *, touch: bool | None = None
    ) -> Json:
        """Make a contact a member of a company (by the company's `id`)."""
        with self.lock:
            self._count_members(company_id, 1)
            entry = shapes.addressable("company", company_id, "companies")
            moves = self._moves("contact_companies", touch)
            return self._attach(contact_id, "companies", entry, touch=moves)

    def detach_company(
        self, contact_id: str, company_id: str, *, touch: bool | None = None
    ) -> Json:
        """End a membership."""
        with self.lock:
            self._count_members(company_id, -1)
            moves = self._moves("contact_companies", touch)
            return self._detach(contact_id, "companies", company_id, touch=moves)

    def join_segment(self, contact_id: str, segment_id: str, *, touch: bool | None = None) -> Json:
        """Let a contact come under a segment's rules."""

        def change(one: Json) -> None:
            one["_segments"] = sorted({*(one.get("_segments") or []), segment_id})

        moves = self._moves("contact_segments", touch)
        return self._change(self.contacts, contact_id, change, touch=moves)

    def leave_segment(self, contact_id: str, segment_id: str, *, touch: bool | None = None) -> Json:
        """Let a contact leave a segment."""

        def change(one: Json) -> None:
            one["_segments"] = sorted({*(one.get("_segments") or [])} - {segment_id})

        moves = self._moves("contact_segments", touch)
        return self._change(self.contacts, contact_id, change, touch=moves)

    def track_event(
        self, contact_id: str, name: str, *, touch: bool | None = None, **metadata: Any
    ) -> Json:
        """Tell what a contact did in the customer's product; the event."""
        with self.lock:
            contact = self._existing(self.contacts, contact_id)
            event = self.create(
                "data_events",
                event_name=name,
                intercom_user_id=contact_id,
                user_id=contact["external_id"],
                id=contact["external_id"],
                email=contact["email"],
                metadata=metadata,
            )
            if self._moves("data_events", touch):
                self._change(self.contacts, contact_id, lambda _: None)
            return event

    # Companies

    def tag_company(self, company_id: str, tag_id: str, *, touch: bool | None = None) -> Json:
        """Put a tag on a company."""
        tag = self.table("tags").get(tag_id) or {}
        moves = self._moves("company_tags", touch)
        return self._change(self.companies, company_id, lambda one: hang_tag(one, tag), touch=moves)

    def untag_company(self, company_id: str, tag_id: str, *, touch: bool | None = None) -> Json:
        """Take a tag off a company."""
        moves = self._moves("company_tags", touch)
        return self._change(
            self.companies, company_id, lambda one: drop_tag(one, tag_id), touch=moves
        )

    def segment_company(
        self, company_id: str, segment_id: str, *, is_in: bool = True, touch: bool | None = None
    ) -> Json:
        """Let a company come under a segment's rules, or leave it."""
        segment = shapes.public(self._known("segments", segment_id))

        def change(one: Json) -> None:
            others = [each for each in one["segments"]["segments"] if each["id"] != segment_id]
            one["segments"]["segments"] = [*others, *([segment] if is_in else [])]

        moves = self._moves("company_segments", touch)
        return self._change(self.companies, company_id, change, touch=moves)

    def add_company_note(self, company_id: str, body: str, *, touch: bool | None = None) -> Json:
        """Write a note on a company; the note."""
        with self.lock:
            self._existing(self.companies, company_id)
            company = shapes.reference("company", company_id)
            note = self._note("company_notes", body, company=company)
            entry = shapes.addressable("note", note["id"], "notes")
            self._refer_to_notes(company_id, lambda entries: [*entries, entry], touch)
            return note

    def delete_company_note(self, note_id: str, *, touch: bool | None = None) -> None:
        """Delete a note on a company."""
        with self.lock:
            note = self.table("company_notes").remove(note_id)
            self._refer_to_notes(
                note["company"]["id"],
                lambda entries: [one for one in entries if one["id"] != note_id],
                touch,
            )

    def delete_company(self, company_id: str) -> None:
        """Delete it and end its memberships."""
        with self.lock:
            self._remove(self.companies, company_id)
            for ordinal in list(self.contacts.truth.ordinals()):
                one = self.contacts.truth.document(ordinal) or {}
                if any(entry["id"] == company_id for entry in one["companies"]["data"]):
                    moves = self._moves("contact_companies", None)
                    self._detach(one["id"], "companies", company_id, touch=moves)

    # How changes are made

    def _record(self, contact_id: str, event: str, **fields: Any) -> None:
        self.create("contact_activities", contact_id=contact_id, event=event, **fields)

    def _tombstone(self, contact: Json, status: Gone, **fields: Any) -> None:
        """Write down a contact that is active no more."""
        kept = {
            name: contact[name] for name in ("external_id", "role", "email", "name", "created_at")
        }
        gone = shapes.deleted_contact(
            contact["id"], self.clock.now(), **{**kept, "status": status, **fields}
        )
        self.table("deleted_contacts").put(gone)

    def _note(self, resource: str, body: str, **parent: Json) -> Json:
        writer = self.table("admins").get(self._any_admin_id()) or shapes.admin("0", 0)
        note = shapes.note(self.new_id(), self.clock.now(), author=writer, body=body, **parent)
        self.table(resource).put(note)
        return note

    def _refer_to_notes(
        self,
        company_id: str,
        change: Callable[[list[Json]], list[Json]],
        touch: bool | None,  # noqa: FBT001 - as the verbs have it
    ) -> None:
        def refer(one: Json) -> None:
            one["notes"] = shapes.company_notes(company_id, change(one["notes"]["data"]))

        moves = self._moves("company_notes", touch)
        self._change(self.companies, company_id, refer, touch=moves)

    def _count_members(self, company_id: str, more: int) -> None:
        self._change(
            self.companies,
            company_id,
            lambda one: one.update(user_count=max(0, one["user_count"] + more)),
            touch=self._moves("company_members"),
        )

    def _attach(self, contact_id: str, name: str, entry: Json, *, touch: bool) -> Json:
        def change(one: Json) -> None:
            entries = [old for old in one[name]["data"] if old["id"] != entry["id"]]
            one[name] = shapes.nested_list(contact_id, name, [*entries, entry])

        return self._change(self.contacts, contact_id, change, touch=touch)

    def _detach(self, contact_id: str, name: str, entry_id: str, *, touch: bool) -> Json:
        def change(one: Json) -> None:
            entries = [old for old in one[name]["data"] if old["id"] != entry_id]
            one[name] = shapes.nested_list(contact_id, name, entries)

        return self._change(self.contacts, contact_id, change, touch=touch)


def drop_tag(one: Json, tag_id: str) -> None:
    """Take a tag off an object."""
    one["tags"]["tags"] = [other for other in one["tags"]["tags"] if other["id"] != tag_id]
