"""
Activity logs: asked for by a range of time, newest first, in pages with numbers.

Python, because a long range may be more than Intercom can answer (users report a 500), and the CDK
cuts time by the calendar: here a range is halved where it fails, or where it holds much.
"""

from collections.abc import Iterator
from dataclasses import replace

from source_intercom.http.client import TRIES, IntercomClient, IntercomError
from source_intercom.reading.batch import Batch
from source_intercom.reading.endpoint import Endpoint
from source_intercom.reading.lists import Form, List
from source_intercom.reading.progress import Progress
from source_intercom.reading.spool import Spool
from source_intercom.reading.window import DAY, Slice, Window

PAGE_SIZE = 250
"""https://developers.intercom.com/docs/references/2.17/rest-api/api.intercom.io/admins"""
MOST_PAGES = 40
"""Of a range that is read at once: behind it the state moves on."""
SHORTEST = DAY
"""Seconds of a range that is halved no more."""


class Logs:
    """What happened in a window; `earliest`: nothing can have happened before, in Unix seconds."""

    def __init__(
        self, endpoint: Endpoint, client: IntercomClient, progress: Progress, *, earliest: int
    ) -> None:
        self._endpoint = endpoint
        self._client = client
        self._progress = progress
        self._earliest = earliest
        self._error: IntercomError | None = None
        self._has_just_failed = False

    def batches(self, window: Window) -> Iterator[Batch]:
        """
        The rows of the window, and what has been read once they are out.

        Where a day fails, its error comes last; two in a row are an outage.
        """
        for piece in window.slices:
            start = max(piece.start, min(self._earliest, piece.end))
            yield from self._range(window, piece.between(start, piece.end))
            if start > piece.start:
                yield Batch([], [], piece.between(piece.start, start - 1))
        if self._error is not None:  # guard: error of a bad day
            raise self._error

    def _range(self, window: Window, piece: Slice) -> Iterator[Batch]:
        is_long = piece.end - piece.start >= 2 * SHORTEST
        endpoint = replace(self._endpoint, body=self._body(piece))
        try:
            first = endpoint.page(self._client, lenient=True, tries=2 if is_long else TRIES)
        except IntercomError as error:
            if is_long and error.may_pass:  # guard: halved range
                yield from self._halves(window, piece)
                return
            if self._has_just_failed or not error.may_be_the_objects:  # guard: one bad day
                raise
            self._error, self._has_just_failed = error, True
            return
        self._has_just_failed = False
        if is_long and (first.total_pages or 0) > MOST_PAGES:  # guard: long range
            yield from self._halves(window, piece)
            return
        with Spool("created_at") as spool:
            List(endpoint, self._client, self._progress, Form()).fill(spool)
            for batch in spool.batches(replace(window, start=piece.start)):
                yield _within(batch, piece)

    def _halves(self, window: Window, piece: Slice) -> Iterator[Batch]:
        middle = (piece.start + piece.end) // 2
        yield from self._range(window, piece.between(piece.start, middle))
        yield from self._range(window, piece.between(middle + 1, piece.end))  # guard: later half

    @staticmethod
    def _body(piece: Slice) -> dict[str, int]:
        # Whether the bounds count is not documented; a second more covers both.
        return {
            "created_at_after": max(piece.start - 1, 1),  # guard: first log
            "created_at_before": piece.end + 1,  # guard: last log
            "per_page": PAGE_SIZE,
        }


def _within(batch: Batch, piece: Slice) -> Batch:
    """A batch without what lies outside of a range, and with claims on the range alone."""
    # guard: logs of a range
    chosen = [n for n, moment in enumerate(batch.moments) if piece.holds(moment)]
    moments = [batch.moments[n] for n in chosen]
    return Batch(
        [batch.rows[n] for n in chosen],
        moments,
        _common(batch.read, piece),
        piece,
        moments,
    )


def _common(read: Slice | None, piece: Slice) -> Slice | None:
    if read is None or read.end < piece.start:
        return None
    return piece.between(piece.start, min(read.end, piece.end))  # guard: claims of a range
