"""Rows on disk, between a list that must be read fast and a destination that may be slow."""

import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_intercom.api.json_text import from_json, to_json
from source_intercom.api.timestamps import epoch_seconds

UNDATED = -(2**63)


class Spool:
    """
    A temporary file of JSON lines; gone when it is closed, or when the process dies.

    Raises a `system_error` where the temporary folder takes no more.
    """

    def __init__(self) -> None:
        with _needing_room():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 closed by our own exit
        self.clear()

    def add(self, rows: list[dict[str, Any]]) -> int:
        """Append rows whose id is not here yet; how many those are."""
        before = len(self._offsets)
        with _needing_room():
            self._add(rows)
            self._file.flush()
        return len(self._offsets) - before

    def _add(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            name = name_of(row)
            if name and name in self._ids:
                continue
            self._ids.add(name)
            moment = epoch_seconds(row.get("updated_at"))
            self._moments.append(UNDATED if moment is None else moment)
            self._offsets.append(self._size)
            self._size += self._file.write(to_json(row) + b"\n")

    def clear(self) -> None:
        """Forget all rows."""
        self._file.seek(0)
        self._file.truncate()
        self._size = 0
        self._ids: set[str] = set()
        self._moments, self._offsets = array("q"), array("q")

    def __len__(self) -> int:
        """How many different rows it holds."""
        return len(self._ids)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the rows it holds."""
        return frozenset(self._ids)

    def rows(self) -> Iterator[dict[str, Any]]:
        """All rows, in the order in which they came."""
        self._file.seek(0)
        for line in self._file:
            yield from_json(line)

    def changed(self, since: int) -> Iterator[tuple[int | None, dict[str, Any]]]:
        """
        Rows with an updated_at of `since` or later, oldest first, each behind its Unix second.

        Those without a date come first of all.
        """
        moments = self._moments
        due = (n for n, moment in enumerate(moments) if moment >= since or moment == UNDATED)
        for number in sorted(due, key=moments.__getitem__):
            self._file.seek(self._offsets[number])
            row = from_json(self._file.readline())
            yield (None if moments[number] == UNDATED else moments[number]), row

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


def name_of(row: dict[str, Any]) -> str:
    """What tells a row of a list from its others."""
    return str(row.get("id") or row.get("full_name") or "")


@contextmanager
def _needing_room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = (
            "The connector can't write to its temporary folder "
            f"({error.strerror or error}): make room there, or set TMPDIR to another."
        )
        raise AirbyteTracedException(
            message=message, internal_message=message, failure_type=FailureType.system_error
        ) from error
