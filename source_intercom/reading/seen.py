"""
Which objects the pages of one search have shown, in eight bytes a row.

Intercom's pages may repeat rows in place of others: so counts compare different ids, not rows, and
a page that shows nothing new is no progress.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain

SHARE = 1 << 16
"""Ids that are counted at a time: a million of them need no set of a million."""


class Seen:
    """Ids by their hashes: a set would take ten times the memory, and only the end needs one."""

    def __init__(self) -> None:
        self._hashes = array("q")

    def add(self, ids: Iterable[str]) -> None:
        """Note the ids of a page."""
        self._hashes.extend(map(hash, ids))

    def different(self, more: Sequence[str] = ()) -> int:
        """How many different ids there are, with those of a page that is not noted yet."""
        hashes = [*map(hash, more)]
        shares = 1 + len(self._hashes) // SHARE
        return sum(
            # guard: different ids
            len({each for each in chain(hashes, self._hashes) if each % shares == share})
            for share in range(shares)
        )

    def new_of(self, ids: Iterable[str]) -> int:
        """How many different ids of a page no page before has shown."""
        page = set(map(hash, ids))
        if page:  # else all that was seen would be gone through for nothing
            page.difference_update(self._hashes)
        return len(page)

    def __len__(self) -> int:
        """How many rows the pages had."""
        return len(self._hashes)
