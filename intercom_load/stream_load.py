"""One stream on its way into its table: when its rows are handed over, and with which state."""

import json
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from intercom_load.connector import Message
from intercom_load.destination import Batch, Table
from intercom_load.errors import LoadError
from intercom_load.progress import StreamResult
from intercom_load.spool import Spool

COMMIT_BYTES = 32 << 20
COMMIT_SECONDS = 60.0


@dataclass
class StreamLoad:
    """
    Spools a stream's rows and cuts them into batches, each with the state that vouches for it.

    `cursor` names the field of a state that tells how far it comes, for streams whose state is
    worth keeping. `merges` says that rows are merged by primary key at checkpoints; otherwise they
    replace the table's rows when the stream is complete.
    """

    table: Table
    spool: Spool
    cursor: str | None
    merges: bool
    commit_bytes: int = COMMIT_BYTES
    rows_read: int = 0
    counted: int | None = None
    """How many rows Intercom has, where the connector says so."""
    read_until: str | None = None
    """As of when the table is complete, once it is."""
    seconds: float = 0.0
    trouble: LoadError | None = None
    """Why the stream did not complete."""
    _began: str = ""
    _state: str | None = None
    _handed_over_state: str | None = None
    _handed_over_at: float = field(default_factory=time.monotonic)

    @property
    def stream(self) -> str:
        """The stream's name."""
        return self.table.stream

    def begin(self, emitted_at: float) -> None:
        """Note that the connector began to read the stream, in Unix milliseconds."""
        self._began = datetime.fromtimestamp(emitted_at / 1000, UTC).isoformat()

    def add(self, row: bytes) -> None:
        """Keep one row; it is not in the table before its batch is written."""
        self.spool.add(row)
        self.rows_read += 1

    def checkpoint(self, state: Message) -> Batch | None:
        """Take the connector's state; return a batch if enough has gathered for one."""
        if self.cursor is None:
            return None
        self._state = json.dumps(state)
        if self.read_until is not None:  # the last state of a stream comes behind its end
            is_new = self._state != self._handed_over_state
            return self._batch() if is_new or self.spool.size else None
        is_due = time.monotonic() - self._handed_over_at >= COMMIT_SECONDS
        is_enough = self.spool.size >= self.commit_bytes
        if self.merges and self.spool.size and (is_due or is_enough):
            return self._batch()
        return None

    def complete(self) -> Batch:
        """Return the rest, now that the connector has read the whole stream."""
        self.read_until = self._cursor_value() or self._began or datetime.now(UTC).isoformat()
        return replace(self._batch(), replaces=not self.merges, read_until=self.read_until)

    def rest(self) -> Batch | None:
        """
        Return what can be kept of rows that no batch has: nothing, but where the stream broke off.

        Merged rows are right as far as they go, a part of the others replaces nothing. The
        connector's state covers only what it has wholly read, all of which is spooled by now.
        """
        is_kept = self.merges or self.read_until is not None
        return self._batch() if is_kept and self.spool.size else None

    def result(self, rows: int | None, start_date: str | None) -> StreamResult:
        """Tell how it went; `rows` are in the table now."""
        error = None
        if self.trouble is not None:
            kept = (
                "What was committed is kept; run again to go on from there."
                if self.merges and self.rows_read
                else "Its table is as it was; run again when this is solved."
            )
            error = f"{str(self.trouble).rstrip('.')}. {kept}"
        return StreamResult(
            self.stream,
            self.table.name,
            rows_read=self.rows_read,
            rows_in_table=rows,
            rows_in_intercom=self.counted,
            seconds=self.seconds,
            read_until=None if error else self.read_until,
            error=error,
            exit_code=self.trouble.exit_code if self.trouble else 0,
            remark=None if error else self._difference(rows, start_date),
        )

    def _difference(self, rows: int | None, start_date: str | None) -> str | None:
        """Say why the table has other rows than Intercom counts, if it has."""
        if self.counted is None or rows is None or rows == self.counted:
            return None
        if rows > self.counted:
            return (
                f"{self.stream}: {rows - self.counted:,} rows of the table are no longer counted "
                "by Intercom: deleted, merged or archived since they were read."
                + (" --full-refresh removes them." if self.merges else "")
            )
        more = f"{self.stream}: Intercom counts {self.counted - rows:,} rows more"
        if start_date:
            return f"{more}; those that last changed before start_date ({start_date}) are left out."
        return f"{more} than it shows; docs/load.md tells why that can be."

    def _batch(self) -> Batch:
        longest = self.spool.longest_line
        self._handed_over_at = time.monotonic()
        self._handed_over_state = self._state
        return Batch(self.table, self.spool.hand_over(), longest, self._state)

    def _cursor_value(self) -> str | None:
        state: dict[str, Any] = json.loads(self._state) if self._state else {}
        value = ((state.get("stream") or {}).get("stream_state") or {}).get(self.cursor or "")
        try:
            return datetime.fromisoformat(str(value)).isoformat()
        except ValueError:  # no state, or one that is no time
            return None
