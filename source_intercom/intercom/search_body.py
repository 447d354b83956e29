"""
Bodies of Intercom's searches, right under every reading of their operators.

Contacts are searched by the calendar day of the workspace's time zone up to API 2.16: `>` means
"from the start of the next day", `<` "before the start of that day" (2.17 will make them exact).
A bound 27 hours away, the longest day there is, covers the day in any zone and exact seconds too.
https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/contacts/searchcontacts

Conversations are searched to the second, by operators that may or may not include their bound:
a bound one second away covers both. `>=`, `<=`, `!=` and `IN` are refused on a contact's dates.

Both return more than was asked for; whoever reads the answer drops what lies outside its slice.
"""

from typing import Any

from source_intercom.reading.window import FOREVER, Slice

SECOND = 1
LONGEST_DAY = 27 * 3600  # guard: longest day
"""A day of 25 hours ends summer time; Magadan's had 26 once, Antarctica's Casey's 27 in 2012."""
NEVER = 4_102_444_800
"""The year 2100: a bound that hides nothing."""


def search_body(
    piece: Slice,
    reach: int,
    per_page: int,
    starting_after: str | None,
    *,
    is_open: bool,
    newest_first: bool = False,
) -> dict[str, Any]:
    """
    The JSON body that finds at least every row of `piece`, in the order of its axis.

    `reach` is how many seconds away from the slice a bound must lie: SECOND or LONGEST_DAY.
    `is_open` leaves out the upper bound of updated_at.
    """
    filters = _bounds("updated_at", piece.start, FOREVER if is_open else piece.end, reach)
    if piece.created is not None:
        filters += _bounds("created_at", *piece.created, reach)
    pagination: dict[str, Any] = {"per_page": per_page}
    if starting_after is not None:
        pagination["starting_after"] = starting_after
    return {
        # Where nothing is bounded, a filter that hides nothing: a search needs one.
        "query": {"operator": "AND", "value": filters or [_below("updated_at", NEVER)]},
        "sort": {"field": piece.axis, "order": "descending" if newest_first else "ascending"},
        "pagination": pagination,
    }


def _bounds(field: str, low: int, high: int, reach: int) -> list[dict[str, Any]]:
    # An end of time is no bound, which would hide a row without a date, or the epoch's own day.
    above = {"field": field, "operator": ">", "value": low - reach}  # guard: lower bound
    # guard: upper bound
    return [above] * (low > reach) + [_below(field, high + reach)] * (high < FOREVER)


def _below(field: str, value: int) -> dict[str, Any]:
    return {"field": field, "operator": "<", "value": value}
