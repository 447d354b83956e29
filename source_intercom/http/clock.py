"""
Intercom's clock, as the `Date` of its answers tells it.

What a sync has read is claimed by this clock and never by the machine's own, which may be wrong.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

from source_intercom.intercom.pages import MalformedAnswer

SLACK = 60
"""Seconds that Intercom's servers may differ; a T0 that lies in their future would lose rows."""
SECONDS_AN_HOUR = 3_600
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class IntercomClock:
    """The first and the latest reading, in Unix seconds; `ours` is the machine's own clock."""

    def __init__(self, ours: Callable[[], float] = time.time) -> None:
        self.first: int | None = None
        self.last: int | None = None
        self._ours = ours
        self._error = 0.0
        """Seconds that Intercom's clock is ahead of ours, as far as its answers have told."""
        self._instant = 0
        self._lock = Lock()

    def note(self, date: int) -> None:
        """Take the `Date` of an answer. Raises `MalformedAnswer` where it contradicts the first."""
        self.first = self.first or date
        if date < self.first - SLACK:  # guard: first date
            raise MalformedAnswer("its Date is earlier than that of the first answer")
        self.last = max(self.last or date, date)
        self._error = date - self._ours()

    def now(self) -> float:
        """Intercom's clock, in Unix seconds; ours until its first answer."""
        return self._ours() + self._error

    def instant(self) -> str:
        """
        The present, later than any instant before: "2026-11-26T09:00:00.375002Z".

        Intercom tells whole seconds. What stands behind them is the part of our hour that is over,
        so that two syncs within one of its seconds keep their order.
        """
        ours = self._ours()
        seconds = int(ours) if self.last is None else self.last
        behind = int(ours % SECONDS_AN_HOUR / SECONDS_AN_HOUR * 1_000_000)
        with self._lock:
            # guard: growing instant
            self._instant = max(seconds * 1_000_000 + behind, self._instant + 1)
            moment = EPOCH + timedelta(microseconds=self._instant)
        return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
