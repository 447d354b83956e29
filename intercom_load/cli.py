"""
The command `intercom-load`: exit code 0 when every stream is in the warehouse.

1 when the workspace or the warehouse refused, 2 when what was typed is wrong, 130 when interrupted.
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from intercom_load.errors import LoadError, UsageError
from intercom_load.warehouse import EXAMPLES, parse_warehouse

STREAMS = (
    "contacts",
    "companies",
    "conversations",
    "conversation_parts",
    "articles",
    "admins",
    "tags",
    "teams",
    "segments",
    "data_attributes",
)

SHORTEST_SECRET = 8  # shorter values, such as a region, are words that sentences need


def main(arguments: Sequence[str] | None = None) -> None:
    """Load once and exit."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    secrets: list[str] = []
    try:
        warehouse = parse_warehouse(
            options.to, schema=options.schema, table_prefix=options.table_prefix
        )
        secrets += warehouse.secrets
        config = read_config(options.config)
        secrets += _config_secrets(config)
        # PyAirbyte takes seconds to import, and what was typed wrong shall not wait for it.
        from intercom_load.run import run  # noqa: PLC0415

        def save(renewed: Mapping[str, Any]) -> None:
            secrets.extend(_config_secrets(renewed))
            write_config(options.config, renewed)

        errors = run(
            config, warehouse, options.streams, full_refresh=options.full_refresh, save=save
        )
    except LoadError as error:
        _fail([str(error)], secrets, error.exit_code)
    except KeyboardInterrupt:
        _fail(["Interrupted; what was committed is kept, run again to go on."], secrets, 130)
    if errors:
        _fail(errors, secrets, 1)


def read_config(path: Path) -> dict[str, Any]:
    """Return the connector's config, or raise a UsageError that says what is wrong with it."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"There is no config file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The config file {path} cannot be read: {error}.") from None
    except json.JSONDecodeError as error:
        raise UsageError(
            f"The config file {path} is not JSON: {error.msg} in line {error.lineno}."
        ) from None
    if not isinstance(config, dict):
        raise UsageError(
            f"The config file {path} must hold a JSON object, as `source-intercom spec` describes."
        )
    return config


def write_config(path: Path, config: Mapping[str, Any]) -> None:
    """
    Replace the config file by one with a renewed token, or raise a LoadError.

    The file is whole at every instant, and as private as it was.
    """
    path = path.resolve()
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            json.dump(config, file, indent=2, ensure_ascii=False)
        shutil.copymode(path, file.name)
        Path(file.name).replace(path)
    except OSError as error:
        raise LoadError(
            f"Intercom renewed the access token, and {path} cannot be written to keep it: "
            f"{error.strerror}. Make it writable and re-authenticate the connection."
        ) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="intercom-load",
        description="Load an Intercom workspace into a warehouse. Run it again to load changes.",
    )
    parser.add_argument(
        "--config", type=Path, required=True, help="the connector's config, a JSON file"
    )
    parser.add_argument(
        "--to",
        metavar="URL",
        default="duckdb:///intercom.duckdb",
        help=f"the warehouse (default: %(default)s): {EXAMPLES.replace('%', '%%')}; "
        "PostgreSQL takes a password also from PGPASSWORD",
    )
    parser.add_argument(
        "--streams",
        type=_stream_names,
        default=list(STREAMS),
        help=f"comma-separated (default: {','.join(STREAMS)})",
    )
    parser.add_argument(
        "--full-refresh",
        action="store_true",
        help="read everything anew and replace the tables' rows",
    )
    parser.add_argument("--schema", help="the schema (or dataset) that the tables are in")
    parser.add_argument(
        "--table-prefix", default="intercom_", help="begins every table's name (%(default)s)"
    )
    return parser


def _stream_names(text: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise argparse.ArgumentTypeError("names at least one stream")
    return names


def _config_secrets(value: object) -> Iterator[str]:
    """Every string of the config that is long enough to be a token, wherever it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("auth_type", "start_date"):
                yield from _config_secrets(inner)
    elif isinstance(value, str) and len(value) >= SHORTEST_SECRET:
        yield value


def _interrupt(_signum: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def masked(text: str, secrets: Sequence[str]) -> str:
    """Return the text without any of the secrets."""
    for secret in secrets:
        text = text.replace(secret, "****")
    return text


def _fail(sentences: Sequence[str], secrets: Sequence[str], exit_code: int) -> NoReturn:
    for sentence in sentences:
        print(f"intercom-load: {masked(sentence, secrets)}", file=sys.stderr)
    sys.exit(exit_code)
