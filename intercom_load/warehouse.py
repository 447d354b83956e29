"""Reads a warehouse's URL. Nothing is opened here, so a wrong URL is reported at once."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from intercom_load.errors import UsageError

Kind = Literal["duckdb", "postgresql", "snowflake", "bigquery"]

EXAMPLES = (
    "duckdb:///intercom.duckdb, postgresql://user:password@host:5432/database, "
    "snowflake://user:password@account/database/schema?warehouse=…&role=… or "
    "bigquery://project/dataset?credentials_path=…"
)

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]{0,49}")


@dataclass(frozen=True)
class Warehouse:
    """
    Where rows go.

    `settings` are what the connection is made with, in the words of its library (psycopg, dlt);
    `label` names the place without a secret, and `secrets` are strings that no output may contain.
    """

    kind: Kind
    label: str
    schema: str
    table_prefix: str
    settings: Mapping[str, str | int] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def parse_warehouse(url: str, *, schema: str | None = None, table_prefix: str = "") -> Warehouse:
    """
    Read `url`, or raise a UsageError that says how such a URL is written.

    `schema` wins over the URL's own. Passwords may be percent-encoded.
    """
    if schema is not None:
        _require_plain_name(schema, "--schema")
    if table_prefix:
        _require_plain_name(table_prefix, "--table-prefix")
    scheme, separator, rest = url.partition("://")
    if not separator and url.endswith((".duckdb", ".db")):
        return _duckdb(url, schema, table_prefix)
    if not separator:
        raise UsageError(f"The warehouse must be given as a URL: {EXAMPLES}.")
    if scheme == "duckdb":
        if not rest.startswith("/"):
            raise UsageError(
                f"A DuckDB URL has three slashes before a relative path and four before an "
                f"absolute one: write duckdb:///{rest or 'intercom.duckdb'}."
            )
        return _duckdb(rest.removeprefix("/"), schema, table_prefix)
    parsers = {
        "postgresql": _postgresql,
        "postgres": _postgresql,
        "snowflake": _snowflake,
        "bigquery": _bigquery,
    }
    if scheme not in parsers:
        raise UsageError(f"There is no warehouse of the kind {scheme!r}; use {EXAMPLES}.")
    return parsers[scheme](_split(url), schema, table_prefix)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # reading it validates it
    except ValueError:
        raise UsageError(
            "The warehouse's URL cannot be read; percent-encode special characters in the "
            f"password (@ is %40, / is %2F, # is %23) and write it like one of: {EXAMPLES}."
        ) from None
    return parts


def _duckdb(raw_path: str, schema: str | None, table_prefix: str) -> Warehouse:
    if not raw_path or raw_path.endswith("/") or "?" in raw_path:
        raise UsageError("A DuckDB URL names a file: duckdb:///intercom.duckdb.")
    if raw_path.startswith(":memory:"):
        raise UsageError(
            "A DuckDB in memory would be gone when the load ends; name a file, for example "
            "duckdb:///intercom.duckdb."
        )
    path = Path(raw_path).expanduser().absolute()
    if schema is not None and schema == path.name.split(".")[0].lower():
        raise UsageError(
            f"DuckDB cannot tell the schema {schema} from the file {path.name}, whose name it "
            "uses in SQL; give one of them another name."
        )
    return Warehouse(
        kind="duckdb",
        label=f"DuckDB file {path}",
        schema=schema or "main",
        table_prefix=table_prefix,
        settings={"db_path": str(path)},
    )


def _postgresql(parts: SplitResult, schema: str | None, table_prefix: str) -> Warehouse:
    """Options of the query string (sslmode, …) are passed on to libpq."""
    database = parts.path.removeprefix("/")
    if not parts.hostname or not parts.username or not database or "/" in database:
        raise UsageError(
            "A PostgreSQL URL needs a user, a host and a database: "
            "postgresql://user:password@host:5432/database, with special characters of the "
            "password percent-encoded (@ is %40, / is %2F, # is %23)."
        )
    port = parts.port or 5432
    settings: dict[str, str | int] = {
        "host": parts.hostname,
        "port": port,
        "dbname": unquote(database),
        "user": unquote(parts.username),
        "connect_timeout": 10,
        **dict(parse_qsl(parts.query)),
    }
    if parts.password:
        settings["password"] = unquote(parts.password)
    return Warehouse(
        kind="postgresql",
        label=f"PostgreSQL database {unquote(database)} at {parts.hostname}:{port}",
        schema=schema or "public",
        table_prefix=table_prefix,
        settings=settings,
        secrets=_secrets(parts.password or ""),
    )


def _snowflake(parts: SplitResult, schema: str | None, table_prefix: str) -> Warehouse:
    query = dict(parse_qsl(parts.query))
    path = [unquote(piece) for piece in parts.path.split("/") if piece]
    known = {"warehouse", "role", "private_key_path"}
    unclear = not parts.hostname or not parts.username or len(path) not in (1, 2)
    if unclear or not {"warehouse", "role"} <= set(query) or set(query) - known:
        raise UsageError(
            "A Snowflake URL names user, account, database, schema, warehouse and role: "
            "snowflake://user:password@account/database/schema?warehouse=…&role=… (or "
            "&private_key_path=… instead of the password)."
        )
    raw_password = parts.password or ""
    settings: dict[str, str | int] = {
        "host": parts.netloc.rpartition("@")[2],
        "username": unquote(parts.username or ""),
        "database": path[0],
        **query,
    }
    if raw_password:
        settings["password"] = unquote(raw_password)
    return Warehouse(
        kind="snowflake",
        label=f"Snowflake database {path[0]} of account {settings['host']}",
        schema=schema or (path[1] if len(path) > 1 else "public"),
        table_prefix=table_prefix,
        settings=settings,
        secrets=_secrets(raw_password),
    )


def _bigquery(parts: SplitResult, schema: str | None, table_prefix: str) -> Warehouse:
    query = dict(parse_qsl(parts.query))
    path = [piece for piece in parts.path.split("/") if piece]
    unknown = set(query) - {"credentials_path", "dataset_location"}
    if not parts.netloc or len(path) > 1 or not (path or schema) or unknown:
        raise UsageError(
            "A BigQuery URL names project and dataset: "
            "bigquery://project/dataset?credentials_path=key.json (&dataset_location=EU)."
        )
    settings: dict[str, str | int] = {"project_id": parts.netloc}
    if "credentials_path" in query:
        settings |= _service_account(query["credentials_path"])
    if "dataset_location" in query:
        settings["location"] = query["dataset_location"]
    return Warehouse(
        kind="bigquery",
        label=f"BigQuery project {parts.netloc}",
        schema=schema or path[0],
        table_prefix=table_prefix,
        settings=settings,
        secrets=_secrets(str(settings.get("private_key", ""))),
    )


def _service_account(path: str) -> dict[str, str]:
    """Return what dlt takes of a service account's key file."""
    try:
        key = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
        return {name: key[name] for name in ("private_key", "client_email")}
    except FileNotFoundError:
        raise UsageError(f"There is no credentials file {path}.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{path} is not the JSON key of a service account.") from None


def _require_plain_name(name: str, option: str) -> None:
    if not _PLAIN_NAME.fullmatch(name):
        raise UsageError(
            f"{option} takes lower-case letters, digits and underscores, beginning with a letter "
            f"or an underscore; {name!r} is not such a name."
        )


def _secrets(raw_password: str) -> tuple[str, ...]:
    """Return the password as written and as meant."""
    return tuple({raw_password, unquote(raw_password)} - {""})
