"""
Trouble on command: which requests it befalls, and what happens to them.

    faults.add("POST /contacts/search", status=502, body="html", count=2, after=1)
    faults.add("POST /conversations/search", status=502, count=None, per_page_above=4)
    faults.add("GET /companies/scroll", kind="truncated")
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any, Literal

import orjson

from intercom_emulator.errors import error_list
from intercom_emulator.messages import Request, Response
from intercom_emulator.routes import ROUTER

Kind = Literal[
    "status",
    "reset",
    "truncated",
    "cut",
    "html",
    "empty",
    "broken_gzip",
    "hang",
    "wrong_envelope",
    "error_list",
    "missing_pages",
]
"""
status           the answer is `status` with an error.list, HTML or empty body
reset            the connection is reset without an answer
truncated        200, the JSON stops half way, Content-Length fits what was sent
cut              200, the connection closes half way through the announced Content-Length
html             200 with an HTML page
empty            200 without a body
broken_gzip      200, Content-Encoding gzip, bytes that are none
hang             nothing for `seconds`, then the answer
wrong_envelope   200, a JSON object without any of the expected keys
error_list       200 with an error.list
missing_pages    200 without the `pages` key
"""

_CODES = {
    400: ("bad_request", "bad request"),
    401: ("unauthorized", "Access Token Invalid"),
    403: ("forbidden", "You do not have the required scope"),
    404: ("not_found", "Resource Not Found"),
    408: ("request_timeout", "Request Timeout"),
    429: ("rate_limit_exceeded", "Exceeded rate limit of 1667 in 10_seconds"),
    500: ("server_error", "Request failed due to an internal network error."),
    503: ("service_unavailable", "Service Temporarily Unavailable"),
}

_HTML = {
    404: b"<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1>"
    b"</center><hr><center>nginx</center></body></html>",
    502: b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1>"
    b"</center></body></html>",
}
_ANY_HTML = b"<html><head><title>Intercom</title></head><body><h1>Sorry!</h1></body></html>"

Custom = Callable[[Request, Callable[[], Response]], Response]


@dataclass
class Fault:
    """One rule. `hits` counts the requests it spoiled, `seen` those it looked at."""

    pattern: str
    kind: Kind = "status"
    status: int = 500
    body: Literal["error.list", "html", "empty"] | bytes = "error.list"
    code: str | None = None
    message: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    after: int = 0
    count: int | None = 1
    seconds: float = 60.0
    per_page_above: int | None = None
    when: Callable[[Request], bool] | None = None
    processed: bool = False
    """Whether Intercom did its part (moved a scroll on, say) before the answer went wrong."""
    custom: Custom | None = None
    seen: int = 0
    hits: int = 0

    def matches(self, request: Request) -> bool:
        """Whether the rule is about this request, leaving `after` and `count` aside."""
        names = (request.route_key, f"{request.method} {request.path}")
        pattern = _plain(self.pattern)
        if not any(fnmatchcase(_plain(name), pattern) for name in names):
            return False
        if self.per_page_above is not None and (request.per_page or 0) <= self.per_page_above:
            return False
        return self.when is None or self.when(request)

    def spoil(self, request: Request, proceed: Callable[[], Response], request_id: str) -> Response:  # noqa: C901, PLR0911 - one case a kind
        """What the client gets; `proceed` gives the true answer."""
        if self.custom is not None:
            return self.custom(request, proceed)
        match self.kind:
            case "status":
                if self.processed:
                    proceed()
                return self._status(request_id)
            case "reset":
                if self.processed:
                    proceed()
                return Response(0, reset=True)
            case "html":
                return Response(200, _ANY_HTML, content_type="text/html; charset=utf-8")
            case "empty":
                return Response(200)
            case "broken_gzip":
                garbage = b"\x1f\x8b\x08\x00 this is no gzip"
                return Response(200, garbage, {"Content-Encoding": "gzip"})
            case "wrong_envelope":
                return Response.of({"type": "list", "items": []})
            case "error_list":
                code, message = _CODES[500]
                return Response.of(error_list(code, message, request_id))
            case _:
                return self._altered(proceed())

    def _altered(self, answer: Response) -> Response:
        if self.kind == "truncated":
            answer.body = answer.body[: len(answer.body) // 2]
        elif self.kind == "cut":
            answer.cut_after = len(answer.body) // 2
        elif self.kind == "missing_pages":
            envelope = answer.json
            envelope.pop("pages", None)
            answer.body = orjson.dumps(envelope)
        elif self.kind == "hang":
            answer.hang_seconds = self.seconds
        return answer

    def _status(self, request_id: str) -> Response:
        if isinstance(self.body, bytes):
            return Response(self.status, self.body, dict(self.headers))
        if self.body == "empty":
            return Response(self.status, b"", dict(self.headers))
        if self.body == "html":
            page = _HTML.get(self.status, _ANY_HTML)
            return Response(self.status, page, dict(self.headers), "text/html")
        code, message = _CODES.get(self.status, ("server_error", "Server error"))
        response = Response.of(
            error_list(self.code or code, self.message or message, request_id), self.status
        )
        response.headers.update(self.headers)
        return response


def _plain(name: str) -> str:
    """Path parameters without their names: {id} and {contact_id} are the same."""
    return re.sub(r"\{[^}]*\}", "{}", name).replace("[", "[[]")


class Faults:
    """The rules in force, asked in the order they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, pattern: str, **options: Any) -> Fault:
        """
        Spoil requests to `pattern`: `options` are the fields of `Fault`.

        `count` requests are spoiled (None: for ever), the first `after` of them spared.
        `pattern` is "METHOD /route/{id}" or "METHOD /path/of/one", `*` matches anything.
        `custom(request, proceed)` makes up the answer itself. A pattern without `*` that no
        route answers is a mistake and raises ValueError.
        """
        method, _, path = pattern.partition(" ")
        if not {"*", "?"} & set(pattern) and ROUTER.find(method, path) is None:
            raise ValueError(f"no route answers {pattern!r}")
        fault = Fault(pattern, **options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def pick(self, request: Request) -> Fault | None:
        """The fault that befalls this request."""
        with self._lock:
            for fault in self._faults:
                if not fault.matches(request):
                    continue
                fault.seen += 1
                spent = fault.count is not None and fault.hits >= fault.count
                if fault.seen <= fault.after or spent:
                    continue
                fault.hits += 1
                return fault
        return None

    def remove(self, fault: Fault) -> None:
        """Lift one."""
        with self._lock:
            self._faults.remove(fault)

    def clear(self) -> None:
        """Lift all."""
        with self._lock:
            self._faults.clear()

    def __len__(self) -> int:
        return len(self._faults)
