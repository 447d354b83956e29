"""How far a reading is, said now and then: one that emits nothing can be silent for hours."""

import logging
import time
from collections.abc import Callable

SECONDS = 30.0
"""Between two lines."""

logger = logging.getLogger("airbyte")


class Progress:
    """The rows that came from Intercom for `name`, whatever becomes of them."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self._rows = 0
        self._said_at = clock()

    def add(self, rows: int) -> None:
        """Count rows, and say how many there are if it is time."""
        self._rows += rows
        now = self._clock()
        if now - self._said_at >= SECONDS:
            self._said_at = now
            logger.info("%s: %d rows received from Intercom so far.", self.name, self._rows)
