"""
One search under way: how far its pages prove it to be read, and where what is left may be cut.

    piece of the lane    ├──────── read ────────┤last ├────── left ──────┤
    cut in two           ├──────── read ────────┤last ├─ left ─┤├─ rest ─┤   a lane of its own

A page token belongs to the search that it came from, so a lane that is cut goes on with its own
search, and ends where the rest begins. Rows that a page shows prove an order once two different
values came in it; without that, nothing but the end of a search says that a slice was read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from source_intercom.api.pages import Row
from source_intercom.api.seen import Seen
from source_intercom.api.slices import Slice
from source_intercom.api.timestamps import epoch_seconds

PAGE_SIZE = 150
"""The most that Intercom gives: https://developers.intercom.com/docs/references/2.16/rest-api"""


class Version(NamedTuple):
    """An object as it was at one time."""

    id: str
    updated_at: int | None

    @classmethod
    def of(cls, row: Row) -> Self:
        """A row as Intercom sent it."""
        return cls(str(row.get("id")), epoch_seconds(row.get("updated_at")))


class Placed(NamedTuple):
    """A page's rows, each with its date in Unix seconds and its value on the slice's axis."""

    rows: Sequence[Row]
    ids: Sequence[str]
    moments: Sequence[int | None]
    values: Sequence[int | None]
    settled: int
    """Rows that changed later may be sorted by the value that they had before: by a late index."""
    sure: Sequence[int]
    """The values of rows whose place in the order proves something."""

    @classmethod
    def of(cls, rows: Sequence[Row], axis: str, settled: int) -> Self:
        """Rows as Intercom sent them."""
        ids = [str(row.get("id")) for row in rows]
        moments = [epoch_seconds(row.get("updated_at")) for row in rows]
        if axis == "updated_at":
            sure = [each for each in moments if each is not None and each <= settled]
            return cls(rows, ids, moments, moments, settled, sure)
        values = [epoch_seconds(row.get(axis)) for row in rows]
        sure = [each for each in values if each is not None]
        return cls(rows, ids, moments, values, settled, sure)

    def versions(self, value: int | None) -> set[Version]:
        """The rows of one value."""
        return {
            Version(name, moment)
            for name, moment, its in zip(self.ids, self.moments, self.values, strict=True)
            if its == value
        }


@dataclass(eq=False)
class Lane:
    """One slice under way, page by page."""

    number: int
    """The cursor's number of the slice; 0 for what changed meanwhile, which no state claims."""
    piece: Slice
    """What is emitted of what the search finds."""
    search: Slice
    """What is asked for, the same on every page."""
    per_page: int = PAGE_SIZE
    size: int = 0
    """Bytes of the page before: what the next one is expected to weigh."""
    starting_after: str | None = None
    asked: set[str] = field(default_factory=set)
    seen: Seen = field(default_factory=Seen)
    """The ids of the rows that this search has shown."""
    room: int = 0
    """Rows that the pages so far were asked for."""
    counted: int | None = None
    """The least that Intercom has counted on one of its pages."""
    doubted: tuple[int, str | None] | None = None
    """How many rows a last page was short of the count, and its token."""
    left: int = 0
    """Rows of the piece that are still to come, as far as counts and guesses tell."""
    parent: Self | None = None
    """The lane that this one was cut from; its `left` is set right when this one's is known."""
    newest_first: bool = False
    last: int | None = None
    """The axis value of the last row whose place in the order is sure."""
    is_sorted: bool = True
    has_moved: bool = False
    """Whether two different values have shown the order."""
    unsure: int = 0
    """Rows whose place in the order proves nothing."""
    empty: int = 0
    """Pages in a row without a row that is new."""
    anew: int = 0
    """Searches in a row that were begun for this piece, and came no further."""
    is_around: bool = False
    """Whether another lane failed at the piece, so that this one comes from its other end."""
    behind: set[Version] = field(default_factory=set)
    """What was emitted of the last value: a search for the rest would find it again."""
    emitted: frozenset[Version] = frozenset()
    """What the lane before has emitted of this piece."""

    def follow(self, page: Placed) -> None:
        """Note a page: the last value, and whether the rows come in order at all."""
        self.empty = 0 if self.shows_news(page) else self.empty + 1
        self.seen.add(page.ids)
        self.unsure += len(page.rows) - len(page.sure)
        if None in page.values or None in page.moments:
            self.is_sorted = False
        if not page.sure:
            return
        seen = [*page.sure] if self.last is None else [self.last, *page.sure]
        self.is_sorted = self.is_sorted and seen == sorted(seen, reverse=self.newest_first)
        self.has_moved = self.has_moved or seen[0] != seen[-1]
        before, self.last = self.last, seen[-1]
        found = page.versions(self.last)
        self.behind = self.behind | found if before == self.last else found

    @property
    def received(self) -> int:
        """Rows that came so far."""
        return len(self.seen)

    def _not_ahead(self, page: Placed) -> Iterable[tuple[str, int | None]]:
        """The rows that don't lie ahead of all before, each with its date: any may be a repeat."""
        last, sign = self.last, -1 if self.newest_first else 1
        for name, moment, value in zip(page.ids, page.moments, page.values, strict=True):
            if last is None or value is None or sign * value <= sign * last:
                yield name, moment

    def shows_news(self, page: Placed) -> bool:
        """Whether a page has a row that this search has not shown before."""
        names = [name for name, _ in self._not_ahead(page)]
        return len(names) < len(page.rows) or self.seen.new_of(names) > 0

    def repeats(self, page: Placed) -> bool:
        """
        Whether a page shows rows a second time: then others may be missing in their place.

        Rows that have not settled may well come twice, as they were and as they are.
        """
        if self.number == 0:
            return False
        names = [
            name
            for name, moment in self._not_ahead(page)
            if moment is not None and moment <= page.settled
        ]
        return self.seen.new_of(names) < len(names)

    @property
    def is_past(self) -> bool:
        """Whether all rows to come lie behind the piece."""
        if not self.has_moved or not self.is_sorted or self.last is None:
            return False
        return self.last < self.piece.low if self.newest_first else self.last > self.piece.high

    @property
    def is_proven(self) -> bool:
        """Whether the last value tells how far the piece has been read."""
        return self.number > 0 and self.has_moved and self.is_sorted and self.last is not None

    def is_stuck(self, page: Placed) -> bool:
        """Whether a whole page is of one moment of the piece, so that its end proves nothing."""
        return (
            self.number > 0
            and self.is_sorted
            # Else rows of other moments were emitted, and all is unread as far as is known.
            and (self.has_moved or self.unsure == 0)
            and self.piece.created is None
            and {*page.values} == {self.last}
            and self.last is not None
            and self.piece.low <= self.last <= self.piece.high
        )

    @property
    def unread(self) -> Slice:
        """What is left of the piece; rows of the last value may still come."""
        if not self.is_proven or self.last is None:
            return self.piece
        if self.newest_first:
            return self.piece.between(self.piece.low, min(self.last, self.piece.high))
        return self.piece.between(max(self.last, self.piece.low), self.piece.high)

    @property
    def is_short(self) -> bool:
        """Whether the search ended before all that was counted, as rows moved or came twice."""
        different = self.seen.different()
        has_cause = self.newest_first or different < self.received
        return has_cause and different < (self.counted or 0)

    def rest(self, page: Placed, narrowest: int) -> Slice | None:
        """
        What another lane may take: the far half of the rows that are left; None if that is short.

        How far the near half reaches is read from the page, and is never more than half the time:
        pages may lie, and years may be empty.
        """
        unread = self.unread
        half = (min(unread.high, unread.end) - unread.low) // 2
        near = abs(page.sure[-1] - page.sure[0]) * self.left // (2 * len(page.sure))
        near = max(min(near, half), narrowest - 1)
        middle = unread.high - near - 1 if self.newest_first else unread.low + near
        if unread.created is None:
            # Rows that have not settled are left to one lane: none can tell that it is past them.
            middle = min(middle, page.settled)
        if middle - unread.low + 1 < narrowest or unread.high - middle < narrowest:
            return None
        if self.newest_first:
            return unread.between(unread.low, middle)
        return unread.between(middle + 1, unread.high)

    def by_creation(self, narrowest: int) -> list[Slice]:
        """All that is unread: the moment that fills pages ordered by creation, then the rest."""
        unread, last = self.unread, self.last or 0
        if unread.high - unread.low + 1 < 2 * narrowest:
            return [unread.by_creation()]
        if self.newest_first:
            edge = max(last - narrowest + 1, unread.low)
            moment, rest = (edge, unread.high), (unread.low, edge - 1)
        else:
            edge = min(last + narrowest - 1, unread.high)
            moment, rest = (unread.low, edge), (edge + 1, unread.high)
        pieces = [unread.between(*moment).by_creation(), unread.between(*rest)]
        return pieces if rest[0] <= rest[1] else pieces[:1]

    @property
    def handed_on(self) -> frozenset[Version]:
        """What a lane that takes all that is unread must not emit again."""
        is_inside = self.last is not None and self.piece.low <= self.last <= self.piece.high
        # Rows in front of the piece have been seen and not emitted.
        return self.emitted | self.behind if is_inside else self.emitted

    def around(self) -> Self:
        """A lane that comes to what this one failed at from its other end."""
        return type(self)(
            self.number,
            self.unread,
            search=self.unread,
            newest_first=not self.newest_first,
            emitted=self.handed_on,
            is_around=True,
        )

    def take_from(self, below: Iterable["Lane"], page: Placed) -> "Lane | None":
        """
        Begin the piece at the first row that was found, if the lane below has not come so far.

        A search by day finds up to two days before its slice as well, and all rows from there on:
        so they need not be read twice. Returns the lane that ends earlier now.
        """
        lane = next((each for each in below if each.piece.touches(self.piece)), None)
        edge = min(page.sure, default=self.piece.low)
        if lane is None or lane.newest_first or not lane.is_sorted or edge >= self.piece.low:
            return None
        if edge <= max(lane.piece.low, lane.piece.low if lane.last is None else lane.last):
            return None
        lane.piece = lane.piece.between(lane.piece.low, edge - 1)
        self.piece = self.piece.between(edge, self.piece.high)
        return lane

    def due(self, page: Placed, window_end: int) -> list[Row]:
        """The rows of a page that belong to the piece, or to no slice at all as they are newer."""
        newest = window_end if self.number else self.piece.end
        places = zip(page.rows, page.ids, page.moments, page.values, strict=True)
        return [
            row
            for row, name, moment, value in places
            if (self.piece.holds(moment, value) or (moment is not None and moment > newest))
            and not (self.emitted and Version(name, moment) in self.emitted)
        ]
