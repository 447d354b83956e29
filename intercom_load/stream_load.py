"""One stream on its way into its table."""
# ruff: noqa: S608 - schema and prefix are checked to be plain names, streams are the connector's

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from airbyte.caches.base import CacheBase
from airbyte.progress import ProgressStyle, ProgressTracker
from airbyte.records import StreamRecordHandler
from airbyte.shared.sql_processor import SqlProcessorBase, SQLRuntimeError
from airbyte.shared.state_writers import StateWriterBase
from airbyte.strategies import WriteMethod
from airbyte_protocol.models import AirbyteRecordMessage, AirbyteStateMessage
from sqlalchemy.exc import SQLAlchemyError

from intercom_load.caches import first_line
from intercom_load.connector import Message
from intercom_load.errors import LoadError
from intercom_load.progress import StreamResult
from intercom_load.warehouse import Warehouse

COMMIT_ROWS = 50_000
COMMIT_SECONDS = 60.0


def _silent_tracker() -> ProgressTracker:
    """Make what PyAirbyte reports its progress to; ours is shown instead."""
    return ProgressTracker(ProgressStyle.NONE, source=None, cache=None, destination=None)


@dataclass
class StreamLoad:
    """
    Spools a stream's records and commits them: rows first, then the state that vouches for them.

    `incremental` streams have state worth keeping. `merges` says that rows are merged by primary
    key at every checkpoint; otherwise they replace the table's rows when the stream is complete.
    """

    stream: str
    incremental: bool
    merges: bool
    handler: StreamRecordHandler
    warehouse: Warehouse
    cache: CacheBase
    processor: SqlProcessorBase
    states: StateWriterBase
    commit_rows: int = COMMIT_ROWS
    rows_read: int = 0
    seconds: float = 0.0
    gave_up: bool = False
    _uncommitted: int = 0
    _committed_at: float = field(default_factory=time.monotonic)
    _state: AirbyteStateMessage | None = None
    _tracker: ProgressTracker = field(default_factory=_silent_tracker)

    def add(self, record: Message) -> None:
        """Spool one record; it is not in the table before the next commit."""
        self.processor.process_record_message(
            AirbyteRecordMessage.model_construct(**record),
            stream_record_handler=self.handler,
            progress_tracker=self._tracker,
        )
        self.rows_read += 1
        self._uncommitted += 1

    def checkpoint(self, state: Message) -> None:
        """Note the connector's state, and commit if enough has gathered since the last commit."""
        if self.incremental:
            self._state = AirbyteStateMessage.model_validate(state)
        due = time.monotonic() - self._committed_at >= COMMIT_SECONDS
        if self.merges and self._uncommitted and (due or self._uncommitted >= self.commit_rows):
            self._write(WriteMethod.MERGE)
            self._save_state()

    def complete(self) -> None:
        """Bring the table up to date: the connector has read the whole stream."""
        self._write(WriteMethod.MERGE if self.merges else WriteMethod.REPLACE)
        self._save_state()

    def give_up(self) -> None:
        """
        Keep what can be kept: merged rows are right as far as they go, a part replaces nothing.

        The connector's state covers only what it has wholly read, all of which is spooled by now.
        """
        self.gave_up = True
        if self.merges and self._uncommitted:
            self._write(WriteMethod.MERGE)
            self._save_state()

    def result(self, error: str | None) -> StreamResult:
        """Count the rows in the table; `error` says why the stream did not complete."""
        rows: int | None = None
        if table_exists(self.processor, self.stream):
            [counted] = self.cache.run_sql_query(f"SELECT COUNT(*) AS n FROM {self._table}")
            [rows] = counted.values()
        if error is not None and self.merges and self.rows_read:
            error = f"{error}. What was committed is kept; run again to go on from there."
        elif error is not None:
            error = f"{error}. Its table is as it was; run again when this is solved."
        return StreamResult(self.stream, self.rows_read, rows, self.seconds, error)

    @property
    def _table(self) -> str:
        return f"{self.warehouse.schema}.{self.processor.get_sql_table_name(self.stream)}"

    def _write(self, method: WriteMethod) -> None:
        """Commit what is spooled. Creates the table if it is missing, even for no rows."""
        with self._writing():
            self.processor.write_stream_data(
                self.stream, write_method=method, progress_tracker=self._tracker
            )
            if method is WriteMethod.REPLACE and not self.rows_read:
                self.cache.execute_sql(f"DELETE FROM {self._table}")
        self._uncommitted = 0
        self._committed_at = time.monotonic()

    def _save_state(self) -> None:
        """Vouch for the rows just committed."""
        if self._state is not None:
            with self._writing():
                self.states.write_state(self._state)
            self._state = None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, SQLRuntimeError) as error:
            raise LoadError(
                f"The {self.warehouse.label} refused rows of {self.stream}: {first_line(error)}. "
                f"If a column's type has changed, drop {self._table} and run again: it is then "
                "read anew."
            ) from error


def table_exists(processor: SqlProcessorBase, stream: str) -> bool:
    """Whether the stream has a table yet."""
    return processor._table_exists(processor.get_sql_table_name(stream))  # noqa: SLF001 - no public way
