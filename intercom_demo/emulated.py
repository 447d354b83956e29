"""The emulator as a child process, and the truth about the workspace that it serves."""

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

TOKEN = "emulator-token"  # noqa: S105 - the emulator's, public on purpose

Row = dict[str, Any]
Version = tuple[str, datetime | None]
"""A row's primary key, and when it last changed where Intercom says so."""


STREAMS_WITH_UPDATED_AT = {
    "contacts",
    "companies",
    "conversations",
    "conversation_parts",
    "articles",
    "segments",
}


class EmulatedWorkspace:
    """An emulator that listens at `url`, asked and told through its control routes."""

    def __init__(self, url: str) -> None:
        self.url = url

    def live(self, events: int, seconds: int) -> dict[str, int]:
        """Play `events` of a support team's work in `seconds`; how often each kind happened."""
        happened = self._call("live", {"events": events, "seconds": seconds, "rng_seed": 1})
        return {str(name): int(times) for name, times in happened.items()}

    def requests(self) -> Counter[str]:
        """Count all requests so far, by operation."""
        entries = self._call("journal")
        return Counter(f"{entry['method']} {entry['route']}" for entry in entries)

    def versions(self, stream: str) -> set[Version]:
        """Return the primary key and the last change of every row that the stream should have."""
        if stream in STREAMS_WITH_UPDATED_AT:
            return {
                (row["id"], datetime.fromtimestamp(row["updated_at"], UTC))
                for row in self._rows(stream)
            }
        return {(row["id"], None) for row in self._rows(stream)}

    def _rows(self, stream: str) -> Iterator[Row]:
        if stream == "conversation_parts":
            for conversation in self._call("workspace/conversations"):
                yield from conversation["conversation_parts"]["conversation_parts"]
        elif stream == "data_attributes":
            attributes = self._call("workspace/data_attributes")
            attributes += [
                {**attribute, "model": "conversation"}
                for attribute in self._call("workspace/conversation_attributes")
            ]
            for attribute in attributes:
                if not attribute["archived"]:
                    name = attribute.get("id") or attribute["full_name"]
                    yield {"id": f"{attribute['model']}:{name}"}
        else:
            yield from self._call(f"workspace/{stream}")

    def _call(self, verb: str, body: Row | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{verb}", data)  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own child
            return json.load(answer)


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
