"""
Intercom's rate limit as values, and one budget that all requests of a sync share.

Windows are 10 seconds long: X-RateLimit-Limit is a window's allowance, X-RateLimit-Remaining what
is left of it, X-RateLimit-Reset the Unix second of its end on Intercom's clock.
https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Condition

WINDOW_SECONDS = 10.0
UNKNOWN_LIMIT = 160
"""Requests per window before any header was seen: what 1,000 a minute allow, Intercom's least."""
SAID_EVERY = 30.0
"""Seconds between two lines on 429s that are being waited out."""


@dataclass(frozen=True)
class RateLimit:
    """One response's word on its window."""

    limit: int
    remaining: int
    reset: int

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> "RateLimit | None":
        """None where a header is missing or not a number: a 404 page of nginx has none."""
        try:
            return cls(
                limit=int(headers["X-RateLimit-Limit"]),
                remaining=int(headers["X-RateLimit-Remaining"]),
                reset=int(headers["X-RateLimit-Reset"]),
            )
        except (KeyError, ValueError):  # guard: odd limit
            return None


def server_seconds(headers: Mapping[str, str]) -> int | None:
    """Intercom's clock, from the `Date` header, in whole Unix seconds."""
    try:
        return int(parsedate_to_datetime(headers["Date"]).timestamp())
    except (KeyError, TypeError, ValueError):
        return None


class Budget:
    """
    One allowance for every stream, worker and detail request of a sync.

    `acquire` returns when a request may be sent; `update` takes what its answer said. Times are
    `clock`'s seconds; Intercom's clock is only ever compared with itself, through the greatest
    difference seen between its `Date` and ours, so neither clock has to be right.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[Condition, float], object] = lambda condition, s: condition.wait(s),
    ) -> None:
        self._clock = clock
        self._wait = wait
        self._condition = Condition()
        self._limit = UNKNOWN_LIMIT
        self._left = UNKNOWN_LIMIT
        self._ends = clock() + WINDOW_SECONDS
        self._is_new = False
        self._under_way = 0
        self._reset: int | None = None
        self._offset: float | None = None
        self._refused_since: float | None = None
        self._silent_until = self._ends - WINDOW_SECONDS
        self._has_told_pace = False

    def acquire(self) -> None:
        """Take one request of the current window, or wait for the next."""
        with self._condition:
            while True:
                now = self._clock()
                if now >= self._ends:
                    self._open_window(now)
                if self._left > 0:
                    self._left -= 1  # guard: shared budget
                    self._under_way += 1
                    self._wake_one()
                    return
                self._wait(self._condition, self._ends - now)

    def update(self, headers: Mapping[str, str], *, refused: bool = False) -> None:
        """Learn from an answer's headers (none, where none came); a 429 empties its window."""
        with self._condition:
            now, ends = self._clock(), self._ends
            self._under_way -= 1
            date = server_seconds(headers)
            if date is not None:
                offset = date - now
                self._offset = offset if self._offset is None else max(self._offset, offset)
            stated = RateLimit.from_headers(headers)
            if stated is not None and self._offset is not None:
                self._believe(stated, now)
            if refused:
                self._left = 0  # guard: refused window
                if stated is None or self._ends <= now:
                    self._ends = max(self._ends, now + 1.0)
                if self._refused_since is None:
                    self._refused_since = now
            elif headers:
                self._refused_since = None
            if self._ends < ends:
                self._condition.notify_all()
            self._wake_one()

    def is_pace_to_tell(self) -> bool:
        """Whether an answer came and none has stated a limit yet; true once."""
        if self._reset is not None or self._has_told_pace:
            return False
        with self._condition:
            is_first, self._has_told_pace = not self._has_told_pace, True
            return is_first

    def wait_to_tell(self) -> tuple[float, float] | None:
        """
        How long 429s have been waited out, and for how long now: at once, then every half minute.

        None where it is not due to be told.
        """
        with self._condition:
            now = self._clock()
            if self._refused_since is None or now < self._silent_until:
                return None
            self._silent_until = now + SAID_EVERY
            return now - self._refused_since, max(self._ends - now, 0.0)

    def _wake_one(self) -> None:
        """Let one who waits take what is left; it wakes the next, so that nobody wakes in vain."""
        if self._left > 0:
            self._condition.notify()

    def _believe(self, stated: RateLimit, now: float) -> None:
        self._limit = max(stated.limit, 1)
        if self._reset is None or stated.reset > self._reset:
            # Others may have used the new window too. This request counts in it, and what is
            # under way may, counted in what remains or not.
            ours = self._left if self._is_new else self._limit - self._under_way - 1
            self._left = min(ours, stated.remaining)
            self._reset = stated.reset
            # guard: reset on Intercom's clock
            self._ends = min(stated.reset - (self._offset or 0.0), now + WINDOW_SECONDS)
            self._is_new = False
        elif stated.reset == self._reset and not self._is_new:  # guard: late answers
            self._left = min(self._left, stated.remaining)

    def _open_window(self, now: float) -> None:
        # What is under way may be counted in either window.
        self._left = max(self._limit - self._under_way, 1)  # guard: late requests
        self._ends = now + WINDOW_SECONDS
        self._is_new = True
