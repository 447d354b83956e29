"""From Intercom's JSON to what the schema declares: timestamps as text, ids as strings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from source_intercom.api.timestamps import rfc3339

Convert = Callable[[Any], Any]


def normaliser(schema: Mapping[str, Any]) -> Callable[[dict[str, Any]], None]:
    """
    Compile a JSON schema into a function that brings one record, in place, into its types.

    Declared `format: date-time`: epochs become RFC 3339 UTC, what is no moment becomes null.
    Declared string: whatever Intercom's version sends becomes a string. Declared number or
    integer: numeric strings become numbers. Fields that the schema doesn't know pass untouched.
    """
    return _object(schema) or _untouched


def _untouched(record: dict[str, Any]) -> None:
    """Nothing in this schema needs a hand."""


def _object(schema: Mapping[str, Any]) -> Callable[[dict[str, Any]], None] | None:
    plain, moments, nested = [], [], []
    for name, declared in schema.get("properties", {}).items():
        kinds = _kinds(declared)
        if declared.get("format") == "date-time":
            moments.append(name)
        elif len(kinds) == 1 and kinds <= PLAIN.keys():
            plain.append((name, *PLAIN[kinds.pop()]))
        elif (convert := _nested(declared)) is not None:
            nested.append((name, convert))
    return _in_place(plain, moments, nested) if plain or moments or nested else None


def _in_place(
    plain: Sequence[tuple[str, type, Convert]],
    moments: Sequence[str],
    nested: Sequence[tuple[str, Convert]],
) -> Callable[[dict[str, Any]], None]:
    # Most values come as they are declared: a look at the type is cheaper than a call.
    def apply(record: dict[str, Any]) -> None:
        get = record.get
        for name, kind, convert in plain:
            value = get(name)
            if value is not None and type(value) is not kind:
                record[name] = convert(value)
        for name in moments:
            value = get(name)
            if value is not None:
                record[name] = rfc3339(value)
        for name, convert in nested:
            value = get(name)
            if value:
                record[name] = convert(value)

    return apply


def _nested(declared: Mapping[str, Any]) -> Convert | None:
    """The conversion of objects and lists within a record; None where nothing in them needs one."""
    kinds = _kinds(declared)
    apply = _object(declared) if "object" in kinds else None
    item = _item(declared.get("items", {})) if "array" in kinds else None
    if apply is None and item is None:
        return None

    def convert(value: Any) -> Any:
        if apply is not None and type(value) is dict:
            apply(value)
        elif item is not None and type(value) is list:
            return [entry if entry is None else item(entry) for entry in value]
        return value

    return convert


def _item(declared: Mapping[str, Any]) -> Convert | None:
    kinds = _kinds(declared)
    if declared.get("format") == "date-time":
        return rfc3339
    if len(kinds) == 1 and kinds <= PLAIN.keys():
        return PLAIN[kinds.pop()][1]
    return _nested(declared)


def _kinds(declared: Mapping[str, Any]) -> set[str]:
    kinds = declared.get("type", [])
    return ({kinds} if isinstance(kinds, str) else set(kinds)) - {"null"}


def _string(value: Any) -> Any:
    if type(value) is str:
        return value
    return orjson.dumps(value).decode()


def _number(value: Any) -> Any:
    if type(value) is str:
        try:
            return float(value)
        except ValueError:
            return None
    return value


def _integer(value: Any) -> Any:
    if type(value) is str:
        value = _number(value)
    if type(value) is float and value.is_integer():
        return int(value)
    return value


PLAIN: Mapping[str, tuple[type, Convert]] = {
    "string": (str, _string),
    "number": (float, _number),
    "integer": (int, _integer),
}
"""Declared types: what they come as when nothing needs to be done, and what does it otherwise."""
