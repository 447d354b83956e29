"""What a load asks of a warehouse, and the values that it hands over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from intercom_load.columns import Column

LOADS = "_intercom_loads"
"""The table beside the others with a row for each of them: its state, and its last success."""


@dataclass(frozen=True)
class Table:
    """Where the rows of a stream go; `keys` are the properties of its primary key."""

    stream: str
    name: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    description: str


@dataclass(frozen=True)
class Batch:
    """
    Rows, and the state that vouches for them: both are written in one transaction.

    `files` hold a JSON object a line, the longest of `longest_line` bytes. `state` is a message of
    Airbyte's protocol as JSON; None changes nothing. `replaces`: the rows are all that the table
    shall hold; else they are merged by primary key. `read_until`: the stream is complete with them,
    as of this time (ISO 8601).
    """

    table: Table
    files: tuple[Path, ...] = ()
    longest_line: int = 0
    state: str | None = None
    replaces: bool = False
    read_until: str | None = None


class Destination(Protocol):
    """An opened warehouse, which no other load writes to. Used by one thread at a time."""

    def states(self, tables: Sequence[Table]) -> dict[str, str]:
        """
        Return the state of each stream that has one, and a table to go on with.

        Raises LoadError where a table is there that is none of ours.
        """

    def write(self, batch: Batch) -> list[str]:
        """
        Write the batch whole or not at all; return sentences about what did not fit.

        Raises StreamRefused, after which others can be written, and LoadError, after which none.
        """

    def count(self, table: Table) -> int | None:
        """Return how many rows the table has; None if there is none."""

    def interrupt(self) -> None:
        """End what another thread is waiting for."""
