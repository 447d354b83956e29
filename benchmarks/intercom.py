"""
An emulator in a process of its own, and what its journal tells of a sync.

`python -m benchmarks.intercom SEED` is that process. It understands two things more than the
emulator, which follows API 2.11 and later to the letter, because the peers ask for them and the
real Intercom serves them: older versions (shown as 2.11), and in Singer's searches fractions of
seconds and an "id" that is compared with nothing.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import orjson
import requests

from intercom_emulator import Emulator, Settings
from intercom_emulator.messages import Request, Response

AMPLE = 1_000_000
"""A limit that nobody reaches; with none at all, no headers would tell so."""
WINDOW = 10
REFUSED = 429
_OLD = ("2.9", "2.10", "2.1")
_SINGERS = "2.12"


@dataclass(frozen=True)
class Journal:
    """The requests of one sync: when each was answered, by the emulator's clock, and with what."""

    keys: Counter[str]
    answers: list[tuple[float, int]]

    @property
    def requests(self) -> int:
        """All of them."""
        return len(self.answers)

    @property
    def refused(self) -> float:
        """The share of 429s."""
        return sum(status == REFUSED for _, status in self.answers) / max(self.requests, 1)

    def share(self, limit: int) -> float:
        """
        How much of the limit was used, over the windows that the sync worked through whole.

        The first and the last window are left out: the sync began or ended within them.
        """
        used = Counter(
            int(moment // WINDOW) for moment, status in self.answers if status != REFUSED
        )
        whole = range(min(used, default=0) + 1, max(used, default=0))
        return sum(used[window] for window in whole) / (limit * max(len(whole), 1))

    def tenths(self) -> list[float]:
        """How many seconds each tenth of the requests took, in the order of their answers."""
        moments = [moment for moment, _ in self.answers]
        marks = [moments[(len(moments) - 1) * tenth // 10] for tenth in range(11)]
        return [after - before for before, after in pairwise(marks)]

    def per_second(self) -> list[int]:
        """Requests answered, second by second from the first."""
        begin = self.answers[0][0] if self.answers else 0.0
        counts = Counter(
            int(moment - begin) for moment, status in self.answers if status != REFUSED
        )
        return [counts[second] for second in range(max(counts, default=0))]


class Intercom:
    """The emulator as a sync meets it: over HTTP, or under Intercom's own name over TLS."""

    def __init__(self, url: str, *, is_behind_tls: bool) -> None:
        self.url = url
        self.is_behind_tls = is_behind_tls
        self._control = url + "/_emulator/"

    def begin(self, *, latency: float = 0.0, rate_limit: int = AMPLE) -> None:
        """The workspace as it was seeded, an empty journal, the clock at its start."""
        settings = {"latency": latency, "rate_limit": rate_limit}
        for verb, body in (("settings", settings), ("reset", {})):
            requests.post(self._control + verb, json=body, timeout=60).raise_for_status()

    def journal(self) -> Journal:
        """What has been asked since it began."""
        entries: list[dict[str, Any]] = requests.get(self._control + "journal", timeout=60).json()
        keys = Counter(f"{each['method']} {each['route']}" for each in entries)
        return Journal(keys, [(each["emulator_time"], each["status"]) for each in entries])


class _Lenient(Emulator):
    """The emulator for clients of other times."""

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        version = request.headers.get("intercom-version")
        if version in _OLD:
            request.headers = {**request.headers, "intercom-version": "2.11"}
        if version == _SINGERS and request.method == "POST":
            search = orjson.loads(request.body)
            search["query"] = _understood(search["query"])
            if search.get("sort", {}).get("field") == "id":
                search["sort"]["field"] = "created_at"
            request.body = orjson.dumps(search)
        return super().handle(request)


def _understood(node: dict[str, Any]) -> dict[str, Any]:
    """A filter with whole seconds, and without what compares an id with nothing."""
    value = node["value"]
    if isinstance(value, list):
        kept = [_understood(each) for each in value if each.get("field") != "id"]
        return {**node, "value": [each for each in kept if each["value"] != []]}
    return {**node, "value": int(value)} if isinstance(value, float) else node


def _first_line(process: subprocess.Popen[str]) -> str:
    output: IO[str] | None = process.stdout
    return output.readline() if output is not None else ""


@contextmanager
def intercom(seed: str, *, door: Path | None = None) -> Iterator[Intercom]:
    """Serve a workspace of that seed; behind TLS with the certificate in the folder `door`."""
    with ExitStack() as stack:

        def start(*arguments: str) -> str:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True
                )
            )
            stack.callback(process.terminate)
            return _first_line(process)

        line = start("benchmarks.intercom", seed)
        url = line.strip()
        if door is not None:
            start("benchmarks.namespace", url.rpartition(":")[2], str(door))
        yield Intercom(url, is_behind_tls=door is not None)


def main() -> None:
    """Serve until told to end."""
    with _Lenient(sys.argv[1], Settings(rate_limit=AMPLE)) as emulator:
        print(emulator.url, flush=True)
        emulator.wait()


if __name__ == "__main__":
    main()
