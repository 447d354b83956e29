"""
From Intercom's JSON to what the schema declares: each value in its field's type, or null.

    "3", 3.0 -> 3 in an integer      "true" -> true in a boolean     12.50 -> "12.5" in a text
    "11-50", 2.5, 2**63 -> null      2, {} -> null                   1734537424 -> RFC 3339

What fits a type exactly is converted; what doesn't is null, and told. Fields that the schema does
not know pass untouched, and so does what lies in objects whose fields it doesn't know.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from source_intercom.intercom.json_text import UNREADABLE, Numeral, decimal, to_json
from source_intercom.intercom.timestamps import rfc3339

Row = dict[str, Any]
Convert = Callable[[Any], Any]
"""Brings a value that is not null into a type; None where it doesn't fit."""
Misfit = Callable[[str, str], object]
"""Told where a value didn't fit: the field's path, such as `tags.data[].id`, and its type."""

KEY = "x-intercom-key"
"""
A schema's word for another shape of Intercom's: the name behind which the value stands there.

    object   "https://…" -> {"image_url": "https://…"}      what stands alone is put behind it
    string   {"image_url": "https://…"} -> "https://…"      an object gives up what stands there
    array    {"type": "tag.list", "tags": […]} -> […]       and so it does for a list
"""
TIMESTAMP = "timestamp"
LEAST, MOST = -(2**63), 2**63 - 1
"""Integers of a warehouse."""
IN_TEXT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""What is a number in a text; Python itself takes more for one: 1_000, inf, ٣."""


def normaliser(
    schema: Mapping[str, Any], misfit: Misfit = lambda _path, _kind: None
) -> Callable[[Row], object]:
    """
    Compile a JSON schema into a function that brings one record, in place, into its types.

    `misfit` is told of each value that doesn't fit, but of no empty text: that is null in silence.
    """
    return _Compiler(misfit).of_object(schema, "")


def has_key(row: Row, columns: Sequence[str]) -> bool:
    """Whether a row of Intercom's has a number or a readable text in each column of its key."""
    for name in columns:
        value = row.get(name)
        if type(value) is str:
            if value and UNREADABLE not in value:  # guard: readable key
                continue
        elif type(value) in {int, float, Numeral}:  # guard: key of a scalar
            continue
        return False
    return True


def conversion(declared: Mapping[str, Any]) -> Convert | None:
    """What brings a scalar into a declared type; None where the type is none of a scalar's."""
    return _SCALARS.get(_kind(declared))


def comes_as(declared: Mapping[str, Any]) -> type | None:
    """The Python type of values that need no conversion; None where each must be looked at."""
    kind = _kind(declared)
    if kind == "object":
        has_types = declared.get("properties") or isinstance(
            declared.get("additionalProperties"), Mapping
        )
        return None if has_types else dict
    return {"string": str, "boolean": bool}.get(kind)


def _kind(declared: Mapping[str, Any]) -> str:
    """A schema's one type besides null, with timestamps for one; nothing if it has none or more."""
    if declared.get("format") == "date-time":
        return TIMESTAMP
    kinds = declared.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    return kinds[0] if len(kinds) == 1 else ""


class _Compiler:
    """Makes functions of schemas. Those of objects and lists tell `misfit` of what is in them."""

    def __init__(self, misfit: Misfit) -> None:
        self._misfit = misfit

    def of_value(self, declared: Mapping[str, Any], path: str) -> Convert | None:
        """What brings a value into its type; None where it may be anything."""
        kind = _kind(declared)
        if kind == "object":
            convert: Convert | None = self.of_object(declared, path)
        elif kind == "array":
            convert = self._of_array(declared, path)
        else:
            convert = conversion(declared)
        if convert is None or KEY not in declared:
            return convert
        return _reshaping(convert, kind, declared[KEY])

    def of_object(self, declared: Mapping[str, Any], path: str) -> Convert:
        """What brings an object's fields, in place, into their types."""
        prefix = f"{path}." if path else ""
        properties = declared.get("properties", {})
        usual = {name: comes_as(each) for name, each in properties.items()}
        bring = {name: self.of_value(each, prefix + name) for name, each in properties.items()}
        unfit = {name: self._unfit(each, prefix + name) for name, each in properties.items()}
        rest = declared.get("additionalProperties")
        rest = rest if isinstance(rest, Mapping) else {}
        bring_rest = self.of_value(rest, f"{prefix}*")
        unfit_rest = self._unfit(rest, f"{prefix}*")

        def convert(row: Any) -> Row | None:
            if type(row) is not dict:
                return None
            for name, value in row.items():
                # A look at the type is cheaper than a call.
                if value is None or type(value) is usual.get(name):
                    continue
                into_type = bring.get(name, bring_rest)
                if into_type is not None:
                    row[name] = fitting = into_type(value)
                    if fitting is None:
                        unfit.get(name, unfit_rest)(value)
            return row

        return convert

    def _of_array(self, declared: Mapping[str, Any], path: str) -> Convert:
        items = declared.get("items", {})
        into_type = self.of_value(items, f"{path}[]")
        unfit = self._unfit(items, f"{path}[]")

        def convert(value: Any) -> list[Any] | None:
            if type(value) is not list:
                return None
            if into_type is None or not value:
                return value
            fitting = [None if each is None else into_type(each) for each in value]
            if None in fitting:
                for each, its in zip(value, fitting, strict=True):
                    if its is None and each is not None:
                        unfit(each)
            return fitting

        return convert

    def _unfit(self, declared: Mapping[str, Any], path: str) -> Callable[[Any], None]:
        """What is done about a value that became null."""
        kind, key = _kind(declared), declared.get(KEY)

        def unfit(value: Any) -> None:
            is_null = type(value) is dict and value.get(key, value) is None
            if value != "" and not is_null:
                self._misfit(path, kind)

        return unfit


def _reshaping(convert: Convert, kind: str, key: str) -> Convert:
    def of_lone(value: Any) -> Any:
        return convert(value if type(value) in {dict, list} or value == "" else {key: value})

    def of_object(value: Any) -> Any:
        inner = value.get(key, value) if type(value) is dict else value
        return None if inner is None else convert(inner)

    return of_lone if kind == "object" else of_object


def _text(value: Any) -> str:
    """A number's digits, an object's or a list's JSON."""
    if type(value) is str:
        return value
    return str(value) if type(value) in {int, Numeral} else to_json(value).decode()


def _integer(value: Any) -> int | None:
    if type(value) is int and LEAST <= value <= MOST:
        return value
    exact = _exact(value)
    if exact is None or not LEAST <= exact <= MOST or exact != exact.to_integral_value():
        return None
    return int(exact)


def _number(value: Any) -> int | float | Numeral | None:
    if type(value) is str:
        exact = _exact(value)
        value = None if exact is None else decimal(str(exact))
    if type(value) is float:
        return value if math.isfinite(value) else None
    if type(value) not in {int, Numeral}:
        return None
    near = float(str(value))  # of the integer itself, float would raise
    return value if math.isfinite(near) and (near != 0 or value == 0) else None


def _exact(value: Any) -> Decimal | None:
    """What a number is exactly, or a text that is one."""
    text = value.strip() if type(value) is str else str(value)
    if IN_TEXT.fullmatch(text) is None:
        return None
    with suppress(ArithmeticError):  # an exponent that no Decimal has
        return Decimal(text)
    return None


def _boolean(value: Any) -> bool | None:
    if type(value) is str:
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if type(value) is bool else None


_SCALARS: Mapping[str, Convert] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    TIMESTAMP: rfc3339,
}
