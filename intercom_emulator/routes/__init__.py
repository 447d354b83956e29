"""Intercom's operations, one module per resource; importing this package registers them all."""

from intercom_emulator.routes import (
    admins,
    companies,
    contacts,
    conversations,
    oauth,
    plain,
    tickets,
)
from intercom_emulator.routes.router import ROUTER

__all__ = [
    "ROUTER",
    "admins",
    "companies",
    "contacts",
    "conversations",
    "oauth",
    "plain",
    "tickets",
]
