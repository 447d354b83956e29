"""Pages put together from bodies that are serialised already."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from intercom_emulator.messages import Json, Response


def page(key: str, bodies: Iterable[bytes], rest: Json) -> Response:
    """An envelope whose `key` lists `bodies`, with `rest` around it."""
    tail = orjson.dumps(rest)
    return Response(
        200, b"".join((b'{"', key.encode(), b'":[', b",".join(bodies), b"],", tail[1:]))
    )
