"""Rows on disk, between a list that must be read fast and a destination that may be slow."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import orjson

from source_intercom.api.timestamps import epoch_seconds


class Spool:
    """A temporary file of JSON lines; gone when it is closed, or when the process dies."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 closed by our own exit
        self._ids: set[str] = set()

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Append rows; one whose id is here already replaces nothing and is left out."""
        for row in rows:
            name = str(row.get("id") or row.get("full_name") or "")
            if name and name in self._ids:
                continue
            self._ids.add(name)
            self._file.write(orjson.dumps(row) + b"\n")

    def clear(self) -> None:
        """Forget all rows."""
        self._file.seek(0)
        self._file.truncate()
        self._ids.clear()

    def __len__(self) -> int:
        """How many different rows it holds."""
        return len(self._ids)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the rows it holds."""
        return frozenset(self._ids)

    def rows(self, since: int | None = None) -> Iterator[dict[str, Any]]:
        """All rows, or those with an updated_at of `since` or later, and those without one."""
        self._file.seek(0)
        for line in self._file:
            row = orjson.loads(line)
            updated_at = None if since is None else epoch_seconds(row.get("updated_at"))
            if updated_at is None or since is None or updated_at >= since:
                yield row

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
