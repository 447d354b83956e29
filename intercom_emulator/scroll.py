"""
The companies scroll: one open per workspace, and a minute of idleness ends it.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/companies/scrolloverallcompanies
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from intercom_emulator.clock import Clock
from intercom_emulator.errors import Refused, bad_request, not_found
from intercom_emulator.records import Collection
from intercom_emulator.settings import Settings


@dataclass
class _Open:
    parameter: str
    members: list[int]
    position: int
    used_at: float


def _gone() -> Refused:
    return not_found("scroll parameter not found")


class Scroll:
    """
    Walks the companies that exist when the scroll starts, in order of creation.

    Each page shows them as they are by then; those deleted meanwhile are left out.
    """

    def __init__(self, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._clock = clock
        self._settings = settings
        self._open: _Open | None = None
        self._numbers = count(1)

    @property
    def is_open(self) -> bool:
        """Whether a scroll is open that has not idled out."""
        if self._open is None:
            return False
        idle = self._clock.time() - self._open.used_at
        return idle <= self._settings().scroll_idle_seconds

    def start(self, companies: Collection) -> tuple[str, list[int]]:
        """Open the scroll: its parameter and first page. Raises 400 `scroll_exists`."""
        if self.is_open:
            raise bad_request("scroll_exists", "scroll already exists for this workspace")
        parameter = str(UUID(int=0x69352CD2_0000_4000_8000_000000000000 + next(self._numbers)))
        members = list(companies.truth.ordinals())
        self._open = _Open(parameter, members, 0, self._clock.time())
        return parameter, self._page(self._open, companies)

    def next(self, parameter: str, companies: Collection) -> list[int]:
        """The next page; an empty one is the last. Raises 404 once the scroll is gone."""
        if not self.is_open or self._open is None or self._open.parameter != parameter:
            raise _gone()
        page = self._page(self._open, companies)
        if not page:
            self._open = None
            if self._settings().scroll_end == "not_found":
                raise _gone()
        return page

    def close(self) -> None:
        """Forget the open scroll, as if its minute had passed."""
        self._open = None

    def _page(self, scroll: _Open, companies: Collection) -> list[int]:
        scroll.used_at = self._clock.time()
        page: list[int] = []
        size = self._settings().scroll_page_size
        while scroll.position < len(scroll.members) and len(page) < size:
            ordinal = scroll.members[scroll.position]
            scroll.position += 1
            if companies.truth.exists(ordinal):
                page.append(ordinal)
        return page
