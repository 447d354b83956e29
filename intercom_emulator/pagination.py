"""
Pages: cursors for search and lists, page numbers for the rest.

    "pages": {"type": "pages", "page": 1, "per_page": 150, "total_pages": 2,
              "next": {"page": 2, "starting_after": "WzE3MzQ1Mzc0MjQsIjY3NjIi…"}}

A cursor holds the sort value and id of the last record of its page (as the examples of /macros
in Intercom's OpenAPI file do), so records that move between two pages move in or out of
what is still to come. https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/pagination
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import urlencode

import orjson

from intercom_emulator.errors import Refused, bad_request
from intercom_emulator.messages import Json, Request
from intercom_emulator.records import Ids, ordinal_of_key, pack
from intercom_emulator.resources import Form, Pages
from intercom_emulator.search import Hits
from intercom_emulator.settings import EndForm, NextForm, Settings

_CURSOR_FIELDS = 3


def encode_cursor(key: int, page: int, ids: Ids) -> str:
    """The opaque form of "everything after this record"."""
    ordinal = ordinal_of_key(key)
    value = (key - ordinal) >> 30
    return base64.b64encode(orjson.dumps([value, ids.to_id(ordinal), page])).decode()


def decode_cursor(cursor: str, ids: Ids) -> tuple[int, int]:
    """The key and page number of a cursor. Raises 400 `client_error`."""
    try:
        fields = orjson.loads(base64.b64decode(cursor, validate=True))
        if not isinstance(fields, list) or len(fields) != _CURSOR_FIELDS:
            raise ValueError  # noqa: TRY301
        value, record_id, page = fields
        ordinal = ids.to_ordinal(record_id)
        if ordinal < 0:
            raise ValueError  # noqa: TRY301
        return pack(int(value), ordinal), int(page)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise bad_request("client_error", "The starting_after parameter is invalid") from None


def page_size(asked: Any, default: int, maximum: int, refusal: int = 400) -> int:
    """`per_page` within its bounds. Raises 400, or for a number beyond them `refusal`."""
    if asked is None:
        return default
    try:
        size = int(asked)
    except (TypeError, ValueError):
        raise bad_request("parameter_invalid", "per_page must be a number") from None
    if not 1 <= size <= maximum:
        message = f"per_page must be a number between 1 and {maximum}"
        raise Refused(refusal, "parameter_invalid", message)
    return size


def asked_page_size(
    request: Request, settings: Settings, asked: Any, default: int, maximum: int
) -> int:
    """The page size of a route, whose documented maximum the settings may overrule."""
    limit = settings.per_page_maximum.get(request.route_key, maximum)
    return page_size(asked, default, limit, settings.per_page_refusal)


def page_number(asked: Any) -> int:
    """`page`, counted from 1. Raises 400."""
    try:
        number = int(asked if asked is not None else 1)
    except (TypeError, ValueError):
        number = 0
    if number < 1:
        raise bad_request("parameter_invalid", "page must be a number greater than 0")
    return number


def take_page(
    hits: Hits, starting_after: Any, per_page: int, ids: Ids
) -> tuple[list[int], int, str | None]:
    """The ordinals of one page, its number, and the cursor of the next."""
    after, page = None, 1
    if starting_after is not None and starting_after != "":
        if not isinstance(starting_after, str):
            raise bad_request("client_error", "The starting_after parameter is invalid")
        after, page = decode_cursor(starting_after, ids)
    keys, more = hits.page(after, per_page)
    cursor = encode_cursor(keys[-1], page + 1, ids) if more else None
    return [ordinal_of_key(key) for key in keys], page, cursor


def cursor_pages(
    request: Request,
    settings: Settings,
    *,
    page: int,
    per_page: int,
    total: int,
    cursor: str | None,
) -> Json:
    """`pages` of a cursor route."""
    next_page = None
    if cursor is not None:
        next_page = {"page": page + 1, "starting_after": cursor}
    query = {"per_page": per_page, "starting_after": cursor}
    return _pages(
        request, settings, page, per_page, total, next_page, query, documented=("object", "absent")
    )


def numbered_pages(
    request: Request,
    settings: Settings,
    *,
    page: int,
    per_page: int,
    total: int,
    next_form: NextForm = "url",
    end: EndForm = "null",
) -> Json:
    """`pages` of a route with page numbers."""
    next_page = None
    if page * per_page < total:
        next_page = {"page": page + 1, "per_page": per_page}
    query = {**request.query, "per_page": per_page, "page": page + 1}
    return _pages(
        request, settings, page, per_page, total, next_page, query, documented=(next_form, end)
    )


@dataclass(frozen=True)
class Order:
    """How rows are sorted: by a field, then by `key`, numbers as numbers."""

    field: str
    key: str
    descending: bool

    def place(self, row: Json) -> tuple[Any, ...]:
        """Where a row lies among the others."""
        text = str(row[self.key])
        own = (len(text), text)
        return own if self.field == self.key else (row[self.field], *own)

    def is_after(self, row: Json, place: tuple[Any, ...]) -> bool:
        """Whether a row comes behind a place."""
        return self.place(row) < place if self.descending else self.place(row) > place

    def sort(self, rows: list[Json]) -> None:
        """Sort rows in place."""
        rows.sort(key=self.place, reverse=self.descending)


PARAMETERS: dict[Form, tuple[str, ...]] = {
    "whole": (),
    "numbers": ("page", "per_page"),
    "top_level": ("page", "per_page"),
    "cursor": ("starting_after", "per_page"),
}
"""What each form of paging reads in the query."""


def list_page(
    request: Request,
    settings: Settings,
    rows: list[Any],
    pages: Pages,
    order: Order | None = None,
    asked: Json | None = None,
) -> tuple[list[Any], Json]:
    """
    The rows of the page that a request asks for, and what the envelope tells of pages.

    `order` is how the rows are sorted, which cursors need. `asked` holds `page` and `per_page`
    where they don't stand in the query.
    """
    if pages.form == "whole":
        return rows, {}
    parameters = request.query if asked is None else asked
    asked_size = parameters.get("per_page")
    per_page = asked_page_size(request, settings, asked_size, pages.default, pages.maximum)
    if pages.form == "cursor" and order is not None:
        return _cursor_page(request, settings, rows, pages, order, per_page)
    return _numbered_page(request, settings, rows, pages, parameters.get("page"), per_page)


def _numbered_page(
    request: Request, settings: Settings, rows: list[Any], pages: Pages, page: Any, per_page: int
) -> tuple[list[Any], Json]:
    number = page_number(page)
    _keep_below(settings.list_ceilings.get(request.route_key, pages.ceiling), number, per_page)
    shown, total = rows[(number - 1) * per_page : number * per_page], len(rows)
    if pages.form == "top_level":
        told: Json = {"page": number, "per_page": per_page, "total_pages": ceil(total / per_page)}
        return shown, {"total_count": total, **told}
    told = numbered_pages(
        request,
        settings,
        page=number,
        per_page=per_page,
        total=total,
        next_form=pages.next,
        end=pages.end,
    )
    if page is not None and request.route_key in settings.string_page_numbers:
        told["page"] = str(number)
    return shown, {"pages": told, "total_count": total}


def _keep_below(ceiling: int | None, page: int, per_page: int) -> None:
    """Refuse a page beyond the last row that a list shows."""
    if ceiling is not None and (page * per_page > ceiling or page > ceiling // 2 + 1):
        raise bad_request("bad_request", f"page and per_page may not go beyond {ceiling} rows")


def _cursor_page(
    request: Request, settings: Settings, rows: list[Any], pages: Pages, order: Order, per_page: int
) -> tuple[list[Any], Json]:
    """A cursor holds where the last row of its page lies, so it outlives that row."""
    start, after = 0, request.query.get("starting_after")
    if after:
        try:
            last = tuple(orjson.loads(base64.b64decode(after, validate=True)))
            start = sum(not order.is_after(row, last) for row in rows)
        except (ValueError, TypeError, binascii.Error):
            raise bad_request("client_error", "The starting_after parameter is invalid") from None
    shown = rows[start : start + per_page]
    told: Json = {"type": "pages", "per_page": per_page}
    if start + per_page < len(rows):
        place = base64.b64encode(orjson.dumps(order.place(shown[-1]))).decode()
        told["next"] = {"starting_after": place}
    elif settings.end_form(request.route_key, pages.end) == "null":
        told["next"] = None
    return shown, {"pages": told}


def _pages(
    request: Request,
    settings: Settings,
    page: int,
    per_page: int,
    total: int,
    next_page: Json | None,
    query: Json,
    *,
    documented: tuple[NextForm, EndForm],
) -> Json:
    pages: Json = {
        "type": "pages",
        "page": page,
        "per_page": per_page,
        "total_pages": ceil(total / per_page),
    }
    if next_page is None:
        if settings.end_form(request.route_key, documented[1]) == "null":
            pages["next"] = None
        return pages
    form = settings.next_form(request.route_key, documented[0])
    if form != "absent":
        pages["next"] = next_page if form == "object" else _url(request, settings, query)
    return pages


def _url(request: Request, settings: Settings, query: Json) -> str:
    base = settings.next_url_base or request.base_url
    return f"{base}{request.path}?{urlencode(query)}"
