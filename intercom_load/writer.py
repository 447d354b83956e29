"""Writes batches one behind the other, while the next ones are read."""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Thread

from intercom_load.destination import Batch, Destination
from intercom_load.errors import LoadError, StreamRefused

INTERRUPTED_WITHIN = 2.0
"""Seconds that the database gets to give up what it is at."""

Written = Callable[[Batch, list[str], LoadError | None], None]
"""Is told of a batch, of what did not fit, and of why its stream was refused."""


class Writer:
    """
    A thread that writes what it is given, in that order.

    Later batches of a stream that was refused are left out, because their state vouches for rows
    that are missing.
    """

    def __init__(self, destination: Destination, written: Written) -> None:
        self._destination = destination
        self._written = written
        # One waits while one is written: more would only fill the disk.
        self._batches: Queue[Batch | None] = Queue(maxsize=1)
        self._refused: set[str] = set()
        self._failure: Exception | None = None
        self._thread = Thread(target=self._work, daemon=True, name="writer")
        self._thread.start()

    def put(self, batch: Batch | None) -> None:
        """Hand over a batch; wait while too much is waiting. Raises what ended the writing."""
        if self._failure is not None:
            raise self._failure
        if batch is not None:
            self._batches.put(batch)

    def finish(self) -> None:
        """Wait until all is written. Raises what ended the writing."""
        self._batches.put(None)
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def abandon(self) -> None:
        """End as soon as possible; what is under way is undone."""
        self._failure = self._failure or InterruptedError()
        self._destination.interrupt()
        with suppress(Empty):
            self._batches.get_nowait()
        with suppress(Full):
            self._batches.put_nowait(None)
        self._thread.join(INTERRUPTED_WITHIN)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            if self._failure is None and batch.table.stream not in self._refused:
                try:
                    self._write(batch)
                except Exception as error:  # noqa: BLE001 - raised by the thread that reads
                    self._failure = self._failure or error
            for file in batch.files:
                file.unlink(missing_ok=True)

    def _write(self, batch: Batch) -> None:
        remarks: list[str] = []
        refusal = None
        try:
            remarks = self._destination.write(batch)
        except StreamRefused as error:
            refusal = error
            self._refused.add(batch.table.stream)
        if self._failure is None:  # else it was interrupted
            self._written(batch, remarks, refusal)
