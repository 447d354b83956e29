"""From Intercom's JSON to what the schema declares: timestamps as text, ids as strings."""

from collections.abc import Callable, Mapping
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
    converts = {
        name: convert
        for name, declared in schema.get("properties", {}).items()
        if (convert := _convert(declared)) is not None
    }
    # Most fields are strings that come as strings: a look at the type is cheaper than a call.
    strings = [name for name, convert in converts.items() if convert is _string]
    others = [(name, convert) for name, convert in converts.items() if convert is not _string]
    if not converts:
        return None

    def apply(record: dict[str, Any]) -> None:
        get = record.get
        for name in strings:
            value = get(name)
            if type(value) is not str and value is not None:
                record[name] = _string(value)
        for name, convert in others:
            value = get(name)
            if value is not None:
                record[name] = convert(value)

    return apply


def _convert(declared: Mapping[str, Any]) -> Convert | None:
    """The conversion of one declared field; None where any value is right as it comes."""
    kinds = _kinds(declared)
    if declared.get("format") == "date-time":
        return rfc3339
    if kinds == {"string"}:
        return _string
    if kinds == {"number"}:
        return _number
    if kinds == {"integer"}:
        return _integer
    apply = _object(declared) if "object" in kinds else None
    item = _convert(declared.get("items", {})) if "array" in kinds else None
    if apply is None and item is None:
        return None

    def nested(value: Any) -> Any:
        if apply is not None and type(value) is dict:
            apply(value)
        elif item is not None and type(value) is list:
            return [entry if entry is None else item(entry) for entry in value]
        return value

    return nested


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
