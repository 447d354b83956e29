"""Records that are made up as they are read: templates of bytes, and moments by formula."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from itertools import chain

import orjson

from intercom_emulator.messages import Json
from intercom_emulator.records import Source
from intercom_emulator.seeds.office import DAY, NOW

Office = Mapping[str, list[Json]]
"""The objects of a seed by resource."""


def _spread(number: int) -> int:
    """A number of 32 bits that looks random and always is the same for `number`."""
    return (number * 2_654_435_761 + 0x9E37_79B9) & 0xFFFF_FFFF


def places(name: bytes, many: int) -> list[tuple[int, bytes]]:
    """The places of a template that differ by number, with their numbers."""
    return [(number, name % number) for number in range(many)]


def template(document: Json) -> bytes:
    """
    The document's JSON with its markers turned into places for bytes formatting.

    A string "@name@" becomes %(name)b inside its quotes, "#name#" becomes a number, "!name!" any
    JSON, and ~at~ the sign of e-mail addresses.
    """
    text = orjson.dumps(document).replace(b"%", b"%%")
    pieces = text.split(b"@")
    text = b"".join(
        piece if number % 2 == 0 else b"%%(%b)b" % piece for number, piece in enumerate(pieces)
    )
    pieces = text.split(b'"#')
    text = pieces[0] + b"".join(b"%%(%b)d%b" % tuple(piece.split(b'#"', 1)) for piece in pieces[1:])
    text = re.sub(rb'"!(\w+)!"', rb"%(\1)b", text)
    return text.replace(b"~at~", b"@")


class Lazy:
    """A source whose records are filled into a template."""

    def __init__(self, size: int, opened_at: int) -> None:
        self._size = size
        span = NOW - DAY - opened_at
        self._created_at = array("q", (opened_at + n * span // size for n in range(size)))
        self._updated_at = array(
            "q",
            (
                created + ((NOW - created) * _spread(n) >> 32)
                for n, created in enumerate(self._created_at)
            ),
        )

    def __len__(self) -> int:
        return self._size

    def stamps(self, field: str) -> Sequence[int]:
        """See `records.Source`."""
        return self._updated_at if field == "updated_at" else self._created_at

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        document: Json = orjson.loads(self.body(ordinal) or b"")
        return document

    def body(self, ordinal: int) -> bytes | None:
        """See `records.Source`."""
        raise NotImplementedError


class Chained:
    """Two sources, one behind the other."""

    def __init__(self, first: Source, second: Source) -> None:
        self._first, self._second = first, second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def stamps(self, field: str) -> Sequence[int]:
        """See `records.Source`."""
        return array("q", chain(self._first.stamps(field), self._second.stamps(field)))

    def document(self, ordinal: int) -> Json:
        """See `records.Source`."""
        before = len(self._first)
        if ordinal < before:
            return self._first.document(ordinal)
        return self._second.document(ordinal - before)

    def body(self, ordinal: int) -> bytes | None:
        """See `records.Source`."""
        before = len(self._first)
        return (
            self._first.body(ordinal) if ordinal < before else self._second.body(ordinal - before)
        )
