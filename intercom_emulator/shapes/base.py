"""
How an object is declared: its fields with what they hold when nothing else is said.

    tag = shape(type="tag", id=ID, name="")
    tag("102", 1_793_610_000, name="billing")  # {"type": "tag", "id": "102", "name": "billing"}
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from intercom_emulator.messages import Json

WORKSPACE_ID = "emu1ator"

Shape = Callable[..., Json]
"""Makes an object: `shape(id, now, **fields)`."""


class Mark(Enum):
    """A value that is known only when the object is made."""

    ID = auto()
    NOW = auto()
    ISO = auto()


ID, NOW, ISO = Mark.ID, Mark.NOW, Mark.ISO


def iso(epoch: int) -> str:
    """A moment as the newer parts of the API write it: "2026-11-02T09:00:00.000Z"."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def shape(**template: Any) -> Shape:
    """A maker of objects with these fields; `fields` override them or come on top."""

    def make(object_id: Any, now: int, /, **fields: Any) -> Json:
        marks = {ID: object_id, NOW: now, ISO: iso(now)}
        return {
            name: marks[value] if isinstance(value, Mark) else deepcopy(value)
            for name, value in template.items()
        } | fields

    return make


def epoch(moment: float | str) -> float:
    """Seconds since 1970 of a moment in either of the API's two forms."""
    return datetime.fromisoformat(moment).timestamp() if isinstance(moment, str) else moment


def public(document: Json) -> Json:
    """The object without the emulator's own keys."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


def reference(kind: str, object_id: str | None) -> Json:
    """A pointer to an object."""
    return {"type": kind, "id": object_id}
