"""Intercom's operations, one module per resource; importing this package registers them all."""

from intercom_emulator.routes import (
    admins,
    articles,
    companies,
    contacts,
    conversations,
    lookups,
    oauth,
    tickets,
)
from intercom_emulator.routes.router import ROUTER

__all__ = [
    "ROUTER",
    "admins",
    "articles",
    "companies",
    "contacts",
    "conversations",
    "lookups",
    "oauth",
    "tickets",
]
