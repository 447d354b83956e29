"""What goes wrong between Intercom and the connector while a history runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from intercom_emulator import Emulator
from intercom_emulator.faults import Custom, Fault
from intercom_emulator.messages import Request, Response

UNREADABLE = ("reset", "truncated", "cut", "html", "empty", "broken_gzip", "hang")
ENVELOPES = ("wrong_envelope", "error_list", "status", "status")
ODD = ("byte_order_mark", "null_body", "no_id")
PAGED = ("repeated_page", "repeated_rows", "no_next", "no_rows", "missing_pages")
KINDS = (*UNREADABLE, *ENVELOPES, *ODD, *PAGED)
STATUSES = (429, 500, 502, 503, 504)
UNCOUNTED = (
    "GET /macros",
    "GET /data_connectors",
    "GET /data_connectors/{id}/execution_results",
    "GET /contacts/activities",
    "POST /admins/activity_logs/search",
)
"""Lists whose pages have no total: none of their pages can lack its `next` and be found out."""
ALWAYS_PAGED = (
    "POST /contacts/search",
    "POST /conversations/search",
    "POST /tickets/search",
    "GET /articles",
    "GET /help_center/collections",
)
"""Routes of which every page is known to have its `pages`."""
NAMED = ("GET /data_attributes", "GET /conversations/attributes")
"""Routes whose rows have their name for a key where they have no id, as built-in ones never do."""
ONCE = ("no_next", "no_rows")
"""
A list that ends early in the same way at two readings is taken for one with a wrong count, and a
search's page that comes twice without rows for one whose rows were deleted.
"""
Body = dict[str, Any]


@dataclass(frozen=True)
class Trouble:
    """A fault on one of the routes that are read."""

    route: int
    kind: str
    status: int
    after: int
    count: int

    def befall(self, intercom: Emulator, routes: Sequence[str]) -> Fault:
        """Let it happen; what nobody could find out on a route is an error there instead."""
        route = routes[self.route % len(routes)]
        kind = self.kind if _can_be_found_out(self.kind, route) else "status"
        is_once = kind == "no_rows" or (kind in ONCE and not route.endswith("/search"))
        how = {"custom": _CUSTOM[kind]()} if kind in _CUSTOM else {"kind": kind}
        return intercom.faults.add(
            route,
            status=self.status,
            after=self.after,
            count=1 if is_once else self.count,
            seconds=1_000,
            **how,
        )


def _can_be_found_out(kind: str, route: str) -> bool:
    is_counted = route not in UNCOUNTED and "{" not in route
    match kind:
        case "no_id":
            return route not in NAMED
        case "no_next":
            return is_counted
        case "no_rows":
            return not route.endswith("/scroll")
        case "missing_pages":
            return route in ALWAYS_PAGED
    return True


@dataclass
class _Pages:
    """Answers with rows of the page before, within one walk; the first page is as it is."""

    is_whole: bool
    _before: dict[Any, bytes] = field(default_factory=dict)

    def __call__(self, request: Request, proceed: Callable[[], Response]) -> Response:
        answer = proceed()
        walk, is_first = _walk_of(request)
        before = None if is_first else self._before.get(walk)
        self._before[walk] = answer.body
        if before is None or answer.status != 200:
            return answer
        if self.is_whole:
            answer.body = before
            return answer
        shown, last = answer.json, orjson.loads(before)
        rows, others = _rows(shown), _rows(last)
        if rows is not None and others is not None:
            rows[: len(rows) // 2] = others[: len(rows) // 2]
        answer.body = orjson.dumps(shown)
        return answer


def _walk_of(request: Request) -> tuple[Any, bool]:
    """What the pages of one walk have in common, and whether this is the first."""
    query = dict(request.query)
    asked: Body = request.json if isinstance(request.json, dict) else {}
    place = {**query, **asked, **(asked.get("pagination") or {})}
    is_first = not any(
        place.get(name) for name in ("page", "starting_after", "scroll_param", "cursor")
    )
    kept = {k: v for k, v in query.items() if k not in ("page", "starting_after", "scroll_param")}
    walk = (request.path, orjson.dumps([kept, asked.get("query"), asked.get("sort")]))
    return walk, is_first


def _rows(body: Any) -> list[Any] | None:
    lists = [each for each in body.values() if isinstance(each, list)] if body else []
    return lists[0] if lists else None


def _edited(change: Callable[[Body], None]) -> Callable[[], Custom]:
    """A fault that changes the JSON of an answer that is one."""

    def custom(_request: Request, proceed: Callable[[], Response]) -> Response:
        answer = proceed()
        if answer.status == 200:
            body = answer.json
            if isinstance(body, dict):
                change(body)
                answer.body = orjson.dumps(body)
        return answer

    return lambda: custom


def _without_next(body: Body) -> None:
    body.pop("scroll_param", None)
    if isinstance(body.get("pages"), dict):
        body["pages"]["next"] = None


def _without_rows(body: Body) -> None:
    rows = _rows(body)
    if rows is not None and isinstance(body.get("pages"), dict) and body["pages"].get("next"):
        rows.clear()


def _without_id(body: Body) -> None:
    rows = _rows(body)
    if rows and isinstance(rows[-1], dict):
        rows[-1]["id"] = None


def _byte_order_mark(_request: Request, proceed: Callable[[], Response]) -> Response:
    answer = proceed()
    answer.body = b"\xef\xbb\xbf" + answer.body
    return answer


def _null_body(_request: Request, proceed: Callable[[], Response]) -> Response:
    answer = proceed()
    answer.body = b"null"
    return answer


_CUSTOM: dict[str, Callable[[], Custom]] = {
    "byte_order_mark": lambda: _byte_order_mark,
    "no_id": _edited(_without_id),
    "no_next": _edited(_without_next),
    "no_rows": _edited(_without_rows),
    "null_body": lambda: _null_body,
    "repeated_page": lambda: _Pages(is_whole=True),
    "repeated_rows": lambda: _Pages(is_whole=False),
}


def ignore_sort(request: Request) -> None:
    """Let a search answer newest first, whatever it was asked for."""
    if (
        request.path.endswith("/search")
        and isinstance(request.json, dict)
        and "sort" in request.json
    ):
        body = orjson.loads(request.body)
        body["sort"]["order"] = "descending"
        request.body = orjson.dumps(body)
        request.__dict__.pop("json", None)
