"""
A local Intercom for tests, demos and benchmarks. Never shipped with the connector.

Written from Intercom's OpenAPI document and developer pages alone; see README.md for what it
covers and where it is known to differ.
"""

from intercom_emulator.emulator import DEFAULT_TOKEN, Emulator
from intercom_emulator.messages import Request, Response
from intercom_emulator.settings import OAuthSettings, Settings
from intercom_emulator.workspace import Seed, Workspace

__all__ = [
    "DEFAULT_TOKEN",
    "Emulator",
    "OAuthSettings",
    "Request",
    "Response",
    "Seed",
    "Settings",
    "Workspace",
]
