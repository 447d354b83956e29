"""
The calls of one table, made side by side and handed on in the order of their parents.

Python, because the CDK's SubstreamPartitionRouter slows down past 25,000 parents and checkpoints
every ten minutes.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace

from source_intercom.http.client import TRIES, IntercomClient, IntercomError
from source_intercom.intercom.pages import Row
from source_intercom.reading.concurrency import Concurrency
from source_intercom.reading.search import BYTES_AHEAD
from source_intercom.reading.window import Slice, Window
from source_intercom.tables.calls import Answer, Call
from source_intercom.tables.rows import Rows

MOST_SLACK = 40.0
"""Answers are consumed in their order, so that a slow one holds up those behind it."""
FIRST_SIZE = 400_000
"""Bytes that an answer is taken to weigh before any came."""
KEPT_TRIES = 2
"""Attempts at a parent that earlier syncs could not read."""


@dataclass
class Detail:
    """What one parent brings to a table: at once, or by a call; then what has been read."""

    parent: Row
    read_at: str
    rows: list[Row] = field(default_factory=list)
    answer: "Future[Outcome] | None" = None
    read: list[Slice] = field(default_factory=list)


@dataclass
class Outcome:
    """What came of a call, and how many seconds it took."""

    answer: Answer | IntercomError
    seconds: float


class Details:
    """What has been asked for and not handed on yet; bounded by what its answers weigh."""

    def __init__(
        self, call: Call, rows: Rows, client: IntercomClient, workers: Executor, most: int
    ) -> None:
        self._call = self._overdue = call
        self._rows = rows
        self._client = client
        self._workers = workers
        self._waiting: deque[Detail] = deque()
        self._under_way = 0
        self._size = FIRST_SIZE
        self._concurrency = Concurrency(2 * most, MOST_SLACK)

    def within(self, window: Window, start_date: int) -> None:
        """
        Ask for what happened in a window, where the call can say so.

        What earlier syncs asked for in vain may lie before it: there, since `start_date`.
        """
        start = min(start_date, window.start)  # guard: since the start date
        self._overdue = replace(self._call, window=replace(window, start=start))
        self._call = replace(self._call, window=window)

    def are_needed(self, parents: Sequence[Row]) -> bool:
        """Whether calls are under way, or one of these parents needs one."""
        if self._waiting:  # guard: parents that wait
            return True
        for parent in parents:  # noqa: SIM110 a generator costs more than the look
            if self._call.is_needed(parent, self._rows):
                return True
        return False

    def put(self, parent: Row, read_at: str, *, is_known: bool) -> None:
        """Take a parent: its rows, or a call; `is_known`: an earlier sync failed at it."""
        if self._call.is_needed(parent, self._rows):
            self.ask(self._rows.lean(parent), read_at, is_known=is_known)
        else:
            rows = self._rows.of_parent(parent, read_at)
            self._waiting.append(Detail(parent, read_at, rows))

    def ask(self, parent: Row, read_at: str, *, is_known: bool) -> None:
        """Call for a parent, whatever its row says."""
        # guard: overdue parent
        call, tries = (self._overdue, KEPT_TRIES) if is_known else (self._call, TRIES)
        answer = self._workers.submit(self._ask, call, parent, tries)
        self._waiting.append(Detail(parent, read_at, answer=answer))
        self._under_way += 1

    def mark(self, read: Slice | None) -> None:
        """Note what has been read once all that was put so far is handed on."""
        if read is None:
            return
        if not self._waiting:
            self._waiting.append(Detail({}, ""))
        self._waiting[-1].read.append(read)  # guard: claims behind calls

    def done(self, *, is_last: bool = False) -> Iterator[tuple[Detail, Outcome | None]]:
        """What can be handed on, in order; all of it at the end. Waits where too much is ahead."""
        while self._waiting:
            detail = self._waiting[0]
            if detail.answer is None:
                yield self._waiting.popleft(), None
                continue
            if not is_last and not detail.answer.done() and self._under_way <= self._ahead:
                return
            has_waited = not detail.answer.done()
            outcome = detail.answer.result()
            self._waiting.popleft()
            self._under_way -= 1
            self._concurrency.work_begins(outcome.seconds, has_waited=has_waited)
            # The largest of late: one heavy thread makes the next ones wait, for a while.
            size = outcome.answer.size if isinstance(outcome.answer, Answer) else 0
            self._size = max(size, self._size * 99 // 100)
            yield detail, outcome
            self._concurrency.work_ends()

    @property
    def _ahead(self) -> int:
        """How many parents may be under way or wait to be handed on."""
        # guard: details ahead
        return min(self._concurrency.value, BYTES_AHEAD // max(self._size, 1) + 1)

    def _ask(self, call: Call, parent: Row, tries: int) -> Outcome:
        began = time.monotonic()
        answer: Answer | IntercomError
        try:
            answer = call.ask(self._client, parent, self._rows, tries)
        except IntercomError as error:
            if not error.may_be_the_objects:  # guard: one's own trouble
                raise
            answer = error
        return Outcome(answer, time.monotonic() - began)
