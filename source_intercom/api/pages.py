"""
One answer of a list, and how it names its successor.

Intercom's lists name it in four ways, and no description says for sure which list uses which, so
every list is read by all of them:

    {"pages": {"next": {"page": 2, "starting_after": "WzE3…"}}}       an object
    {"pages": {"next": "https://api.intercom.io/articles?page=2"}}    an absolute URL
    {"pages": {"next": null, …}}, {"pages": {…}}, {"pages": null}     the end, or a page number
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from source_intercom.api.json_text import from_json

Row = dict[str, Any]


class MalformedAnswer(ValueError):
    """A body that is not the list that was asked for: HTML, half a JSON, another envelope."""


@dataclass(frozen=True)
class Page:
    """Rows of a list; `following` holds the parameters of the next request, None at the end."""

    rows: list[Row]
    following: Mapping[str, str] | None
    total_count: int | None
    size: int
    """Bytes of the body."""
    body: Mapping[str, Any]


def parse_object(content: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises `MalformedAnswer` on anything else."""
    try:
        body = from_json(content)
    except (ValueError, RecursionError) as error:
        message = f"the body is not JSON ({len(content)} bytes)"
        raise MalformedAnswer(message) from error
    if not isinstance(body, dict):
        message = f"the body is a JSON {type(body).__name__}, not an object"
        raise MalformedAnswer(message)
    if body.get("type") == "error.list":
        message = "the body is an error.list under a status of success"
        raise MalformedAnswer(message)
    return body


def parse_page(content: bytes, record_keys: Sequence[str], *, paged: bool = False) -> Page:
    """
    Rows, successor and count of one body; `record_keys` are the envelopes this list is known by.

    `paged` lists must bring their `pages` object: without it, an answer cut short by a proxy
    would pass for the last one. Raises `MalformedAnswer`.
    """
    body = parse_object(content)
    rows = next((body[key] for key in record_keys if isinstance(body.get(key), list)), None)
    if rows is None or not all(type(row) is dict and row for row in rows):
        message = f"the body has no list of objects under {' or '.join(record_keys)}"
        raise MalformedAnswer(message)
    pages = body.get("pages")
    total = body.get("total_count")
    if paged and not isinstance(pages, dict):
        message = "the body has no pages object"
        raise MalformedAnswer(message)
    return Page(
        rows=rows,
        following=_following(pages) if isinstance(pages, dict) else None,
        total_count=total if type(total) is int else None,
        size=len(content),
        body=body,
    )


def _following(pages: Mapping[str, Any]) -> Mapping[str, str] | None:
    following = pages.get("next")
    page, total_pages = pages.get("page"), pages.get("total_pages")
    if isinstance(following, str) and following:
        try:
            return dict(parse_qsl(urlsplit(following).query))
        except ValueError:
            message = "the next page's address is no URL"
            raise MalformedAnswer(message) from None
    if isinstance(following, dict):
        if following.get("starting_after"):
            return {"starting_after": str(following["starting_after"])}
        page, total_pages = None, None
        if following.get("page"):
            return {"page": str(following["page"])}
    if type(page) is int and type(total_pages) is int and page < total_pages:
        return {"page": str(page + 1)}
    return None
