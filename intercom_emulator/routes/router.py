"""The router that every resource registers with."""

from intercom_emulator.routing import Router

ROUTER = Router()
