"""The command once its arguments are right: load, show progress, print the table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console

from intercom_load.connector import Connector, find_connector
from intercom_load.load import load
from intercom_load.progress import Progress, summary_table
from intercom_load.warehouse import Warehouse


def run(
    config: Mapping[str, Any],
    warehouse: Warehouse,
    streams: Sequence[str],
    *,
    full_refresh: bool,
    save: Callable[[Mapping[str, Any]], None],
) -> list[str]:
    """Load and print; return one sentence for every stream that failed. See `Connector`."""
    connector = Connector(find_connector(), config, save)
    progress = Progress(Console(stderr=True), streams)
    results = load(connector, warehouse, progress, full_refresh=full_refresh)
    console = Console()
    console.print(summary_table(results))
    console.print(f"The tables are in the {warehouse.label}.", highlight=False, soft_wrap=True)
    return [f"{result.name}: {result.error}" for result in results if result.error]
