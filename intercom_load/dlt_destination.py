"""
Snowflake and BigQuery, through dlt: written by its documentation, tried on its DuckDB alone.

https://dlthub.com/docs/dlt-ecosystem/destinations/snowflake
https://dlthub.com/docs/dlt-ecosystem/destinations/bigquery

Rows are merged by primary key first; the state that vouches for them follows in a load of its own.
A kill between the two costs that the rows are read again. Nothing keeps a second load out.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from intercom_load.columns import Kind, placed
from intercom_load.destination import LOADS, Batch, Table
from intercom_load.errors import LoadError, StreamRefused, TryLater
from intercom_load.fitting import fit_row, read_row
from intercom_load.warehouse import Warehouse

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"

try:
    import dlt
    from dlt.common.configuration.exceptions import ConfigurationException
    from dlt.common.destination.exceptions import DestinationTransientException
    from dlt.destinations.exceptions import DatabaseUndefinedRelation
    from dlt.pipeline.exceptions import PipelineStepFailed
except ImportError:
    raise LoadError(
        "Snowflake and BigQuery need more packages: install this project with its extra "
        "`warehouses`, as in pip install 'source_intercom-….whl[load,warehouses]'."
    ) from None

TYPES: Mapping[Kind, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "double",
    "boolean": "bool",
    "timestamp": "timestamp",
    "date": "date",
    "json": "json",
}

LOADS_COLUMNS = {
    "table_name": "text",
    "stream": "text",
    "loaded_at": "timestamp",
    "rows": "bigint",
    "read_until": "timestamp",
    "state": "text",
}


@contextmanager
def open_dlt(warehouse: Warehouse, folder: Path) -> Iterator["DltDestination"]:
    """Connect to the warehouse; dlt's own files lie in `folder`."""
    pipeline = dlt.pipeline(
        "intercom_load",
        destination=_destination(warehouse),
        dataset_name=warehouse.schema,
        pipelines_dir=str(folder / "dlt"),
    )
    try:
        pipeline.sync_destination()
        yield DltDestination(pipeline, warehouse.label)
    except (PipelineStepFailed, ConfigurationException) as error:
        raise _trouble(error, warehouse.label, "all streams") from error


def _destination(warehouse: Warehouse) -> Any:
    settings = dict(warehouse.settings)
    if warehouse.kind == "snowflake":
        return dlt.destinations.snowflake(
            credentials=settings,
            replace_strategy="insert-from-staging",
            use_timestamp_tz=True,
        )
    location = settings.pop("location", None)
    return dlt.destinations.bigquery(
        credentials=settings,  # type: ignore[arg-type]  # which it reads like its own class
        location=location,  # type: ignore[arg-type]  # None is its default
        replace_strategy="insert-from-staging",
    )


class DltDestination:
    """See `Destination`."""

    def __init__(self, pipeline: Any, label: str) -> None:
        self._pipeline = pipeline
        self._label = label
        self._loads: dict[str, dict[str, Any]] = {}
        """The rows of `LOADS`, by table."""

    def states(self, tables: Sequence[Table]) -> dict[str, str]:
        """See `Destination`."""
        for row in self._query(", ".join(LOADS_COLUMNS), LOADS) or ():
            self._loads[row[0]] = dict(zip(LOADS_COLUMNS, row, strict=True))
        return {
            table.stream: state
            for table in tables
            if (state := self._loads.get(table.name, {}).get("state"))
            and self.count(table) is not None
        }

    def write(self, batch: Batch) -> list[str]:
        """See `Destination`."""
        table, misfits = batch.table, Counter[str]()
        schema = self._pipeline.schemas.get(self._pipeline.default_schema_name or "")
        known = schema.tables.get(table.name, {}).get("columns", {}) if schema else {}
        names = placed(
            table.columns,
            {name: one["data_type"] for name, one in known.items() if "data_type" in one},
            TYPES,
        )
        if batch.files or batch.replaces or not known:
            rows: Any = dlt.resource(
                _rows(batch, names, misfits), name=table.name, max_table_nesting=0
            )
            rows.apply_hints(
                write_disposition=(
                    "replace" if batch.replaces else "merge" if table.keys else "append"
                ),
                primary_key=[names[key] for key in table.keys],
                columns={
                    names[one.name]: {
                        "data_type": TYPES[one.kind],
                        "description": one.description,
                    }
                    for one in table.columns
                },
            )
            self._run(rows, table.stream)
        self._vouch(batch)
        return [
            f"{table.stream}: {number:,} value(s) do not fit the column {name}, "
            "which is null there."
            for name, number in misfits.items()
        ]

    def count(self, table: Table) -> int | None:
        """See `Destination`."""
        found = self._query("count(*)", table.name)
        return None if found is None else int(found[0][0])

    def interrupt(self) -> None:
        """See `Destination`: dlt can't be interrupted; the process ends without waiting for it."""

    def _vouch(self, batch: Batch) -> None:
        name = batch.table.name
        row = self._loads.setdefault(name, {"table_name": name, "stream": batch.table.stream})
        if batch.state is not None:
            row["state"] = batch.state
        if batch.read_until is not None:
            row |= {"loaded_at": datetime.now(UTC), "rows": self.count(batch.table)}
            row["read_until"] = datetime.fromisoformat(batch.read_until)
        resource: Any = dlt.resource([row], name=LOADS)
        resource.apply_hints(
            write_disposition="merge",
            primary_key="table_name",
            columns={name: {"data_type": kind} for name, kind in LOADS_COLUMNS.items()},
        )
        self._run(resource, batch.table.stream)

    def _run(self, resource: Any, stream: str) -> None:
        try:
            self._pipeline.run(resource)
        except PipelineStepFailed as error:
            self._pipeline.abort_packages()
            raise _trouble(error, self._label, stream) from error

    def _query(self, columns: str, table: str) -> list[tuple[Any, ...]] | None:
        """Return these columns of a table's rows; None if there is no such table."""
        with self._pipeline.sql_client() as client:
            try:
                rows = client.execute_sql(
                    f"SELECT {columns} FROM {client.make_qualified_table_name(table)}"  # noqa: S608
                )
            except DatabaseUndefinedRelation:
                return None
            return list(rows or [])


def _rows(batch: Batch, names: Mapping[str, str], misfits: Counter[str]) -> Iterator[Any]:
    """Yield the last row of each primary key, by its columns' names."""
    last = {_key(row, batch.table): place for place, row in enumerate(_spooled(batch))}
    for place, row in enumerate(_spooled(batch)):
        if not batch.table.keys or last[_key(row, batch.table)] == place:
            misfits.update(fit_row(row, batch.table.columns))
            yield {
                names[one.name]: row[one.name]
                for one in batch.table.columns
                if row.get(one.name) is not None
            }
    yield dlt.mark.materialize_table_schema()  # without rows, too


def _spooled(batch: Batch) -> Iterator[dict[str, Any]]:
    for path in batch.files:
        with path.open("rb") as lines:
            yield from map(read_row, lines)


def _key(row: Mapping[str, Any], table: Table) -> str:
    return json.dumps([row.get(key) for key in table.keys])


def _trouble(error: Exception, label: str, stream: str) -> LoadError:
    causes: list[Any] = [error]
    while (cause := causes[-1].__cause__ or getattr(causes[-1], "exception", None)) is not None:
        causes.append(cause)
    reason = str(causes[-1]).strip().split("\n")[0].rstrip(".")
    if any(isinstance(one, DestinationTransientException) for one in causes):
        return TryLater(f"The {label} failed for now: {reason}. Run again later.")
    if stream == "all streams":
        return LoadError(f"The {label} cannot be used: {reason}. Check the URL.")
    return StreamRefused(f"The {label} refuses rows of {stream}: {reason}.")
