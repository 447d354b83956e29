"""
The search grammar of contacts, conversations and tickets.

    {"query": {"operator": "AND", "value": [
        {"field": "updated_at", "operator": ">", "value": 1700000000}]},
     "sort": {"field": "updated_at", "order": "ascending"},
     "pagination": {"per_page": 150, "starting_after": "…"}}

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/searchcontacts
https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations/searchconversations
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from operator import ge, gt, le, lt
from typing import Any
from zoneinfo import ZoneInfo

from intercom_emulator.errors import bad_request
from intercom_emulator.messages import Json
from intercom_emulator.records import STAMPS, Collection, View, ordinal_of_key, pack
from intercom_emulator.settings import Settings

MAX_DEPTH = 2
MAX_FILTERS = 15
_LOWEST, _HIGHEST = -(1 << 32), 1 << 33
_CACHED_RESULTS = 256

Predicate = Callable[[View, int], bool]
Keys = Sequence[int]


@dataclass(frozen=True)
class Grammar:
    """What may be searched, and how dates are read."""

    dates: re.Pattern[str]
    integers: re.Pattern[str]
    strings: re.Pattern[str]
    booleans: frozenset[str]
    contact_dates: bool = False
    aliases: dict[str, Callable[[Json], Any]] = field(default_factory=dict)


def _field_pattern(*names: str) -> re.Pattern[str]:
    return re.compile("|".join(names))


def _ids(*path: str) -> Callable[[Json], list[str]]:
    """Read the ids of a nested list."""

    def read(document: Json) -> list[str]:
        found: Any = document
        for step in path:
            found = (found or {}).get(step)
        return [str(one["id"]) for one in found or []]

    return read


CONTACTS = Grammar(
    dates=_field_pattern(
        r"(created|updated|signed_up|last_seen|last_contacted|last_replied)_at",
        r"last_email_(opened|clicked)_at",
        r"(ios|android)_last_seen_at",
    ),
    integers=_field_pattern(r"(?!)"),
    strings=_field_pattern(
        r"id|role|name|avatar|owner_id|email|email_domain|phone|formatted_phone|external_id",
        r"language_override|browser|browser_language|os|location\.(country|region|city)",
        r"ios_(app_version|device|app_device|os_version|app_name|sdk_version)",
        r"android_(app_version|device|app_name|sdk_version)|segment_id|tag_id",
        r"custom_attributes\..+",
    ),
    booleans=frozenset({"unsubscribed_from_emails", "marked_email_as_spam", "has_hard_bounced"}),
    contact_dates=True,
    aliases={"tag_id": _ids("tags", "data"), "segment_id": lambda one: one.get("_segments") or []},
)

CONVERSATIONS = Grammar(
    dates=_field_pattern(
        r"(created|updated)_at|waiting_since|snoozed_until|statistics\..+_at",
        r"conversation_rating\.(requested|replied)_at",
    ),
    integers=_field_pattern(
        r"(admin|team)_assignee_id|conversation_rating\.score|ai_agent\.rating",
        r"statistics\.(time_to_.+|median_time_to_reply|count_.+)",
    ),
    strings=_field_pattern(
        r"id|source\.(type|id|delivered_as|subject|body|url|author\.(id|type|name|email))",
        r"contact_ids|teammate_ids|channel_initiated|state|tag_ids|priority",
        r"statistics\.last_closed_by_id|conversation_rating\.(remark|contact_id|admin_id)",
        r"ai_agent\.(resolution_state|last_answer_type|rating_remark|source_type|source_title)",
        r"custom_attributes\..+",
    ),
    booleans=frozenset({"open", "read", "ai_agent_participated"}),
    aliases={
        "contact_ids": _ids("contacts", "contacts"),
        "teammate_ids": _ids("teammates", "admins"),
        "tag_ids": _ids("tags", "tags"),
    },
)

TICKETS = Grammar(
    dates=_field_pattern(r"(created|updated)_at|snoozed_until"),
    integers=_field_pattern(r"(admin|team)_assignee_id"),
    strings=_field_pattern(
        r"id|ticket_id|category|ticket_type_id|ticket_state|ticket_attribute\..+",
        r"contact_ids|teammate_ids|_default_title_|_default_description_",
    ),
    booleans=frozenset({"open", "is_shared"}),
    aliases={
        "contact_ids": _ids("contacts", "contacts"),
        "ticket_type_id": lambda one: one["ticket_type"]["id"],
        "ticket_state": lambda one: one["ticket_state"]["category"],
    },
)


def read_path(document: Json, path: str) -> Any:
    """The value at a dotted path, None where it is absent."""
    found: Any = document
    if path.startswith("custom_attributes."):
        return (document.get("custom_attributes") or {}).get(path.split(".", 1)[1])
    for step in path.split("."):
        if not isinstance(found, dict):
            return None
        found = found.get(step)
    return found


def start_of_day(epoch: int, zone: ZoneInfo, days_later: int = 0) -> int:
    """Midnight, in `zone`, of the day of `epoch`, or of the day so many days later."""
    try:
        day = datetime.fromtimestamp(epoch, UTC).astimezone(zone).date()
        day += timedelta(days=days_later)
    except (OverflowError, ValueError, OSError):
        day = date(9999, 12, 31) if epoch > 0 else date(1, 1, 2)
    return int(datetime.combine(day, time(), zone).timestamp())


class Query:
    """A compiled query: a range on the sort field, and a predicate for the rest."""

    def __init__(self, query: Any, grammar: Grammar, settings: Settings, sort_field: str) -> None:
        self._grammar = grammar
        self._settings = settings
        self._sort_field = sort_field
        self.low, self.high = _LOWEST, _HIGHEST
        self.predicate: Predicate | None = None
        if query is None:
            raise bad_request("parameter_not_found", "query is required")
        predicates = [one for one in self._node(query, 0, top=True) if one is not None]
        if predicates:
            self.predicate = _all_of(predicates)

    def _node(self, node: Any, depth: int, *, top: bool) -> Iterable[Predicate | None]:
        """
        Compile one node.

        A range on the sort field that every hit must satisfy (`top`) narrows `low` and `high`
        and yields None in place of a predicate.
        """
        if not isinstance(node, dict):
            raise bad_request("parameter_invalid", "query must be an object")
        operator = node.get("operator")
        if "field" not in node and operator in ("AND", "OR"):
            yield from self._group(node, depth, top=top)
            return
        name = node.get("field")
        if not isinstance(name, str) or not isinstance(operator, str):
            raise bad_request("parameter_invalid", "a filter needs field, operator and value")
        interval = self._interval(name, operator, node.get("value"))
        if interval is None:
            yield self._comparison(name, operator, node.get("value"))
            return
        low, high = interval
        if top and name == self._sort_field and name in STAMPS:
            self.low, self.high = max(self.low, low), min(self.high, high)
            yield None
            return
        yield _within(name, low, high)

    def _group(self, node: Json, depth: int, *, top: bool) -> Iterable[Predicate | None]:
        filters = node.get("value")
        if depth >= MAX_DEPTH:
            raise bad_request("parameter_invalid", f"at most {MAX_DEPTH} nested filters")
        if not isinstance(filters, list) or not filters:
            raise bad_request("parameter_invalid", "AND and OR need a list of filters")
        if len(filters) > MAX_FILTERS:
            raise bad_request("parameter_invalid", f"at most {MAX_FILTERS} filters in a group")
        if node["operator"] == "AND":
            for one in filters:
                yield from self._node(one, depth + 1, top=top)
            return
        alternatives = [
            _all_of([p for p in self._node(one, depth + 1, top=False) if p is not None])
            for one in filters
        ]
        yield _any_of(alternatives)

    def _interval(self, name: str, operator: str, value: Any) -> tuple[int, int] | None:
        """The inclusive range that a date filter means, None for any other filter."""
        if not self._grammar.dates.fullmatch(name):
            return None
        exact = not self._grammar.contact_dates or self._settings.contact_search_dates == "exact"
        allowed = ("=", "<", ">", "<=", ">=", "!=") if exact else ("=", "<", ">")
        if exact and not self._grammar.contact_dates:
            allowed = (*allowed, "IN", "NIN")
        if operator not in allowed:
            message = f"operator {operator} is not supported on date field {name}"
            raise bad_request("parameter_invalid", message)
        if operator in ("!=", "IN", "NIN") or value is None:
            return None
        epoch = _epoch(name, value)
        return self._seconds(operator, epoch) if exact else self._days(operator, epoch)

    def _days(self, operator: str, epoch: int) -> tuple[int, int]:
        """A range of whole days of the calendar that the settings name."""
        is_utc = self._settings.contact_search_dates == "utc_day"
        zone = ZoneInfo("UTC" if is_utc else self._settings.timezone)
        start, following = start_of_day(epoch, zone), start_of_day(epoch, zone, 1)
        return {
            "=": (start, following - 1),
            ">": (following, _HIGHEST),
            "<": (_LOWEST, start - 1),
        }[operator]

    def _seconds(self, operator: str, epoch: int) -> tuple[int, int]:
        inclusive = (
            not self._grammar.contact_dates and self._settings.conversation_bounds == "inclusive"
        )
        return {
            "=": (epoch, epoch),
            ">": (epoch if inclusive else epoch + 1, _HIGHEST),
            "<": (_LOWEST, epoch if inclusive else epoch - 1),
            ">=": (epoch, _HIGHEST),
            "<=": (_LOWEST, epoch),
        }[operator]

    def _kind(self, name: str) -> str:
        grammar = self._grammar
        if name in grammar.booleans:
            return "boolean"
        if grammar.integers.fullmatch(name):
            return "integer"
        if grammar.dates.fullmatch(name):
            return "date"
        if grammar.strings.fullmatch(name):
            return "custom" if name.startswith(("custom_attributes.", "ticket_attr")) else "string"
        raise bad_request("parameter_invalid", f"{name} is not a searchable field")

    def _comparison(self, name: str, operator: str, value: Any) -> Predicate:
        kind = self._kind(name)
        if operator not in _OPERATORS[kind] or (name == "tag_id" and operator not in ("=", "!=")):
            message = f"operator {operator} is not supported on {kind} field {name}"
            raise bad_request("parameter_invalid", message)
        if operator in ("IN", "NIN") and not isinstance(value, list):
            raise bad_request("parameter_invalid", f"{operator} needs a list")
        read = self._grammar.aliases.get(name) or (lambda document: read_path(document, name))
        test = _test(operator, value)

        def predicate(view: View, ordinal: int) -> bool:
            found = read(view.document(ordinal) or {})
            if isinstance(found, list):
                if operator in ("!=", "NIN", "!~"):
                    return all(test(one) for one in found)
                return any(test(one) for one in found)
            return test(found)

        return predicate


_OPERATORS = {
    "string": {"=", "!=", "IN", "NIN", "~", "!~", "^", "$"},
    "integer": {"=", "!=", "IN", "NIN", ">", "<", ">=", "<="},
    "date": {"=", "!=", "IN", "NIN"},
    "boolean": {"=", "!="},
    "custom": {"=", "!=", "IN", "NIN", "~", "!~", "^", "$", ">", "<", ">=", "<="},
}


def _epoch(name: str, value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
        raise bad_request("parameter_invalid", f"{name} expects a UNIX timestamp")
    return int(value)


def _text(one: Any) -> str | None:
    if one is None:
        return None
    return str(one).lower() if isinstance(one, bool) else str(one).casefold()


def _number(one: Any) -> float | None:
    try:
        return None if isinstance(one, bool) else float(one)
    except (TypeError, ValueError):
        return None


_ORDERS: dict[str, Callable[[float, float], bool]] = {
    ">": gt,
    "<": lt,
    ">=": ge,
    "<=": le,
}


def _test(operator: str, value: Any) -> Callable[[Any], bool]:
    """Compare as text where Intercom has text, as numbers where both sides are numbers."""
    if operator in _ORDERS:
        return _ordered(operator, value)
    several = {_text(one) for one in value} if isinstance(value, list) else {_text(value)}
    part = "" if isinstance(value, list) else _text(value) or ""
    tests: dict[str, Callable[[Any], bool]] = {
        "=": lambda found: _text(found) in several,
        "!=": lambda found: _text(found) not in several,
        "IN": lambda found: _text(found) in several,
        "NIN": lambda found: _text(found) not in several,
        "~": lambda found: part in (_text(found) or ""),
        "!~": lambda found: part not in (_text(found) or ""),
        "^": lambda found: (_text(found) or "").startswith(part),
        "$": lambda found: (_text(found) or "").endswith(part),
    }
    return tests[operator]


def _ordered(operator: str, value: Any) -> Callable[[Any], bool]:
    limit, compare = _number(value), _ORDERS[operator]
    if limit is None:
        raise bad_request("parameter_invalid", f"operator {operator} needs a number")

    def test(found: Any) -> bool:
        one = _number(found)
        return one is not None and compare(one, limit)

    return test


def _within(name: str, low: int, high: int) -> Predicate:
    if name in STAMPS:
        return lambda view, ordinal: low <= view.stamp(name, ordinal) <= high

    def predicate(view: View, ordinal: int) -> bool:
        found = read_path(view.document(ordinal) or {}, name)
        return isinstance(found, int) and low <= found <= high

    return predicate


def _all_of(predicates: list[Predicate]) -> Predicate:
    if len(predicates) == 1:
        return predicates[0]
    return lambda view, ordinal: all(one(view, ordinal) for one in predicates)


def _any_of(predicates: list[Predicate]) -> Predicate:
    return lambda view, ordinal: any(one(view, ordinal) for one in predicates)


@dataclass
class Hits:
    """
    What a query matched: `keys[low:high]`, sorted ascending, and how to read a key.

    The keys may be the view's whole order, which is why the range is apart.
    """

    keys: Keys
    low: int
    high: int
    descending: bool

    def __len__(self) -> int:
        return max(0, self.high - self.low)

    def page(self, after: int | None, size: int) -> tuple[list[int], bool]:
        """The next `size` keys after the key `after`, and whether more follow."""
        low, high = self.low, self.high
        if self.descending:
            end = high if after is None else min(high, bisect_left(self.keys, after, low, high))
            start = max(low, end - size)
            return list(reversed(self.keys[start:end])), start > low
        start = low if after is None else max(low, bisect_right(self.keys, after, low, high))
        return list(self.keys[start : min(start + size, high)]), start + size < high


class Searcher:
    """Runs queries against a collection's index and remembers recent results."""

    def __init__(self) -> None:
        self._recent: OrderedDict[tuple[Any, ...], Keys] = OrderedDict()

    def search(
        self,
        collection: Collection,
        grammar: Grammar,
        settings: Settings,
        body: Json,
        *,
        only: tuple[str, Predicate] | None = None,
    ) -> Hits:
        """
        Match `body` against the search index.

        `only` is a further condition, with a name for it, that isn't part of the query (records
        the token may not see).
        """
        field_name, descending = _sort(body, grammar)
        query = Query(body.get("query"), grammar, settings, field_name)
        view = collection.index
        if field_name in STAMPS and query.predicate is None and only is None:
            order = view.order(field_name)
            low = bisect_left(order, pack(query.low, 0))
            return Hits(order, low, bisect_left(order, pack(query.high + 1, 0)), descending)
        identity = (
            collection.name,
            view,
            view.generation,
            repr(body.get("query")),
            field_name,
            settings.contact_search_dates,
            settings.timezone,
            settings.conversation_bounds,
            only[0] if only else None,
        )
        keys = self._recent.get(identity)
        if keys is None:
            keys = self._match(view, field_name, query, only[1] if only else None)
            self._recent[identity] = keys
            if len(self._recent) > _CACHED_RESULTS:
                self._recent.popitem(last=False)
        return Hits(keys, 0, len(keys), descending)

    @staticmethod
    def _match(view: View, field_name: str, query: Query, only: Predicate | None) -> Keys:
        predicate = query.predicate
        if field_name in STAMPS:
            order = view.order(field_name)
            low = bisect_left(order, pack(query.low, 0))
            candidates: Keys = order[low : bisect_left(order, pack(query.high + 1, 0))]
        else:
            candidates = sorted(
                pack(_sort_value(view.document(one) or {}, field_name), one)
                for one in view.ordinals()
            )
        return [
            key
            for key in candidates
            if (predicate is None or predicate(view, ordinal_of_key(key)))
            and (only is None or only(view, ordinal_of_key(key)))
        ]


def _sort(body: Json, grammar: Grammar) -> tuple[str, bool]:
    """
    The sort field and whether it descends.

    Without `sort.field` the emulator sorts by updated_at; Intercom doesn't say what it does.
    """
    sort = body.get("sort")
    if sort is None:
        return "updated_at", True
    if not isinstance(sort, dict):
        raise bad_request("parameter_invalid", "sort must be an object")
    order = sort.get("order", "descending")
    if order not in ("ascending", "descending"):
        message = f"Invalid sort order '{order}'. Must be one of: ascending, descending"
        raise bad_request("invalid_sort_order", message)
    name = sort.get("field", "updated_at")
    if not _is_sortable(name, grammar):
        raise bad_request("parameter_invalid", f"cannot sort by {name}")
    return name, order == "descending"


def _is_sortable(name: Any, grammar: Grammar) -> bool:
    if not isinstance(name, str):
        return False
    dates, integers = grammar.dates, grammar.integers
    return bool(name == "id" or dates.fullmatch(name) or integers.fullmatch(name))


def _sort_value(document: Json, name: str) -> int:
    """An integer to sort by; records without one come first, `id` sorts by creation."""
    if name == "id":
        return 0
    found = read_path(document, name)
    return int(found) if isinstance(found, int) else 0
