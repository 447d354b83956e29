"""Loads of what a stub connector says: its messages, and the loader around it."""

import io
import json
from pathlib import Path

import duckdb
from rich.console import Console

from intercom_load.connector import Connector
from intercom_load.load import load
from intercom_load.opening import opened
from intercom_load.progress import Progress
from intercom_load.warehouse import parse_warehouse

STUB = Path(__file__).with_name("stub_connector.py")
PROPERTIES = {
    "id": {"type": ["null", "string"], "description": "Which contact it is."},
    "updated_at": {
        "type": ["null", "string"],
        "format": "date-time",
        "airbyte_type": "timestamp_with_timezone",
    },
    "phone": {"type": ["null", "string"]},
    "visits": {"type": ["null", "integer"]},
    "score": {"type": ["null", "number"]},
    "subscribed": {"type": ["null", "boolean"]},
    "birthday": {"type": ["null", "string"], "format": "date"},
    "plan": {"type": ["null", "object"]},
    "tags": {"type": ["null", "array"]},
}
SUCCEEDED = {"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}}


def stream(name, *, incremental, properties=None, keys=("id",)):
    return {
        "name": name,
        "json_schema": {"type": "object", "properties": properties or PROPERTIES},
        "supported_sync_modes": ["full_refresh", "incremental"]
        if incremental
        else ["full_refresh"],
        "source_defined_primary_key": [[key] for key in keys],
        "default_cursor_field": ["updated_at"] if incremental else [],
    }


def catalog(properties=None, *more):
    return {
        "type": "CATALOG",
        "catalog": {
            "streams": [
                stream("contacts", incremental=True, properties=properties),
                stream("tags", incremental=False),
                *more,
            ]
        },
    }


def record(name, key, **fields):
    data = {"id": key, "updated_at": "2026-01-01T00:00:00Z", **fields}
    return {
        "type": "RECORD",
        "record": {"stream": name, "data": data, "emitted_at": 1_790_000_000_000},
    }


def state(name, value):
    return {
        "type": "STATE",
        "state": {
            "type": "STREAM",
            "stream": {
                "stream_descriptor": {"name": name},
                "stream_state": {"updated_at": value},
            },
        },
    }


def status(name, word):
    return {
        "type": "TRACE",
        "trace": {
            "type": "STREAM_STATUS",
            "emitted_at": 1_790_000_000_000,
            "stream_status": {"stream_descriptor": {"name": name}, "status": word},
        },
    }


def error(message, name=None, failure_type="config_error"):
    about = {"stream_descriptor": {"name": name}} if name else {}
    return {
        "type": "TRACE",
        "trace": {
            "type": "ERROR",
            "emitted_at": 1,
            "error": {"message": message, "failure_type": failure_type, **about},
        },
    }


def estimate(name, rows):
    about = {"name": name, "type": "STREAM", "row_estimate": rows}
    return {"type": "TRACE", "trace": {"type": "ESTIMATE", "emitted_at": 1, "estimate": about}}


def log(level, message):
    return {"type": "LOG", "log": {"level": level, "message": message}}


def whole(name, *records):
    return [status(name, "STARTED"), *records, status(name, "COMPLETE")]


class Loads:
    """Loads into a DuckDB file, or into another warehouse, from what the stub says."""

    def __init__(self, folder, url=None, schema=None):
        self.folder = folder
        self.file = folder / "x.duckdb"
        self.url = url or str(self.file)
        self.schema = schema
        self.warnings = []
        self.spool = folder / "spool"
        self.spool.mkdir()

    def __call__(self, *read, streams=("contacts", "tags"), options=None, **said):
        config = {
            "check": [SUCCEEDED],
            "discover": [catalog()],
            "read": list(read),
            "heard": str(self.folder),
            **said,
        }
        shown = io.StringIO()
        progress = Progress(Console(file=shown))
        warehouse = parse_warehouse(self.url, schema=self.schema, table_prefix="intercom_")
        with progress, opened(warehouse, self.spool) as destination:
            results = load(
                Connector(STUB, config, self.spool, warn=progress.warn),
                destination,
                progress,
                self.spool,
                streams=streams,
                table_prefix="intercom_",
                **(options or {}),
            )
        lines = [line.partition("Z  ")[2] for line in shown.getvalue().splitlines()]
        self.warnings = [line for line in lines if line.startswith(("WARN", "ERROR"))]
        return {result.stream: result for result in results}

    def sql(self, statement):
        """Change something between two loads, as a user would."""
        with duckdb.connect(str(self.file)) as connection:
            connection.sql(statement)

    def query(self, sql):
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def ids(self, table):
        return [row[0] for row in self.query(f"SELECT id FROM intercom_{table} ORDER BY id")]

    def heard(self, name):
        return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))

    def saved_states(self):
        rows = self.query("SELECT stream, state FROM _intercom_loads WHERE state IS NOT NULL")
        return {
            name: json.loads(text)["stream"]["stream_state"]["updated_at"] for name, text in rows
        }
