"""
Short lists without pages: tags, teams, segments, data attributes.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-attributes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intercom_emulator import shapes
from intercom_emulator.errors import IntercomError
from intercom_emulator.messages import Json, Request
from intercom_emulator.routes.router import ROUTER

if TYPE_CHECKING:
    from intercom_emulator.app import App

READ_USERS = ("read_users_companies", "write_users_companies")


@ROUTER.route("GET", "/tags", permissions=("read_tags",))
def list_tags(app: App, request: Request) -> Json:  # noqa: ARG001 - a handler's form
    """Every tag."""
    return {"type": "list", "data": list(app.workspace.tags.objects())}


@ROUTER.route("GET", "/teams", permissions=("read_admins", "read_users_companies"))
def list_teams(app: App, request: Request) -> Json:  # noqa: ARG001 - a handler's form
    """Every team."""
    return {"type": "team.list", "teams": list(app.workspace.teams.objects())}


@ROUTER.route("GET", "/segments", permissions=READ_USERS, parameters=("include_count", "type"))
def list_segments(app: App, request: Request) -> Json:
    """Every segment, with the number of contacts in it if asked."""
    segments = list(app.workspace.segments.objects())
    if request.query.get("include_count") == "true":
        counts: dict[str, int] = {}
        for ordinal in app.workspace.contacts.truth.ordinals():
            contact = app.workspace.contacts.truth.document(ordinal) or {}
            for one in contact.get("_segments") or []:
                counts[one] = counts.get(one, 0) + 1
        segments = [{**one, "count": counts.get(one["id"], 0)} for one in segments]
    return {"type": "segment.list", "segments": segments}


@ROUTER.route(
    "GET", "/data_attributes", permissions=READ_USERS, parameters=("model", "include_archived")
)
def list_data_attributes(app: App, request: Request) -> Json:
    """
    Attributes of contacts and companies, the archived ones only if asked for.

    From 2.16 those of conversations have a route of their own, and `model=conversation` is 422.
    """
    model = request.query.get("model")
    if model not in (None, "contact", "company"):
        message = f"model={model} is no longer supported. Use GET /conversations/attributes instead"
        raise IntercomError(422, "parameter_invalid", message)
    archived_too = request.query.get("include_archived") == "true"
    return {
        "type": "list",
        "data": [
            shapes.public(one)
            for one in app.workspace.data_attributes.objects()
            if (model is None or one["model"] == model) and (archived_too or not one["archived"])
        ],
    }
