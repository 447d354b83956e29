"""A PostgreSQL database, which gets the rows by COPY and types them by their columns."""

# ruff: noqa: S608 - names are quoted

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import psycopg

from intercom_load.columns import Kind
from intercom_load.destination import Batch
from intercom_load.errors import LoadError, StreamRefused, TryLater
from intercom_load.sql_destination import BATCH, SqlDestination, quoted
from intercom_load.warehouse import Warehouse

CHUNK_BYTES = 1 << 20
RESOURCES = "53"
"""The class of SQLSTATEs that say what the server has run out of."""


@contextmanager
def open_postgres(warehouse: Warehouse) -> Iterator[SqlDestination]:
    """Connect, take the schema's lock, and disconnect at the end."""
    name = f"intercom-load on {socket.gethostname()}, process {os.getpid()}"
    settings: dict[str, Any] = {"application_name": name, **warehouse.settings}
    try:
        connection = psycopg.connect(
            autocommit=True, cursor_factory=psycopg.RawCursor[Any], **settings
        )
    except psycopg.Error as error:
        raise _why_not_connected(warehouse, error) from error
    database = Postgres(connection, warehouse.label)
    try:
        _take_lock(database, warehouse)
        yield SqlDestination(database, warehouse)
    except psycopg.Error as error:
        raise database.trouble(error, "all streams") from error
    finally:
        with suppress(psycopg.Error):
            connection.close()


class Postgres:
    """See `Database`."""

    types: Mapping[Kind, str] = {
        "text": "text",
        "integer": "bigint",
        "number": "double precision",
        "boolean": "boolean",
        "timestamp": "timestamp with time zone",
        "date": "date",
        "json": "jsonb",
    }
    place = "ctid"
    misfit: tuple[type[Exception], ...] = (psycopg.DataError,)
    error: type[Exception] = psycopg.Error

    def __init__(self, connection: psycopg.Connection[Any], label: str) -> None:
        self._connection = connection
        self._label = label

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """See `Database`."""
        cursor = self._connection.execute(sql.encode(), parameters or None)
        return cursor.fetchall() if cursor.description else []

    def transaction(self) -> AbstractContextManager[object]:
        """See `Database`."""
        return self._connection.transaction()

    def fill(self, batch: Batch) -> None:
        """See `Database`."""
        columns = ", ".join(
            f"{quoted(one.name)} {self.types[one.kind]}" for one in batch.table.columns
        )
        self.execute(f"CREATE TEMPORARY TABLE {BATCH} ({columns}) ON COMMIT DROP")
        self.execute(f"CREATE TEMPORARY TABLE {BATCH}_lines (line json) ON COMMIT DROP")
        # JSON holds no control characters, so neither delimiter nor quote occurs.
        copy = rf"COPY {BATCH}_lines FROM STDIN WITH (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')"
        with self._connection.cursor() as cursor, cursor.copy(copy.encode()) as lines:
            for path in batch.files:
                with path.open("rb") as file:
                    while chunk := file.read(CHUNK_BYTES):
                        lines.write(chunk)
        self.execute(
            f"INSERT INTO {BATCH} SELECT row.* FROM {BATCH}_lines, "
            f"json_populate_record(NULL::{BATCH}, line) AS row"
        )

    def drop_batch(self) -> None:
        """See `Database`: here it goes with each transaction."""

    def interrupt(self) -> None:
        """See `Database`."""
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=2.0)

    def trouble(self, error: Exception, stream: str) -> LoadError:
        """See `Database`."""
        reason = _reason(error)
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            if (getattr(error, "sqlstate", None) or "").startswith(RESOURCES):
                return LoadError(
                    f"The {self._label} has run out of room ({reason}): make room and run again. "
                    "What was committed is kept."
                )
            return TryLater(
                f"The connection to the {self._label} broke off: {reason}. What was committed is "
                "kept; run again to go on."
            )
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return LoadError(
                f"The {self._label} allows the loader too little: {reason}. It has to create and "
                "own its tables; grant it that, or name another --schema."
            )
        return StreamRefused(f"The {self._label} refuses rows of {stream}: {reason}.")


def _take_lock(database: Postgres, warehouse: Warehouse) -> None:
    """Keep a second load out of the schema, until the connection ends."""
    key = f"intercom-load {warehouse.schema}"
    [(is_ours,)] = database.execute("SELECT pg_try_advisory_lock(hashtext($1))", [key])
    if is_ours:
        return
    holders = database.execute(
        "SELECT coalesce(nullif(application_name, ''), 'process ' || pid) "
        "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted "
        "AND (classid::bigint << 32 | objid::bigint) = hashtext($1)::bigint",
        [key],
    )
    who = holders[0][0] if holders else "another session"
    raise TryLater(
        f"Another load is writing to schema {warehouse.schema} of the {warehouse.label} ({who}): "
        "try again when it has ended, or let this wait for it with --wait SECONDS."
    )


def _why_not_connected(warehouse: Warehouse, error: psycopg.Error) -> LoadError:
    reason = _reason(error)
    # The server's own refusals say FATAL; what else goes wrong may be the network's.
    is_refused = "FATAL" in reason and "starting up" not in reason
    kind = LoadError if is_refused else TryLater
    return kind(
        f"The {warehouse.label} cannot be used: {reason}. Check the URL, or try again later."
    )


def _reason(error: Exception) -> str:
    """Return the first line of what the server said, without a full stop."""
    lines = str(error).strip().split("\n")
    return lines[0].rstrip(".") or type(error).__name__
