"""
One sync reads one closed window; what of it is still unread is its state.

         start                                      T0 = Intercom's clock when the sync began
    ──────┤ unread ├┤ read                  ├┤ unread ┤

A slice includes both its ends, and a row belongs to the slices that hold its date. Whoever reads
says what was read; whoever keeps state takes that away from what was unread. A row that changes
while the sync runs leaves the window, and the next sync, which starts a safety margin before T0,
finds it: so no order of reading, no interruption and no late search index can lose it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from source_intercom.intercom.timestamps import epoch_seconds, rfc3339

SAFETY_MARGIN = 15 * 60  # guard: safety margin
"""Seconds that a search index may lag: "a few minutes" for contacts by Intercom's description."""
DAY = 24 * 3600
FOREVER = 253_402_300_799
"""The last second of the year 9999."""


@dataclass(frozen=True)
class Slice:
    """
    Rows with start <= their date <= end, in Unix seconds.

    Where too many rows share a moment, `created` cuts them by a second field that never changes.
    """

    start: int
    end: int
    created: tuple[int, int] | None = None

    @property
    def axis(self) -> str:
        """The field that orders the slice and along which it is cut."""
        return "updated_at" if self.created is None else "created_at"

    @property
    def low(self) -> int:
        """The first value on the axis."""
        return self.start if self.created is None else self.created[0]

    @property
    def high(self) -> int:
        """The last value on the axis."""
        return self.end if self.created is None else self.created[1]

    def between(self, low: int, high: int) -> Self:
        """The same slice from one value of its axis to another."""
        if self.created is None:
            return replace(self, start=low, end=high)
        return replace(self, created=(low, high))

    def holds(self, updated_at: int | None, created_at: int | None = None) -> bool:
        """Whether a row belongs here; one without a date belongs wherever it was found."""
        if updated_at is not None and not self.start <= updated_at <= self.end:
            return False
        if self.created is None or created_at is None:
            return True
        first, last = self.created
        return first <= max(created_at, 0) and min(created_at, FOREVER) <= last

    def touches(self, above: Self) -> bool:
        """Whether another slice of the same axis begins where this one ends."""
        if self.created is None or above.created is None:
            return self.created == above.created and self.end + 1 == above.start
        is_same = (self.start, self.end) == (above.start, above.end)
        return is_same and self.high + 1 == above.low

    def by_creation(self) -> Self:
        """The same rows, ordered by the second field, which may be cut."""
        return replace(self, created=(0, FOREVER))

    def without(self, part: Self) -> Self | None:
        """What is left where a part at one of its ends is taken away; None for nothing."""
        if part.high >= self.high:
            left = self.between(self.low, min(part.low - 1, self.high))  # guard: touching slices
        else:
            left = self.between(max(part.high + 1, self.low), self.high)
        return left if left.low <= left.high else None


def less(unread: Iterable[Slice], read: Slice) -> tuple[Slice, ...]:
    """
    What is left of slices where one was read.

    >>> less([Slice(0, 9)], Slice(3, 5))
    (Slice(start=0, end=2, created=None), Slice(start=6, end=9, created=None))

    Of moments that are cut by creation, the creations that were not read.
    """
    return tuple(left for piece in unread for left in _left(piece, read))


def _left(piece: Slice, read: Slice) -> Iterator[Slice]:
    start, end = max(piece.start, read.start), min(piece.end, read.end)
    first, last = piece.created or (0, FOREVER)
    low, high = read.created or (first, last)
    low, high = max(first, low), min(last, high)
    if start > end or low > high:
        yield piece
        return
    if piece.start < start:
        yield replace(piece, end=start - 1)
    if first < low:
        yield Slice(start, end, (first, low - 1))
    if high < last:  # guard: unread creations
        yield Slice(start, end, (high + 1, last))
    if end < piece.end:
        yield replace(piece, start=end + 1)


@dataclass(frozen=True)
class Window:
    """What one sync of one stream reads: everything from `start` to `end`, both included."""

    start: int
    end: int
    slices: tuple[Slice, ...]
    watermark: int | None
    """Everything up to here was read by earlier syncs; None on the first."""
    lookback: int = 0
    """Seconds that the user asks to read again, on top of the safety margin."""
    held_back_from: int | None = None
    """A state that lay in the future, where one did."""
    fresh_from: int = 0
    """No earlier sync has reached what lies from here on; before it is what some of them left."""

    @property
    def is_all(self) -> bool:
        """Whether nothing was read before, so that a search for it finds all there is."""
        return self.watermark is None and len(self.slices) == 1

    @classmethod
    def plan(
        cls, state: Mapping[str, Any], cursor_field: str, t0: int, start_date: int, lookback: int
    ) -> Self:
        """
        The window of a sync that begins at `t0` with the state of the one before.

        A state of any other shape counts as none: then all history from `start_date` is read.
        """
        saved = _seconds(state.get(cursor_field))
        if saved is None:  # guard: empty state
            window = Slice(start_date, t0)
            return cls(start_date, t0, (window,) if start_date <= t0 else (), None, lookback)
        watermark = min(saved, t0)  # guard: state of the future
        unread = _decode(state, t0)
        if unread is None:
            start = watermark - SAFETY_MARGIN - lookback  # guard: user's lookback
            start = max(start, min(start_date, watermark + 1))
            unread = (Slice(start, t0),)
            fresh_from = start  # guard: late conversations
        else:
            # guard: conversations since a break-off
            fresh_from = (_seconds(state.get("read_until")) or 0) + 1
        return cls(
            start=min(piece.start for piece in unread),
            end=t0,
            slices=unread,
            watermark=watermark,
            lookback=lookback,
            held_back_from=saved if saved > t0 else None,
            fresh_from=fresh_from,
        )

    @property
    def settled(self) -> int:
        """What changed later may be indexed late: a position there proves nothing."""
        return self.end - SAFETY_MARGIN - self.lookback  # guard: margin of a break-off

    def is_due(self, updated_at: int | None, created_at: int | None = None) -> bool:
        """Whether a row is to be emitted: one of a slice, newer than all of them, or undated."""
        if updated_at is None or updated_at > self.end:
            return True
        # guard: unread rows alone
        return any(piece.holds(updated_at, created_at) for piece in self.slices)

    def holds_all(self, moments: Sequence[int | None]) -> bool:
        """Whether one slice holds all of these: then none must be looked at by itself."""
        known = [moment for moment in moments if moment is not None]
        if not known or len(known) < len(moments):
            return False
        low, high = min(known), max(known)
        return any(
            # guard: page of due rows
            piece.created is None and piece.start <= low and high <= piece.end
            for piece in self.slices
        )

    def state(self, cursor_field: str, unread: Iterable[Slice]) -> dict[str, Any]:
        """
        What the next sync must know: {"updated_at": "…Z"}, and what is unread after a break-off.

            {"updated_at": "2024-03-01T00:00:00Z", "read_until": "2024-11-01T08:45:00Z",
             "unread": [["2024-03-01T00:00:01Z", "2024-05-01T00:00:00Z"]]}

        A sync that was broken off claims nothing of the safety margin before its end, because
        whoever goes on may come after the late rows of that margin have been indexed.
        """
        pieces = list(unread)
        if not pieces:  # guard: unread pieces
            return {cursor_field: rfc3339(max(self.end, self.watermark or 0))}  # guard: end at T0
        left = [replace(piece, end=min(piece.end, self.settled)) for piece in pieces]
        left = [piece for piece in left if piece.start <= piece.end]
        read_to = min([self.settled, *(piece.start - 1 for piece in left)])
        # guard: state moves on
        watermark = max(read_to, self.start - 1 if self.watermark is None else self.watermark)
        if self.settled < self.start:
            return {cursor_field: rfc3339(watermark)}
        return {
            cursor_field: rfc3339(watermark),
            "read_until": rfc3339(self.settled),
            "unread": [_encode(piece) for piece in left],
        }


def _encode(piece: Slice) -> list[str | None]:
    return [rfc3339(edge) for edge in (piece.start, piece.end, *(piece.created or ()))]


def _decode(state: Mapping[str, Any], t0: int) -> tuple[Slice, ...] | None:
    """The slices that an interrupted sync left, and all since; None unless the state has them."""
    until = _seconds(state.get("read_until"))
    listed = state.get("unread")
    if until is None or not isinstance(listed, list) or until >= t0:
        return None
    pieces = []
    for entry in listed:
        edges = [_seconds(edge) for edge in entry] if isinstance(entry, list) else []
        match edges:
            case [int(start), int(end)] if start <= end <= until:
                pieces.append(Slice(start, end))
            case [int(start), int(end), int(low), int(high)] if start <= end <= until:
                pieces.append(Slice(start, end, (low, high)))
            case _:
                return None  # guard: half a state
    return joined([*pieces, Slice(until + 1, t0)])


def joined(pieces: Iterable[Slice]) -> tuple[Slice, ...]:
    """The same moments in fewer slices: syncs that fail would else leave one more each."""
    found: list[Slice] = []
    for piece in sorted(pieces, key=lambda each: (each.created is not None, each.start)):
        last = found[-1] if found else None
        # guard: joined slices
        if last is not None and piece.created is None and piece.start <= last.end + 1:
            # guard: slice within another
            found[-1] = last.between(last.start, max(last.end, piece.end))
        else:
            found.append(piece)
    return tuple(found)


def _seconds(value: object) -> int | None:
    return epoch_seconds(value) if isinstance(value, (str, int)) else None
