"""
Control over HTTP, for an emulator that runs as a process of its own.

    GET  /_emulator/workspace             counts
    GET  /_emulator/workspace/contacts    the truth, as JSON; also of relations: contact_tags
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

import orjson

from intercom_emulator.app import App
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.resources import RESOURCES
from intercom_emulator.workspace.relations import RELATIONS

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

PREFIX = "/_emulator"

Begin = Callable[[], None]
"""Begins anew."""


def answer(app: App, begin: Begin, request: Request) -> Response:
    """Answer a control request; a mistake in it is a 400 that says what is wrong."""
    name = request.path.removeprefix(PREFIX).strip("/")
    body = request.json if isinstance(request.json, dict) else {}
    try:
        if request.method == "GET":
            return _respond(_read(app, name, request.query))
        if name == "reset":
            begin()
            return _respond(app.world.workspace.counts())
        verb = _VERBS.get(name)
        if verb is None:
            return _respond({"error": f"no control verb {name!r}"}, 404)
        return _respond(verb(app, body))
    except (KeyError, TypeError, ValueError) as error:
        return _respond({"error": str(error)}, 400)


def _respond(body: object, status: int = 200) -> Response:
    return Response(status, orjson.dumps(body))


def _read(app: App, name: str, query: dict[str, str]) -> object:
    resource, _, collection = name.partition("/")
    match resource:
        case "journal":
            entries = app.journal.entries(query.get("pattern", "*"))
            return [entry.as_json() for entry in entries]
        case "workspace" if collection in RESOURCES:
            return list(app.world.workspace.objects(collection))
        case "workspace" if collection in RELATIONS:
            return list(app.world.workspace.relations(collection))
        case "workspace" if not collection:
            return app.world.workspace.counts()
        case "clock":
            return _clock_state(app)
        case "settings":
            return _settings_state(app)
    raise ValueError(f"nothing to read at {name!r}")


def _clock_state(app: App) -> Json:
    return {"now": app.world.clock.now(), "frozen": app.world.clock.is_frozen}


def _settings_state(app: App) -> Json:
    state = asdict(app.world.settings)
    state.pop("oauth")
    return {key: sorted(value) if isinstance(value, set) else value for key, value in state.items()}


def _turn_clock(app: App, body: Json) -> Json:
    if "set" in body:
        app.world.clock.set(float(body["set"]))
    if "advance" in body:
        app.world.clock.advance(float(body["advance"]))
    if "freeze" in body:
        if body["freeze"]:
            app.world.clock.freeze()
        else:
            app.world.clock.tick()
    return _clock_state(app)


def _change_settings(app: App, body: Json) -> Json:
    known = {field.name for field in fields(app.world.settings)} - {"oauth"}
    unknown = body.keys() - known
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
    for name, value in body.items():
        is_set = isinstance(getattr(app.world.settings, name), set)
        setattr(app.world.settings, name, set(value) if is_set else value)
    return _settings_state(app)


def _add_fault(app: App, body: Json) -> Json:
    options = {name: value for name, value in body.items() if name != "pattern"}
    unknown = options.keys() - _FAULT_OPTIONS
    if unknown:
        raise ValueError(f"unknown fault options: {', '.join(sorted(unknown))}")
    app.faults.add(body["pattern"], **options)
    return {"faults": len(app.faults)}


def _clear_faults(app: App, _: Json) -> Json:
    app.faults.clear()
    return {"faults": 0}


def _live(app: App, body: Json) -> Json:
    return dict(app.world.workspace.live(**body))


def _index(app: App, _: Json) -> Json:
    app.world.workspace.indexed()
    return {}


_VERBS: dict[str, Callable[[App, Json], Json]] = {
    "clock": _turn_clock,
    "settings": _change_settings,
    "faults": _add_fault,
    "faults/clear": _clear_faults,
    "live": _live,
    "index": _index,
}
