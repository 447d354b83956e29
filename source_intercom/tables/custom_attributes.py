"""
Custom attributes as columns: their names, their types, and their values.

    {"name": "CX Score rating", "data_type": "integer", "label": "CX score", …}     an attribute
    "custom_cx_score_rating": {"type": ["null", "integer"], …}                      its column
    {"custom_attributes": {"CX Score rating": "4"}} -> {…, "custom_cx_score_rating": 4}

Discovery makes columns of the attributes that Intercom lists. Reading asks for nothing: the column
carries the attribute's name, and where a catalog has lost it, the name alone tells the column.
Attributes of one name are one key in `custom_attributes`, so they share a column, whose type holds
the values of each of them.
"""

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from anyascii import anyascii

from source_intercom.tables.types import Convert, comes_as, conversion

PREFIX = "custom_"
LONGEST_NAME = 63
"""PostgreSQL cuts longer names, BigQuery and Snowflake allow more."""
NAME_KEY = "x-intercom-attribute"
"""Where a column's schema keeps the exact name of its attribute."""

STRING = {"type": ["null", "string"]}
INTEGER = {"type": ["null", "integer"]}
NUMBER = {"type": ["null", "number"]}
BOOLEAN = {"type": ["null", "boolean"]}
TIMESTAMP = {
    "type": ["null", "string"],
    "format": "date-time",
    "airbyte_type": "timestamp_with_timezone",
}

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

All else is text, as JSON where it is none: relationships, files, and what a later version brings.
https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/data-attributes
"""

Row = dict[str, Any]


def columns(attributes: Iterable[Row], taken: Iterable[str]) -> dict[str, dict[str, Any]]:
    """
    The schema of each attribute's column, by the column's name; the same in whatever order.

    Names that come out the same, or as a field in `taken`, are told apart by a hash of the exact
    name; the oldest attribute goes without. Archived attributes keep their columns, so that none
    vanishes from a table, changes its name, or can't hold what was read before.
    """
    custom = [each for each in attributes if each.get("custom", True) and _exact_name(each)]
    namesakes: dict[str, list[Row]] = {}
    for attribute in sorted(custom, key=_oldest_first):
        namesakes.setdefault(_exact_name(attribute), []).append(attribute)
    used = set(taken)
    found: dict[str, dict[str, Any]] = {}
    for name, those in namesakes.items():
        column = next(each for each in _candidates(name) if each not in used)
        used.add(column)
        found[column] = _schema(name, those)
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
    configured: Mapping[str, Any],
    own: Mapping[str, Any],
    misfit: Callable[[str, str], None],
    source: str = "custom_attributes",
) -> Callable[[Row], None] | None:
    """
    Compile a configured schema into a function that fills one record's columns, in place.

    `own` is the stream's schema without custom columns, `source` the field that has the object of
    attributes. A value that doesn't fit its column stays in there alone; `misfit(name, column)` is
    told once an attribute. None where the catalog has no custom column.
    """
    declared = _custom_columns(configured, own)
    if not declared:
        return None
    fills = _fills(declared)
    reported: set[str] = set()

    def copy(record: Row) -> None:
        attributes = record.get(source)
        if type(attributes) is not dict:
            return
        for name, value in attributes.items():
            if value is None:
                continue
            if name not in fills:
                fills[name] = _by_name(name, declared)
            fill = fills[name]
            if fill is None:
                continue
            column, usual, convert = fill
            converted = value if type(value) is usual else convert(value)
            if converted is not None:
                record.setdefault(column, converted)
            elif value != "" and name not in reported:
                reported.add(name)
                misfit(name, column)

    return copy


def _custom_columns(configured: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a catalog that are those of custom attributes, with their schemas."""
    return {
        column: schema
        for column, schema in configured.get("properties", {}).items()
        if column.startswith(PREFIX) and column not in own.get("properties", {})
    }


def _fills(declared: Mapping[str, Any]) -> "dict[str, _Fill | None]":
    """What fills each column that names its attribute, by that name."""
    return {
        schema[NAME_KEY]: _Fill.of(column, schema)
        for column, schema in declared.items()
        if NAME_KEY in schema
    }


class _Fill(NamedTuple):
    """How a value gets into its column."""

    column: str
    usual: type | None
    """What needs no conversion."""
    convert: Convert

    @classmethod
    def of(cls, column: str, schema: Mapping[str, Any]) -> Self:
        """That of a column; one of several types, as catalogs of old have them, takes anything."""
        return cls(column, comes_as(schema), conversion(schema) or _unchanged)


def _by_name(name: str, declared: Mapping[str, Any]) -> _Fill | None:
    """What fills the column of an attribute that no column of the catalog names."""
    plain = column_name(name)
    for column in (_distinct(plain, name, 8), plain):
        if column in declared and NAME_KEY not in declared[column]:
            return _Fill.of(column, declared[column])
    return None


def _unchanged(value: Any) -> Any:
    return value


def _exact_name(attribute: Row) -> str:
    """The key in `custom_attributes`; nested attributes of Intercom's own are none of ours."""
    full_name = attribute.get("full_name")
    if isinstance(full_name, str) and full_name.startswith("custom_attributes."):
        return full_name.removeprefix("custom_attributes.")
    return str(attribute.get("name") or "")


def _oldest_first(attribute: Row) -> tuple[float, list[str]]:
    """Ids count upwards; what has none is taken for the youngest. Nothing is left to chance."""
    try:
        age: float = int(str(attribute["id"]))
    except (KeyError, ValueError):
        age = math.inf
    told = (_exact_name(attribute), *map(attribute.get, ("data_type", "label", "description")))
    return age, [str(each) for each in told]


def _candidates(name: str) -> Iterator[str]:
    plain = column_name(name)
    yield plain
    for length in (8, 16, 32):
        yield _distinct(plain, name, length)


def _distinct(column: str, name: str, length: int) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()[:length]
    return f"{column[: LONGEST_NAME - length - 1].rstrip('_')}_{digest}"


def _schema(name: str, namesakes: Sequence[Row]) -> dict[str, Any]:
    """The column of attributes of one name, oldest first; the youngest in use describes it."""
    shown = next((each for each in reversed(namesakes) if not each.get("archived")), namesakes[-1])
    said = shown.get("description")
    return {
        **_holding_all(str(each.get("data_type")) for each in namesakes),
        "title": shown.get("label") or name,
        "description": f'Custom attribute "{name}"' + (f": {said}" if said else "."),
        NAME_KEY: name,
    }


def _holding_all(data_types: Iterable[str]) -> Mapping[str, Any]:
    """The type of a column that holds values of each of these."""
    first, *others = (COLUMN_TYPES.get(each, STRING) for each in data_types)
    if all(each == first for each in others):
        return first
    # guard: column of namesakes
    return NUMBER if all(each in (INTEGER, NUMBER) for each in (first, *others)) else STRING
