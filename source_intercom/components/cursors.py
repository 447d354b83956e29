"""
WindowCursor: what of a stream's window has been emitted, and the state that says so.

Python, because the CDK's DatetimeBasedCursor takes the newest record seen for the position (a late
search index makes that a lie), can't go on inside a slice, and trusts the machine's own clock.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from threading import Lock
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, CursorField
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

from source_intercom.api.errors import Remedy
from source_intercom.api.slices import Slice, Window
from source_intercom.api.timestamps import rfc3339
from source_intercom.api.unsettled import Unsettled
from source_intercom.client import IntercomError

CHECKPOINT_SECONDS = 5.0
CHECKPOINT_ROWS = 1_000

logger = logging.getLogger("airbyte")


class WindowCursor(Cursor):
    """
    Keeps the unread slices of one sync; the retriever moves it, the CDK asks it for state.

    Its promise: what `state` claims has been handed to the CDK before, row by row.
    """

    def __init__(
        self,
        stream_name: str,
        cursor_field: str,
        saved: Mapping[str, Any],
        message_repository: MessageRepository,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.cursor_field = CursorField(cursor_field)
        self._stream_name = stream_name
        self._saved = saved
        self._message_repository = message_repository
        self._clock = clock
        self._workspace: str | None = None
        self._window: Window | None = None
        self.unsettled = Unsettled(saved.get("unsettled"), 0)
        self._unread: dict[int, Slice] = {}
        self._lock = Lock()
        self._last_number = 0
        self._rows_since = 0
        self._checkpointed_at = clock()

    def open(
        self, t0: int, start_date: int, lookback: int, workspace: str | None = None
    ) -> tuple[Window, dict[int, Slice]]:
        """
        Plan the window that ends at `t0`; its slices, by number.

        Raises a `config_error` where the state was saved for another workspace.
        """
        named = self._saved.get("workspace")
        saved_for = named if isinstance(named, str) and named else None
        if workspace and saved_for and workspace != saved_for:
            message = (
                f"{self._stream_name}: the state was saved for workspace {saved_for}, and the "
                f"token opens {workspace}: use a token of {saved_for}, or clear the stream's data, "
                f"so that all of {workspace} is read."
            )
            raise IntercomError(message, Remedy.CONFIGURE)
        window = Window.plan(
            self._saved, self.cursor_field.cursor_field_key, t0, start_date, lookback
        )
        if window.held_back_from is not None:
            logger.warning(
                "%s: the state lies in the future (%s); reading from the present (%s) instead.",
                self._stream_name,
                rfc3339(window.held_back_from),
                rfc3339(t0),
            )
        with self._lock:
            self._workspace = workspace or saved_for
            self.unsettled = Unsettled(self._saved.get("unsettled"), t0)
            self._window = window
            self._unread = self._number(window.slices)
            return window, dict(self._unread)

    def cut(self, number: int, part: Slice, pieces: Iterable[Slice]) -> dict[int, Slice]:
        """List pieces, in place of the part of a slice that they hold; returns them by number."""
        with self._lock:
            self._put(number, self._unread[number].without(part))
            added = self._number(pieces)
            self._unread.update(added)
            return added

    def shift(self, lower: int, upper: int, edge: int) -> None:
        """Let the upper of two slices that touch begin at `edge`, and the lower end before it."""
        with self._lock:
            above = self._unread[upper]
            self._put(lower, self._unread[lower].without(above.between(edge, above.high)))
            self._put(upper, above.between(edge, above.high))

    def narrow(self, number: int, position: int, *, newest_first: bool) -> None:
        """Everything of a slice but what lies at `position` or behind it has been emitted."""
        with self._lock:
            unread = self._unread.get(number)
            if unread is None:
                return
            if newest_first:
                unread = unread.between(unread.low, min(unread.high, position))
            else:
                unread = unread.between(max(unread.low, position), unread.high)
            self._put(number, unread)

    def keep(self, moment: int) -> None:
        """Leave a second unread, whatever becomes of the slice around it."""
        with self._lock:
            self._unread.update(self._number([Slice(moment, moment)]))

    def close(self, number: int) -> None:
        """A slice has been emitted to its end."""
        with self._lock:
            self._unread.pop(number, None)

    def _number(self, pieces: Iterable[Slice]) -> dict[int, Slice]:
        numbered = dict(enumerate(pieces, start=self._last_number + 1))
        self._last_number += len(numbered)
        return numbered

    def _put(self, number: int, unread: Slice | None) -> None:
        if unread is None or unread.low > unread.high:
            del self._unread[number]
        else:
            self._unread[number] = unread

    def checkpoint(self, rows: int) -> AirbyteMessage | None:
        """A state message, if `rows` more rows or enough time make one worth its while."""
        self._rows_since += rows
        now = self._clock()
        is_due = now - self._checkpointed_at >= CHECKPOINT_SECONDS
        if not is_due and self._rows_since < CHECKPOINT_ROWS and self._unread:
            return None
        self._rows_since, self._checkpointed_at = 0, now
        return self.state_message()

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The state as it may be saved now."""
        with self._lock:
            if self._window is None:
                return dict(self._saved)
            state = self._window.state(self.cursor_field.cursor_field_key, self._unread.values())
            if self.unsettled:
                state["unsettled"] = self.unsettled.encode()
            return {**state, "workspace": self._workspace} if self._workspace else state

    def state_message(self) -> AirbyteMessage:
        """The state as an Airbyte message of its stream."""
        return AirbyteMessage(
            type=Type.STATE,
            state=AirbyteStateMessage(
                type=AirbyteStateType.STREAM,
                stream=AirbyteStreamState(
                    stream_descriptor=StreamDescriptor(name=self._stream_name),
                    stream_state=AirbyteStateBlob(self.state),
                ),
            ),
        )

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the state once more when the stream is done, whatever came of it."""
        self._message_repository.emit_message(self.state_message())

    def observe(self, record: Record) -> None:
        """Rows move nothing: only a page that was emitted whole does."""

    def close_partition(self, partition: Partition) -> None:
        """The retriever has closed its slices itself."""

    def should_be_synced(self, record: Record) -> bool:
        """The retriever has dropped what lies outside its slices."""
        return True
