"""
How fast the emulator serves: `python -m intercom_emulator.benchmark`.

The emulator runs in a process of its own; this process asks over one or more raw sockets, so that
parsing doesn't count. Prints pages of contacts and conversation details per second, and (on Linux)
per second of the emulator's own processor time, which is what a core of its own would give.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from intercom_emulator.emulator import DEFAULT_TOKEN

_HEADERS = (
    f"Host: emulator\r\nAuthorization: Bearer {DEFAULT_TOKEN}\r\nIntercom-Version: 2.16\r\n"
    "Accept: application/json\r\n"
)
_LENGTH = re.compile(rb"content-length: (\d+)")
_CURSOR = re.compile(rb'"starting_after":"([^"]+)"')
_CHUNK = 1 << 20


class Client:
    """A connection that sends prepared bytes and reads whole bodies."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._socket = socket.create_connection((address.hostname or "", address.port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The body of the answer, which must be 200."""
        head = f"{method} {path} HTTP/1.1\r\n{_HEADERS}Content-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._socket.recv(_CHUNK)
        header, _, rest = received.partition(b"\r\n\r\n")
        if b" 200 " not in header[:16]:
            raise RuntimeError(header.decode())
        found = _LENGTH.search(header)
        length = int(found[1]) if found else 0
        pieces, got = [rest], len(rest)
        while got < length:
            piece = self._socket.recv(_CHUNK)
            pieces.append(piece)
            got += len(piece)
        return b"".join(pieces)


def contact_pages(url: str) -> Iterator[int]:
    """Walk contact search, 150 a page, round and round; the size of each page."""
    client, cursor = Client(url), None
    while True:
        query = {
            "query": {"field": "updated_at", "operator": ">", "value": 1},
            "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": {"per_page": 150, "starting_after": cursor},
        }
        body = client.ask("POST", "/contacts/search", orjson.dumps(query))
        yield len(body)
        found = _CURSOR.search(body, len(body) - 300)
        cursor = found[1].decode() if found else None


def conversation_details(url: str, conversations: int) -> Iterator[int]:
    """Fetch conversation after conversation; the size of each."""
    client = Client(url)
    for number in count():
        yield len(client.ask("GET", f"/conversations/{501 + number % conversations}"))


def measure(
    connections: int, seconds: float, walk: Callable[[], Iterator[int]]
) -> tuple[float, float]:
    """Requests and megabytes per second of so many walks side by side."""
    requests, size = [0] * connections, [0] * connections
    until = time.perf_counter() + seconds

    def run(number: int) -> None:
        for length in walk():
            requests[number] += 1
            size[number] += length
            if time.perf_counter() > until:
                return

    threads = [threading.Thread(target=run, args=(number,)) for number in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    return sum(requests) / took, sum(size) / took / 1e6


def processor_seconds(process_id: int) -> float | None:
    """User and system time of a process so far, where /proc tells."""
    stat = Path(f"/proc/{process_id}/stat")
    if not stat.exists():
        return None
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Start the emulator, measure, print."""
    parser = argparse.ArgumentParser(prog="intercom_emulator.benchmark", description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    seed = f"contacts={arguments.contacts},conversations={arguments.conversations},companies=1000"
    command = [sys.executable, "-m", "intercom_emulator", "--seed", seed, "--port", "0"]
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - this very package
        [*command, "--rate-limit", "0"], stdout=subprocess.PIPE, text=True, env=os.environ
    ) as server:
        try:
            line = server.stdout.readline() if server.stdout else ""
            url = line.partition(": ")[2].strip()
            print(f"start with {seed}: {time.perf_counter() - started:.1f} s")  # noqa: T201
            next(contact_pages(url))
            walks: tuple[tuple[str, Callable[[], Iterator[int]]], ...] = (
                ("pages of 150 contacts", lambda: contact_pages(url)),
                (
                    "conversation details",
                    lambda: conversation_details(url, arguments.conversations),
                ),
            )
            for name, walk in walks:
                before = processor_seconds(server.pid)
                started = time.perf_counter()
                rate, megabytes = measure(arguments.connections, arguments.seconds, walk)
                took = time.perf_counter() - started
                line = f"{name}: {rate:.0f}/s, {megabytes:.0f} MB/s"
                after = processor_seconds(server.pid)
                if before is not None and after is not None:
                    line += f", {rate * took / (after - before):.0f} per processor second"
                print(line)  # noqa: T201
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
