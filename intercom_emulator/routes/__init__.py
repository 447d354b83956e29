"""Intercom's operations, one module per resource; importing this package registers them all."""

from intercom_emulator.routes import (
    admins,
    calls,
    companies,
    contacts,
    content,
    conversations,
    events,
    oauth,
    plain,
    tickets,
)
from intercom_emulator.routes.router import ROUTER

__all__ = [
    "ROUTER",
    "admins",
    "calls",
    "companies",
    "contacts",
    "content",
    "conversations",
    "events",
    "oauth",
    "plain",
    "tickets",
]
