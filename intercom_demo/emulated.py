"""The emulator as a child process, and the truth about the workspace that it serves."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

TOKEN = "emulator-token"  # noqa: S105 - the emulator's, public on purpose

Row = dict[str, Any]
Version = tuple[str | datetime | None, ...]
"""A row's primary key, and when it last changed, if that is told."""

WITH_ARCHIVED = {"ticket_types", "ticket_states"}
"""Tables that say what tickets were, archived or not."""


class EmulatedWorkspace:
    """An emulator that listens at `url`, asked and told through its control routes."""

    def __init__(self, url: str) -> None:
        self.url = url

    def live(self, events: int, seconds: int) -> dict[str, int]:
        """Play `events` of a support team's work in `seconds`; how often each kind happened."""
        happened = self._call("live", {"events": events, "seconds": seconds, "rng_seed": 1})
        return {str(name): int(times) for name, times in happened.items()}

    def requests(self) -> list[float]:
        """When each request so far was answered, in Unix seconds by Intercom's clock."""
        return [entry["emulator_time"] for entry in self._call("journal")]

    def rate_limit(self) -> int:
        """How many requests may be sent in ten seconds."""
        return int(self._call("settings")["rate_limit"])

    def versions(self, stream: str, keys: Sequence[str], *, dated: bool) -> set[Version]:
        """Return the key, and the last change if `dated`, of every row the stream should have."""
        return {
            (*(str(row[key]) for key in keys), _changed_at(row) if dated else None)
            for row in self._rows(stream)
        }

    def _rows(self, stream: str) -> Iterator[Row]:
        """
        Yield what the workspace holds.

        What is archived is read on request alone, but for what other rows point to.
        """
        rows = self._call(f"workspace/{stream}")
        if stream == "data_attributes":
            for row in self._call("workspace/conversation_attributes"):
                rows.append({**row, "model": "conversation"})
            for row in rows:
                row["key"] = f"{row['model']}:{row.get('id') or row['full_name']}"
        is_whole = stream in WITH_ARCHIVED
        yield from (row for row in rows if is_whole or not row.get("archived"))

    def _call(self, verb: str, body: Row | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{verb}", data)  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own child
            return json.load(answer)


def _changed_at(row: Row) -> datetime | None:
    changed = row.get("updated_at")
    return datetime.fromtimestamp(changed, UTC) if changed else None


@contextmanager
def emulated_workspace(seed: str) -> Iterator[EmulatedWorkspace]:
    """Serve the workspace called `seed` on a free port for as long as the context lasts."""
    command = [sys.executable, "-m", "intercom_emulator", "--seed", seed, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            assert server.stdout is not None  # noqa: S101 - asked for a pipe above
            first_line = server.stdout.readline()
            server.stdout.readline()
            server.stdout.readline()
            yield EmulatedWorkspace(first_line.split()[-1])
        finally:
            server.terminate()
