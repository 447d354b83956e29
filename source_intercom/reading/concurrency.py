"""How many requests at once keep one consumer busy, and no more."""

import time
from collections.abc import Callable
from math import ceil, inf

FIRST = 8
LEAST_SLACK, MOST_SLACK = 1.5, 6.0
GROWTH, DECAY = 1.25, 0.99
"""Of slack, for each answer that was waited for or not: one wait in 25 answers keeps it up."""
RECENT = 0.1
"""The weight of the newest answer in what is taken for the consumer's pace."""


class Concurrency:
    """
    The latency of answers times the rate at which they are consumed (Little's law), with slack.

    Dozens of requests where an answer takes 0.3 s, two or three where Intercom is faster than we
    are: more would only wait in memory, and cost more CPU for being cold when their turn comes. The
    latency is the least that was seen, as it grows where too many ask at once; slack grows where
    the consumer has to wait all the same. Times are `clock`'s, in seconds.
    """

    def __init__(
        self,
        most: int,
        most_slack: float = MOST_SLACK,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._most_slack = most_slack
        self._clock = clock
        self._latency = inf
        self._work: float | None = None
        self._slack = LEAST_SLACK
        self._began = clock()
        self.value = min(FIRST, most)

    def work_ends(self) -> None:
        """Note that the consumer is done with an answer."""
        worked = self._clock() - self._began
        before = worked if self._work is None else self._work
        self._work = before + RECENT * (worked - before)

    def work_begins(self, latency: float, *, has_waited: bool) -> None:
        """Note that the consumer has an answer, which took so long, and whether it had to wait."""
        self._began = self._clock()
        self._latency = min(self._latency, latency)
        self._slack *= GROWTH if has_waited else DECAY
        self._slack = min(max(self._slack, LEAST_SLACK), self._most_slack)
        pace = max(self._work or 0.0, 1e-6)
        wanted = ceil(min(self._slack * self._latency / pace, self._most)) + 1
        self.value = max(min(wanted, self._most), 1)
