"""
Many rows in one message, as the lines that go to stdout.

Python, because the CDK takes each record by itself through a queue, two dataclasses and a
serializer, which costs more than all else that happens to it.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, Type

from source_intercom.intercom.json_text import to_json

MOST_BYTES = 256_000
"""Of one message; what waits in the CDK's queue is a few of them."""
MOST_SECONDS = 0.2
"""Rows of a slow stream don't wait for others to fill a message."""


@dataclass
class RecordLines(AirbyteMessage):
    """Rows of one stream, each a line of Airbyte's protocol that ends in a line break."""

    stream: str = ""
    count: int = 0
    lines: bytes = b""

    def records(self) -> Iterator[AirbyteMessage]:
        """A message of the CDK's for each row, for those who read in this process."""
        for line in self.lines.splitlines():
            yield AirbyteMessageSerializer.load(json.loads(line))


def to_line(row: dict[str, Any]) -> bytes:
    """A row as JSON; what is null is left out, as the CDK's serializer does it."""
    if None in row.values():
        return to_json({name: value for name, value in row.items() if value is not None})
    return to_json(row)


class Packer:
    """Packs rows of one stream as they come: `taken` so far, of which `count` have left."""

    def __init__(self, stream: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.count = self.taken = 0
        self._stream = stream
        self._head = b'{"type":"RECORD","record":{"stream":%b,"data":' % orjson.dumps(stream)
        self._clock = clock
        self._parts: list[bytes] = []
        self._size = 0
        self._packed_at = clock()

    def add(self, rows: Sequence[bytes], head: bytes = b"") -> Sequence[RecordLines]:
        """
        Take rows as JSON; the messages that they fill, if they do.

        `head`: the columns that all of them begin with, such as b'{"contact_id":"a1",'.
        """
        filled: list[RecordLines] = []
        for row in rows:
            if not head:
                data = row
            elif row == b"{}":
                data = head[:-1] + b"}"
            else:
                data = head + row[1:]
            self._parts.append(data)
            self._size += len(data)
            if self._size >= MOST_BYTES:  # guard: full message
                filled += self.pack()
        self.taken += len(rows)
        if self._parts and self._clock() >= self._packed_at + MOST_SECONDS:  # guard: waiting rows
            filled += self.pack()
        return filled

    def pack(self) -> Sequence[RecordLines]:
        """What has been taken since the last message, if anything has."""
        self._packed_at = self._clock()
        if not self._parts:
            return ()
        tail = b',"emitted_at":%d}}\n' % (time.time_ns() // 1_000_000)
        count, between = len(self._parts), tail + self._head
        lines = b"".join((self._head, between.join(self._parts), tail))
        self.count += count
        self._parts, self._size = [], 0
        return (RecordLines(type=Type.RECORD, stream=self._stream, count=count, lines=lines),)
