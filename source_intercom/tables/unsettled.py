"""
Objects that could not be read for reasons of their own: kept by id, and asked for again.

    "unsettled": {"1234": {"times": 2, "asked_at": "2026-11-26T09:00:00Z",
                           "updated_at": "2026-11-25T17:30:00Z"}}

A thread that Intercom always answers with 422 must neither stop the others nor be forgotten. Its
id stays in the state until it is read or gone; the next sync asks for it again, and later ones at
a distance that grows to a week. Many new ones in one sync are no such objects, but an outage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from source_intercom.intercom.timestamps import epoch_seconds, rfc3339

MOST = 1_000
"""Ids that a state holds; a list that grows beyond is no list of exceptions any more."""
FEW = 20
"""New ones in one sync that are exceptions, however few others were read."""
FIRST_DISTANCE, LONGEST_DISTANCE = 3600, 7 * 24 * 3600
"""Seconds until the third question, and between the later ones."""


@dataclass(frozen=True)
class Attempts:
    """
    How often an object was asked for in vain, and when last, in Unix seconds.

    `updated_at`: its own date then, for the rows that come in the end.
    """

    times: int
    asked_at: int
    updated_at: int | None = None

    def encode(self) -> dict[str, Any]:
        """As a state holds it."""
        dated = {} if self.updated_at is None else {"updated_at": rfc3339(self.updated_at)}
        return {"times": self.times, "asked_at": rfc3339(self.asked_at), **dated}

    def is_due(self, now: int) -> bool:
        """Whether it is to be asked for again: by the next sync, then ever more rarely."""
        if self.times <= 1:
            return True
        doublings = min(self.times - 2, 16)
        # guard: ever more rarely
        return now >= self.asked_at + min(FIRST_DISTANCE << doublings, LONGEST_DISTANCE)


class Unsettled:
    """The unread objects of one stream, and how a sync that began at `now` fares with them."""

    def __init__(self, saved: object, now: int) -> None:
        self._now = now
        self._attempts = dict(_decode(saved))
        self._before = frozenset(self._attempts)
        self._doubtful: set[str] = set()
        self._failed: set[str] = set()
        self.read = 0
        """Objects that were answered in this sync."""
        self.is_full = False
        """Whether there are more than a state may hold."""

    @property
    def due(self) -> list[str]:
        """The ids to ask for again in this sync."""
        return [name for name, each in self._attempts.items() if each.is_due(self._now)]

    @property
    def waiting(self) -> list[str]:
        """The ids that this sync has not asked for."""
        return sorted(name for name, each in self._attempts.items() if each.asked_at != self._now)

    def date_of(self, name: str) -> int | None:
        """When an object had changed last, as far as that was known when it was kept."""
        return self._attempts[name].updated_at

    def is_known(self, name: str) -> bool:
        """Whether an earlier sync had trouble with this object."""
        return name in self._before

    @property
    def failed(self) -> int:
        """Objects that no sync before had trouble with."""
        return len(self._failed)

    @property
    def is_outage(self) -> bool:
        """Whether so many failed that the objects can't be to blame."""
        return self.failed > FEW and self.failed > self.read  # guard: many new ones

    def settle(self, name: str) -> None:
        """Note that an object was read, or that Intercom itself says that it is gone."""
        self.read += 1
        self._attempts.pop(name, None)  # guard: settled id
        self._failed.discard(name)
        self._doubtful.discard(name)

    def keep(self, name: str, updated_at: int | None = None, *, is_doubtful: bool = False) -> None:
        """Note that one was asked for in vain; `is_doubtful`: a proxy says that it is gone."""
        before = self._attempts.get(name, Attempts(0, self._now - 1))
        if name not in self._attempts and len(self._attempts) >= MOST:  # guard: bounded ids
            self.is_full = True
        else:
            # Asked for as one that waits, it may be found changed by the same sync.
            dates = [each for each in (before.updated_at, updated_at) if each is not None]
            times = before.times + (before.asked_at != self._now)
            # guard: newest date kept
            self._attempts[name] = Attempts(times, self._now, max(dates, default=None))
        if name not in self._before:
            self._failed.add(name)
        elif is_doubtful:  # guard: doubted before
            self._doubtful.add(name)

    def believe(self) -> list[str]:
        """
        Forget those that were said to be gone at two syncs, where others were read meanwhile.

        nginx's 404 for a deleted thread never becomes Intercom's own; that of an outage does.
        """
        if self.read <= self.failed:  # guard: gone at two syncs
            return []
        gone = sorted(self._doubtful)
        for name in gone:
            del self._attempts[name]
        self._doubtful.clear()
        return gone

    def encode(self) -> dict[str, dict[str, Any]]:
        """As a state holds them."""
        return {name: each.encode() for name, each in self._attempts.items()}

    def __len__(self) -> int:
        return len(self._attempts)


def _decode(saved: object) -> list[tuple[str, Attempts]]:
    """What can be read of a saved list; an entry of another shape is asked for at once."""
    if not isinstance(saved, Mapping):
        return []
    return [(str(name), _attempts(entry)) for name, entry in saved.items()]


def _attempts(entry: object) -> Attempts:
    match entry:
        case {"times": int(times), "asked_at": str(asked_at), **others} if times > 0:
            updated_at = epoch_seconds(others.get("updated_at"))
            return Attempts(times, epoch_seconds(asked_at) or 0, updated_at)
        case _:
            return Attempts(1, 0)
