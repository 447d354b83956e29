"""
The workspace: every record, and everything that can happen to it.

    workspace.objects("contacts")      # every contact, as a list of the API shows it
    workspace.create("tags", name="billing")
    workspace.reply("503", body="<p>Thanks!</p>")
"""

from collections.abc import Iterator

from intercom_emulator.messages import Json
from intercom_emulator.workspace.live import Live
from intercom_emulator.workspace.relations import RELATIONS, summaries_of
from intercom_emulator.workspace.seed import (
    COMPANY_IDS,
    CONTACT_IDS,
    CONVERSATION_IDS,
    MERGED_IDS,
    TICKET_IDS,
    Seed,
    ticket_ids,
)


class Workspace(Live):
    """All of it."""

    def relations(self, name: str) -> Iterator[Json]:
        """The truth of a relation or of children, whole: `relations("contact_tags")`."""
        return RELATIONS[name](self)

    def event_summaries(self, contact_id: str) -> list[Json]:
        """How often each event of a contact happened, and when first and last."""
        return summaries_of(self.table("data_events").of(contact_id))


__all__ = [
    "COMPANY_IDS",
    "CONTACT_IDS",
    "CONVERSATION_IDS",
    "MERGED_IDS",
    "TICKET_IDS",
    "Seed",
    "Workspace",
    "ticket_ids",
]
