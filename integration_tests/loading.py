"""Loads into a warehouse of the tests' own: a DuckDB file, or a PostgreSQL server."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import psycopg
from rich.console import Console

from integration_tests.postgres_server import postgres_server
from integration_tests.syncing import CORE_STREAMS, config_for
from intercom_load.connector import Connector, find_connector
from intercom_load.load import load
from intercom_load.opening import opened
from intercom_load.progress import Progress, StreamResult
from intercom_load.spool import private_folder
from intercom_load.warehouse import parse_warehouse

CONFIG = config_for(region="US")

Ask = Callable[[str], list[tuple[Any, ...]]]
"""Runs a statement; the rows that it returns."""


def results_of(
    url: str,
    streams: Sequence[str],
    *,
    schema: str | None = None,
    prefix: str = "intercom_",
    full_refresh: bool = False,
    **options: Any,
) -> list[StreamResult]:
    """What a load in this process came to; `options`: of the connector's config."""
    warehouse = parse_warehouse(url, schema=schema, table_prefix=prefix)
    progress = Progress(Console(file=io.StringIO()))
    with private_folder() as folder, progress, opened(warehouse, folder) as destination:
        return load(
            Connector(find_connector(), {**CONFIG, **options}, folder),
            destination,
            progress,
            folder,
            streams=streams,
            table_prefix=prefix,
            full_refresh=full_refresh,
        )


def load_into(url: str, *, streams: Sequence[str] = CORE_STREAMS, **options: Any) -> dict[str, int]:
    """Load in this process; rows read by stream, after making sure that no stream failed."""
    results = results_of(url, streams, **options)
    assert [result.error for result in results if result.error] == []
    return {result.stream: result.rows_read for result in results}


@contextmanager
def warehouse(kind: str) -> Iterator[tuple[str, Ask]]:
    """An empty "duckdb" or "postgres": its URL, and how to ask it."""
    if kind == "duckdb":
        with TemporaryDirectory() as folder:
            yield in_duckdb(Path(folder))
    else:
        with postgres_server() as server:
            yield server.url(), _asking_postgres(server.url())


def in_duckdb(folder: Path) -> tuple[str, Ask]:
    """A DuckDB file: its URL, and how to ask it."""
    file = folder / "warehouse.duckdb"

    def ask(sql: str) -> list[tuple[Any, ...]]:
        # A file takes one process at a time, and the loader is another.
        with duckdb.connect(str(file)) as connection:
            return connection.execute(sql).fetchall()

    return f"duckdb:///{file}", ask


def _asking_postgres(url: str) -> Ask:
    def ask(sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    return ask
