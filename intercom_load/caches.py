"""
PyAirbyte's caches, changed where a row could get lost, doubled or altered.

| PyAirbyte 0.71.3 | here |
|---|---|
| a record that came twice in one batch becomes two rows | the latest one stays |
| replacing drops the table: views and grants go with it | rows are exchanged in one transaction |
| a new column's name is not quoted, and looking for it takes half a second in DuckDB | neither |
| PostgreSQL: pandas guesses types ("007" becomes 7, "+4420…" a float) | COPY, as declared |
| PostgreSQL: options such as sslmode are not passed on | they are |
| a field that is an object or a string becomes text, with a warning for each record | JSON |
| files are packed with gzip's slowest level | with its fastest |
"""

# ruff: noqa: S608 - schema and prefix are checked to be plain names, columns are quoted

import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, ClassVar, cast

from airbyte._processors.sql.bigquery import BigQuerySqlProcessor, BigQueryTypeConverter
from airbyte._processors.sql.duckdb import DuckDBSqlProcessor
from airbyte._processors.sql.postgres import PostgresSqlProcessor
from airbyte._processors.sql.snowflake import SnowflakeSqlProcessor, SnowflakeTypeConverter
from airbyte._writers.jsonl import JsonlWriter
from airbyte.caches import BigQueryCache, DuckDBCache, PostgresCache, SnowflakeCache
from airbyte.caches.base import CacheBase
from airbyte.constants import AB_RAW_ID_COLUMN
from airbyte.shared.sql_processor import SqlProcessorBase
from airbyte.types import SQLTypeConverter
from sqlalchemy import inspect, text
from sqlalchemy.types import TypeEngine

from intercom_load.connector import SOURCE_NAME
from intercom_load.errors import LoadError
from intercom_load.warehouse import Warehouse


class _UnionTypes(SQLTypeConverter):
    """Gives a field of several types a column that holds each of them: JSON, else text."""

    def to_sql_type(self, json_schema_property_def: dict[str, Any]) -> TypeEngine[Any]:
        kinds = set(json_schema_property_def["type"]) - {"null"}
        if isinstance(json_schema_property_def["type"], list) and len(kinds) > 1:
            nested = kinds & {"object", "array"}
            json_schema_property_def = {"type": "object" if nested else "string"}
        return super().to_sql_type(json_schema_property_def)


class _SnowflakeTypes(_UnionTypes, SnowflakeTypeConverter):
    pass


class _BigQueryTypes(_UnionTypes, BigQueryTypeConverter):
    pass


class _QuickWriter(JsonlWriter):
    """Spools records into files that live for minutes: speed matters, size hardly."""

    def _open_new_file(self, file_path: Path) -> IO[str]:
        return cast("IO[str]", gzip.open(file_path, "wt", compresslevel=1, encoding="utf-8"))


class _LatestRows(SqlProcessorBase):
    """
    One row for each primary key: of several in a batch, the one with the latest cursor value.

    PyAirbyte's raw ids are UUIDs of version 7, so among equals the last to arrive is the greatest.
    """

    def _write_files_to_new_table(self, files: list[Path], stream_name: str, batch_id: str) -> str:
        table = super()._write_files_to_new_table(files, stream_name, batch_id)
        self._drop_earlier_rows(stream_name, table)
        return table

    def _drop_earlier_rows(self, stream_name: str, table: str) -> None:
        quote = self._quote_identifier
        keys = ", ".join(map(quote, self.catalog_provider.get_primary_keys(stream_name)))
        cursor: Sequence[str] = self.catalog_provider.get_cursor_key(stream_name) or []
        latest_first = ", ".join(
            f"{quote(name)} DESC NULLS LAST" for name in [*cursor, AB_RAW_ID_COLUMN]
        )
        raw_id, target = quote(AB_RAW_ID_COLUMN), self._fully_qualified(table)
        self._execute_sql(
            f"DELETE FROM {target} WHERE {raw_id} IN (SELECT {raw_id} FROM (SELECT {raw_id}, "
            f"ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {latest_first}) AS place "
            f"FROM {target}) AS ranked WHERE place > 1)"
        )


class _TransactionalTables(SqlProcessorBase):
    """Keeps tables where they are: new columns are added, rows are exchanged in one transaction."""

    def _ensure_compatible_table_schema(self, stream_name: str, table_name: str) -> None:
        known = text(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = :schema AND table_name = :table"
        )
        where = {"schema": self.sql_config.schema_name, "table": table_name}
        table = self._fully_qualified(table_name)
        with self.get_sql_connection() as connection:
            existing = set(connection.scalars(known, where))
            for column, kind in self._get_sql_column_definitions(stream_name).items():
                if column not in existing:
                    name = self._quote_identifier(column)
                    connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {name} {kind}"))

    def _swap_temp_table_with_final_table(
        self, stream_name: str, temp_table_name: str, final_table_name: str
    ) -> None:
        self._ensure_compatible_table_schema(stream_name, final_table_name)
        columns = ", ".join(
            self._quote_identifier(name) for name in self._get_sql_column_definitions(stream_name)
        )
        final = self._fully_qualified(final_table_name)
        with self.get_sql_connection() as connection:
            connection.execute(text(f"DELETE FROM {final}"))
            connection.execute(
                text(
                    f"INSERT INTO {final} ({columns}) "
                    f"SELECT {columns} FROM {self._fully_qualified(temp_table_name)}"
                )
            )


class _DuckDBTables(_LatestRows, _TransactionalTables, DuckDBSqlProcessor):
    file_writer_class = _QuickWriter
    type_converter_class = _UnionTypes


class _CopiedRows(PostgresSqlProcessor):
    """Lets PostgreSQL itself read the spooled JSON, by the types that the stream declares."""

    def _write_files_to_new_table(self, files: list[Path], stream_name: str, batch_id: str) -> str:
        table = self._create_table_for_loading(stream_name, batch_id)
        target = self._fully_qualified(table)
        with self.get_sql_connection() as connection:
            connection.execute(text("CREATE TEMPORARY TABLE spooled (line json) ON COMMIT DROP"))
            cursor: Any = connection.connection.cursor()
            for file in files:
                with gzip.open(file, "rb") as lines:
                    # JSON holds no control characters, so neither delimiter nor quote occurs.
                    cursor.copy_expert(
                        "COPY spooled FROM STDIN "
                        r"WITH (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')",
                        lines,
                    )
            connection.execute(
                text(
                    f"INSERT INTO {target} SELECT row.* FROM spooled, "
                    f"json_populate_record(NULL::{target}, line) AS row"
                )
            )
        return table


class _PostgresTables(_LatestRows, _TransactionalTables, _CopiedRows):
    file_writer_class = _QuickWriter
    type_converter_class = _UnionTypes


class _SnowflakeTables(_LatestRows, SnowflakeSqlProcessor):
    file_writer_class = _QuickWriter
    type_converter_class = _SnowflakeTypes


class _BigQueryTables(_LatestRows, BigQuerySqlProcessor):
    file_writer_class = _QuickWriter
    type_converter_class = _BigQueryTypes


class _DuckDB(DuckDBCache):
    _sql_processor_class: ClassVar[type[SqlProcessorBase]] = _DuckDBTables


class _Postgres(PostgresCache):
    _sql_processor_class: ClassVar[type[SqlProcessorBase]] = _PostgresTables
    libpq_options: dict[str, str]

    def get_sql_alchemy_connect_args(self) -> dict[str, Any]:
        return dict(self.libpq_options)


class _Snowflake(SnowflakeCache):
    _sql_processor_class: ClassVar[type[SqlProcessorBase]] = _SnowflakeTables


class _BigQuery(BigQueryCache):
    _sql_processor_class: ClassVar[type[SqlProcessorBase]] = _BigQueryTables


@contextmanager
def open_cache(warehouse: Warehouse, spool: Path) -> Iterator[CacheBase]:
    """
    Open the warehouse for one load, alone on its schema, and close it.

    Creates what a load needs besides its tables (the schema, PyAirbyte's `_airbyte_*` tables), so
    a missing permission shows before anything is read. `spool` is a folder for records on their
    way. Raises LoadError when the warehouse cannot be used.
    """
    try:
        cache = _connect(warehouse, spool)
    except Exception as error:
        raise LoadError(_why_unreachable(warehouse, error)) from error
    with cache, _alone(cache, warehouse):
        yield cache


def drop_leftovers(cache: CacheBase, streams: Iterable[str]) -> None:
    """
    Remove the half-filled tables that a killed load left behind, PyAirbyte's `<stream>_<ulid>`.

    A ULID of this century begins with 01, and PyAirbyte's tables have its column. Only where
    `open_cache` gives the schema to one load at a time; elsewhere they might be in use.
    """
    if not isinstance(cache, _DuckDB | _Postgres):
        return
    leftover = re.compile(rf"({'|'.join(streams)})_01[0-9a-hjkmnp-tv-z]{{7}}")
    database = inspect(cache.get_sql_engine())
    for table in filter(leftover.fullmatch, database.get_table_names(schema=cache.schema_name)):
        columns = database.get_columns(table, schema=cache.schema_name)
        if any(column["name"] == AB_RAW_ID_COLUMN for column in columns):
            cache.execute_sql(f'DROP TABLE {cache.schema_name}."{table}"')


def _connect(warehouse: Warehouse, spool: Path) -> CacheBase:
    common: dict[str, Any] = {
        **warehouse.settings,
        "table_prefix": warehouse.table_prefix,
        "cache_dir": spool,
    }
    cache: CacheBase
    match warehouse.kind:
        case "duckdb":
            cache = _DuckDB(schema_name=warehouse.schema, **common)
        case "postgresql":
            options = dict(warehouse.options)
            cache = _Postgres(schema_name=warehouse.schema, libpq_options=options, **common)
        case "snowflake":
            cache = _Snowflake(schema_name=warehouse.schema, **common)
        case "bigquery":
            cache = _BigQuery(dataset_name=warehouse.schema, **common)
    cache.get_state_provider(SOURCE_NAME)  # creates PyAirbyte's state table
    return cache


@contextmanager
def _alone(cache: CacheBase, warehouse: Warehouse) -> Iterator[None]:
    """Keep a second load out of a PostgreSQL schema; DuckDB locks its file itself."""
    if not isinstance(cache, _Postgres):
        yield
        return
    key = {"key": f"intercom-load {warehouse.schema}"}
    engine = cache.get_sql_engine().execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:key))"), key):
            raise LoadError(
                f"Another load is writing to schema {warehouse.schema} of the {warehouse.label}; "
                "wait until it has ended."
            )
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(hashtext(:key))"), key)


def first_line(error: Exception) -> str:
    """Return what the database said, without SQL and stack, and without a full stop."""
    text = str(getattr(error, "orig", None) or error).strip()
    driver = re.search(r"^\w+\([\w.]+\) (.+)", text, re.MULTILINE)  # "DataError(driver.Kind) …"
    line = driver[1] if driver else text.split("\n")[0]
    return line.strip().rstrip(".") or type(error).__name__


def _why_unreachable(warehouse: Warehouse, error: Exception) -> str:
    reason = first_line(error)
    if "Could not set lock on file" in reason:
        return f"The {warehouse.label} is open in another program; close it there and run again."
    if "not a valid DuckDB database file" in reason:
        return f"The {warehouse.label} exists and is not a DuckDB database; name another file."
    return f"The {warehouse.label} cannot be used: {reason}. Check the URL and retry."
