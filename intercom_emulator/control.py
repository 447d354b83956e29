"""
Control over HTTP, for an emulator that runs as a process of its own.

    GET  /_emulator/workspace             counts
    GET  /_emulator/workspace/contacts    the truth, as JSON
    GET  /_emulator/journal?pattern=POST%20*
    POST /_emulator/clock                 {"advance": 60} | {"set": 1793610000} | {"freeze": true}
    POST /_emulator/settings              {"index_lag": 120}
    POST /_emulator/faults                {"pattern": "GET /companies/scroll", "status": 500}
    POST /_emulator/live                  {"events": 20, "seconds": 3600, "rng_seed": 1}
    POST /_emulator/index                 let the search index catch up
    POST /_emulator/reset                 begin anew
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import orjson

from intercom_emulator.messages import Json, Request, Response

if TYPE_CHECKING:
    from intercom_emulator.emulator import Emulator

_FAULT_OPTIONS = {
    "kind",
    "status",
    "body",
    "code",
    "message",
    "headers",
    "after",
    "count",
    "seconds",
    "per_page_above",
    "processed",
}
_COLLECTIONS = {
    "contacts",
    "companies",
    "conversations",
    "tickets",
    "admins",
    "tags",
    "teams",
    "segments",
    "articles",
    "data_attributes",
    "conversation_attributes",
}


def answer(emulator: Emulator, request: Request) -> Response:
    """Answer a control request; a mistake in it is a 400 that says what is wrong."""
    name = request.path.removeprefix("/_emulator").strip("/")
    body = request.json if isinstance(request.json, dict) else {}
    try:
        if request.method == "GET":
            return _respond(_read(emulator, name, request.query))
        verb = _VERBS.get(name)
        if verb is None:
            return _respond({"error": f"no control verb {name!r}"}, 404)
        return _respond(verb(emulator, body))
    except (KeyError, TypeError, ValueError) as error:
        return _respond({"error": str(error)}, 400)


def _respond(body: object, status: int = 200) -> Response:
    return Response(status, orjson.dumps(body))


def _read(emulator: Emulator, name: str, query: dict[str, str]) -> object:
    resource, _, collection = name.partition("/")
    match resource:
        case "journal":
            entries = emulator.journal.entries(query.get("pattern", "*"))
            return [entry.as_json() for entry in entries]
        case "workspace" if collection in _COLLECTIONS:
            return list(emulator.workspace.objects(collection))
        case "workspace" if not collection:
            return emulator.workspace.counts()
        case "clock":
            return _clock_state(emulator)
        case "settings":
            return _settings_state(emulator)
    message = f"nothing to read at {name!r}"
    raise ValueError(message)


def _clock_state(emulator: Emulator) -> Json:
    return {"now": emulator.clock.now(), "frozen": emulator.clock.is_frozen}


def _settings_state(emulator: Emulator) -> Json:
    state = asdict(emulator.settings)
    state.pop("oauth")
    return {key: sorted(value) if isinstance(value, set) else value for key, value in state.items()}


def _turn_clock(emulator: Emulator, body: Json) -> Json:
    if "set" in body:
        emulator.clock.set(float(body["set"]))
    if "advance" in body:
        emulator.clock.advance(float(body["advance"]))
    if "freeze" in body:
        if body["freeze"]:
            emulator.clock.freeze()
        else:
            emulator.clock.tick()
    return _clock_state(emulator)


def _change_settings(emulator: Emulator, body: Json) -> Json:
    known = {field.name for field in fields(emulator.settings)} - {"oauth"}
    unknown = body.keys() - known
    if unknown:
        message = f"unknown settings: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    for name, value in body.items():
        is_set = isinstance(getattr(emulator.settings, name), set)
        setattr(emulator.settings, name, set(value) if is_set else value)
    return _settings_state(emulator)


def _add_fault(emulator: Emulator, body: Json) -> Json:
    options = {name: value for name, value in body.items() if name != "pattern"}
    unknown = options.keys() - _FAULT_OPTIONS
    if unknown:
        message = f"unknown fault options: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    emulator.faults.add(body["pattern"], **options)
    return {"faults": len(emulator.faults)}


def _clear_faults(emulator: Emulator, _: Json) -> Json:
    emulator.faults.clear()
    return {"faults": 0}


def _live(emulator: Emulator, body: Json) -> Json:
    return dict(emulator.workspace.live(**body))


def _index(emulator: Emulator, _: Json) -> Json:
    emulator.workspace.indexed()
    return {}


def _reset(emulator: Emulator, _: Json) -> Json:
    emulator.reset()
    return dict(emulator.workspace.counts())


_VERBS: dict[str, Callable[[Any, Json], Json]] = {
    "clock": _turn_clock,
    "settings": _change_settings,
    "faults": _add_fault,
    "faults/clear": _clear_faults,
    "live": _live,
    "index": _index,
    "reset": _reset,
}
