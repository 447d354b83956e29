"""Tables for the terminal, drawn where a drawing says more than a number."""

from collections.abc import Sequence

from rich.table import Table

BAR = 20  # characters of the longest bar


def table_with_bars(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """Draw the rows with a bar behind each for its last column, whose values are numbers."""
    numbers = [float(str(row[-1])) for row in rows]
    longest = max(numbers, default=0) or 1
    table = Table(box=None, padding=(0, 2, 0, 2))
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column.replace("_", " "), justify="right")
    table.add_column()
    for row, number in zip(rows, numbers, strict=True):
        cells = [f"{cell:,}" if isinstance(cell, int | float) else str(cell) for cell in row]
        table.add_row(*cells, "█" * round(BAR * number / longest))
    return table


def travelled_table(streams: Sequence[str], first: Sequence[int], second: Sequence[int]) -> Table:
    """Draw how many rows of each stream the first and the second load read."""
    table = Table(box=None, padding=(0, 2, 0, 2))
    table.add_column("stream")
    table.add_column("first load", justify="right")
    table.add_column("second load", justify="right")
    table.add_column("share", justify="right")
    table.add_column(no_wrap=True)
    for stream, before, after in zip(streams, first, second, strict=True):
        share = min(after / before, 1) if before else 0
        bar = "█" * max(round(BAR * share), 1 if after else 0)
        table.add_row(stream, f"{before:,}", f"{after:,}", f"{share:.0%}", f"{bar:·<{BAR}}")
    return table
