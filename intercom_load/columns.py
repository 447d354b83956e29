"""Columns of a stream: what its JSON schema says, and where each property goes in a table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

Kind = Literal["text", "integer", "number", "boolean", "timestamp", "date", "json"]

LONGEST_STEM = 48
"""Of a column's name in front of its kind: PostgreSQL's names end at 63 bytes."""

_KINDS: dict[str, Kind] = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}
_FORMATS: dict[str, Kind] = {"date-time": "timestamp", "date": "date"}


@dataclass(frozen=True)
class Column:
    """A property of a stream's rows."""

    name: str
    kind: Kind
    description: str = ""


def columns_of(json_schema: Mapping[str, Any]) -> tuple[Column, ...]:
    """Return the top-level properties as columns; what is nested or of several types is JSON."""
    return tuple(
        Column(name, _kind(declared), declared.get("description") or "")
        for name, declared in json_schema["properties"].items()
    )


def _kind(declared: Mapping[str, Any]) -> Kind:
    types = declared.get("type", [])
    kinds = {types} if isinstance(types, str) else set(types)
    kinds.discard("null")
    if len(kinds) != 1:
        return "json"
    [kind] = kinds
    if kind == "string" and declared.get("format") in _FORMATS:
        return _FORMATS[declared["format"]]
    return _KINDS.get(kind, "json")


def placed(
    columns: Iterable[Column], existing: Mapping[str, str], types: Mapping[Kind, str]
) -> dict[str, str]:
    """
    Return the name of the table's column for each property.

    `existing` has the type of each column that the table has, `types` that of each kind. Where a
    property has come to be of another type, its old column stays and a new one takes what comes:

        plan (integer), now text -> plan_text
    """
    columns = tuple(columns)
    names: dict[str, str] = {}
    taken = {column.name for column in columns}
    for column in columns:
        wanted = types[column.kind]
        names[column.name] = next(
            name
            for name in _candidates(column)
            if existing.get(name, wanted) == wanted and (name == column.name or name not in taken)
        )
        taken.add(names[column.name])
    return names


def _candidates(column: Column) -> Iterator[str]:
    yield column.name
    yield f"{column.name[:LONGEST_STEM]}_{column.kind}"
    for number in count(2):
        yield f"{column.name[:LONGEST_STEM]}_{column.kind}_{number}"
