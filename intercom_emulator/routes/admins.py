"""
Admins, the token's own admin, and the activity log.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/admins
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intercom_emulator import shapes
from intercom_emulator.errors import bad_request, not_found
from intercom_emulator.messages import Json, Request
from intercom_emulator.pagination import numbered_pages, page_number, page_size
from intercom_emulator.routes.router import ROUTER

if TYPE_CHECKING:
    from intercom_emulator.app import App

READ_LOGS = ("read_admin_activity_logs",)
LOGS_PER_PAGE = 20
MAX_LOGS_PER_PAGE = 250
WORKSPACE_CREATED_AT = 1_600_000_000


@ROUTER.route("GET", "/me")
def identify_admin(app: App, request: Request) -> Json:  # noqa: ARG001 - a handler's form
    """The admin whose token it is, and the workspace: its zone, region and id."""
    admin = next(app.workspace.admins.objects(), None)
    if admin is None:
        raise not_found("Admin for admin_id not found", "admin_not_found")
    kept = (
        "type id name email job_title away_mode_enabled away_mode_reassign has_inbox_seat team_ids"
    )
    return {
        **{key: admin[key] for key in kept.split()},
        "avatar": {"type": "avatar", "image_url": admin["avatar"]},
        "email_verified": True,
        "app": {
            "type": "app",
            "id_code": shapes.WORKSPACE_ID,
            "name": "Emulator",
            "region": app.settings.region,
            "timezone": app.settings.timezone,
            "created_at": WORKSPACE_CREATED_AT,
            "identity_verification": False,
        },
    }


@ROUTER.route("GET", "/admins", permissions=("read_admins",), parameters=("display_avatar",))
def list_admins(app: App, request: Request) -> Json:  # noqa: ARG001 - a handler's form
    """Every teammate."""
    return {"type": "admin.list", "admins": list(app.workspace.admins.objects())}


@ROUTER.route(
    "GET",
    "/admins/activity_logs",
    permissions=READ_LOGS,
    parameters=("created_at_after", "created_at_before", "page", "per_page"),
)
def list_activity_logs(app: App, request: Request) -> Json:
    """What admins did in a time range, newest first."""
    return _activity_logs(app, request, request.query)


@ROUTER.route("POST", "/admins/activity_logs/search", permissions=READ_LOGS, since="2.16")
def search_activity_logs(app: App, request: Request) -> Json:
    """What admins did in a time range, of some types if asked."""
    if not isinstance(request.json, dict):
        raise bad_request("parameter_invalid", "the body must be a JSON object")
    return _activity_logs(app, request, request.json)


@ROUTER.route("GET", "/admins/{admin_id}", permissions=("read_admins", "read_one_admin"))
def show_admin(app: App, request: Request) -> Json:
    """One teammate."""
    admin = app.workspace.admins.get(request.path_parameters["admin_id"])
    if admin is None:
        raise not_found("Admin for admin_id not found", "admin_not_found")
    return admin


def _activity_logs(app: App, request: Request, asked: dict[str, Any]) -> Json:
    if asked.get("created_at_after") is None:
        raise bad_request("parameter_not_found", "created_at_after is required")
    try:
        after = int(asked["created_at_after"])
        before = int(asked.get("created_at_before") or app.emulator.clock.now())
    except (TypeError, ValueError):
        raise bad_request("parameter_invalid", "expected a UNIX timestamp") from None
    types = asked.get("event_types")
    logs = [
        one
        for one in app.workspace.activity_logs.objects()
        if after <= one["created_at"] <= before and (not types or one["activity_type"] in types)
    ]
    logs.sort(key=lambda one: (one["created_at"], one["id"]), reverse=True)
    per_page = page_size(asked.get("per_page"), LOGS_PER_PAGE, MAX_LOGS_PER_PAGE)
    number = page_number(asked.get("page"))
    pages = numbered_pages(request, app.settings, page=number, per_page=per_page, total=len(logs))
    shown = logs[(number - 1) * per_page : number * per_page]
    return {"type": "activity_log.list", "pages": pages, "activity_logs": shown}
