"""Seeds by name: "tiny", "demo", or sizes such as "contacts=1000000,conversations=20000"."""

from __future__ import annotations

from intercom_emulator.seeds.demo import demo
from intercom_emulator.seeds.sized import sized
from intercom_emulator.seeds.tiny import tiny
from intercom_emulator.workspace import Seed


def make_seed(name: str, ticket_ids: str = "conversation") -> Seed:
    """
    The seed called `name`; the same name always gives the same records.

    `ticket_ids` says whether a ticket has the id of its conversation, or its "own".
    """
    if name == "tiny":
        return tiny(ticket_ids)
    if name == "demo":
        return demo(ticket_ids)
    if name == "empty":
        return Seed(now=sized({}).now)
    if "=" in name:
        pairs = (pair.partition("=") for pair in name.split(","))
        return sized({key.strip(): int(value) for key, _, value in pairs}, ticket_ids)
    message = f"unknown seed {name!r}: tiny, demo, empty, or sizes such as contacts=1000"
    raise ValueError(message)
