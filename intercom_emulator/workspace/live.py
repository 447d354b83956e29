"""A working day: what people do by themselves."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Literal

from intercom_emulator.messages import Json
from intercom_emulator.records import Collection, ordinal_of_key
from intercom_emulator.workspace.content import Content

Deed = Callable[[random.Random], None]


class Live(Content):
    """A workspace in which something happens."""

    def live(
        self, events: int = 20, seconds: float = 0.0, rng_seed: int = 0, *, losses: bool = False
    ) -> dict[str, int]:
        """
        Play `events` believable events, the clock moving `seconds` ahead in even steps.

        People write, answer, assign, tag and close; contacts, companies, articles and tickets
        change and appear. With `losses`, some are also merged, archived and deleted, which no
        incremental read of the living shows. The same seed plays the same day. How often each
        happened.
        """
        rng = random.Random(rng_seed)  # noqa: S311 - a game of chance
        happened: dict[str, int] = {}
        deeds = self._deeds(losses=losses)
        for _ in range(events):
            deed = rng.choices(list(deeds), weights=list(deeds.values()))[0]
            with self.lock:
                self.clock.advance(seconds / events)
                deed(rng)
            name = deed.__name__.lstrip("_")
            happened[name] = happened.get(name, 0) + 1
        return happened

    def _deeds(self, *, losses: bool) -> dict[Deed, int]:
        """What may happen, and how often."""
        deeds: dict[Deed, int] = {
            self._someone_writes: 18,
            self._someone_replies: 40,
            self._someone_assigns: 10,
            self._someone_tags: 8,
            self._someone_closes: 10,
            self._a_contact_changes: 20,
            self._a_contact_is_tagged: 4,
            self._a_company_changes: 6,
            self._an_article_changes: 2,
            self._a_contact_appears: 6,
            self._a_ticket_appears: 4,
            self._a_ticket_moves: 6,
        }
        return deeds | self._losses() if losses else deeds

    def _losses(self) -> dict[Deed, int]:
        """What may disappear, and how often."""
        return {
            self._contacts_are_merged: 3,
            self._a_contact_goes: 3,
            self._a_contact_comes_back: 1,
            self._a_conversation_goes: 2,
        }

    def _someone_writes(self, rng: random.Random) -> None:
        question = rng.choice(
            [
                "How do I export my invoices?",
                "The import stops at 40 %.",
                "Can we add a second workspace?",
                "We were charged twice this month.",
                "Is there an API for reports?",
            ]
        )
        contact = self._random(self.contacts, rng)
        contact_id = contact["id"] if contact else None
        self.create_conversation(contact_id, body=f"<p>{question}</p>", title=question)

    def _someone_replies(self, rng: random.Random) -> None:
        one = self._random(self.conversations, rng)
        if one is None:
            return
        by: Literal["admin", "contact"] = "admin" if rng.random() < 0.6 else "contact"  # noqa: PLR2004
        body = "<p>Let me look into it.</p>" if by == "admin" else "<p>Any news?</p>"
        if by == "contact" and not one["open"]:
            self.reopen(one["id"])
        self.reply(one["id"], body=body, by=by)

    def _someone_assigns(self, rng: random.Random) -> None:
        one, teams = self._random(self.conversations, rng), list(self.table("teams").objects())
        if one is not None and teams:
            self.assign(one["id"], team_id=rng.choice(teams)["id"])

    def _someone_tags(self, rng: random.Random) -> None:
        one, tags = self._random(self.conversations, rng), list(self.table("tags").objects())
        if one is not None and tags:
            self.tag_conversation(one["id"], rng.choice(tags)["id"])

    def _someone_closes(self, rng: random.Random) -> None:
        one = self._random(self.conversations, rng)
        if one is not None and one["open"]:
            self.close(one["id"])

    def _a_contact_changes(self, rng: random.Random) -> None:
        one = self._random(self.contacts, rng)
        if one is not None:
            self.update("contacts", one["id"], last_seen_at=self.clock.now())

    def _a_company_changes(self, rng: random.Random) -> None:
        one = self._random(self.companies, rng)
        if one is not None:
            self.update(
                "companies", one["id"], session_count=one["session_count"] + rng.randint(1, 9)
            )

    def _an_article_changes(self, rng: random.Random) -> None:
        articles = list(self.table("articles").objects())
        if articles:
            one = rng.choice(articles)
            self.update("articles", one["id"], body=f"{one['body']}<p>Updated.</p>")

    def _a_contact_appears(self, rng: random.Random) -> None:
        number = self.new_id()
        self.create_contact(
            name=f"Newcomer {number}",
            email=f"newcomer{number}@example.com",
            role=rng.choice(["user", "lead"]),
        )

    def _a_contact_is_tagged(self, rng: random.Random) -> None:
        one, tags = self._random(self.contacts, rng), list(self.table("tags").objects())
        if one is not None and tags:
            tag_id = rng.choice(tags)["id"]
            if any(entry["id"] == tag_id for entry in one["tags"]["data"]):
                self.untag_contact(one["id"], tag_id)
            else:
                self.tag_contact(one["id"], tag_id)

    def _a_ticket_appears(self, rng: random.Random) -> None:
        contact = self._random(self.contacts, rng)
        self.create_ticket(contact["id"] if contact else None)

    def _a_ticket_moves(self, rng: random.Random) -> None:
        one, states = self._random(self.tickets, rng), list(self.table("ticket_states").objects())
        if one is None:
            return
        if states and rng.random() < 0.4:  # noqa: PLR2004
            self.change_ticket_state(one["id"], rng.choice(states)["id"])
        else:
            self.reply_ticket(one["id"])

    def _contacts_are_merged(self, rng: random.Random) -> None:
        one, other = self._random(self.contacts, rng), self._random(self.contacts, rng)
        if one is not None and other is not None and one["id"] != other["id"]:
            self.merge_contacts(one["id"], other["id"])

    def _a_contact_goes(self, rng: random.Random) -> None:
        one = self._random(self.contacts, rng)
        if one is not None:
            rng.choice((self.archive_contact, self.block_contact, self.delete_contact))(one["id"])

    def _a_contact_comes_back(self, rng: random.Random) -> None:
        if self.archived_contacts:
            self.unarchive_contact(rng.choice(sorted(self.archived_contacts)))

    def _a_conversation_goes(self, rng: random.Random) -> None:
        one = self._random(self.conversations, rng)
        if one is not None:
            self.delete_conversation(one["id"], metrics_retained=rng.random() < 0.5)  # noqa: PLR2004

    @staticmethod
    def _random(collection: Collection, rng: random.Random) -> Json | None:
        """One of the recently active half, for support teams work on recent things."""
        order = collection.truth.order("updated_at")
        if not order:
            return None
        key = order[rng.randrange(len(order) // 2, len(order))]
        return collection.truth.document(ordinal_of_key(key))
