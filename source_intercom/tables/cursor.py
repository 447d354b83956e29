"""
WindowCursor: what of a table's window has not been emitted, and the state that says so.

Python, because the CDK's DatetimeBasedCursor takes the newest record seen for the position (a late
search index makes that a lie), can't go on inside a slice, and trusts the machine's own clock.
"""

import logging
import time
from collections.abc import Callable, Mapping, MutableMapping
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

from source_intercom.failures import Failure
from source_intercom.intercom.errors import Remedy
from source_intercom.intercom.timestamps import rfc3339
from source_intercom.reading.window import Slice, Window, less
from source_intercom.tables.unsettled import Unsettled

CHECKPOINT_SECONDS = 5.0
CHECKPOINT_ROWS = 1_000
BESIDE = ("read_until", "unread", "unsettled", "workspace")
"""What a state of this connector's may hold beside its position."""

logger = logging.getLogger("airbyte")


class WindowCursor(Cursor):
    """
    Takes what was read away from what was unread; the table tells it, the CDK asks it for state.

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
        self.unsettled = Unsettled(saved.get("unsettled"), 0)
        self._stream_name = stream_name
        self._saved = saved
        self._message_repository = message_repository
        self._clock = clock
        self._workspace: str | None = None
        self._window: Window | None = None
        self._unread: tuple[Slice, ...] = ()
        self._kept: set[Slice] = set()
        self._is_held = False
        self._is_waiting = False
        self._lock = Lock()
        self._rows_before = 0
        self._checkpointed_at = clock()

    def open(self, t0: int, start_date: int, lookback: int, workspace: str | None = None) -> Window:
        """
        The window that ends at `t0`.

        Raises a `config_error` where the state was saved for another workspace.
        """
        named = self._saved.get("workspace")
        saved_for = named if isinstance(named, str) and named else None
        if workspace and saved_for and workspace != saved_for:  # guard: other workspace
            raise Failure(
                f"{self._stream_name}: the state was saved for workspace {saved_for}, and the "
                f"token opens {workspace}: use a token of {saved_for}, or clear the stream's data, "
                f"so that all of {workspace} is read.",
                Remedy.CONFIGURE,
            )
        window = Window.plan(
            self._saved, self.cursor_field.cursor_field_key, t0, start_date, lookback
        )
        self._say_how_the_state_is_taken(window)
        with self._lock:
            self._workspace = workspace or saved_for
            self.unsettled = Unsettled(self._saved.get("unsettled"), t0)
            self._window, self._unread = window, window.slices
        return window

    def _say_how_the_state_is_taken(self, window: Window) -> None:
        if window.held_back_from is not None:
            logger.warning(
                "%s: the state lies in the future (%s); reading from the present (%s) instead.",
                self._stream_name,
                rfc3339(window.held_back_from),
                rfc3339(window.end),
            )
        elif window.watermark is None and self._saved:
            logger.warning(
                "%s: the state has no position that this stream can go on from: everything is "
                "read from the start.",
                self._stream_name,
            )
        elif window.watermark is not None and not self._is_ours():
            logger.warning(
                "%s: the state is another connector's; reading on from %s. What that connector "
                "missed before is not looked for: clear the stream's data to read all of it.",
                self._stream_name,
                rfc3339(window.watermark),
            )

    def _is_ours(self) -> bool:
        """Whether this connector wrote the position: others write seconds, or more beside it."""
        field = self.cursor_field.cursor_field_key
        return self._saved.keys() <= {field, *BESIDE} and str(self._saved[field]).endswith("Z")

    def emitted(self, read: Slice | None) -> None:
        """Take away what was read, every row of which has been handed over."""
        if read is not None and not self._is_held:  # guard: held state
            with self._lock:
                self._unread = less(self._unread, read)  # guard: unread set

    def keep(self, moment: int | None) -> None:
        """Leave a second unread, whatever is read around it; without one, all that still is."""
        with self._lock:
            if moment is None:
                self._is_held = True
            else:
                self._kept.add(Slice(moment, moment))  # guard: kept second

    def wait(self) -> None:
        """Stay at the saved state: what is read until `go_on` belongs to no slice."""
        self._is_waiting = True

    def go_on(self) -> None:
        """Claim what is read from now on."""
        self._is_waiting = False

    def checkpoint(self, rows: int) -> AirbyteMessage | None:
        """A state message, if the rows so far, or enough time, make one worth its while."""
        now = self._clock()
        is_due = now - self._checkpointed_at >= CHECKPOINT_SECONDS
        # guard: states on the way
        if not is_due and rows - self._rows_before < CHECKPOINT_ROWS and self._unread:
            return None
        self._rows_before, self._checkpointed_at = rows, now
        return self.state_message()

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The state as it may be saved now."""
        with self._lock:
            if self._window is None or self._is_waiting:  # guard: state that waits
                return dict(self._saved)
            # guard: kept seconds
            left = (*self._unread, *sorted(self._kept, key=lambda each: each.start))
            state = self._window.state(self.cursor_field.cursor_field_key, left)
            if self.unsettled:
                state["unsettled"] = self.unsettled.encode()  # guard: ids in the state
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
        """Rows move nothing: only what was read and emitted does."""

    def close_partition(self, partition: Partition) -> None:
        """The table has told what was read."""

    def should_be_synced(self, record: Record) -> bool:
        """The table has dropped what lies outside its window."""
        return True
