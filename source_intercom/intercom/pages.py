"""
One answer of a list, and how it names its successor.

Intercom's lists name it in many ways, and no description says for sure which list uses which, so
every list is read by all of them:

    {"pages": {"next": {"page": 2, "starting_after": "WzE3…"}}}       an object
    {"pages": {"next": "https://api.intercom.io/articles?page=2"}}    an absolute URL
    {"pages": {"next": null, …}}, {"pages": {…}}, {"pages": null}     the end, or a page number
    {"pages": {"page": "1", "total_pages": 2}}                        a page number in a text
    {"page": 1, "total_pages": 2}                                     page numbers without `pages`
    {"next_cursor": "WzE3…", "has_more": true}                        a cursor
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import parse_qsl, urlsplit

from source_intercom.intercom.json_text import from_json

Row = dict[str, Any]


class MalformedAnswer(ValueError):
    """A body that is not the list that was asked for: HTML, half a JSON, another envelope."""


class OddRows(MalformedAnswer):
    """A list that holds something else than objects."""


@dataclass(frozen=True)
class Page:
    """Rows of a list; `following` holds the parameters of the next request, None at the end."""

    rows: list[Row]
    following: Mapping[str, str] | None
    total_count: int | None
    size: int
    """Bytes of the body."""
    body: Mapping[str, Any]
    total_pages: int | None = None


BARE = "[]"
"""The envelope of a list that comes without one."""


def parse_object(content: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises `MalformedAnswer` on anything else."""
    body = _parse(content)
    if not isinstance(body, dict):
        raise MalformedAnswer(f"the body is a JSON {type(body).__name__}, not an object")
    if body.get("type") == "error.list":
        raise MalformedAnswer("the body is an error.list under a status of success")
    return body


def parse_page(
    content: bytes,
    record_keys: Sequence[str],
    *,
    paged: bool = False,
    wrap: str | None = None,
    lenient: bool = False,
) -> Page:
    """
    Rows, successor and count of one body; `record_keys` are the envelopes this list is known by.

    `paged` lists must say where they are in their pages: without it, an answer cut short by a proxy
    would pass for the last one. `wrap`: the field that a row of plain text gets. `lenient`: what is
    no object stands for an empty one, which has no key. Raises `MalformedAnswer`.
    """
    body = parse_envelope(content, record_keys)
    rows = next((body[key] for key in record_keys if isinstance(body.get(key), list)), None)
    if wrap is not None and rows is not None:
        rows = [row if isinstance(row, dict) else {wrap: row} for row in rows]
    if rows is None or not (lenient or are_rows(rows)):  # guard: known envelope
        kind = MalformedAnswer if rows is None else OddRows
        raise kind(f"the body has no list of objects under {' or '.join(record_keys)}")
    rows = [row if isinstance(row, dict) else {} for row in rows]
    pages = body.get("pages")
    if not isinstance(pages, dict):
        # guard: page numbers beside a list
        pages = body if whole(body.get("total_pages")) is not None else None
    if paged and pages is None and "has_more" not in body:  # guard: pages object
        raise MalformedAnswer("the body has no pages object")
    following = _following(pages) if pages is not None else None
    return Page(
        rows=rows,
        following=following or _next_cursor(body),  # guard: cursor of a list
        total_count=whole(body.get("total_count")),
        size=len(content),
        body=body,
        total_pages=whole((pages or {}).get("total_pages")),
    )


def are_rows(listed: object) -> TypeGuard[list[Row]]:
    """Whether something is a list of objects, none of which is empty."""
    return isinstance(listed, list) and all(type(row) is dict and row for row in listed)


def _parse(content: bytes) -> Any:
    try:
        return from_json(content)  # guard: body of JSON
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer(f"the body is not JSON ({len(content)} bytes)") from error


def parse_envelope(content: bytes, record_keys: Sequence[str] = (BARE,)) -> dict[str, Any]:
    """The object that a list comes in; one around a list that comes bare, where that is known."""
    if BARE in record_keys:
        body = _parse(content)
        if isinstance(body, list):
            return {BARE: body}
    return parse_object(content)


def _following(pages: Mapping[str, Any]) -> Mapping[str, str] | None:
    following = pages.get("next")
    page, total_pages = whole(pages.get("page")), whole(pages.get("total_pages"))
    if isinstance(following, str) and following:  # guard: address of a page
        try:
            return dict(parse_qsl(urlsplit(following).query))
        except ValueError:
            raise MalformedAnswer("the next page's address is no URL") from None
    if isinstance(following, dict):
        if following.get("starting_after"):
            # guard: token of a page
            return {"starting_after": str(following["starting_after"])}
        if following.get("page"):
            return {"page": str(following["page"])}  # guard: number of a page
        return None
    # guard: page that is not the last
    if page is not None and total_pages is not None and page < total_pages:
        return {"page": str(page + 1)}
    return None


def _next_cursor(body: Mapping[str, Any]) -> Mapping[str, str] | None:
    cursor, has_more = body.get("next_cursor"), body.get("has_more")
    if has_more is True and not cursor and not body.get("pages"):  # guard: more without a cursor
        raise MalformedAnswer("there is more, but no next_cursor to ask for it")
    # guard: cursor that says no more
    return {"cursor": str(cursor)} if cursor and has_more is not False else None


def whole(value: object) -> int | None:
    """A count or page number, which may come as text or with a point: 160, "160", 160.0."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if type(value) is int else None
