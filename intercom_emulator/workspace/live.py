"""A working day: what people do by themselves."""

from __future__ import annotations

import random
from typing import Literal

from intercom_emulator.messages import Json
from intercom_emulator.records import Collection, ordinal_of_key
from intercom_emulator.workspace.talk import Talk


class Live(Talk):
    """A workspace in which something happens."""

    def live(self, events: int = 20, seconds: float = 0.0, rng_seed: int = 0) -> dict[str, int]:
        """
        Play `events` believable events, the clock moving `seconds` ahead in even steps.

        New conversations, replies, assignments, tags and closes; contacts, companies and
        articles that change. The same seed plays the same day. How often each happened.
        """
        rng = random.Random(rng_seed)  # noqa: S311 - a game of chance
        happened: dict[str, int] = {}
        deeds = {
            self._someone_writes: 18,
            self._someone_replies: 40,
            self._someone_assigns: 10,
            self._someone_tags: 8,
            self._someone_closes: 10,
            self._a_contact_changes: 20,
            self._a_company_changes: 6,
            self._an_article_changes: 2,
            self._a_contact_appears: 6,
        }
        for _ in range(events):
            deed = rng.choices(list(deeds), weights=list(deeds.values()))[0]
            with self.lock:
                self.clock.advance(seconds / events)
                deed(rng)
            name = deed.__name__.lstrip("_")
            happened[name] = happened.get(name, 0) + 1
        return happened

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

    @staticmethod
    def _random(collection: Collection, rng: random.Random) -> Json | None:
        """One of the recently active half, for support teams work on recent things."""
        order = collection.truth.order("updated_at")
        if not order:
            return None
        key = order[rng.randrange(len(order) // 2, len(order))]
        return collection.truth.document(ordinal_of_key(key))
