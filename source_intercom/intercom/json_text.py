"""
JSON with every digit that it has, and what is almost JSON.

msgspec reads integers of any length, and hands over each number with a point or an exponent as the
text that it is, where orjson has made a double of it. orjson writes faster.

    12 -> 12        0.5 -> 0.5        12345678901234567.891 -> Numeral("12345678901234567.891")
"""

import json
import math
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import orjson

ESCAPE = re.compile(
    r"\\u[dD][89abAB]..\\u[dD][c-fC-F].."  # a surrogate pair
    r"|(\\u[dD][89a-fA-F]..)"  # half of one
    r"|\\."
)
UNREADABLE = "\ufffd"
TINY = 1e-290
"""Far from where doubles lose digits, or become 0."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number that no double and no `int` of Python's holds, as the digits that it is."""

    digits: str

    def __str__(self) -> str:
        """The digits."""
        return self.digits


class Mended(NamedTuple):
    """What was almost JSON as JSON, and what was wrong with it, in words for a log."""

    content: bytes
    flaws: list[str]


def decimal(digits: str) -> float | Numeral:
    """A number with a point or an exponent, exactly."""
    value = float(digits)
    if len(digits) <= sys.float_info.dig and TINY < abs(value) < math.inf:
        return value
    is_exact = repr(value) == digits
    if not is_exact and math.isfinite(value):
        with suppress(ArithmeticError):  # an exponent that no Decimal has
            is_exact = Decimal(repr(value)) == Decimal(digits)
    return value if is_exact else Numeral(digits)  # guard: every digit


def integer(digits: str) -> int | Numeral:
    """A number without either, exactly; Python makes no int of one that is absurdly long."""
    return int(digits) if len(digits) <= sys.get_int_max_str_digits() else Numeral(digits)


_decoder = msgspec.json.Decoder(float_hook=decimal)


def from_json(content: bytes) -> Any:
    """What JSON says. Raises `ValueError` or `RecursionError` on what is none."""
    try:
        return _decoder.decode(content)
    except msgspec.ValidationError:  # an integer is too long
        value, flaws = from_almost_json(content)
        if flaws:
            raise
        return value


def from_almost_json(content: bytes) -> tuple[Any, list[str]]:
    """
    What JSON says, and its flaws: bytes that are no text become U+FFFD, what is no number null.

    Raises `ValueError` or `RecursionError` on anything else.
    """
    flaws: dict[str, None] = {}

    def flawed(flaw: str, put: Any) -> Any:
        flaws[flaw] = None
        return put

    def read(text: str, *, strict: bool) -> Any:
        return json.loads(
            text,
            strict=strict,
            parse_int=integer,
            parse_float=decimal,
            parse_constant=lambda name: flawed(name, None),  # guard: no number
        )

    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = flawed("bytes that are no UTF-8", content.decode(errors="replace"))
    if text.startswith("\ufeff"):  # guard: byte order mark
        text = flawed("a byte order mark", text[1:])
    if "\\u" in text:  # guard: half a character
        text = ESCAPE.sub(
            lambda found: flawed("half of a character", UNREADABLE) if found[1] else found[0], text
        )
    try:
        value = read(text, strict=True)
    except json.JSONDecodeError:
        # guard: control characters
        value = flawed("raw control characters", read(text, strict=False))
    return value, list(flaws)


def mended(content: bytes) -> Mended | None:
    """JSON of what is almost JSON; None where it is JSON already, or can't be."""
    try:
        value, flaws = from_almost_json(content)
    except (ValueError, RecursionError):
        return None
    return Mended(to_json(value), flaws) if flaws else None  # guard: almost JSON


def to_json(value: Any) -> bytes:
    """
    JSON of any row, also where it is too deep for orjson, or an integer too large.

    A number beyond a double's range becomes text: many readers refuse a line that has one. What is
    no number at all becomes null.
    """
    try:
        return orjson.dumps(value, default=_number, option=orjson.OPT_PASSTHROUGH_DATACLASS)
    except TypeError:
        parts: list[bytes] = []  # a comprehension would nest twice as deep
        match value:
            case int():
                return _in_range(str(value))
            case dict():
                for name, each in value.items():
                    parts += (orjson.dumps(name), b":", to_json(each), b",")
                return b"{%b}" % b"".join(parts[:-1])
            case list():
                for each in value:
                    parts += (to_json(each), b",")
                return b"[%b]" % b"".join(parts[:-1])
        raise


def canonical(value: Any) -> bytes:
    """JSON that is the same for equal values, in whatever order their fields came."""
    return json.dumps(value, sort_keys=True, default=str).encode()


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Numeral):
        return orjson.Fragment(_in_range(value.digits))
    raise TypeError


def _in_range(digits: str) -> bytes:
    return (digits if math.isfinite(float(digits)) else f'"{digits}"').encode()
