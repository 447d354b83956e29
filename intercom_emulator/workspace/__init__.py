"""
The workspace: every record, and everything that can happen to it.

    workspace.objects("contacts")      # every contact, as a list of the API shows it
    workspace.create("tags", name="billing")
    workspace.reply("503", body="<p>Thanks!</p>")
"""

from intercom_emulator.workspace.live import Live as Workspace
from intercom_emulator.workspace.seed import (
    COMPANY_IDS,
    CONTACT_IDS,
    CONVERSATION_IDS,
    TICKET_IDS,
    Seed,
)

__all__ = [
    "COMPANY_IDS",
    "CONTACT_IDS",
    "CONVERSATION_IDS",
    "TICKET_IDS",
    "Seed",
    "Workspace",
]
