"""The only module that owns a socket: uvicorn on a thread, with the application behind it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from threading import Event, Thread
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from intercom_emulator.messages import Request, Response

Handle = Callable[[Request], Response]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_BACKLOG = 512
_START_SECONDS = 10
_KEEP_ALIVE_SECONDS = 75
_LINGER_NONE = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends RST instead of FIN."""


class _Protocol(HttpToolsProtocol):
    """Lets the application reach its connection, so that it can break it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"emulator": {"transport": self.transport}}


class _UvicornServer(uvicorn.Server):
    """Says when it has started."""

    def __init__(self, config: uvicorn.Config, started: Event) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started.set()


class Server:
    """A socket on `host`; port 0 takes a free one."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._server: _UvicornServer | None = None
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        if self._socket is None:
            message = "the emulator isn't serving; use it in a with block"
            raise RuntimeError(message)
        return f"http://{self._host}:{self._socket.getsockname()[1]}"

    def start(self, handle: Handle) -> None:
        """Serve on a thread; returns once connections are accepted."""
        self._socket = socket.create_server((self._host, self._port), backlog=_BACKLOG)
        started = Event()
        self._server = _UvicornServer(_config(handle), started)
        self._thread = Thread(
            target=self._server.run, args=([self._socket],), name="intercom-emulator", daemon=True
        )
        self._thread.start()
        if not started.wait(_START_SECONDS):
            message = "the emulator did not start"
            raise RuntimeError(message)

    def stop(self) -> None:
        """Close the socket and wait for the thread to end."""
        if self._server is not None and self._thread is not None and self._socket is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join()
            self._socket.close()
            self._server = self._thread = self._socket = None

    def wait(self) -> None:
        """Serve until the thread ends."""
        if self._thread is not None:
            self._thread.join()


def _config(handle: Handle) -> uvicorn.Config:
    return uvicorn.Config(
        _asgi(handle),
        http=_Protocol,
        ws="none",
        loop="uvloop",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )


def _asgi(handle: Handle) -> Callable[[Message, Receive, Send], Awaitable[None]]:
    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        response = handle(await _request(scope, receive))
        wait = response.hang_seconds
        if wait and not await _stays_connected(wait, receive):
            return
        transport: asyncio.Transport = scope["extensions"]["emulator"]["transport"]
        if response.reset:
            _reset(transport)
            await _disconnected(receive)
            return
        await _send(response, send)
        if response.cut_after is not None:
            transport.close()
            await _disconnected(receive)

    return serve


async def _request(scope: Message, receive: Receive) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(
        scope["method"],
        scope["path"],
        scope["query_string"].decode("latin-1"),
        headers,
        await _read_body(receive) if scope["method"] != "GET" else b"",
        f"http://{headers.get('host', '')}",
    )


def _reset(transport: asyncio.Transport) -> None:
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
    transport.abort()


async def _read_body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        piece: bytes = message.get("body", b"")
        body += piece
        if not message.get("more_body"):
            return body


async def _stays_connected(seconds: float, receive: Receive) -> bool:
    """Wait; False if the client hangs up meanwhile."""
    gone = asyncio.ensure_future(_disconnected(receive))
    done, _ = await asyncio.wait({gone}, timeout=seconds)
    gone.cancel()
    return not done


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(response: Response, send: Send) -> None:
    headers = [
        (b"content-type", response.content_type.encode()),
        (b"content-length", b"%d" % len(response.body)),
    ]
    headers += [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.cut_after is None:
        await send({"type": "http.response.body", "body": response.body})
    else:
        part = response.body[: response.cut_after]
        await send({"type": "http.response.body", "body": part, "more_body": True})
