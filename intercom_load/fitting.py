"""
Rows whose values fit their columns.

The connector brings values into their declared types, so a whole batch is taken as it is. Only one
that the database refuses is read here, value by value: what does not fit is null in its column.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from intercom_load.columns import Column, Kind

LARGEST = 2**63
Row = dict[str, Any]


def fit_file(path: Path, columns: Iterable[Column]) -> Counter[str]:
    """Write the file anew with rows that fit; how many values of each column did not."""
    misfits: Counter[str] = Counter()
    fitted = path.with_suffix(".fitted")
    with path.open("rb") as lines, fitted.open("wb") as rows:
        for line in lines:
            row, write = _read_exactly(line)
            misfits.update(fit_row(row, columns))
            rows.write(write(row) + b"\n")
    fitted.replace(path)
    return misfits


_decoder = msgspec.json.Decoder(float_hook=lambda digits: msgspec.Raw(digits.encode()))


def _read_exactly(line: bytes) -> tuple[Row, Callable[[Row], bytes]]:
    """Return a row whose numbers keep all their digits, and what makes a line of it again."""
    try:
        row: Row = _decoder.decode(line)
    except (msgspec.MsgspecError, RecursionError):  # the longest integers, the deepest objects
        return read_row(line), _to_json
    return row, msgspec.json.encode


def _to_json(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def read_row(line: bytes) -> Row:
    """Return a spooled row; a number beyond all floats stays in its object, as text."""
    row: Row = json.loads(line, parse_float=_finite)
    return row


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def fit_row(row: Row, columns: Iterable[Column]) -> list[str]:
    """Make what does not fit its column null; return the names of those columns."""
    misfits = []
    for column in columns:
        value = row.get(column.name)
        if value is not None and not _FITS[column.kind](value):
            row[column.name] = None
            misfits.append(column.name)
    return misfits


def _is_integer(value: object) -> bool:
    return type(value) is int and -LARGEST <= value < LARGEST


def _is_number(value: object) -> bool:
    if type(value) is int:
        return abs(value) < 2**1023
    if type(value) is msgspec.Raw:
        return math.isfinite(float(bytes(value)))
    return type(value) is float


def _parses(parse: Callable[[str], object]) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        try:
            parse(value)  # type: ignore[arg-type]  # which is one of the ways not to fit
        except (TypeError, ValueError):
            return False
        return True

    return fits


_FITS: dict[Kind, Callable[[object], bool]] = {
    "text": lambda _value: True,
    "json": lambda _value: True,
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_integer,
    "number": _is_number,
    "timestamp": _parses(datetime.fromisoformat),
    "date": _parses(date.fromisoformat),
}
