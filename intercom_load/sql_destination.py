"""
Tables in a database that types JSON by itself: the SQL that DuckDB and PostgreSQL share.

A batch is typed into a temporary table. Then, in one transaction with the state that vouches for
it, rows of the same primary keys are deleted, and the batch is inserted. Tables stay where they
are, so views, grants, indexes and comments that others have made survive every load.
"""

# ruff: noqa: S608 - names are checked to be plain, or quoted; values are parameters

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from intercom_load.columns import Kind, placed
from intercom_load.destination import LOADS, Batch, Table
from intercom_load.errors import LoadError, StreamRefused
from intercom_load.fitting import fit_file
from intercom_load.warehouse import Warehouse

BATCH = "_intercom_batch"
LOADED_AT = "_loaded_at"
"""The column that tells when a row was written."""


class Database(Protocol):
    """What differs between the databases. Parameters of their SQL are $1, $2 and so on."""

    types: Mapping[Kind, str]
    """The type of each kind of column, as information_schema spells it."""
    place: str
    """The hidden column that tells the order in which rows of a table were inserted."""
    misfit: tuple[type[Exception], ...]
    """Raised where a value does not fit its column."""
    error: type[Exception]
    """The base of all that the database raises."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one statement, if it has any."""

    def transaction(self) -> AbstractContextManager[object]:
        """Commit what is done within, or nothing of it."""

    def fill(self, batch: Batch) -> None:
        """Type the rows of the batch's files into a temporary table of its columns, `BATCH`."""

    def drop_batch(self) -> None:
        """Remove the temporary table, if there is one."""

    def interrupt(self) -> None:
        """End what another thread is executing."""

    def trouble(self, error: Exception, stream: str) -> LoadError:
        """Say what an error of the database means, and what to do."""


class SqlDestination:
    """See `Destination`."""

    def __init__(self, database: Database, warehouse: Warehouse) -> None:
        self._database = database
        self._warehouse = warehouse
        self._placed: dict[str, dict[str, str]] = {}
        """The column of each property, by the name of a table that is ready to be written to."""
        self._loads = self._qualified(LOADS)
        if not database.execute(
            "SELECT 1 FROM pg_namespace WHERE nspname = $1", [warehouse.schema]
        ):
            database.execute(f"CREATE SCHEMA {quoted(warehouse.schema)}")
        kinds = database.types
        database.execute(
            f"CREATE TABLE IF NOT EXISTS {self._loads} (table_name {kinds['text']} PRIMARY KEY, "
            f"stream {kinds['text']}, loaded_at {kinds['timestamp']}, rows {kinds['integer']}, "
            f"read_until {kinds['timestamp']}, state {kinds['json']})"
        )

    def states(self, tables: Sequence[Table]) -> dict[str, str]:
        """See `Destination`."""
        kept = dict(
            self._database.execute(
                f"SELECT table_name, CAST(state AS {self._database.types['text']}) "
                f"FROM {self._loads}"
            )
        )
        there = [table for table in tables if self._columns(table)]
        if foreign := [self._qualified(table.name) for table in there if table.name not in kept]:
            raise LoadError(
                f"The {self._warehouse.label} has tables that this version of intercom-load has "
                f"not made, such as {foreign[0]}: choose another --schema or --table-prefix, or "
                "another database. Tables of an earlier version have columns of other types; drop "
                "them, and everything is read anew."
            )
        return {table.stream: kept[table.name] for table in there if kept[table.name]}

    def write(self, batch: Batch) -> list[str]:
        """See `Destination`."""
        try:
            try:
                self._write(batch)
            except self._database.misfit:
                misfits: Counter[str] = sum(
                    (fit_file(file, batch.table.columns) for file in batch.files), Counter()
                )
                self._write(batch)
                return [
                    f"{batch.table.stream}: {number:,} value(s) do not fit the column {name}, "
                    "which is null there."
                    for name, number in misfits.items()
                ]
        except self._database.error as error:
            raise self._database.trouble(error, batch.table.stream) from error
        except ValueError as error:
            raise StreamRefused(f"A row of {batch.table.stream} is not JSON ({error}).") from error
        return []

    def count(self, table: Table) -> int | None:
        """See `Destination`."""
        if not self._columns(table):
            return None
        [(rows,)] = self._database.execute(f"SELECT count(*) FROM {self._qualified(table.name)}")
        return int(rows)

    def interrupt(self) -> None:
        """See `Destination`."""
        self._database.interrupt()

    def _write(self, batch: Batch) -> None:
        with self._database.transaction():
            names = self._placed.get(batch.table.name) or self._prepared(batch.table)
            if batch.files:
                self._database.drop_batch()
                self._database.fill(batch)
                self._keep_last_of_each_key(batch.table)
            self._exchange_rows(batch, names)
            self._vouch(batch)
        self._placed[batch.table.name] = names

    def _keep_last_of_each_key(self, table: Table) -> None:
        if table.keys:
            place = self._database.place
            self._database.execute(
                f"DELETE FROM {BATCH} AS old USING {BATCH} AS new "
                f"WHERE {_equal('old', 'new', table.keys)} AND old.{place} < new.{place}"
            )

    def _exchange_rows(self, batch: Batch, names: Mapping[str, str]) -> None:
        target, keys = self._qualified(batch.table.name), batch.table.keys
        if batch.replaces:
            self._database.execute(f"DELETE FROM {target}")
        elif batch.files and keys:
            self._database.execute(
                f"DELETE FROM {target} AS old USING {BATCH} AS new "
                f"WHERE {_equal('old', 'new', keys)}"
            )
        if batch.files:
            self._database.execute(
                f"INSERT INTO {target} ({_listed(names.values())}, {LOADED_AT}) "
                f"SELECT {_listed(names)}, now() FROM {BATCH}"
            )

    def _vouch(self, batch: Batch) -> None:
        name = batch.table.name
        if batch.state is not None:
            self._database.execute(
                f"UPDATE {self._loads} SET state = CAST($1 AS {self._database.types['json']}) "
                "WHERE table_name = $2",
                [batch.state, name],
            )
        if batch.read_until is not None:
            self._database.execute(
                f"UPDATE {self._loads} SET loaded_at = now(), "
                f"rows = (SELECT count(*) FROM {self._qualified(name)}), "
                f"read_until = CAST($1 AS {self._database.types['timestamp']}) "
                "WHERE table_name = $2",
                [batch.read_until, name],
            )

    def _prepared(self, table: Table) -> dict[str, str]:
        """Create the table, or add the columns that it lacks; return each property's column."""
        existing = self._columns(table)
        names = placed(table.columns, existing, self._database.types)
        if not existing:
            self._create(table)
        target = self._qualified(table.name)
        for column in table.columns:
            name = quoted(names[column.name])
            if names[column.name] not in existing:
                if existing:
                    kind = self._database.types[column.kind]
                    self._database.execute(f"ALTER TABLE {target} ADD COLUMN {name} {kind}")
                self._comment("COLUMN", f"{target}.{name}", column.description)
        return names

    def _create(self, table: Table) -> None:
        types, target = self._database.types, self._qualified(table.name)
        columns = [f"{quoted(column.name)} {types[column.kind]}" for column in table.columns]
        columns.append(f"{LOADED_AT} {types['timestamp']}")
        if table.keys:
            columns.append(f"PRIMARY KEY ({_listed(table.keys)})")
        self._database.execute(f"CREATE TABLE {target} ({', '.join(columns)})")
        self._comment("TABLE", target, table.description)
        # A table that was dropped has left its row here, with a state that nothing vouches for.
        self._database.execute(f"DELETE FROM {self._loads} WHERE table_name = $1", [table.name])
        self._database.execute(
            f"INSERT INTO {self._loads} (table_name, stream) VALUES ($1, $2)",
            [table.name, table.stream],
        )

    def _comment(self, kind: str, name: str, text: str) -> None:
        if text:
            escaped = text.replace("'", "''")
            self._database.execute(f"COMMENT ON {kind} {name} IS '{escaped}'")

    def _columns(self, table: Table) -> dict[str, str]:
        """Return the type of each column, nothing where there is no table."""
        return dict(
            self._database.execute(
                "SELECT column_name, data_type FROM information_schema.columns "
                "WHERE table_catalog = current_database() AND table_schema = $1 "
                "AND table_name = $2",
                [self._warehouse.schema, table.name],
            )
        )

    def _qualified(self, name: str) -> str:
        return f"{quoted(self._warehouse.schema)}.{quoted(name)}"


def quoted(name: str) -> str:
    """Return a name as SQL takes it whatever it is."""
    return '"' + name.replace('"', '""') + '"'


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))


def _equal(one: str, other: str, keys: Iterable[str]) -> str:
    return " AND ".join(f"{one}.{quoted(key)} = {other}.{quoted(key)}" for key in keys)
