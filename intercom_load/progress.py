"""What the user sees: a live display on a terminal, plain lines elsewhere, a table at the end."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table


@dataclass
class StreamResult:
    """
    How one stream went; `error` is a sentence.

    `rows_in_table` is None where there is no table, `rows_in_intercom` where nobody counts.
    """

    stream: str
    table: str = ""
    rows_read: int = 0
    rows_in_table: int | None = None
    rows_in_intercom: int | None = None
    seconds: float = 0.0
    read_until: str | None = None
    error: str | None = None
    exit_code: int = 0
    remark: str | None = None


class Progress:
    """
    Counts rows while streams are read, and shows the counts every few seconds unless `quiet`.

    Warnings are shown in any case. Each line begins with the time in UTC, and goes through `mask`.
    """

    def __init__(
        self,
        console: Console,
        *,
        quiet: bool = False,
        mask: Callable[[str], str] = str,
        interval: float = 5.0,
    ) -> None:
        self._console = console
        self._mask = mask
        self._interval = interval
        self._quiet = quiet
        self._started = time.monotonic()
        self._rows: dict[str, int] = {}
        self._running: dict[str, float] = {}
        self._ended: dict[str, str] = {}
        self._stop = threading.Event()
        self._lines = threading.Thread(target=self._print_lines, daemon=True)
        self._live = Live(
            console=console, get_renderable=self._table, refresh_per_second=4, transient=True
        )

    def __enter__(self) -> Self:
        if not self._quiet:
            if self._console.is_terminal:
                self._live.start()
            else:
                self._lines.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._live.stop()
        if self._lines.is_alive():
            self._lines.join()

    def begin(self, streams: Iterable[str]) -> None:
        """Note which streams are going to be read."""
        self._rows = dict.fromkeys(streams, 0)

    def stream_started(self, stream: str) -> None:
        """Note that the connector reads the stream now."""
        self._running.setdefault(stream, time.monotonic())

    def row_read(self, stream: str) -> None:
        """Count one row."""
        self._rows[stream] += 1

    def stream_ended(self, stream: str, outcome: str) -> float:
        """Note that the stream's rows are in the warehouse, or why not; return its seconds."""
        now = time.monotonic()
        seconds = now - self._running.pop(stream, now)
        self._ended[stream] = outcome
        if not self._quiet and not self._console.is_terminal:
            self._print(f"{stream}: {outcome}, {self._rows[stream]:,} rows in {seconds:.1f} s")
        return seconds

    def warn(self, text: str) -> None:
        """Show a warning."""
        self._print(text)

    def _print_lines(self) -> None:
        while not self._stop.wait(self._interval):
            running = ", ".join(f"{name} {self._rows[name]:,} rows" for name in list(self._running))
            self._print(f"reading {running}" if running else "waiting for the connector")

    def _print(self, line: str) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        self._console.print(
            f"{now}  {self._mask(line)}", highlight=False, soft_wrap=True, markup=False
        )

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0))
        table.add_column("stream")
        table.add_column("rows read", justify="right")
        table.add_column(f"{time.monotonic() - self._started:.0f} s elapsed")
        for stream, rows in self._rows.items():
            waiting = "reading" if stream in self._running else ""
            table.add_row(stream, f"{rows:,}", self._ended.get(stream, waiting))
        return table


def summary_table(results: Sequence[StreamResult]) -> Table:
    """One line a stream: its table, the rows read, in it and in Intercom, and what went wrong."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("table")
    for header in ("rows read", "rows in table", "in Intercom", "seconds"):
        table.add_column(header, justify="right")
    table.add_column("")
    for result in results:
        counts = (result.rows_in_table, result.rows_in_intercom)
        in_table, in_intercom = ("-" if rows is None else f"{rows:,}" for rows in counts)
        table.add_row(
            result.table,
            f"{result.rows_read:,}",
            in_table,
            in_intercom,
            f"{result.seconds:.1f}",
            "failed" if result.error else "",
        )
    return table
