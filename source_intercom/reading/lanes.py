"""
One search under way: what its pages prove to be read, and where what is left may be cut.

    piece of the lane    ├──────── read ────────┤last ├────── left ──────┤
    cut in two           ├──────── read ────────┤last ├─ left ─┤├─ rest ─┤   a lane of its own

A page token belongs to the search that it came from, so a lane that is cut goes on with its own
search, and ends where the rest begins. Rows that a page shows prove an order once two different
values came in it; without that, nothing but the end of a search says that a slice was read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from source_intercom.intercom.json_text import canonical
from source_intercom.intercom.pages import Row
from source_intercom.intercom.timestamps import epoch_seconds
from source_intercom.reading.seen import Seen
from source_intercom.reading.window import Slice

PAGE_SIZE = 150
"""The most that Intercom gives: https://developers.intercom.com/docs/references/2.16/rest-api"""


def name_of(row: Row) -> str:
    """
    What tells a row of a search from another: its id, or all of it where that is none.

    Rows without an id would pass for repeats of each other.
    """
    name = row.get("id")
    # guard: rows without an id
    return str(name) if name and type(name) in {str, int} else canonical(row).decode()


class Version(NamedTuple):
    """An object as it was at one time."""

    id: str
    updated_at: int | None


class Placed(NamedTuple):
    """A page's rows, with their ids, dates in Unix seconds and values on the slice's axis."""

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
        ids = [name_of(row) for row in rows]
        moments = [epoch_seconds(row.get("updated_at")) for row in rows]
        if axis == "updated_at":
            # guard: settled rows
            sure = [each for each in moments if each is not None and each <= settled]
            return cls(rows, ids, moments, moments, settled, sure)
        values = [epoch_seconds(row.get(axis)) for row in rows]
        sure = [each for each in values if each is not None]
        return cls(rows, ids, moments, values, settled, sure)

    def is_sure(self, number: int) -> bool:
        """Whether the place of a row proves something."""
        value = self.values[number]
        # guard: settled position
        return value is not None and (self.values is not self.moments or value <= self.settled)

    def versions(self, value: int | None) -> set[Version]:
        """The rows of one value."""
        return {
            Version(name, moment)
            for name, moment, its in zip(self.ids, self.moments, self.values, strict=True)
            if its == value
        }


@dataclass
class Request:
    """What the next page is asked with. The thread that asks writes it, nobody else."""

    per_page: int = PAGE_SIZE
    room: int = 0
    """Rows that the pages so far were asked for."""
    counted: int | None = None
    """The least that Intercom has counted on one of its pages."""
    doubted: tuple[int, str | None] | None = None
    """How many rows a doubtful page was short of the count, and its token."""
    lacks_jumped: bool = False
    """Whether the last page is short of the count where rows may have jumped over the walk."""

    def doubts(self, lacking: int, token: str | None) -> bool:
        """Whether a page is doubtful that was not so in the same way the time before."""
        before, self.doubted = self.doubted, (lacking, token)
        return self.doubted != before


@dataclass
class Trail:
    """What the pages so far have shown. The thread that digests them writes it, nobody else."""

    newest_first: bool = False
    seen: Seen = field(default_factory=Seen)
    """The ids of the rows."""
    last: int | None = None
    """The axis value of the last row whose place in the order is sure."""
    is_sorted: bool = True
    has_moved: bool = False  # guard: shown order
    """Whether two different values have shown the order."""
    unsure: int = 0
    """Rows whose place in the order proves nothing."""
    empty: int = 0
    """Pages in a row without a row that is new."""
    behind: set[Version] = field(default_factory=set)
    """The rows of the last value: a search for the rest would find them again."""

    def follow(self, page: Placed) -> None:
        """Note a page: the last value, and whether the rows come in order at all."""
        self.empty = 0 if self.is_news(page) else self.empty + 1
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
        # guard: rows of the last value
        self.behind = self.behind | found if before == self.last else found

    @property
    def proves(self) -> bool:
        """Whether the last value tells how far the search has come."""
        return self.has_moved and self.is_sorted and self.last is not None

    def _not_ahead(self, page: Placed) -> Iterable[tuple[str, int | None]]:
        """The rows that don't lie ahead of all before, each with its date: any may be a repeat."""
        last, sign = self.last, -1 if self.newest_first else 1
        for name, moment, value in zip(page.ids, page.moments, page.values, strict=True):
            if last is None or value is None or sign * value <= sign * last:
                yield name, moment

    def is_news(self, page: Placed) -> bool:
        """Whether a page has a row that none before has shown."""
        names = [name for name, _ in self._not_ahead(page)]
        return len(names) < len(page.rows) or self.seen.new_of(names) > 0

    def is_repeated(self, page: Placed) -> bool:
        """
        Whether a page shows rows a second time: then others may be missing in their place.

        Rows that have not settled may well come twice, as they were and as they are.
        """
        names = [
            name
            for name, moment in self._not_ahead(page)
            if moment is not None and moment <= page.settled
        ]
        return self.seen.new_of(names) < len(names)


@dataclass(eq=False)
class Lane:
    """One slice under way, page by page."""

    piece: Slice
    """What is emitted of what the search finds."""
    search: Slice
    """What is asked for, the same on every page."""
    newest_first: bool = False
    emitted: frozenset[Version] = frozenset()
    """What the lane before has emitted of this piece."""
    is_claimed: bool = True
    """Whether a state will claim the piece; none claims what changed since T0."""
    failed: Self | None = None
    """The lane that failed at the piece, so that this one comes from its other end."""
    anew: int = 0
    """Searches in a row that were begun for this piece, and came no further."""
    request: Request = field(default_factory=Request)
    trail: Trail = field(default_factory=Trail)
    starting_after: str | None = None
    asked: set[str] = field(default_factory=set)
    """Page tokens so far: one that comes again leads nowhere."""
    size: int = 0
    """Bytes of the page before: what the next one is expected to weigh."""
    left: int = 0
    """Rows of the piece that are still to come, as far as counts and guesses tell."""
    parent: Self | None = None
    """The lane that this one was cut from; its `left` is set right when this one's is known."""

    def __post_init__(self) -> None:
        """Let the trail know its direction."""
        self.trail.newest_first = self.newest_first

    @property
    def is_around(self) -> bool:
        """Whether it comes to what another lane failed at."""
        return self.failed is not None

    @property
    def has_begun(self) -> bool:
        """Whether a page with rows has come."""
        return len(self.trail.seen) > 0

    @property
    def is_proven(self) -> bool:
        """Whether the last value tells how far the piece has been read."""
        return self.is_claimed and self.trail.proves

    @property
    def is_past(self) -> bool:
        """Whether all rows to come lie behind the piece."""
        last = self.trail.last
        if not self.trail.proves or last is None:
            return False
        # guard: end of a piece
        return last < self.piece.low if self.newest_first else last > self.piece.high

    @property
    def is_short(self) -> bool:
        """Whether the search ended before all that was counted, as rows moved or came twice."""
        different = self.trail.seen.different()
        is_repeated = different < len(self.trail.seen)
        lacks_repeated = is_repeated and different < (self.request.counted or 0)
        return self.request.lacks_jumped or lacks_repeated

    def is_stuck(self, page: Placed) -> bool:
        """Whether a whole page is of one moment of the piece, so that its end proves nothing."""
        trail = self.trail
        return (
            self.is_claimed
            and trail.is_sorted
            # Else rows of other moments were emitted, and all is unread as far as is known.
            and (trail.has_moved or trail.unsure == 0)
            and self.piece.created is None
            and {*page.values} == {trail.last}
            and trail.last is not None
            and self.piece.low <= trail.last <= self.piece.high  # guard: stuck in its piece
        )

    @property
    def unread(self) -> Slice:
        """What is left of the piece; rows of the last value may still come."""
        last = self.trail.last
        if not self.is_proven or last is None:
            return self.piece
        if self.newest_first:
            return self.piece.between(self.piece.low, min(last, self.piece.high))
        return self.piece.between(max(last, self.piece.low), self.piece.high)  # guard: last second

    @property
    def read(self) -> Slice | None:
        """What has been read of the piece once all pages so far are out; None for nothing."""
        return self.piece.without(self.unread) if self.is_proven else None

    def positions(self, page: Placed) -> list[int | None]:
        """
        For each row of a page the value that the rows before it have come up to.

        That of the next row whose place is sure; None behind the last of those.
        """
        found: list[int | None] = [None] * len(page.rows)
        position: int | None = None
        for number in reversed(range(len(found))):
            if page.is_sure(number):
                position = page.values[number]
            found[number] = position
        return found

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
            middle = min(middle, page.settled)  # guard: unsettled rest
        if middle - unread.low + 1 < narrowest or unread.high - middle < narrowest:
            return None
        if self.newest_first:
            return unread.between(unread.low, middle)
        return unread.between(middle + 1, unread.high)

    def by_creation(self, narrowest: int) -> list[Slice]:
        """All that is unread: the moment that fills pages ordered by creation, then the rest."""
        unread, last = self.unread, self.trail.last or 0
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
    def already_emitted(self) -> frozenset[Version]:
        """What a lane that takes all that is unread must not emit again."""
        last = self.trail.last
        is_inside = last is not None and self.piece.low <= last <= self.piece.high
        # Rows in front of the piece have been seen and not emitted.
        # guard: seen in front of it
        return self.emitted | self.trail.behind if is_inside else self.emitted

    def around(self) -> Self:
        """A lane that comes to what this one failed at from its other end."""
        return type(self)(
            self.unread,
            search=self.unread,
            newest_first=not self.newest_first,
            emitted=self.already_emitted,
            failed=self,
            request=Request(self.request.per_page),
        )

    def take_from(self, below: Iterable["Lane"], page: Placed) -> None:
        """
        Begin the piece at the first row that was found, if the lane below has not come so far.

        A search by day finds up to two days before its slice as well, and all rows from there on:
        so they need not be read twice, and the lane below ends earlier.
        """
        lane = next((each for each in below if each.piece.touches(self.piece)), None)
        edge = min(page.sure, default=self.piece.low)
        if lane is None or lane.newest_first or not lane.trail.is_sorted or edge >= self.piece.low:
            return
        last = lane.piece.low if lane.trail.last is None else lane.trail.last
        if edge <= max(lane.piece.low, last):  # guard: read below
            return
        lane.piece = lane.piece.between(lane.piece.low, edge - 1)  # guard: taken from below
        self.piece = self.piece.between(edge, self.piece.high)

    def due(self, page: Placed, window_end: int) -> list[int]:
        """The numbers of a page's rows that belong to the piece, or are newer than any slice."""
        newest = window_end if self.is_claimed else self.piece.end  # guard: changed twice
        places = enumerate(zip(page.ids, page.moments, page.values, strict=True))
        return [
            number
            for number, (name, moment, value) in places
            # guard: rows of a slice
            if (self.piece.holds(moment, value) or (moment is not None and moment > newest))
            # guard: emitted versions
            and not (self.emitted and Version(name, moment) in self.emitted)
        ]
