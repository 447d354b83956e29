"""
Searches of contacts and conversations: slices walked side by side, each in ascending order.

Python, because the CDK cuts time by the calendar: ten empty years cost 120 requests and one full
day can't be shared. Here a slice is cut where it turns out to hold much, and each page of it moves
the state.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.types import StreamSlice

from source_intercom.api.concurrency import Concurrency
from source_intercom.api.errors import Remedy
from source_intercom.api.lanes import PAGE_SIZE, Lane, Placed, Version
from source_intercom.api.pages import MalformedAnswer, Page, Row, parse_page
from source_intercom.api.search import LONGEST_DAY, SECOND, search_body
from source_intercom.api.slices import DAY, SAFETY_MARGIN, Slice, Window
from source_intercom.api.timestamps import rfc3339
from source_intercom.client import TRIES, IntercomError
from source_intercom.components.base_retriever import IntercomRetriever

ROWS_WORTH_A_CUT = 12 * PAGE_SIZE
"""A cut costs about half a page more, so what is left must be worth 12."""
CREATION_FACTOR = 2
"""Ordered by creation, a search by day finds the days around its slice on every page."""
CATCH_UPS = 5
"""Walks, at most, after what changed while a table was written anew, each shorter than the last."""
EMPTY_PAGES = 1_000
"""Pages in a row that may be empty and name a next one all the same: the index is behind."""
TIMES_ANEW = 3
"""New searches for a piece whose pages repeat rows, without coming any further."""
PAGE_BYTES = 4_000_000
"""Where rows are so large that 150 of them weigh more, fewer are asked for."""
BYTES_AHEAD = 16_000_000
"""Bodies of a stream that may wait to be emitted."""
NARROWEST = {SECOND: 1, LONGEST_DAY: 3 * DAY}
"""Seconds of the shortest slice, by reach: a search by day finds two days more than its own."""

logger = logging.getLogger("airbyte")


@dataclass
class Batch:
    """Rows of one page, and how far its slice has been read once they are emitted."""

    number: int
    rows: list[Row]
    position: int | None = None
    """A value on the slice's axis, whose rows may still come; None where nothing is proven."""
    newest_first: bool = False
    is_last: bool = False

    @property
    def versions(self) -> set[Version]:
        """The rows as they are here, before anything is done to them."""
        return {Version.of(row) for row in self.rows}


class Failures:
    """What kept lanes from their end, by the number of their slice, and what to do about it."""

    def __init__(self) -> None:
        self._lanes: dict[int, tuple[Lane, Exception]] = {}
        self._pages_since = 0
        self.are_final = False
        """Whether no other slice is worth being asked for."""

    def note(self, lane: Lane, error: Exception) -> Lane | None:
        """
        Note that a lane failed; the lane that comes to the same place from the other side, if any.

        One row that Intercom can't show must not hide those behind it. Two slices that fail without
        a page between them are an outage.
        """
        is_another = bool(self._lanes) and not lane.is_around
        is_outage = is_another and self._pages_since == 0
        self._pages_since = 0
        self._lanes[lane.number] = (lane, error)
        if is_outage or not (isinstance(error, IntercomError) and error.may_be_the_objects):
            self.are_final = True
            return None
        return None if lane.is_around or lane.number == 0 else lane.around()

    def forget(self, lane: Lane, *, has_ended: bool) -> None:
        """Note a page that came; a slice that was read to its end all the same has not failed."""
        self._pages_since += 1
        if has_ended and lane.is_around:
            self._lanes.pop(lane.number, None)

    def tell(self, name: str) -> None:
        """Raise the first error that is left, if any."""
        for lane, error in self._lanes.values():
            if lane.is_around and isinstance(error, IntercomError):
                low, high = rfc3339(lane.unread.start), rfc3339(lane.unread.end)
                raise error.behind(
                    f"{name}: what last changed between {low} and {high} can't be read, and what "
                    "lies around it was."
                )
            raise error


@dataclass
class SearchRetriever(IntercomRetriever):
    """
    Walks POST …/search over the window of a sync.

    `searches_by_day`: Intercom compares calendar days, not seconds (contacts up to API 2.16).
    """

    searches_by_day: bool = False
    lanes: int = 40
    """Slices that may be walked at once; more than one process can digest."""
    _per_page: int | None = field(init=False, default=None)
    """What the last page's rows let the next one hold."""
    _recent: set[Version] = field(init=False, default_factory=set)
    """What was emitted of the safety margin: a walk after what was late finds it again."""

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Every row of the window, and state messages between them."""
        for batch in self.walk(*self.open_window()):
            yield from self.emit(records_schema, iter(batch.rows))
            yield from self.settle(batch)
        yield self.window_cursor.state_message()

    def settle(self, batch: Batch) -> Iterator[AirbyteMessage]:
        """Tell the cursor that a batch has been emitted; a state message, if one is due."""
        if batch.number:
            if batch.is_last:
                self.window_cursor.close(batch.number)
            elif batch.position is not None:
                self.window_cursor.narrow(
                    batch.number, batch.position, newest_first=batch.newest_first
                )
        message = self.window_cursor.checkpoint(len(batch.rows))
        if message is not None:
            yield message

    def walk(self, window: Window, slices: dict[int, Slice]) -> Iterator[Batch]:
        """
        The window's rows in batches, each to be settled once it is emitted.

        Where a slice fails, the error comes last.
        """
        t0 = window.end
        since, walked_at = t0 - SAFETY_MARGIN, t0
        for _ in range(1 + CATCH_UPS):
            pages = 0
            for batch in self._walk(window, self._lanes(window, slices)):
                pages += 1
                yield batch
            # What changed meanwhile, or was indexed late, has left the slices that were still to be
            # read. The next sync finds it, but a table written anew would miss it until then.
            now = self.sync.client.last_date or t0
            if pages <= 1 or now <= walked_at or window.watermark is not None:
                return
            slices = {0: Slice(max(since, window.start), now)}
            since, walked_at = now - SAFETY_MARGIN, now

    def _lanes(self, window: Window, numbered: Mapping[int, Slice]) -> list[Lane]:
        """
        Lanes for slices by number.

        A search by day finds up to two days before a slice as well. A slice that ends now is
        therefore read downwards, to stop at its start; others have rows behind both ends.
        """
        return [
            Lane(
                number,
                piece,
                search=piece,
                per_page=self._per_page or PAGE_SIZE,
                emitted=frozenset(self._recent),
                newest_first=(
                    self.searches_by_day and piece.created is None and piece.end >= window.end
                ),
            )
            for number, piece in numbered.items()
        ]

    def _walk(self, window: Window, lanes: list[Lane]) -> Iterator[Batch]:
        """Walk lanes, and those that they are cut into, until none is left."""
        waiting = deque(lanes)
        done: SimpleQueue[tuple[Lane, Page | Exception, float]] = SimpleQueue()
        concurrency = Concurrency(min(self.lanes, self.sync.settings.num_workers))
        running: list[Lane] = []
        failures = Failures()

        def start() -> None:
            while waiting and len(running) < concurrency.value:
                if running and sum(each.size for each in (*running, waiting[0])) > BYTES_AHEAD:
                    return
                running.append(waiting.popleft())
                self.sync.workers.submit(self._try_page, window, running[-1], done.put)

        while waiting or running:
            concurrency.work_ends()
            start()
            has_waited = done.empty()
            lane, outcome, seconds = done.get()
            concurrency.work_begins(seconds, has_waited=has_waited)
            running.remove(lane)
            if isinstance(outcome, Exception):
                around = failures.note(lane, outcome)
                waiting.extendleft([around] if around is not None else [])
                if failures.are_final:
                    waiting.clear()
                continue
            self.report(len(outcome.rows))
            lane.size, self._per_page = outcome.size, lane.per_page
            others = [*running, *waiting]
            room = min(concurrency.value, BYTES_AHEAD // max(outcome.size, 1))
            batch, going_on = self._digest(
                window, lane, outcome, others, has_room=len(others) < room
            )
            failures.forget(lane, has_ended=batch.is_last)
            if not failures.are_final:
                waiting.extendleft(reversed(going_on))
                start()
            yield batch
        failures.tell(self.name)

    def _digest(
        self, window: Window, lane: Lane, page: Page, others: list[Lane], *, has_room: bool
    ) -> tuple[Batch, list[Lane]]:
        """A page's rows that belong to its slice, and the lanes that go on from there."""
        # No state claims what changed since T0, so there the order need not be proven.
        settled = window.end - SAFETY_MARGIN - window.lookback if lane.number else lane.piece.end
        placed = Placed.of(page.rows, lane.piece.axis, settled)
        before, emitted = lane.unread, lane.handed_on
        if lane.repeats(placed):
            return Batch(lane.number, [], is_last=True), self._anew(lane, before, emitted)
        if lane.received == 0 and self.searches_by_day and not lane.newest_first:
            below = lane.take_from(others, placed)
            if below is not None:
                self.window_cursor.shift(below.number, lane.number, lane.piece.low)
            before = lane.unread
        self._count(lane, page)
        lane.follow(placed)
        batch = Batch(lane.number, lane.due(placed, window.end), newest_first=lane.newest_first)
        if window.watermark is None:
            self._recent |= {
                version
                for version in batch.versions
                if version.updated_at is not None
                and window.end - SAFETY_MARGIN <= version.updated_at <= window.end
            }
        lane.starting_after = (page.following or {}).get("starting_after")
        if lane.starting_after is None or lane.is_past:
            batch.is_last = True
            may_begin_anew = before != lane.piece or lane.anew < TIMES_ANEW
            if lane.starting_after is None and lane.is_short and may_begin_anew:
                return batch, self._anew(lane, before, emitted | batch.versions)
            return batch, []
        if lane.starting_after in lane.asked or lane.empty > EMPTY_PAGES:
            message = f"{self.name}: Intercom names the same next page twice, or empty ones."
            raise IntercomError(message, Remedy.WAIT)
        lane.asked.add(lane.starting_after)
        if lane.is_proven:
            batch.position = lane.last
        going_on = self._cut(lane, placed, has_room=has_room and not lane.is_around)
        batch.is_last = lane not in going_on
        return batch, going_on

    def _anew(self, lane: Lane, part: Slice, emitted: frozenset[Version]) -> list[Lane]:
        """A new search for what is left of a lane whose pages show rows in place of others."""
        anew = 0 if part != lane.piece else lane.anew + 1
        if anew > TIMES_ANEW:
            message = f"{self.name}: Intercom's pages repeat rows in place of others."
            raise IntercomError(f"{message} Run the sync again later.", Remedy.WAIT)
        lanes = self._new_lanes(lane, part, [part], emitted)
        for each in lanes:
            each.anew = anew
        return lanes

    def _count(self, lane: Lane, page: Page) -> None:
        """Note how many rows of a slice are still to come, roughly."""
        if lane.received:
            lane.left -= len(page.rows)
            return
        guess, lane.left = lane.left, (page.total_count or 0) - len(page.rows)
        if lane.newest_first:
            # Of what the search finds, this much lies in the slice and not in the days before it.
            seconds = lane.piece.high - lane.piece.low + 1
            lane.left = lane.left * seconds // (seconds + 2 * DAY)
        if lane.parent is not None:
            lane.parent.left += guess - lane.left
            lane.parent = None

    def _cut(self, lane: Lane, page: Placed, *, has_room: bool) -> list[Lane]:
        """The lanes to go on with behind a page: this one, with a part of it, or in its place."""
        is_stuck = lane.is_stuck(page)
        # Rows that have not settled may come again where they are sorted by what they are now.
        may_be_cut = has_room and lane.is_proven and len(page.sure) == len(page.rows) > 0
        if lane.left < ROWS_WORTH_A_CUT or not (is_stuck or may_be_cut):
            return [lane]
        narrowest = NARROWEST[self._reach]
        rest = None if is_stuck else lane.rest(page, narrowest)
        if rest is not None:
            added = self._new_lanes(lane, rest, [rest], lane.emitted)
            for each in added:
                each.left, each.parent = lane.left // 2, lane
            lane.left -= lane.left // 2
            lane.piece = lane.piece.without(rest) or lane.piece
            return [*added, lane]
        is_worth_it = is_stuck or lane.left >= CREATION_FACTOR * ROWS_WORTH_A_CUT
        if lane.piece.created is not None or not is_worth_it:
            return [lane]
        # What can't be cut by its changes is cut by its creation; an interruption while one second
        # fills pages would start it over otherwise.
        return self._new_lanes(lane, lane.unread, lane.by_creation(narrowest), lane.handed_on)

    def _new_lanes(
        self, lane: Lane, part: Slice, pieces: list[Slice], emitted: frozenset[Version]
    ) -> list[Lane]:
        return [
            Lane(
                number,
                piece,
                search=piece,
                per_page=lane.per_page,
                size=lane.size,
                emitted=emitted,
            )
            for number, piece in self.window_cursor.cut(lane.number, part, pieces).items()
        ]

    @property
    def _reach(self) -> int:
        return LONGEST_DAY if self.searches_by_day else SECOND

    def _try_page(
        self,
        window: Window,
        lane: Lane,
        put: Callable[[tuple[Lane, Page | Exception, float]], None],
    ) -> None:
        """
        Put a page, or what kept it away, and how many seconds it took.

        A page that fails is asked for in halves, down to 1.
        """
        while True:
            began = time.monotonic()
            try:
                page = self._page(window, lane, tries=2 if lane.per_page > 1 else TRIES)
            except Exception as error:  # noqa: BLE001 the consumer raises it
                may_pass = isinstance(error, IntercomError) and error.may_pass
                if not may_pass or lane.per_page == 1:
                    return put((lane, error, time.monotonic() - began))
                lane.per_page //= 2
            else:
                lane.room += lane.per_page
                lane.per_page = min(lane.per_page * 2, PAGE_SIZE, _fitting(page))
                return put((lane, page, time.monotonic() - began))

    def _page(self, window: Window, lane: Lane, tries: int) -> Page:
        body = search_body(
            lane.search,
            self._reach,
            lane.per_page,
            lane.starting_after,
            # Rows that change while the last slice is walked move to its end, and still come.
            is_open=lane.search.end >= window.end,
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
        self._doubt_its_end(page, lane)
        return page

    def _doubt_its_end(self, page: Page, lane: Lane) -> None:
        """
        Raise `MalformedAnswer` where a page that names no next one is short of what is counted.

        A row that was deleted is still counted, and not shown, until the index knows: so a count
        that the pages asked for could hold is overruled when the same page says so twice. Rows
        that change jump ahead of a walk downwards, which is therefore asked about its rest.
        """
        counts = [count for count in (lane.counted, page.total_count) if count is not None]
        lane.counted = min(counts, default=None)
        if page.following is not None or lane.counted is None:
            return
        received = lane.seen.different([str(row.get("id")) for row in page.rows])
        if received >= lane.counted:
            return
        if lane.newest_first and lane.received:
            return
        doubted, lane.doubted = lane.doubted, (lane.counted - received, lane.starting_after)
        if lane.counted > lane.room + lane.per_page or lane.doubted != doubted:
            message = f"a page names no next one behind {received} of {lane.counted} rows"
            raise MalformedAnswer(message)


def _fitting(page: Page) -> int:
    """How many rows like these make a page of PAGE_BYTES."""
    return max(PAGE_BYTES * len(page.rows) // page.size, 1) if page.rows else PAGE_SIZE
