"""
A numbered page that does not come, as smaller ones: down to the row that keeps it away.

    page 3 of 250 rows  ->  pages 11 to 15 of 50  ->  pages 501 to 505 of 10  ->  …  ->  one row

An article that Intercom can't show would else keep all others away, at every sync.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from source_intercom.http.client import IntercomError
from source_intercom.intercom.pages import Page, Row

Ask = Callable[[int, int], Page]
"""Asks for a page by its number, in pages of so many rows."""
PARTS = 5
"""Of a page, at least: in an outage none of them comes."""
MOST = 20
"""Rows of a page that may be lost; where more don't come, it is no trouble of theirs."""


@dataclass
class Found:
    """The rows that came of a page, how many did not, and the pages that they came in."""

    rows: list[Row] = field(default_factory=list)
    lost: int = 0
    pages: list[tuple[Page, int]] = field(default_factory=list)


def narrowed(ask: Ask, number: int, length: int, failure: IntercomError) -> tuple[Page, int]:
    """The rows of a page that come, and how many don't. Raises `failure` where few of it do."""
    found = Found()
    _fill(found, ask, number, length, failure)
    end = number * length
    counts = [page.total_count for page, _ in found.pages if page.total_count is not None]
    lasts = [(page.total_pages or 0) * part for page, part in found.pages]
    told = max([*counts, *lasts])
    # Where neither rows nor pages are counted, a next one is believed of any part.
    is_more = told > end or (not told and any(page.following for page, _ in found.pages))
    following = {"page": str(number + 1)} if is_more else None
    size = sum(page.size for page, _ in found.pages)
    return Page(found.rows, following, max(counts, default=None), size, {}), found.lost


def _fill(found: Found, ask: Ask, number: int, length: int, failure: IntercomError) -> None:
    part = max((each for each in range(1, length // PARTS + 1) if length % each == 0), default=1)
    parts = length // part
    first = (number - 1) * parts + 1
    pages = {each: _page(ask, each, part) for each in range(first, first + parts)}
    found.pages += [(page, part) for page in pages.values() if page is not None]
    if not found.pages:  # guard: outage of a page
        raise failure
    for each, page in pages.items():
        if page is not None:
            found.rows += page.rows
        elif part > 1:
            _fill(found, ask, each, part, failure)
        else:
            found.lost += 1  # guard: lost rows
        if found.lost > MOST:  # guard: many lost rows
            raise failure


def _page(ask: Ask, number: int, length: int) -> Page | None:
    try:
        return ask(number, length)
    except IntercomError as error:
        if not error.may_be_the_objects:
            raise
        return None
