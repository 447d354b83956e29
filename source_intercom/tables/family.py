"""
One reading, and the tables that come from it: what is read once feeds them all.

            ┌ contacts          each table takes away from its own unread set
    reading ┤ contact_tags      what the reading says is read, once its rows are out
            └ contact_merges

The reading covers what any of its tables has not read, the newest first; each table drops what is
not due for it. The stream that the platform happens to start first hands on the messages of all;
the others wait, and then end, or raise what ended them. A table that fails stops no other.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Lock
from typing import Protocol

from airbyte_cdk.models import AirbyteMessage

from source_intercom.reading.batch import Batch
from source_intercom.reading.window import Slice, Window, joined, less
from source_intercom.session import Session
from source_intercom.tables.table import Table

logger = logging.getLogger("airbyte")


class Reading(Protocol):
    """What hands over the rows of a source."""

    def batches(self, window: Window) -> Iterator[Batch]:
        """The rows of a window, and what has been read once they are out."""


class Family:
    """The tables of one source; `begin` makes its reading, once the tables are known."""

    def __init__(self, begin: Callable[[Sequence[Table]], Reading], session: Session) -> None:
        self.tables: list[Table] = []
        self._begin = begin
        self._session = session
        self._lock = Lock()
        self._is_led = False

    def lead(self) -> bool:
        """Whether the caller is to hand on the messages: the first one is."""
        with self._lock:
            is_first, self._is_led = not self._is_led, True  # guard: one leader
            return is_first

    def messages(self) -> Iterator[AirbyteMessage]:
        """Those of all tables; their errors are told to their own streams afterwards."""
        try:
            yield from self._read()
        except Exception as error:  # noqa: BLE001 each stream raises it
            for table in self._living:
                yield from _guarded(table, table.drain())  # guard: rest of a break-off
                yield from table.fail(error)
        except BaseException as end:
            for table in self._living:
                table.error = RuntimeError(f"the reading ended: {type(end).__name__}")
            raise
        finally:
            for table in self.tables:
                table.done.set()

    @property
    def _living(self) -> list[Table]:
        return [table for table in self.tables if table.error is None]

    def _read(self) -> Iterator[AirbyteMessage]:
        t0 = self._session.started_at()
        windows = []
        for table in self.tables:
            try:
                windows.append(table.open(t0))
            except Exception as error:  # noqa: BLE001 it ends this table alone
                yield from table.fail(error)  # guard: state by itself
        if not windows:
            return
        reading = self._begin(self._living)
        for batch in reading.batches(together(windows)):
            read_at = self._session.client.clock.instant()
            # The parent's own table is the last: it changes the rows that it takes.
            for table in self._living:
                yield from _guarded(table, table.take(batch, read_at))  # guard: table by itself
            if not self._living:
                return
        for table in self._living:
            yield from _guarded(table, table.end())


def _guarded(table: Table, messages: Iterable[AirbyteMessage]) -> Iterator[AirbyteMessage]:
    """What a table makes of a batch; its own trouble ends it alone."""
    try:
        yield from messages
    except Exception as error:  # noqa: BLE001 its stream raises it
        yield from table.fail(error)


def together(windows: Sequence[Window]) -> Window:
    """
    What any of the windows has not read, as one window.

    It is cut where all of them begin to be unread: so the newest part, which every table waits for,
    is read first, and a table that was added later doesn't keep the others waiting for its history.
    """
    unread = [piece for window in windows for piece in window.slices]  # guard: all that is unread
    plain = joined(piece for piece in unread if piece.created is None)
    cut = [piece for piece in dict.fromkeys(unread) if piece.created is not None]
    for piece in plain:
        cut = list(less(cut, piece))
    edge = max(window.start for window in windows)
    slices = [part for piece in plain for part in _cut_at(piece, edge)]
    watermarks = [window.watermark for window in windows]
    known = [each for each in watermarks if each is not None]
    return Window(
        start=min(window.start for window in windows),  # guard: earliest start
        end=windows[0].end,
        slices=(*slices, *cut),  # guard: seconds cut by creation
        # guard: new table of a family
        watermark=None if len(known) < len(watermarks) else min(known),
        lookback=windows[0].lookback,
    )


def _cut_at(piece: Slice, edge: int) -> list[Slice]:
    if not piece.start < edge <= piece.end:
        return [piece]
    # guard: edge of the windows
    return [piece.between(piece.start, edge - 1), piece.between(edge, piece.end)]
