"""Rows on disk, between a list that must be read fast and a destination that may be slow."""

import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import orjson

from source_intercom.failures import Failure
from source_intercom.intercom.errors import Remedy
from source_intercom.intercom.json_text import canonical, from_json, to_json
from source_intercom.intercom.timestamps import epoch_seconds
from source_intercom.reading.batch import Batch
from source_intercom.reading.window import FOREVER, Slice, Window

UNDATED = -(2**63)
IN_MEMORY = 1_000_000
"""Bytes that need no file."""
ROWS_AT_ONCE = 500
"""Of a batch that is read back."""


class Spool:
    """
    JSON lines in a temporary file, if they are many; gone when closed, or when the process dies.

    `date_field`: what orders the rows as they are read back. `key`: the fields that tell one row
    from another. Raises a `system_error` where the temporary folder takes no more.
    """

    def __init__(self, date_field: str | None = None, key: Sequence[str] = ("id",)) -> None:
        self._date_field = date_field
        self._name_of = namer(key)
        with _needing_room():
            self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 closed by exit
        self.clear()

    def add(self, rows: Sequence[dict[str, Any]]) -> int:
        """Append rows whose id is not here yet; how many those are."""
        before = len(self._offsets)
        with _needing_room():
            self._add(rows)
            self._file.flush()
        return len(self._offsets) - before

    def _add(self, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            name = self._name_of(row)
            known = hash(name)  # a set of a million texts would take three times the memory
            if name and known in self._ids:
                continue
            self._ids.add(known)
            moment = epoch_seconds(row.get(self._date_field)) if self._date_field else None
            self._moments.append(UNDATED if moment is None else moment)
            self._offsets.append(self._size)
            self._size += self._file.write(to_json(row) + b"\n")

    def clear(self) -> None:
        """Forget all rows."""
        self._file.seek(0)
        self._file.truncate()
        self._size = 0
        self._ids: set[int] = set()
        self._moments, self._offsets = array("q"), array("q")

    def __len__(self) -> int:
        """How many different rows it holds."""
        return len(self._ids)

    @property
    def ids(self) -> frozenset[int]:
        """The ids of the rows it holds, as hashes."""
        return frozenset(self._ids)

    def rows(self) -> list[dict[str, Any]]:
        """All rows, in the order in which they were found."""
        return [self._row(number) for number in range(len(self._offsets))]

    def batches(self, window: Window, counted: int | None = None) -> Iterator[Batch]:
        """
        The rows of the window, the oldest first, and what has been read behind each.

        Those without a date come first of all, in the order in which they were found. `counted`:
        all that Intercom has, where that is known.
        """
        moments = self._moments
        due = (n for n, moment in enumerate(moments) if moment >= window.start or moment == UNDATED)
        numbers = sorted(due, key=moments.__getitem__)  # guard: oldest first
        dates = [None if moments[n] == UNDATED else moments[n] for n in numbers]
        whole = Slice(min(window.start, 0), max(window.end, FOREVER))
        for first in range(0, max(len(numbers), 1), ROWS_AT_ONCE):
            end = first + ROWS_AT_ONCE
            following = dates[end] if end < len(dates) else FOREVER + 1  # guard: claims of a list
            yield Batch(
                [self._row(n) for n in numbers[first:end]],
                dates[first:end],
                _before(whole, following),
                whole,
                dates[first:end],
                counted=counted,
            )

    def _row(self, number: int) -> dict[str, Any]:
        self._file.seek(self._offsets[number])
        row: dict[str, Any] = from_json(self._file.readline())
        return row

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the file."""
        self._file.close()


def namer(key: Sequence[str]) -> Callable[[Mapping[str, Any]], str]:
    """
    What tells a row of a list from its others, by the fields of a key; "" where it has none.

    Rows whose id is none are not told apart by it, but by all that they hold.
    """
    ids = [field for field in key if field == "id" or field.endswith("_id")]

    def name_of(row: Mapping[str, Any]) -> str:
        values = [row.get(field) for field in key]
        if not any(values):
            return ""
        has_ids = all(row.get(field) and type(row[field]) in {str, int} for field in ids)
        return orjson.dumps(values, default=str).decode() if has_ids else canonical(row).decode()

    return name_of


def _before(whole: Slice, moment: int | None) -> Slice | None:
    """All that lies before a moment."""
    if moment is None or moment <= whole.low:
        return None
    return whole.between(whole.low, min(moment - 1, whole.high))


@contextmanager
def _needing_room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Failure(
            "The connector can't write to its temporary folder "
            f"({error.strerror or error}): make room there, or set TMPDIR to another.",
            Remedy.REPORT,
        ) from error
