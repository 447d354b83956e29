"""
Searches of contacts and conversations: slices walked side by side, each in ascending order.

Python, because the CDK cuts time by the calendar: ten empty years cost 120 requests and one full
day can't be shared. Here a slice is cut where it turns out to hold much, and each page of it moves
the state.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from queue import SimpleQueue
from typing import Any, NamedTuple, Self

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.types import StreamSlice

from source_intercom.api.concurrency import Concurrency
from source_intercom.api.errors import Remedy
from source_intercom.api.pages import MalformedAnswer, Page, parse_page
from source_intercom.api.search import LONGEST_DAY, SECOND, search_body
from source_intercom.api.slices import DAY, SAFETY_MARGIN, Slice, Window
from source_intercom.api.timestamps import epoch_seconds
from source_intercom.client import TRIES, IntercomError
from source_intercom.components.base_retriever import IntercomRetriever

PAGE_SIZE = 150
"""The most that Intercom gives: https://developers.intercom.com/docs/references/2.16/rest-api"""
ROWS_WORTH_A_CUT = 10 * PAGE_SIZE
"""A cut costs a request or two more, so what is left must be worth 10."""
MOST_REMEMBERED = 3_000
"""Rows emitted ahead of what they prove; a lane with more of them goes on as it is."""
EMPTY_PAGES = 1_000
"""Pages in a row that may be empty and name a next one all the same: the index is behind."""
PAGE_BYTES = 4_000_000
"""Where rows are so large that 150 of them weigh more, fewer are asked for."""
BYTES_AHEAD = 16_000_000
"""Bodies of a stream that may wait to be emitted."""
NARROWEST = {SECOND: 1, LONGEST_DAY: 30 * DAY}
"""Seconds of the shortest slice, by reach: one of contacts reads two days more than its own."""

logger = logging.getLogger("airbyte")


class Version(NamedTuple):
    """An object as it was at one time, and what places its row; dates in Unix seconds."""

    id: str
    updated_at: int | None
    created_at: int | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """That of one row as Intercom sent it."""
        return cls(
            str(row.get("id")),
            epoch_seconds(row.get("updated_at")),
            epoch_seconds(row.get("created_at")),
        )


@dataclass
class Lane:
    """One slice under way."""

    number: int
    """The cursor's number of the slice; 0 for rows newer than the window, which no state claims."""
    piece: Slice
    per_page: int = PAGE_SIZE
    size: int = 0
    """Bytes of the page before: what the next one is expected to weigh."""
    starting_after: str | None = None
    asked: set[str] = field(default_factory=set)
    received: int = 0
    last: int | None = None
    """The axis value of the last row whose place in the order is sure."""
    newest_first: bool = False
    is_sorted: bool = True
    has_moved: bool = False
    """Whether two different values have shown the order."""
    empty: int = 0
    """Pages in a row without a row."""
    emitted: frozenset[Version] = frozenset()
    """What was emitted of the part that is unread all the same: it may be found again."""
    may_be_cut: bool = True

    def value(self, version: Version) -> int | None:
        """The row's value on the slice's axis."""
        return version.updated_at if self.piece.created is None else version.created_at

    def follow(self, page: list[Version], settled: int) -> None:
        """
        Note the last axis value, and whether the rows come in order at all.

        Rows that changed after `settled` prove nothing: a late index may have sorted them by the
        value that they had before.
        """
        self.received += len(page)
        for version in page:
            value = self.value(version)
            if value is None or version.updated_at is None:
                self.is_sorted = False
            elif version.updated_at <= settled:
                if self.last is not None and self.last != value:
                    self.has_moved = True
                    self.is_sorted = self.is_sorted and self.newest_first == (value < self.last)
                self.last = value

    def remember(self, rows: Iterable[Version]) -> None:
        """Note rows as emitted, and forget those that are behind the last value."""
        unread = self.unread()
        self.emitted = frozenset(
            version
            for version in chain(self.emitted, rows)
            if unread.low <= (self.value(version) or 0) <= unread.high
        )
        self.may_be_cut = len(self.emitted) <= MOST_REMEMBERED

    def is_past(self) -> bool:
        """Whether all rows to come lie behind the slice."""
        if not self.has_moved or not self.is_sorted or self.last is None:
            return False
        return self.last < self.piece.low if self.newest_first else self.last > self.piece.high

    def is_proven(self) -> bool:
        """Whether the last value tells how far the slice has been read."""
        return self.number > 0 and self.has_moved and self.is_sorted and self.last is not None

    def unread(self) -> Slice:
        """What is left of a slice whose last value is proven; rows of that value may still come."""
        last = self.piece.low if self.last is None else self.last
        if self.newest_first:
            return self.piece.between(self.piece.low, min(last, self.piece.high))
        return self.piece.between(max(last, self.piece.low), self.piece.high)


@dataclass
class Batch:
    """Rows of one page, and what of the slice is unread once they are emitted."""

    number: int
    rows: list[dict[str, Any]]
    unread: Slice | None
    """None where the page proves nothing."""
    is_last: bool


@dataclass
class SearchRetriever(IntercomRetriever):
    """
    Walks POST …/search over the window of a sync.

    `searches_by_day`: Intercom compares calendar days, not seconds (contacts up to API 2.16).
    """

    searches_by_day: bool = False
    lanes: int = 40
    """Slices that may be walked at once; more than one process can digest."""

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Every row of the window, and state messages between them."""
        for batch in self.walk():
            yield from self.emit(records_schema, iter(batch.rows))
            yield from self.settle(batch)
        yield self.window_cursor.state_message()

    def settle(self, batch: Batch) -> Iterator[AirbyteMessage]:
        """Tell the cursor that a batch has been emitted; a state message, if one is due."""
        if batch.number:
            if batch.is_last:
                self.window_cursor.close(batch.number)
            elif batch.unread is not None:
                self.window_cursor.narrow(batch.number, batch.unread)
        message = self.window_cursor.checkpoint(len(batch.rows))
        if message is not None:
            yield message

    def walk(self) -> Iterator[Batch]:
        """
        The window's rows in batches, each to be settled once it is emitted.

        A slice that fails lets the ones under way end their page; the error comes last.
        """
        t0 = self.sync.client.started_at()
        window, numbered = self.window_cursor.open(t0, self.sync.start_date, self.sync.lookback)
        pages = 0
        for batch in self._walk(window, self._lanes(window, numbered)):
            pages += 1
            yield batch
        # What changed since T0 has left the slices that were still to be read. State says nothing
        # of it, but a table that this sync writes anew would miss those rows until the next.
        now = self.sync.client.last_date or t0
        is_one_walk_upwards = not self.window_cursor.has_several_slices and not self.searches_by_day
        if now > t0 and pages > 1 and not is_one_walk_upwards:
            yield from self._walk(window, self._lanes(window, {0: Slice(t0 + 1, now)}))

    def _lanes(
        self, window: Window, numbered: Mapping[int, Slice], cut_from: Lane | None = None
    ) -> list[Lane]:
        """
        Lanes for slices by number.

        A search by day finds up to two days before a slice as well. A slice that ends now is
        therefore read downwards, to stop at its start; others have rows behind both ends.
        """
        lanes = []
        for number, piece in numbered.items():
            newest_first = self.searches_by_day and piece.created is None
            lane = Lane(number, piece, newest_first=newest_first and piece.end >= window.end)
            if cut_from is not None:
                lane.per_page, lane.size = cut_from.per_page, cut_from.size
                lane.emitted, lane.has_moved = cut_from.emitted, cut_from.has_moved
            lanes.append(lane)
        return lanes

    def _walk(self, window: Window, lanes: list[Lane]) -> Iterator[Batch]:
        """Walk lanes and what they are cut into, until none is left."""
        waiting = deque(lanes)
        done: SimpleQueue[tuple[Lane, Page | Exception]] = SimpleQueue()
        most = min(self.lanes, self.sync.num_workers)
        concurrency = Concurrency(most)
        running: list[int] = []
        failure: Exception | None = None

        def start() -> None:
            while waiting and len(running) < concurrency.value:
                if running and sum(running) + waiting[0].size > BYTES_AHEAD:
                    return
                lane = waiting.popleft()
                running.append(lane.size)
                self.sync.workers.submit(self._try_page, window, lane, done.put)

        while waiting or running:
            start()
            concurrency.observe(has_waited=done.empty())
            lane, outcome = done.get()
            running.remove(lane.size)
            if isinstance(outcome, Exception):
                failure = failure or outcome
                waiting.clear()
                continue
            self.report(len(outcome.rows))
            lane.size = outcome.size
            room = min(most, BYTES_AHEAD // max(outcome.size, 1))
            has_room = len(running) + len(waiting) < room
            batch, going_on = self._digest(window, lane, outcome, has_room=has_room)
            if failure is None:
                waiting.extendleft(reversed(going_on))
                start()
            yield batch
        if failure is not None:
            raise failure

    def _digest(
        self, window: Window, lane: Lane, page: Page, *, has_room: bool
    ) -> tuple[Batch, list[Lane]]:
        """A page's rows that belong to its slice, and the lanes that go on from there."""
        # No state claims what changed since T0, so there the order need not be proven.
        settled = window.end - SAFETY_MARGIN - window.lookback if lane.number else lane.piece.end
        versions = [Version.of(row) for row in page.rows]
        lane.follow(versions, settled)
        due = [
            (row, version)
            for row, version in zip(page.rows, versions, strict=True)
            if version not in lane.emitted
            and (
                lane.piece.holds(version.updated_at, version.created_at)
                or (lane.number and (version.updated_at or 0) > window.end)
            )
        ]
        rows = [row for row, _ in due]
        lane.starting_after = (page.following or {}).get("starting_after")
        if lane.starting_after is None or lane.is_past():
            return Batch(lane.number, rows, None, is_last=True), []
        lane.empty = 0 if page.rows else lane.empty + 1
        if lane.starting_after in lane.asked or lane.empty > EMPTY_PAGES:
            message = f"{self.name}: Intercom names the same next page twice, or empty ones."
            raise IntercomError(message, Remedy.WAIT)
        lane.asked.add(lane.starting_after)
        if self._left(lane, page) < ROWS_WORTH_A_CUT:
            lane.may_be_cut = False
        elif lane.may_be_cut:
            lane.remember(version for _, version in due)
        if not lane.is_proven():
            return Batch(lane.number, rows, None, is_last=False), [lane]
        pieces = self._cut(lane, versions, has_room=has_room) if lane.may_be_cut else []
        if not pieces:
            return Batch(lane.number, rows, lane.unread(), is_last=False), [lane]
        going_on = self._lanes(window, self.window_cursor.cut(lane.number, pieces), cut_from=lane)
        return Batch(lane.number, rows, None, is_last=True), going_on

    def _left(self, lane: Lane, page: Page) -> int:
        """How many rows of a slice are still to come, roughly."""
        left = (page.total_count or 0) - lane.received
        if not lane.newest_first:
            return left
        # Of what the search finds, this much lies in the slice and not in the days before it.
        seconds = lane.unread().high - lane.unread().low + 1
        return left * seconds // (seconds + 2 * DAY)

    def _cut(self, lane: Lane, page: list[Version], *, has_room: bool) -> list[Slice]:
        """The slices to go on with in place of this one; none where it is to go on itself."""
        unread = lane.unread()
        narrowest = NARROWEST[self._reach]
        if unread.low > unread.high:
            return []
        is_one_moment = bool(page) and page[0].updated_at == unread.low
        if unread.created is None and self._reach == SECOND and is_one_moment:
            # One second fills pages: order it by creation, or an interruption would start it over.
            full = unread.between(unread.low, unread.low).divide(unread.low, narrowest)
            rest = unread.between(unread.low + 1, unread.high)
            return [*full, *([rest] if rest.low <= rest.high else [])]
        return unread.divide(unread.low, narrowest) if has_room else []

    @property
    def _reach(self) -> int:
        return LONGEST_DAY if self.searches_by_day else SECOND

    def _try_page(
        self, window: Window, lane: Lane, put: Callable[[tuple[Lane, Page | Exception]], None]
    ) -> None:
        """Put a page, or what kept it away; one that fails is asked for in halves, down to 1."""
        while True:
            try:
                page = self._page(window, lane, tries=2 if lane.per_page > 1 else TRIES)
            except Exception as error:  # noqa: BLE001 the consumer raises it
                is_transient = isinstance(error, IntercomError) and error.is_transient
                if not is_transient or lane.per_page == 1:
                    return put((lane, error))
                lane.per_page //= 2
            else:
                lane.per_page = min(lane.per_page * 2, PAGE_SIZE, _fitting(page))
                return put((lane, page))

    def _page(self, window: Window, lane: Lane, tries: int) -> Page:
        body = search_body(
            lane.piece,
            self._reach,
            lane.per_page,
            lane.starting_after,
            # Rows that change while the last slice is walked move to its end, and still come.
            is_open=lane.piece.end == window.end,
            newest_first=lane.newest_first,
        )
        return self.sync.client.send(
            "POST",
            self.path,
            json=body,
            parse=lambda content: self._parse(content, lane),
            permission=self.permission,
            tries=tries,
        )

    def _parse(self, content: bytes, lane: Lane) -> Page:
        page = parse_page(content, self.record_keys, paged=True)
        if page.following is not None and "starting_after" not in page.following:
            if page.body["pages"].get("next"):
                message = "there are more pages, but no starting_after to ask for them"
                raise MalformedAnswer(message)
            # Page numbers say nothing here: they count pages of the last request's length.
            page = replace(page, following=None)
        received = lane.received + len(page.rows)
        is_full = len(page.rows) >= lane.per_page
        if page.following is None and is_full and received < (page.total_count or 0):
            message = f"a full page names no next one behind {received} of {page.total_count} rows"
            raise MalformedAnswer(message)
        return page


def _fitting(page: Page) -> int:
    """How many rows like these make a page of PAGE_BYTES."""
    return max(PAGE_BYTES * len(page.rows) // page.size, 1) if page.rows else PAGE_SIZE
