"""
Searches of contacts, conversations and tickets: slices walked side by side, cut where rows are.

Python, because the CDK cuts time by the calendar: ten empty years cost 120 requests and one full
day can't be shared. Here a slice is cut where it turns out to hold much, and each page tells how
far it has been read. Of a slice from 100 to 199, in seconds:

    >>> lane = Lane(Slice(100, 199), search=Slice(100, 199), left=1_000)
    >>> rows = [{"id": "a", "updated_at": 100}, {"id": "b", "updated_at": 100}]
    >>> lane.trail.follow(Placed.of(rows, lane.piece.axis, settled=500))
    >>> lane.read                                   # one second alone proves no order
    >>> rows = [{"id": "c", "updated_at": 100}, {"id": "d", "updated_at": 104}]
    >>> lane.trail.follow(page := Placed.of(rows, lane.piece.axis, settled=500))
    >>> lane.read                                   # more rows of second 104 may come
    Slice(start=100, end=103, created=None)
    >>> lane.rest(page, narrowest=1)                # what another lane may take meanwhile
    Slice(start=152, end=199, created=None)

The state lists what is left when the rows so far are out:

    >>> from source_intercom.reading.window import less
    >>> window = Window(start=100, end=1_400, slices=(lane.piece,), watermark=None)
    >>> window.state("updated_at", less(window.slices, lane.read))["unread"]
    [['1970-01-01T00:01:44Z', '1970-01-01T00:03:19Z']]
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from queue import SimpleQueue

from source_intercom.http.client import TRIES, IntercomClient, IntercomError
from source_intercom.intercom.errors import Remedy
from source_intercom.intercom.pages import MalformedAnswer, Page, parse_page
from source_intercom.intercom.search_body import LONGEST_DAY, SECOND, search_body
from source_intercom.intercom.timestamps import rfc3339
from source_intercom.reading.batch import Batch
from source_intercom.reading.concurrency import Concurrency
from source_intercom.reading.endpoint import Endpoint
from source_intercom.reading.lanes import PAGE_SIZE, Lane, Placed, Request, Version, name_of
from source_intercom.reading.progress import Progress
from source_intercom.reading.window import DAY, SAFETY_MARGIN, Slice, Window

USUAL_PAGE = 20
"""Rows of a page where no length is asked for; how long one of tickets may be is not documented:
https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tickets"""
ROWS_WORTH_A_CUT = 12 * PAGE_SIZE
"""A cut costs about half a page more, so what is left must be worth 12."""
CREATION_FACTOR = 2
"""Ordered by creation, a search by day finds the days around its slice on every page."""
CATCH_UPS = 5
"""Walks, at most, after what changed while a table was written anew, each shorter than the last."""
EMPTY_PAGES = 1_000
"""Pages in a row that may show nothing new and name a next one all the same: a late index."""
TIMES_ANEW = 3
"""New searches for a piece whose pages repeat rows, without coming any further."""
PAGE_BYTES = 4_000_000  # guard: bytes of a page
"""Where rows are so large that 150 of them weigh more, fewer are asked for."""
BYTES_AHEAD = 16_000_000
"""Bodies of a reading that may wait to be emitted."""
NARROWEST = {SECOND: 1, LONGEST_DAY: 3 * DAY}
"""Seconds of the shortest slice, by reach: a search by day finds two days more than its own."""
LANES = 40
"""Slices that may be walked at once; more than one process can digest."""

logger = logging.getLogger("airbyte")

Outcome = tuple[Lane, Page | Exception, float]


class Search:
    """
    Walks POST …/search over a window.

    `by_day`: Intercom compares calendar days, not seconds (contacts up to API 2.16). `lanes`: how
    many slices are walked at once.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        client: IntercomClient,
        workers: Executor,
        progress: Progress,
        *,
        by_day: bool = False,
        lanes: int = LANES,
    ) -> None:
        self.name = progress.name
        self._progress = progress
        self._endpoint = endpoint
        self._client = client
        self._workers = workers
        self._by_day = by_day
        self._reach = LONGEST_DAY if by_day else SECOND  # guard: reach of a day
        self._most = lanes
        self._per_page = PAGE_SIZE
        """What the last page's rows let the next one hold."""
        self._longest = PAGE_SIZE
        """What a page may hold; the usual length where Intercom refuses the first one for its."""
        self._has_begun = False
        self._counted: int | None = None
        """All that there is, as the first page of a window that leaves nothing out counts it."""
        self._recent: set[Version] = set()
        """What was emitted of the safety margin: a walk after what was late finds it again."""

    def batches(self, window: Window) -> Iterator[Batch]:
        """
        The window's rows, and what has been read once they are out; the newest slice first.

        Where a slice fails, its error comes last.
        """
        slices: Sequence[Slice] = sorted(window.slices, key=lambda each: -each.start)
        since, walked_at = window.end - SAFETY_MARGIN, window.end  # guard: late rows of a new table
        for number in range(1 + CATCH_UPS):
            pages = 0
            for batch in self._walk(window, self._lanes(window, slices, is_claimed=number == 0)):
                pages += 1
                yield batch
            # What changed meanwhile, or was indexed late, has left the slices that were still to be
            # read. The next sync finds it, but a table written anew would miss it until then.
            now = self._client.clock.last or window.end
            # guard: changes of a new table
            if pages <= 1 or now <= walked_at or window.watermark is not None:
                return
            slices = [Slice(max(since, window.start), now)]
            since, walked_at = now - SAFETY_MARGIN, now

    def _lanes(self, window: Window, slices: Sequence[Slice], *, is_claimed: bool) -> list[Lane]:
        """
        A lane for each slice.

        A search by day finds up to two days before a slice as well. A slice that ends now is
        therefore read downwards, to stop at its start; others have rows behind both ends.
        """
        return [
            Lane(
                piece,
                search=piece,
                # guard: down from now
                newest_first=self._by_day and piece.created is None and piece.end >= window.end,
                emitted=frozenset(self._recent),
                is_claimed=is_claimed,
                request=Request(self._per_page),
            )
            for piece in slices
        ]

    def _walk(self, window: Window, lanes: list[Lane]) -> Iterator[Batch]:
        """Walk lanes, and those that they are cut into, until none is left."""
        waiting, running = deque(lanes), list[Lane]()
        done: SimpleQueue[Outcome] = SimpleQueue()
        concurrency, failures = Concurrency(self._most), Failures(self.name)

        def start() -> None:
            while waiting and len(running) < concurrency.value:
                if running and sum(each.size for each in (*running, waiting[0])) > BYTES_AHEAD:
                    return
                running.append(waiting.popleft())
                self._workers.submit(self._try_page, window, running[-1], done.put)

        while waiting or running:
            concurrency.work_ends()
            start()
            has_waited = done.empty()
            lane, outcome, seconds = done.get()
            concurrency.work_begins(seconds, has_waited=has_waited)
            running.remove(lane)
            if isinstance(outcome, Exception):
                waiting.extendleft(failures.note(lane, outcome))
                if failures.are_final:
                    waiting.clear()
                continue
            self._progress.add(len(outcome.rows))
            if self._counted is None and window.is_all:
                self._counted = outcome.total_count
            lane.size, self._per_page = outcome.size, lane.request.per_page
            others = [*running, *waiting]
            room = min(concurrency.value, BYTES_AHEAD // max(outcome.size, 1))
            has_room = len(others) < room and not lane.is_around
            batch, going_on = self._digest(window, lane, outcome, others, has_room=has_room)
            failures.forget(lane, has_ended=not going_on)
            if not failures.are_final:
                waiting.extendleft(reversed(going_on))
                start()
            batch.counted = self._counted
            yield batch
        failures.tell()

    def _digest(
        self, window: Window, lane: Lane, page: Page, others: list[Lane], *, has_room: bool
    ) -> tuple[Batch, list[Lane]]:
        """A page's rows that belong to its slice, and the lanes that go on from there."""
        # No state claims what changed since T0, so there the order need not be proven.
        settled = window.settled if lane.is_claimed else lane.piece.end
        placed = Placed.of(page.rows, lane.piece.axis, settled)
        if lane.is_claimed and lane.trail.is_repeated(placed):  # guard: repeated rows
            return Batch([], []), self._anew(lane, lane.unread, lane.already_emitted)
        if self._by_day and not lane.newest_first and not lane.has_begun:
            lane.take_from(others, placed)
        before, emitted = lane.unread, lane.already_emitted
        self._count(lane, page)
        lane.trail.follow(placed)
        due = lane.due(placed, window.end)
        self._remember(window, placed, due)
        lane.starting_after = (page.following or {}).get("starting_after")
        if lane.starting_after is None or lane.is_past:  # guard: end of a search
            is_cut_off = lane.starting_after is None and lane.is_short
            if is_cut_off and _may_begin_anew(lane, before):
                shown = emitted | {Version(placed.ids[n], placed.moments[n]) for n in due}
                return self._batch(lane, placed, due), self._anew(lane, before, shown)
            return self._batch(lane, placed, due, has_ended=True), []
        # guard: token of a search
        if lane.starting_after in lane.asked or lane.trail.empty > EMPTY_PAGES:
            raise IntercomError(
                f"{self.name}: Intercom names the same next page twice, or empty ones. "
                "Run the sync again later.",
                Remedy.WAIT,
            )
        lane.asked.add(lane.starting_after)
        going_on = self._cut(lane, placed, has_room=has_room)
        return self._batch(lane, placed, due), going_on

    @staticmethod
    def _batch(lane: Lane, page: Placed, due: Sequence[int], *, has_ended: bool = False) -> Batch:
        """The rows of a page that are due, and what of the piece has been read behind them."""
        read = lane.piece if has_ended and lane.is_claimed else lane.read
        positions = lane.positions(page) if lane.is_proven else []
        return Batch(
            [page.rows[number] for number in due],
            [page.moments[number] for number in due],
            read,
            lane.piece,
            [positions[number] for number in due] if positions else [],
            lane.newest_first,
        )

    def _remember(self, window: Window, page: Placed, due: Sequence[int]) -> None:
        """Keep the versions of the margin that are emitted, where a walk after them follows."""
        if window.watermark is not None:
            return
        for number in due:
            moment = page.moments[number]
            if moment is not None and window.end - SAFETY_MARGIN <= moment <= window.end:
                self._recent.add(Version(page.ids[number], moment))

    def _anew(self, lane: Lane, part: Slice, emitted: frozenset[Version]) -> list[Lane]:
        """A new search for what is left of a lane whose pages show rows in place of others."""
        anew = 0 if part != lane.piece else lane.anew + 1
        if anew > TIMES_ANEW:
            raise IntercomError(
                f"{self.name}: Intercom's pages repeat rows in place of others. "
                "Run the sync again later.",
                Remedy.WAIT,
            )
        (begun,) = _lanes_of(lane, [part], emitted)
        begun.anew = anew
        return [begun]

    @staticmethod
    def _count(lane: Lane, page: Page) -> None:
        """Note how many rows of a slice are still to come, roughly."""
        if lane.has_begun:
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
        is_stuck = lane.is_stuck(page)  # guard: full second
        # Rows that have not settled may come again where they are sorted by what they are now.
        # guard: cut behind settled rows
        may_be_cut = has_room and lane.is_proven and len(page.sure) == len(page.rows) > 0
        if lane.left < ROWS_WORTH_A_CUT or not (is_stuck or may_be_cut):
            return [lane]
        narrowest = NARROWEST[self._reach]
        rest = None if is_stuck else lane.rest(page, narrowest)
        if rest is not None:
            (added,) = _lanes_of(lane, [rest], lane.emitted)
            added.left, added.parent = lane.left // 2, lane
            lane.left -= added.left
            lane.piece = lane.piece.without(rest) or lane.piece
            return [added, lane]  # guard: both halves
        is_worth_it = is_stuck or lane.left >= CREATION_FACTOR * ROWS_WORTH_A_CUT
        if lane.piece.created is not None or not is_worth_it:
            return [lane]
        # What can't be cut by its changes is cut by its creation; an interruption while one second
        # fills pages would start it over otherwise.
        return _lanes_of(lane, lane.by_creation(narrowest), lane.already_emitted)

    def _try_page(self, window: Window, lane: Lane, put: Callable[[Outcome], None]) -> None:
        """
        Put a page, or what kept it away, and how many seconds it took.

        A page that fails is asked for in halves, down to 1; a first one that is refused, once more.
        """
        request = lane.request
        while True:
            began = time.monotonic()
            try:
                page = self._page(window, lane, tries=2 if request.per_page > 1 else TRIES)
            except Exception as error:  # noqa: BLE001 the consumer raises it
                shorter = self._shorter(request.per_page, error)
                if not shorter:
                    return put((lane, error, time.monotonic() - began))
                request.per_page = shorter
            else:
                self._has_begun = True
                request.room += request.per_page
                # guard: growing page
                request.per_page = min(request.per_page * 2, self._longest, _fitting(page))
                return put((lane, page, time.monotonic() - began))

    def _shorter(self, per_page: int, error: Exception) -> int:
        """How long a page to ask for in place of one that failed; 0 where that can't help."""
        if not isinstance(error, IntercomError):
            return 0
        if error.may_pass:
            return per_page // 2  # guard: halved page
        is_refused = error.refusal is not None and error.refusal.is_about_parameters
        if not is_refused or self._has_begun or per_page <= USUAL_PAGE:
            return 0
        self._longest = USUAL_PAGE
        logger.info(
            "%s: Intercom refuses pages of %d rows for %s; %d are asked for at a time.",
            self.name,
            per_page,
            self._endpoint.path,
            USUAL_PAGE,
        )
        return USUAL_PAGE

    def _page(self, window: Window, lane: Lane, tries: int) -> Page:
        body = search_body(
            lane.search,  # guard: search of a token
            self._reach,
            lane.request.per_page,
            lane.starting_after,
            # Rows that change while the last slice is walked move to its end, and still come.
            is_open=lane.search.end >= window.end,
            newest_first=lane.newest_first,
        )
        return self._endpoint.ask(
            self._client, lambda content: self._parse(content, lane), json=body, tries=tries
        )

    def _parse(self, content: bytes, lane: Lane) -> Page:
        page = parse_page(content, self._endpoint.record_keys, paged=True)
        if page.following is not None and "starting_after" not in page.following:
            if page.body["pages"].get("next"):  # guard: page numbers
                raise MalformedAnswer("there are more pages, but no starting_after to ask for them")
            # Page numbers say nothing here: they count pages of the last request's length.
            page = replace(page, following=None)
        _doubt_its_rows(page, lane)
        _doubt_its_end(page, lane)
        return page


class Failures:
    """What kept lanes from their end, and whether the others are worth going on with."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._errors: dict[Lane, Exception] = {}
        self._pages_since = 0
        self.are_final = False
        """Whether no other slice is worth being asked for."""

    def note(self, lane: Lane, error: Exception) -> list[Lane]:
        """
        Note that a lane failed; the lane that comes to the same place from the other side, if any.

        One row that Intercom can't show must not hide those behind it. Two slices that fail without
        a page between them are an outage.
        """
        is_another = bool(self._errors) and not lane.is_around
        is_outage = is_another and self._pages_since == 0
        self._pages_since = 0
        self._errors.pop(lane.failed or lane, None)
        self._errors[lane] = error  # guard: error of both ends
        if is_outage or not (isinstance(error, IntercomError) and error.may_be_the_objects):
            self.are_final = True
            return []
        if lane.is_around or not lane.is_claimed:
            return []
        return [lane.around()]  # guard: other side

    def forget(self, lane: Lane, *, has_ended: bool) -> None:
        """Note a page that came; a slice that was read to its end all the same has not failed."""
        self._pages_since += 1
        if has_ended and lane.failed is not None:
            self._errors.pop(lane.failed, None)  # guard: error of one slice

    def tell(self) -> None:
        """Raise the first error that is left, if any."""
        for lane, error in self._errors.items():
            if lane.is_around and isinstance(error, IntercomError):
                low, high = rfc3339(lane.unread.start), rfc3339(lane.unread.end)
                raise error.behind(
                    f"{self._name}: what last changed between {low} and {high} can't be read, and "
                    "what lies around it was."
                )
            raise error


def _lanes_of(lane: Lane, pieces: Sequence[Slice], emitted: frozenset[Version]) -> list[Lane]:
    """Lanes for pieces of another one; from the other end, too, where that came from there."""
    return [
        Lane(
            piece,
            search=piece,
            newest_first=lane.newest_first and lane.is_around,
            emitted=emitted,
            is_claimed=lane.is_claimed,
            failed=lane.failed,  # guard: once around
            request=Request(lane.request.per_page),
            size=lane.size,
        )
        for piece in pieces
    ]


def _may_begin_anew(lane: Lane, unread: Slice) -> bool:
    """Whether a new search for what is unread would find less, or has not been tried often."""
    return unread != lane.piece or lane.anew < TIMES_ANEW


def _doubt_its_rows(page: Page, lane: Lane) -> None:
    """
    Raise `MalformedAnswer` where a page without rows names a next one, unless it says so twice.

    All its rows may have been deleted, which the index does not know yet; or Intercom fails to show
    them, which may pass.
    """
    is_doubtful = page.following is not None and not page.rows
    if is_doubtful and lane.request.doubts(0, lane.starting_after):  # guard: empty page
        raise MalformedAnswer("a page without rows names a next one")


def _doubt_its_end(page: Page, lane: Lane) -> None:
    """
    Raise `MalformedAnswer` where a page that names no next one is short of what is counted.

    A row that was deleted is still counted, and not shown, until the index knows: so a count that
    the pages asked for could hold is overruled when the same page says so twice. Rows that change
    jump over a walk downwards, and over one in no order, which therefore begin anew.
    """
    request = lane.request
    counts = [count for count in (request.counted, page.total_count) if count is not None]
    request.counted = min(counts, default=None)
    if page.following is not None or request.counted is None:  # guard: short last page
        return
    received = lane.trail.seen.different([*map(name_of, page.rows)])
    if received >= request.counted:
        return
    may_have_jumped = lane.has_begun and (lane.newest_first or not lane.trail.proves)
    # guard: rows that jumped
    request.lacks_jumped = may_have_jumped and _may_begin_anew(lane, lane.unread)
    if request.lacks_jumped:
        return
    is_new = request.doubts(request.counted - received, lane.starting_after)
    could_hold = request.counted <= request.room + request.per_page
    if is_new or not could_hold:  # guard: doubted count
        raise MalformedAnswer(
            f"a page names no next one behind {received} of {request.counted} rows"
        )


def _fitting(page: Page) -> int:
    """How many rows like these make a page of PAGE_BYTES."""
    return max(PAGE_BYTES * len(page.rows) // page.size, 1) if page.rows else PAGE_SIZE
