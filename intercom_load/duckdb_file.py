"""A DuckDB file, into which DuckDB's own reader of JSON types the rows."""

# ruff: noqa: S608 - names are quoted

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from intercom_load.columns import Kind
from intercom_load.destination import LOADS, Batch
from intercom_load.errors import LoadError, StreamRefused, TryLater
from intercom_load.sql_destination import BATCH, SqlDestination, quoted
from intercom_load.warehouse import Warehouse

MEMORY = "256MB"
THREADS = 1
"""More are not faster than the connector, and cost CPU and memory of their own."""
CHECKPOINT = "256MB"
"""Of DuckDB's log of what was committed. A checkpoint costs more the larger the tables are."""
LEAST_LINE = 1 << 22
"""Bytes of a row that the reader makes room for, even if all are shorter."""


@contextmanager
def open_duckdb(warehouse: Warehouse, folder: Path) -> Iterator[SqlDestination]:
    """
    Open the file, which DuckDB locks, and close it at the end.

    `folder` is for what does not fit into memory. A new file into which nothing was loaded is
    removed again. Raises TryLater where another program has the file open.
    """
    path = Path(str(warehouse.settings["db_path"]))
    is_new = not os.path.exists(path)  # noqa: PTH110 - Path.exists raises where one may not look
    try:
        connection = duckdb.connect(
            str(path),
            config={
                "memory_limit": MEMORY,
                "threads": THREADS,
                "temp_directory": str(folder),
                "checkpoint_threshold": CHECKPOINT,
            },
        )
    except duckdb.Error as error:
        raise _why_not_opened(warehouse, _reason(error)) from error
    database = DuckDBFile(connection, warehouse.label)
    try:
        yield SqlDestination(database, warehouse)
    except duckdb.Error as error:
        raise database.trouble(error, "all streams") from error
    finally:
        with suppress(duckdb.Error):
            if is_new and not database.execute(f"SELECT 1 FROM {warehouse.schema}.{LOADS}"):
                path.unlink()  # while it is still locked
        connection.close()


class DuckDBFile:
    """See `Database`."""

    types: Mapping[Kind, str] = {
        "text": "VARCHAR",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "boolean": "BOOLEAN",
        "timestamp": "TIMESTAMP WITH TIME ZONE",
        "date": "DATE",
        "json": "JSON",
    }
    place = "rowid"
    misfit: tuple[type[Exception], ...] = (duckdb.InvalidInputException, duckdb.DataError)
    error: type[Exception] = duckdb.Error

    def __init__(self, connection: duckdb.DuckDBPyConnection, label: str) -> None:
        self._connection = connection
        self._label = label
        connection.execute("SET enable_progress_bar = false")

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """See `Database`."""
        return self._connection.execute(sql, parameters or None).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Database`."""
        self._connection.begin()
        try:
            yield
            self._connection.commit()
        except BaseException:
            with suppress(duckdb.Error):
                self._connection.rollback()
            raise

    def fill(self, batch: Batch) -> None:
        """See `Database`."""
        columns = batch.table.columns
        names = ", ".join(quoted(column.name) for column in columns)
        typed = ", ".join(f"{_text(one.name)}: '{self.types[one.kind]}'" for one in columns)
        files = ", ".join(_text(str(file)) for file in batch.files)
        longest = max(2 * batch.longest_line, LEAST_LINE)  # a fitted row may be a little longer
        self.execute(
            f"CREATE TEMP TABLE {BATCH} AS SELECT {names} FROM read_json([{files}], "
            f"format = 'newline_delimited', maximum_object_size = {longest}, "
            f"columns = {{{typed}}})"
        )
        numbers = [quoted(column.name) for column in columns if column.kind == "number"]
        if numbers:
            infinite = " OR ".join(f"NOT isfinite({name})" for name in numbers)
            if self.execute(f"SELECT 1 FROM {BATCH} WHERE {infinite} LIMIT 1"):
                raise duckdb.DataError("a number is not finite")

    def drop_batch(self) -> None:
        """See `Database`."""
        self.execute(f"DROP TABLE IF EXISTS {BATCH}")

    def interrupt(self) -> None:
        """See `Database`."""
        self._connection.interrupt()

    def trouble(self, error: Exception, stream: str) -> LoadError:
        """See `Database`."""
        reason = _reason(error)
        if re.search("No space left|File too large|quota exceeded", reason):
            return LoadError(
                f"There is no room for the {self._label} ({reason}): make room and run again. What "
                "was committed is kept."
            )
        if isinstance(error, duckdb.OutOfMemoryException):
            return LoadError(f"{MEMORY} of memory are not enough for {stream}: please report it.")
        if isinstance(error, duckdb.IOException | duckdb.FatalException):
            return LoadError(f"The {self._label} cannot be written to: {reason}.")
        return StreamRefused(f"The {self._label} refuses rows of {stream}: {reason}.")


def _why_not_opened(warehouse: Warehouse, reason: str) -> LoadError:
    if "Could not set lock on file" in reason:
        holder = re.search(r"held in (.+?) \(PID (\d+)\)", reason)
        who = f"{Path(holder[1]).name}, process {holder[2]}" if holder else "another program"
        return TryLater(
            f"The {warehouse.label} is open in {who}: close it there, or let this wait for it with "
            "--wait SECONDS."
        )
    if "not a valid DuckDB database file" in reason:
        return LoadError(
            f"The {warehouse.label} exists and is not a DuckDB database: name another file."
        )
    if "read a database file with version" in reason:
        return LoadError(
            f"The {warehouse.label} was written by another version of DuckDB than "
            f"{duckdb.__version__}, which is used here: {reason}."
        )
    return LoadError(
        f"The {warehouse.label} cannot be opened: {reason}. Check the path, and whether you may "
        "write to its folder."
    )


def _reason(error: Exception) -> str:
    """Return the first line, without the kind of the error in front and a full stop behind."""
    line = str(error).strip().split("\n")[0]
    return re.sub(r"^[\w ]+ Error: ", "", line).rstrip(".")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
