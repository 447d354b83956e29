"""The journal: what was asked of the emulator, in order."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any

from intercom_emulator.messages import Json, Request, Response

UNKNOWN_ROUTE = "unknown_route"
_SECRETS = {"client_secret", "code", "refresh_token"}


@dataclass(frozen=True)
class Entry:
    """One request and the status it got. The token appears by name, never by value."""

    number: int
    method: str
    path: str
    query: dict[str, str]
    body: Any
    route: str
    status: int
    intercom_version: str | None
    token_name: str | None
    emulator_time: float
    wall_time: float

    @property
    def key(self) -> str:
        """The operation, such as "POST /contacts/search", or "GET unknown_route"."""
        return f"{self.method} {self.route}"

    def as_json(self) -> Json:
        """The entry as the control route sends it."""
        return asdict(self)


def _without_secrets(body: Any) -> Any:
    """The body of an OAuth exchange without what would grant access."""
    if isinstance(body, dict) and not _SECRETS.isdisjoint(body):
        return {key: "…" if key in _SECRETS else value for key, value in body.items()}
    return body


class Journal:
    """A thread-safe list of entries."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = Lock()

    def write(self, request: Request, response: Response, emulator_time: float) -> None:
        """Append one entry."""
        with self._lock:
            self._entries.append(
                Entry(
                    number=len(self._entries) + 1,
                    method=request.method,
                    path=request.path,
                    query=request.query,
                    body=_without_secrets(request.json),
                    route=request.route or UNKNOWN_ROUTE,
                    status=0 if response.reset else response.status,
                    intercom_version=request.headers.get("intercom-version"),
                    token_name=request.token_name,
                    emulator_time=emulator_time,
                    wall_time=time.time(),
                )
            )

    def entries(self, pattern: str = "*", status: int | None = None) -> list[Entry]:
        """
        The entries whose operation or "METHOD path" matches `pattern` (`*` matches anything).

        A reset connection has status 0.
        """
        with self._lock:
            entries = list(self._entries)
        return [
            entry
            for entry in entries
            if (status is None or entry.status == status)
            and (
                fnmatchcase(entry.key, pattern)
                or fnmatchcase(f"{entry.method} {entry.path}", pattern)
            )
        ]

    def count(self, pattern: str = "*", status: int | None = None) -> int:
        """How many entries match."""
        return len(self.entries(pattern, status))

    def counts(self) -> Counter[str]:
        """Requests by operation."""
        return Counter(entry.key for entry in self)

    def unknown_routes(self) -> list[Entry]:
        """Requests for routes that the emulator doesn't have."""
        return [entry for entry in self if entry.route == UNKNOWN_ROUTE]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
