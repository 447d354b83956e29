"""What happens in a workspace while a history runs; each deed moves what Intercom would."""

from collections.abc import Sequence

from intercom_emulator import Emulator, shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import Collection

MOST_TAGS = 15
MANY_MERGES = 12


class Deeds:
    """The deeds by name; `gone` holds the ids of what they took away."""

    def __init__(self, intercom: Emulator) -> None:
        self._workspace = intercom.workspace
        self._clock = intercom.clock
        self.gone: set[str] = set()
        self.done = 0

    def do(self, deed: str, pick: int, *, many: int = 1) -> None:
        """One deed, to the object that `pick` picks, or to so many in a row."""
        verb, _, resource = deed.partition(" ")
        for number in range(pick, pick + many):
            self.done += 1
            if resource:
                getattr(self, f"_{verb}")(resource, number)
            else:
                getattr(self, f"_{verb}")(number)

    def _label(self) -> str:
        return f"deed {self.done}"

    def pick(self, resource: str, pick: int) -> str | None:
        """The id of an existing object, or None where there is none."""
        holder = self._workspace._holder(resource)
        if isinstance(holder, Collection):
            names = [holder.ids.to_id(ordinal) for ordinal in holder.truth.ordinals()]
            return names[pick % len(names)] if names else None
        objects = list(holder.objects())
        return objects[pick % len(objects)][holder._key] if objects else None

    def _some(self, resource: str, pick: int) -> list[str]:
        """Up to three different ids."""
        named = [self.pick(resource, pick + number) for number in range(pick % 4)]
        return [*dict.fromkeys(filter(None, named))]

    # Plain lists

    def _create(self, resource: str, _pick: int) -> None:
        name = {"title": self._label()} if "article" in resource else {"name": self._label()}
        self._workspace.create(resource, **name)

    def _update(self, resource: str, pick: int) -> None:
        if (one := self.pick(resource, pick)) is not None:
            field = "title" if "article" in resource or "snippet" in resource else "name"
            self._workspace.update(resource, one, **{field: self._label()})

    def _delete(self, resource: str, pick: int) -> None:
        if (one := self.pick(resource, pick)) is not None:
            self._workspace.delete(resource, one)
            self.gone.add(one)

    # Contacts

    def _create_contact(self, _pick: int) -> None:
        self._workspace.create_contact(name=self._label())

    def _update_contact(self, pick: int) -> None:
        if name := self.pick("contacts", pick):
            self._workspace.update("contacts", name, name=self._label())

    def _give_odd_values_to_contact(self, pick: int) -> None:
        """Values that don't fit their columns' types: nulls, and the row goes on."""
        if name := self.pick("contacts", pick):
            odd = ({}, 12.5, "eleven", 2**63, True, "", [1])[pick % 7]
            self._workspace.update(
                "contacts",
                name,
                name=self._label(),
                owner_id=odd,
                signed_up_at=odd,
                has_hard_bounced=odd,
            )

    def _tag_contact(self, pick: int) -> None:
        name, tag = self.pick("contacts", pick // 3), self.pick("tags", pick % MOST_TAGS)
        if name and tag:
            self._workspace.tag_contact(name, tag)

    def _untag_contact(self, pick: int) -> None:
        if name := self.pick("contacts", pick // 3):
            for tag in self._entries("contacts", name, "tags", "data")[: 1 + pick % MOST_TAGS]:
                self._workspace.untag_contact(name, tag)

    def _attach_company(self, pick: int) -> None:
        name, company = self.pick("contacts", pick // 2), self.pick("companies", pick)
        if name and company:
            self._workspace.attach_company(name, company)

    def _detach_company(self, pick: int) -> None:
        if name := self.pick("contacts", pick // 2):
            for company in self._entries("contacts", name, "companies", "data"):
                self._workspace.detach_company(name, company)

    def _subscribe(self, pick: int) -> None:
        """As the type has it: whoever opts in where that is asked for, or out where it isn't."""
        name, kind = self.pick("contacts", pick // 2), self.pick("subscription_types", pick)
        if name and kind:
            declared = self._workspace.table("subscription_types").get(kind) or {}
            opts_in = declared["consent_type"] == "opt_in"
            self._workspace.subscribe(name, kind, opt_in=opts_in)

    def _unsubscribe(self, pick: int) -> None:
        name, kind = self.pick("contacts", pick // 2), self.pick("subscription_types", pick)
        if name and kind:
            self._workspace.unsubscribe(name, kind)

    def _write_note(self, pick: int) -> None:
        if name := self.pick("contacts", pick // 3):
            self._workspace.add_note(name, self._label())

    def _delete_note(self, pick: int) -> None:
        if note := self.pick("notes", pick):
            holder = self._workspace.table("notes").get(note) or {}
            if holder["contact"]["id"] in self._workspace.contacts:
                self._workspace.delete_note(note)

    def _delete_contact(self, pick: int) -> None:
        if name := self.pick("contacts", pick):
            self._workspace.delete_contact(name)
            self.gone.add(name)

    def _merge_contacts(self, pick: int) -> None:
        name, other = self.pick("contacts", pick), self.pick("contacts", pick + 1)
        if name and other and name != other:
            self._workspace.merge_contacts(name, other)
            self.gone.add(name)

    def _merge_many_contacts(self, pick: int) -> None:
        """So many into one that Intercom may cut its list of them."""
        into = self.pick("contacts", pick)
        for number in range(MANY_MERGES):
            name = self.pick("contacts", pick + number)
            if into and name and name != into:
                self._workspace.merge_contacts(name, into)
                self.gone.add(name)

    def _archive_contact(self, pick: int) -> None:
        archived = self._workspace.archived_contacts
        if pick % 2 and archived:
            name = sorted(archived)[pick % len(archived)]
            self._workspace.unarchive_contact(name)
            self.gone.discard(name)
        elif name := self.pick("contacts", pick):
            self._workspace.archive_contact(name)
            self.gone.add(name)

    def _block_contact(self, pick: int) -> None:
        if name := self.pick("contacts", pick):
            self._workspace.block_contact(name)
            self.gone.add(name)

    def _track_event(self, pick: int) -> None:
        """An event, at which the contact is seen, for nothing else makes it one that changed."""
        if name := self.pick("contacts", pick):
            self._workspace.track_event(name, f"event {pick % 3}", touch=True, of=self._label())

    def _join_segment(self, pick: int) -> None:
        name, segment = self.pick("contacts", pick), self.pick("segments", pick)
        if name and segment:
            self._workspace.join_segment(name, segment)

    def _leave_segment(self, pick: int) -> None:
        name, segment = self.pick("contacts", pick), self.pick("segments", pick)
        if name and segment:
            self._workspace.leave_segment(name, segment)

    # Companies

    def _create_company(self, _pick: int) -> None:
        self._workspace.create("companies", name=self._label(), user_count=1)

    def _update_company(self, pick: int) -> None:
        if name := self.pick("companies", pick):
            self._workspace.update("companies", name, name=self._label())

    def _tag_company(self, pick: int) -> None:
        name, tag = self.pick("companies", pick // 2), self.pick("tags", pick)
        if name and tag:
            verb = self._workspace.untag_company if pick % 3 == 0 else self._workspace.tag_company
            verb(name, tag)

    def _segment_company(self, pick: int) -> None:
        name, segment = self.pick("companies", pick // 2), self.pick("segments", pick)
        if name and segment:
            self._workspace.segment_company(name, segment, is_in=pick % 3 > 0)

    def _write_company_note(self, pick: int) -> None:
        if name := self.pick("companies", pick // 2):
            self._workspace.add_company_note(name, self._label())

    def _delete_company_note(self, pick: int) -> None:
        if note := self.pick("company_notes", pick):
            holder = self._workspace.table("company_notes").get(note) or {}
            if holder["company"]["id"] in self._workspace.companies:
                self._workspace.delete_company_note(note)

    def _delete_company(self, pick: int) -> None:
        if name := self.pick("companies", pick):
            self._workspace.delete_company(name)
            self.gone.add(name)

    # Conversations

    def _create_conversation(self, _pick: int) -> None:
        self._workspace.create_conversation(body=self._label())

    def _update_conversation(self, pick: int) -> None:
        if name := self.pick("conversations", pick):
            self._workspace.update("conversations", name, title=self._label())

    def _reply(self, pick: int) -> None:
        if name := self.pick("conversations", pick):
            admin = self.pick("admins", pick) if pick % 2 else None
            self._workspace.reply(name, body=self._label(), admin_id=admin)

    def _close(self, pick: int) -> None:
        if name := self.pick("conversations", pick):
            self._workspace.close(name)

    def _redact_part(self, pick: int) -> None:
        if name := self.pick("conversations", pick):
            parts = self._entries("conversations", name, "conversation_parts", "conversation_parts")
            if parts:
                self._workspace.redact_part(name, parts[pick % len(parts)])

    def _tag_conversation(self, pick: int) -> None:
        name, tag = self.pick("conversations", pick // 3), self.pick("tags", pick)
        if name and tag:
            self._workspace.tag_conversation(name, tag)

    def _untag_conversation(self, pick: int) -> None:
        if name := self.pick("conversations", pick // 3):
            for tag in self._entries("conversations", name, "tags", "tags"):
                self._workspace.untag_conversation(name, tag)

    def _change_participants(self, pick: int) -> None:
        if name := self.pick("conversations", pick):
            contacts = self._participants(self._some("contacts", pick))
            self._workspace.update("conversations", name, contacts=contacts)

    def _judge_conversation(self, pick: int) -> None:
        if name := self.pick("conversations", pick):
            verb = self._workspace.evaluate if pick % 2 else self._workspace.grade
            verb(name, f"{self.done}", touch=True)

    def _pause(self, pick: int) -> None:
        """A pause moves nothing; what else happens at that moment does."""
        if name := self.pick("conversations", pick):
            now = self._clock.now()
            others = self._workspace.table("handling_events").of(name)
            if all(one["timestamp"] != shapes.iso(now) for one in others):
                self._workspace.pause(name, self._label())
                self._workspace.update("conversations", name, title=self._label())

    def _talk_aside(self, pick: int) -> None:
        if name := self.pick("conversations", pick):
            asides = self._workspace.table("side_conversations").of(name)
            if asides and pick % 2:
                self._workspace.reply_aside(asides[0]["side_conversation_id"], self._label())
            else:
                self._workspace.start_side_conversation(name, self._label())
            self._workspace.update("conversations", name, title=self._label())

    def _link(self, pick: int) -> None:
        name, ticket = self.pick("conversations", pick // 2), self.pick("tickets", pick)
        if name and ticket:
            self._workspace.link(name, ticket)

    def _unlink(self, pick: int) -> None:
        if name := self.pick("conversations", pick // 2):
            for ticket in self._entries("conversations", name, "linked_objects", "data"):
                if ticket in self._workspace.tickets:
                    self._workspace.unlink(name, ticket)

    def _delete_conversation(self, pick: int) -> None:
        if name := self.pick("conversations", pick):
            self._forget_conversation(name)
            self._workspace.delete_conversation(name, metrics_retained=bool(pick % 2))

    def _forget_conversation(self, name: str) -> None:
        one = self._workspace.conversations.get(name) or {}
        self.gone |= {name, (one.get("ticket") or {}).get("id") or name}

    # Tickets

    def _create_ticket(self, pick: int) -> None:
        attributes = {"_default_title_": self._label(), "_default_description_": None}
        self._workspace.create_ticket(self.pick("contacts", pick), ticket_attributes=attributes)

    def _update_ticket(self, pick: int) -> None:
        if name := self.pick("tickets", pick):
            attributes = {"_default_title_": self._label(), "_default_description_": "Odd"}
            self._workspace.update("tickets", name, ticket_attributes=attributes)

    def _reply_to_ticket(self, pick: int) -> None:
        if name := self.pick("tickets", pick):
            self._workspace.reply_ticket(name, self._label())

    def _change_ticket_state(self, pick: int) -> None:
        name, state = self.pick("tickets", pick // 2), self.pick("ticket_states", pick)
        if name and state:
            self._workspace.change_ticket_state(name, state)

    def _change_ticket_participants(self, pick: int) -> None:
        if name := self.pick("tickets", pick):
            contacts = self._participants(self._some("contacts", pick))
            self._workspace.update("tickets", name, contacts=contacts)

    def _delete_ticket(self, pick: int) -> None:
        if name := self.pick("tickets", pick):
            twin = (self._workspace.tickets.get(name) or {}).get("_conversation_id")
            self.gone |= {name, twin or name}
            self._workspace.delete_ticket(name)

    # Articles

    def _tag_article(self, pick: int) -> None:
        """A tag moves nothing of an article, so the article is touched as well."""
        name, tag = self.pick("articles", pick // 2), self.pick("tags", pick)
        if name and tag:
            self._workspace.tag_article(name, tag)
            self._workspace.update("articles", name)

    def _untag_article(self, pick: int) -> None:
        name, tag = self.pick("articles", pick // 2), self.pick("tags", pick)
        if name and tag:
            self._workspace.untag_article(name, tag)
            self._workspace.update("articles", name)

    def _translate_article(self, pick: int) -> None:
        """A translation moves its own date alone, so the article is touched as well."""
        if name := self.pick("articles", pick):
            locale = ("de", "fr")[pick % 2]
            self._workspace.translate_article(name, locale, title=self._label())
            self._workspace.update("articles", name, title=self._label())

    def _draft_article(self, pick: int) -> None:
        if name := self.pick("articles", pick):
            self._workspace.draft_article(name, title=self._label())
            self._workspace.update("articles", name)

    def _publish_article(self, pick: int) -> None:
        if name := self.pick("articles", pick):
            self._workspace.publish_article(name)

    def _file_article(self, pick: int) -> None:
        if name := self.pick("articles", pick):
            into = [int(one) for one in self._some("collections", pick)]
            self._workspace.update("articles", name, parent_ids=into)

    # What else is listed

    def _staff_team(self, pick: int) -> None:
        if team := self.pick("teams", pick):
            admins = [int(one) for one in self._some("admins", pick)]
            self._workspace.update("teams", team, admin_ids=admins)

    def _publish_news(self, pick: int) -> None:
        feeds = self._some("newsfeeds", pick)
        now = self._clock.now()
        assigned = [{"newsfeed_id": int(one), "published_at": now} for one in feeds]
        self._workspace.create("news_items", title=self._label(), newsfeed_assignments=assigned)

    def _redirect(self, pick: int) -> None:
        if center := self.pick("help_centers", pick):
            self._workspace.create("help_center_redirects", help_center_id=center)

    def _make_exception(self, pick: int) -> None:
        if schedule := self.pick("office_hours_schedules", pick):
            self._workspace.create("office_hours_exceptions", office_hours_schedule_id=schedule)

    def _execute(self, pick: int) -> None:
        if connector := self.pick("data_connectors", pick):
            self._workspace.create("data_connector_executions", data_connector_id=connector)

    def _call(self, pick: int) -> None:
        talk = self.pick("conversations", pick)
        self._workspace.create("calls", conversation_id=talk if pick % 3 else None)

    def _log(self, _pick: int) -> None:
        self._workspace.create("activity_logs", activity_description=self._label())

    def _make_custom_object(self, pick: int) -> None:
        kind = sorted(self._workspace.custom_object_types())
        if kind:
            self._workspace.create("custom_object_instances", type=kind[pick % len(kind)])

    # How they are done

    def _entries(self, resource: str, name: str, *path: str) -> list[str]:
        """The ids in a nested list of an object."""
        found = self._workspace.collection(resource).get(name) or {}
        for step in path[:-1]:
            found = found.get(step) or {}
        return [one["id"] for one in found.get(path[-1]) or []]

    def _participants(self, names: Sequence[str]) -> Json:
        entries = []
        for name in names:
            contact = self._workspace.contacts.get(name)
            if contact is not None:
                entries += shapes.contact_list(contact)["contacts"]
        return {"type": "contact.list", "contacts": entries}
