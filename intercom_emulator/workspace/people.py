"""What can happen to contacts and companies."""

from __future__ import annotations

from typing import Any

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.workspace.state import State, hang_tag


class People(State):
    """The verbs of contacts and companies that do more than set fields."""

    def create_contact(self, **fields: Any) -> Json:
        """A new contact."""
        with self.lock:
            return self._add(self.contacts, **fields)

    def delete_contact(self, contact_id: str) -> None:
        """Delete it for good."""
        with self.lock:
            self._remove(self.contacts, contact_id)

    def archive_contact(self, contact_id: str) -> None:
        """Take it out of every list, search and GET; `unarchive_contact` brings it back."""
        with self.lock:
            self.archived_contacts[contact_id] = self._remove(self.contacts, contact_id)

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
            merged = self._remove(self.contacts, source_id)
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
            writer = self.table("admins").get(self._any_admin_id()) or {}
            note = shapes.note(
                self.new_id(),
                self.clock.now(),
                contact=shapes.reference("contact", contact_id),
                author=writer,
                body=body,
            )
            self.table("notes").put(note)
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

    def tag_company(self, company_id: str, tag_id: str, *, touch: bool = True) -> Json:
        """Put a tag on a company."""
        tag = self.table("tags").get(tag_id) or {}
        return self._change(self.companies, company_id, lambda one: hang_tag(one, tag), touch=touch)

    def delete_company(self, company_id: str) -> None:
        """Delete it and end its memberships."""
        with self.lock:
            self._remove(self.companies, company_id)
            for ordinal in list(self.contacts.truth.ordinals()):
                one = self.contacts.truth.document(ordinal) or {}
                if any(entry["id"] == company_id for entry in one["companies"]["data"]):
                    self._detach(one["id"], "companies", company_id)

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
