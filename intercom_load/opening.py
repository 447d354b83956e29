"""Opens the warehouse that a URL means, for one load at a time."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

from intercom_load.destination import Destination
from intercom_load.errors import TryLater
from intercom_load.warehouse import Warehouse

BETWEEN_TRIES = 1.0
"""Seconds until a warehouse that another load holds is tried again."""


@contextmanager
def opened(
    warehouse: Warehouse,
    folder: Path,
    *,
    wait: float = 0.0,
    warn: Callable[[str], None] = lambda _text: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Destination]:
    """
    Open the warehouse for one load, alone; wait up to `wait` seconds for another one to end.

    What is opened is created where it is missing, so a missing permission shows before anything
    is read. `folder` is for files on their way. Raises LoadError when it cannot be used.
    """
    deadline = clock() + wait
    was_said = False
    with ExitStack() as stack:
        while True:
            try:
                destination = stack.enter_context(_opening(warehouse, folder))
                break
            except TryLater as error:
                if clock() >= deadline:
                    raise
                if not was_said:
                    warn(f"WARN {error} It is tried again for {wait:.0f} s.")
                    was_said = True
                sleep(BETWEEN_TRIES)
        yield destination


def _opening(warehouse: Warehouse, folder: Path) -> AbstractContextManager[Destination]:
    """Import only what this kind of warehouse needs."""
    match warehouse.kind:
        case "duckdb":
            _import_undisturbed("duckdb")
            from intercom_load.duckdb_file import open_duckdb  # noqa: PLC0415

            return open_duckdb(warehouse, folder)
        case "postgresql":
            from intercom_load.postgres import open_postgres  # noqa: PLC0415

            return open_postgres(warehouse)
        case _:
            from intercom_load.dlt_destination import open_dlt  # noqa: PLC0415

            return open_dlt(warehouse, folder)


def _import_undisturbed(name: str) -> None:
    """
    Import a module in a thread, into which no signal raises a KeyboardInterrupt.

    DuckDB's would abort the process for one (2.0.1), and leave the config behind.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(import_module, name).result()
