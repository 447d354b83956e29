"""The emulator's clock: every time it tells or compares comes from here."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime


class Clock:
    """
    A clock that starts where it is told and then ticks, unless it is frozen.

        clock = Clock(1_793_610_000)
        clock.freeze()
        clock.advance(60)
        clock.now()  # 1_793_610_060
    """

    def __init__(self, start: float) -> None:
        self._base = float(start)
        self._ticking_since: float | None = time.monotonic()

    @property
    def is_frozen(self) -> bool:
        """Whether only `advance` and `set` move the clock."""
        return self._ticking_since is None

    def time(self) -> float:
        """Unix time with fractions of a second."""
        if self._ticking_since is None:
            return self._base
        return self._base + (time.monotonic() - self._ticking_since)

    def now(self) -> int:
        """Unix time in whole seconds, the unit of every timestamp Intercom sends."""
        return int(self.time())

    def set(self, epoch: float) -> None:
        """Jump to `epoch`; a ticking clock ticks on from there."""
        self._base = float(epoch)
        if self._ticking_since is not None:
            self._ticking_since = time.monotonic()

    def advance(self, seconds: float) -> None:
        """Jump ahead (or back) by `seconds`."""
        self.set(self.time() + seconds)

    def freeze(self) -> None:
        """Stop ticking."""
        self._base = self.time()
        self._ticking_since = None

    def tick(self) -> None:
        """Tick again from the present reading."""
        if self._ticking_since is None:
            self._ticking_since = time.monotonic()

    def align_to_wall(self, offset: float = 0.0) -> None:
        """Show the machine's time plus `offset`: a server whose clock is wrong by that much."""
        self.set(time.time() + offset)

    def http_date(self) -> str:
        """The `Date` header, whole seconds, RFC 9110 form."""
        return format_datetime(datetime.fromtimestamp(self.now(), UTC), usegmt=True)
