"""
Intercom's rate limit: so many requests per 10-second window, told in three headers.

https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting
"""

from __future__ import annotations

from collections.abc import Callable

from intercom_emulator.clock import Clock
from intercom_emulator.errors import Refused
from intercom_emulator.settings import Settings

WINDOW_SECONDS = 10


class RateLimit:
    """One budget for the whole workspace, in windows aligned to the clock."""

    def __init__(self, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._clock = clock
        self._settings = settings
        self._window = -1
        self._used = 0

    def take(self) -> dict[str, str]:
        """Count one request; the headers for its answer. Raises 429 when none is left."""
        settings = self._settings()
        limit = settings.rate_limit
        if not limit:
            return {}
        window = self._clock.now() // WINDOW_SECONDS
        if window != self._window:
            self._window, self._used = window, 0
        self._used += 1
        headers = self._headers(limit)
        if self._used > limit:
            message = f"Exceeded rate limit of {limit} in {WINDOW_SECONDS}_seconds"
            raise Refused(429, "rate_limit_exceeded", message, headers)
        return headers

    def _headers(self, limit: int) -> dict[str, str]:
        form = self._settings().rate_limit_headers
        if form == "absent":
            return {}
        if form == "garbled":
            return dict.fromkeys(
                ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"), "soon"
            )
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - self._used)),
            "X-RateLimit-Reset": str((self._window + 1) * WINDOW_SECONDS),
        }

    def reset(self) -> None:
        """Start the window afresh."""
        self._window, self._used = -1, 0
