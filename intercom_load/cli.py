"""The command `intercom-load`: its arguments, its signals, its exit codes, what it prints."""

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from threading import Event, Timer
from typing import TYPE_CHECKING, Any, NoReturn

from intercom_load.config_file import STDIN, config_secrets, read_config, write_config
from intercom_load.errors import LoadError, TryLater, UsageError
from intercom_load.spool import private_folder
from intercom_load.warehouse import EXAMPLES, Warehouse, parse_warehouse

if TYPE_CHECKING:
    from intercom_load.progress import StreamResult

INTERRUPTED = 130
ENDS_WITHIN = 4.0
"""Seconds after a signal in which the load may clean up behind itself."""

EXIT_CODES = """\
exit codes:
  0    every stream is in the warehouse
  1    something has to be changed; the sentence on stderr says what
  2    what was typed is wrong
  75   try again later: Intercom or the warehouse fails for now, or another load holds it
  130  interrupted; what was committed is kept, the next load goes on from there

environment:
  INTERCOM_LOAD_CONFIG, INTERCOM_LOAD_TO   stand in for --config and --to, which `ps` shows
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Load once and exit."""
    options = _parser().parse_args(arguments)
    result: dict[str, Any] = {"exit_code": 0, "error": None, "streams": []}
    began = time.monotonic()
    secrets: list[str] = []
    sentences: list[str] = []
    rubbish: list[Path] = []
    is_interrupted = _end_on_signals(rubbish)
    try:
        sentences = _load(options, secrets, rubbish, result)
    except BaseException as error:
        if is_interrupted.is_set():  # whatever a library has made of the KeyboardInterrupt
            sentences = ["Interrupted; what was committed is kept, run again to go on."]
            result |= {"exit_code": INTERRUPTED, "error": sentences[0]}
        elif isinstance(error, LoadError):
            sentences = [str(error)]
            result |= {"exit_code": error.exit_code, "error": str(error)}
        else:
            raise
    for sentence in sentences:
        print(f"intercom-load: {masked(sentence, secrets)}", file=sys.stderr)
    if options.json:
        result["seconds"] = round(time.monotonic() - began, 1)
        print(masked(json.dumps(result, ensure_ascii=False), secrets))
    if result["exit_code"] == INTERRUPTED:
        _leave()
    if result["exit_code"]:
        sys.exit(result["exit_code"])


def _load(
    options: argparse.Namespace, secrets: list[str], rubbish: list[Path], result: dict[str, Any]
) -> list[str]:
    """Load and print the table; return a sentence for each stream that failed."""
    warehouse = parse_warehouse(
        options.to, schema=options.schema, table_prefix=options.table_prefix
    )
    secrets += warehouse.secrets
    if options.config is None:
        raise UsageError("The connector's config is missing: name its file with --config.")
    config = read_config(options.config)
    secrets += config_secrets(config)
    with private_folder() as folder:
        rubbish.append(folder)
        results = _run(options, warehouse, config, folder, secrets)
    result |= {
        "exit_code": _exit_code(results),
        "warehouse": warehouse.label,
        "schema": warehouse.schema,
        "streams": [asdict(each) for each in results],
    }
    return [f"{each.stream}: {each.error}" for each in results if each.error]


def _run(
    options: argparse.Namespace,
    warehouse: Warehouse,
    config: Mapping[str, Any],
    folder: Path,
    secrets: list[str],
) -> "list[StreamResult]":
    # What was typed wrong shall not wait for these.
    from rich.console import Console  # noqa: PLC0415

    from intercom_load.connector import Connector, find_connector  # noqa: PLC0415
    from intercom_load.load import load  # noqa: PLC0415
    from intercom_load.opening import opened  # noqa: PLC0415
    from intercom_load.progress import Progress, summary_table  # noqa: PLC0415

    def save(renewed: Mapping[str, Any]) -> None:
        secrets.extend(config_secrets(renewed))
        if options.config == STDIN:
            raise LoadError("Intercom renewed the access token: give the config as a file.")
        write_config(options.config, renewed)

    progress = Progress(
        Console(stderr=True), quiet=options.quiet, mask=lambda text: masked(text, secrets)
    )
    with progress, opened(warehouse, folder, wait=options.wait, warn=progress.warn) as destination:
        results = load(
            Connector(find_connector(), config, folder, save, progress.warn),
            destination,
            progress,
            folder,
            streams=options.streams,
            table_prefix=options.table_prefix,
            full_refresh=options.full_refresh,
        )
    if not options.quiet:
        Console(highlight=False, soft_wrap=True).print(summary_table(results))
        _print_remarks(results, warehouse)
    return results


def _print_remarks(results: "Sequence[StreamResult]", warehouse: Warehouse) -> None:
    for each in results:
        if each.remark:
            print(each.remark)
    print(f"The tables are in the {warehouse.label}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="intercom-load",
        description="Load an Intercom workspace into a warehouse. Run it again to load changes.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_what(parser)
    _add_how(parser)
    parser.add_argument("--version", action="version", version=version("source-intercom"))
    return parser


def _add_what(parser: argparse.ArgumentParser) -> None:
    """Add what is loaded, and where to."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        default=os.environ.get("INTERCOM_LOAD_CONFIG"),
        help="the connector's config, a JSON file, or - for standard input",
    )
    parser.add_argument(
        "--to",
        metavar="URL",
        default=os.environ.get("INTERCOM_LOAD_TO", "duckdb:///intercom.duckdb"),
        help="the warehouse (duckdb:///intercom.duckdb unless given): "
        f"{EXAMPLES.replace('%', '%%')}; PostgreSQL takes a password also from PGPASSWORD",
    )
    parser.add_argument(
        "--streams",
        type=_stream_names,
        default=["suggested"],
        help="comma-separated names, `suggested` (what is loaded unless told otherwise) or `all`",
    )
    parser.add_argument("--schema", help="the schema (or dataset) that the tables are in")
    parser.add_argument(
        "--table-prefix", default="intercom_", help="begins every table's name (%(default)s)"
    )


def _add_how(parser: argparse.ArgumentParser) -> None:
    """Add how it is loaded, and what is printed."""
    parser.add_argument(
        "--full-refresh",
        action="store_true",
        help="read everything anew and replace the tables' rows",
    )
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=float,
        default=0.0,
        help="how long to wait for another load of the same tables to end (%(default).0f)",
    )
    parser.add_argument(
        "--quiet", action="store_true", help="print nothing but warnings and errors"
    )
    parser.add_argument(
        "--json", action="store_true", help="end stdout with a line of JSON: the result"
    )


def _stream_names(text: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise argparse.ArgumentTypeError("names at least one stream")
    return names


def _exit_code(results: "Sequence[StreamResult]") -> int:
    """0 if all went well, 75 if waiting may help all that did not, else 1."""
    codes = {each.exit_code for each in results if each.error}
    if not codes:
        return 0
    return TryLater.exit_code if codes == {TryLater.exit_code} else LoadError.exit_code


def _end_on_signals(rubbish: Sequence[Path]) -> Event:
    """
    End on SIGTERM and Ctrl-C by a KeyboardInterrupt, and after `ENDS_WITHIN` seconds whatever is.

    The folders of `rubbish` are removed then. Returns what is set when a signal has come.
    """
    has_come = Event()
    numbers = [
        number
        for number in (signal.SIGTERM, signal.SIGINT)
        if signal.getsignal(number) is not signal.SIG_IGN  # as for a shell's background jobs
    ]

    def interrupt(_number: int, _frame: object) -> NoReturn:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        has_come.set()
        last_resort = Timer(ENDS_WITHIN, _leave, [rubbish])
        last_resort.daemon = True
        last_resort.start()
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, interrupt)
    return has_come


def _leave(rubbish: Sequence[Path] = ()) -> NoReturn:
    """End without waiting for a database that a thread may still be in."""
    for folder in rubbish:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def masked(text: str, secrets: Sequence[str]) -> str:
    """Return the text without any of the secrets."""
    for secret in secrets:
        text = text.replace(secret, "****")
    return text
