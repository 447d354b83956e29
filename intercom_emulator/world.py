"""What a handler sees of the emulator: the workspace, and what is remembered between requests."""

from __future__ import annotations

from intercom_emulator.clock import Clock
from intercom_emulator.messages import Json
from intercom_emulator.rate_limit import RateLimit
from intercom_emulator.records import View
from intercom_emulator.scroll import Scroll
from intercom_emulator.search import Searcher
from intercom_emulator.settings import Settings
from intercom_emulator.tokens import Tokens
from intercom_emulator.workspace import Seed, Workspace


class World:
    """One workspace behind one clock, with its settings, tokens, rate limit, scroll and index."""

    def __init__(self, seed: Seed, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock(seed.now)
        self.tokens = Tokens(self.clock, lambda: self.settings)
        self.rate_limit = RateLimit(self.clock, lambda: self.settings)
        self.scroll = Scroll(self.clock, lambda: self.settings)
        self.searcher = Searcher()
        self.workspace = Workspace(seed, self.clock, lambda: self.settings)
        self.listed_companies: tuple[View, int, list[Json]] | None = None

    def begin_anew(self, seed: Seed) -> None:
        """The records of `seed`, its time, an unused rate limit, no scroll; tokens stay."""
        self.clock.set(seed.now)
        self.workspace = Workspace(seed, self.clock, lambda: self.settings)
        self.scroll.close()
        self.rate_limit.reset()
