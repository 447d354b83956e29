"""
Custom attributes as columns: their names, their types, and their values.

    {"name": "CX Score rating", "data_type": "integer", "label": "CX score", …}     an attribute
    "custom_cx_score_rating": {"type": ["null", "integer"], …}                      its column
    {"custom_attributes": {"CX Score rating": "4"}} -> {…, "custom_cx_score_rating": 4}

Discovery makes columns of the attributes that Intercom lists. Reading asks for nothing: the column
carries the attribute's name, and where a catalog has lost it, the name alone tells the column.
"""

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
from anyascii import anyascii

from source_intercom.api.timestamps import rfc3339

PREFIX = "custom_"
LONGEST_NAME = 63
"""PostgreSQL cuts longer names, BigQuery and Snowflake allow more."""
NAME_KEY = "x-intercom-attribute"
"""Where a column's schema keeps the exact name of its attribute."""
LARGEST_INTEGER = 2**63 - 1

STRING = {"type": ["null", "string"]}
INTEGER = {"type": ["null", "integer"]}
NUMBER = {"type": ["null", "number"]}
BOOLEAN = {"type": ["null", "boolean"]}
TIMESTAMP = {
    "type": ["null", "string"],
    "format": "date-time",
    "airbyte_type": "timestamp_with_timezone",
}
ANYTHING = {"type": ["null", "object", "array", "string", "number", "boolean"]}
"""Relationships, files, and what a later version of Intercom may bring."""

COLUMN_TYPES: Mapping[str, Mapping[str, Any]] = {
    "string": STRING,
    "list": STRING,
    "integer": INTEGER,
    "float": NUMBER,
    "decimal": NUMBER,
    "boolean": BOOLEAN,
    "date": TIMESTAMP,
    "datetime": TIMESTAMP,
}
"""
By data_type: contacts and companies have float and date, conversations decimal, datetime and list.

https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/data-attributes
"""

Row = dict[str, Any]


def columns(attributes: Iterable[Row], taken: Iterable[str]) -> dict[str, dict[str, Any]]:
    """
    The schema of each attribute's column, by the column's name.

    Names that come out the same, or as a field in `taken`, are told apart by a hash of the exact
    name; the oldest attribute goes without. Archived attributes get no column but count for this,
    so that a column never changes its name.
    """
    custom = [each for each in attributes if each.get("custom", True) and _exact_name(each)]
    custom.sort(key=lambda each: (_age(each), _exact_name(each)))
    names: dict[str, str] = {}
    used = set(taken)
    found: dict[str, dict[str, Any]] = {}
    for attribute in custom:
        name = _exact_name(attribute)
        if name not in names:
            names[name] = next(each for each in _candidates(name) if each not in used)
            used.add(names[name])
        if not attribute.get("archived"):
            found[names[name]] = _schema(attribute, name)
    return found


def column_name(name: str) -> str:
    """
    The column of an attribute, from its name alone: lower case, transliterated, safe, not too long.

    "CX Score rating" -> "custom_cx_score_rating", "größe" -> "custom_grosse".
    """
    safe = re.sub(r"[^a-z0-9]+", "_", anyascii(name).lower()).strip("_")
    if safe and len(PREFIX + safe) <= LONGEST_NAME:
        return PREFIX + safe
    return _distinct(PREFIX + safe, name, 8)


def copier(
    configured: Mapping[str, Any], own: Mapping[str, Any], misfit: Callable[[str, str], None]
) -> Callable[[Row], None] | None:
    """
    Compile a configured schema into a function that fills one record's columns, in place.

    `own` is the stream's schema without custom columns. A value that doesn't fit its column stays
    in `custom_attributes` alone; `misfit(name, column)` is told once an attribute. None where the
    catalog has no custom column.
    """
    declared = {
        column: schema
        for column, schema in configured.get("properties", {}).items()
        if column.startswith(PREFIX) and column not in own.get("properties", {})
    }
    if not declared:
        return None
    fills: dict[str, tuple[str, Callable[[Any], Any]] | None] = {
        schema[NAME_KEY]: (column, _conversion(schema))
        for column, schema in declared.items()
        if NAME_KEY in schema
    }
    nameless = {column: each for column, each in declared.items() if NAME_KEY not in each}
    reported: set[str] = set()

    def copy(record: Row) -> None:
        attributes = record.get("custom_attributes")
        if type(attributes) is not dict:
            return
        for name, value in attributes.items():
            if value is None:
                continue
            if name not in fills:
                fills[name] = _by_name(name, nameless)
            fill = fills[name]
            if fill is None:
                continue
            column, convert = fill
            converted = convert(value)
            if converted is not None:
                record.setdefault(column, converted)
            elif value != "" and name not in reported:
                reported.add(name)
                misfit(name, column)

    return copy


def _by_name(name: str, nameless: Mapping[str, Any]) -> tuple[str, Callable[[Any], Any]] | None:
    plain = column_name(name)
    for column in (_distinct(plain, name, 8), plain):
        if column in nameless:
            return column, _conversion(nameless[column])
    return None


def _exact_name(attribute: Row) -> str:
    """The key in `custom_attributes`; nested attributes of Intercom's own are none of ours."""
    full_name = attribute.get("full_name")
    if isinstance(full_name, str) and full_name.startswith("custom_attributes."):
        return full_name.removeprefix("custom_attributes.")
    return str(attribute.get("name") or "")


def _age(attribute: Row) -> float:
    """Ids count upwards; an attribute without one is taken for the youngest."""
    try:
        return float(attribute["id"])
    except (KeyError, TypeError, ValueError):
        return math.inf


def _candidates(name: str) -> Iterator[str]:
    plain = column_name(name)
    yield plain
    for length in (8, 16, 32):
        yield _distinct(plain, name, length)


def _distinct(column: str, name: str, length: int) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()[:length]
    return f"{column[: LONGEST_NAME - length - 1].rstrip('_')}_{digest}"


def _schema(attribute: Row, name: str) -> dict[str, Any]:
    label = attribute.get("label") or name
    said = attribute.get("description")
    return {
        **COLUMN_TYPES.get(str(attribute.get("data_type")), ANYTHING),
        "title": label,
        "description": f'Custom attribute "{name}"' + (f": {said}" if said else "."),
        NAME_KEY: name,
    }


def _conversion(schema: Mapping[str, Any]) -> Callable[[Any], Any]:
    """What brings a value into a column's type, or returns None where it doesn't fit."""
    declared = schema.get("type", [])
    kinds = ({declared} if isinstance(declared, str) else set(declared)) - {"null"}
    if schema.get("format") == "date-time":
        return rfc3339
    if len(kinds) == 1:
        return _CONVERSIONS.get(kinds.pop(), _unchanged)
    return _unchanged


def _unchanged(value: Any) -> Any:
    return value


def _string(value: Any) -> str | None:
    if type(value) is str:
        return value
    return None if isinstance(value, (dict, list)) else orjson.dumps(value).decode()


def _integer(value: Any) -> int | None:
    if isinstance(value, str):
        try:
            value = int(value.replace("_", " "))  # Python's numbers may have it
        except ValueError:
            value = _number(value)
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= LARGEST_INTEGER else None


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value.replace("_", " "))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if math.isfinite(value) else None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}
