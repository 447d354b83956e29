"""Rows as the connector writes them beside those that the workspace has: where they differ."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]


def difference(emitted: Any, original: Any, declared: Mapping[str, Any], path: str) -> str | None:
    """Where a row says something else than the workspace; None where they say the same."""
    if declared.get("format") == "date-time":
        same = _moment(emitted) == _moment(original)
        return None if same else f"{path}: {emitted} for {original}"
    if isinstance(original, dict) and isinstance(emitted, dict):
        # The CDK's serializer leaves out what is null.
        properties, others = declared.get("properties", {}), declared.get("additionalProperties")
        others = others if isinstance(others, dict) else {}
        found = (
            difference(
                emitted.get(key), original.get(key), properties.get(key, others), f"{path}.{key}"
            )
            for key in original.keys() | emitted.keys()
        )
        return next((each for each in found if each), None)
    if isinstance(original, list) and isinstance(emitted, list):
        if len(original) != len(emitted):
            return f"{path}: {len(emitted)} entries for {len(original)}"
        found = (
            difference(one, other, declared.get("items", {}), f"{path}[]")
            for one, other in zip(emitted, original, strict=True)
        )
        return next((each for each in found if each), None)
    if isinstance(emitted, str) and not isinstance(original, str | None):
        # Ids are text; so is what Intercom sends where it describes a text, as JSON.
        emitted = json.loads(emitted)
    return None if emitted == original else f"{path}: {emitted!r} for {original!r}"


def in_order(rows: Iterable[Row], columns: Iterable[str]) -> list[Row]:
    """Rows sorted by columns, whose values may be ids in either form, or times."""
    names = list(columns)
    return sorted(rows, key=lambda row: [_canonical(row.get(name)) for name in names])


def _canonical(value: Any) -> str:
    moment = _moment(value) if isinstance(value, str) and "T" in value else None
    return str(value if moment is None else int(moment.timestamp()))


def _moment(value: Any) -> datetime | None:
    """A time in seconds, or in ISO."""
    if isinstance(value, int):
        return datetime.fromtimestamp(value, UTC)
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
