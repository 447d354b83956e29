"""
The emulator behind the `requests` library, without a socket.

Every session of this process that calls the given base URL reaches the application; trouble that
needs a wire (a reset, a cut body, silence) becomes the exception `requests` would raise.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from intercom_emulator.messages import Request, Response

Handle = Callable[[Request], Response]


class _Adapter(BaseAdapter):
    def __init__(self, base_url: str, handle: Handle) -> None:
        super().__init__()
        self._base_url = base_url
        self._handle = handle
        self._builder = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        parts = urlsplit(request.url or "")
        body = request.body or b""
        answer = self._handle(
            Request(
                request.method or "GET",
                parts.path.removeprefix(urlsplit(self._base_url).path.rstrip("/")) or "/",
                parts.query,
                {name.lower(): str(value) for name, value in request.headers.items()},
                body.encode() if isinstance(body, str) else bytes(body),
                self._base_url.rstrip("/"),
            )
        )
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        _suffer(answer, patience, request)
        raw = HTTPResponse(
            body=io.BytesIO(answer.body),
            status=answer.status,
            headers={
                "Content-Type": answer.content_type,
                "Content-Length": str(len(answer.body)),
                **answer.headers,
            },
            preload_content=False,
        )
        return self._builder.build_response(request, raw)

    def close(self) -> None:
        """Nothing is held."""


def _suffer(answer: Response, patience: float | None, request: requests.PreparedRequest) -> None:
    """Raise what the trouble of an answer would raise on a wire."""
    if answer.hang_seconds:
        if patience is not None and patience < answer.hang_seconds:
            message = f"Read timed out. (read timeout={patience})"
            raise requests.exceptions.ReadTimeout(message, request=request)
        time.sleep(answer.hang_seconds)
    if answer.reset:
        message = "Connection aborted: connection reset by peer"
        raise requests.exceptions.ConnectionError(message, request=request)
    if answer.cut_after is not None:
        message = "Connection broken: IncompleteRead"
        raise requests.exceptions.ChunkedEncodingError(message, request=request)


@contextmanager
def patched_sessions(base_url: str, handle: Handle) -> Iterator[None]:
    """While open, requests of any session to `base_url` go to `handle`."""
    adapter = _Adapter(base_url, handle)
    prefix = base_url.rstrip("/")
    original = requests.Session.get_adapter

    def get_adapter(session: requests.Session, url: str) -> BaseAdapter:
        if url == prefix or url.startswith((f"{prefix}/", f"{prefix}?")):
            return adapter
        return original(session, url)

    setattr(requests.Session, "get_adapter", get_adapter)  # noqa: B010 - mypy forbids the plain way
    try:
        yield
    finally:
        setattr(requests.Session, "get_adapter", original)  # noqa: B010
