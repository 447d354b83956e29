"""
`python -m intercom_emulator.coverage`: the table of routes in README.md, made from the routes.

    | `GET /tags` | 2.11 | `read_tags` | `data` |
"""

from __future__ import annotations

from collections.abc import Iterator

from intercom_emulator.resources import RESOURCES, Listing
from intercom_emulator.routes import ROUTER
from intercom_emulator.routing import Route

_FORMS = {
    "whole": "",
    "numbers": "page numbers",
    "top_level": "page numbers beside the list",
    "cursor": "`starting_after` in the query",
}


def rows() -> Iterator[str]:
    """The lines of the table, by path."""
    yield "| Route | Since | Permission | Lists |"
    yield "|---|---|---|---|"
    for route in sorted(ROUTER.routes, key=lambda one: (one.template, one.method)):
        permissions = " or ".join(f"`{one}`" for one in route.permissions) or "none"
        key = f"{route.method} {route.template}"
        yield f"| `{key}` | {route.since} | {permissions} | {_lists(route)} |"


def _lists(route: Route) -> str:
    """Under which key a list stands, and its pages with their default and maximum length."""
    listing = _LISTINGS.get((route.method, route.template))
    if listing is None:
        return ""
    pages = listing.pages
    told = f"`{listing.key}`"
    if pages.form == "whole":
        return told
    told += f", {_FORMS[pages.form]}, {pages.default}, at most {pages.maximum}"
    return f"{told}, none beyond row {pages.ceiling:,}" if pages.ceiling else told


_LISTINGS: dict[tuple[str, str], Listing] = {
    ("GET", one.listing.path): one.listing for one in RESOURCES.values() if one.listing
}

if __name__ == "__main__":
    print("\n".join(rows()))  # noqa: T201 - what it is for
