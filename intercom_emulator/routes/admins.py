"""
Admins, the token's own admin, and the activity log.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/admins
"""

from __future__ import annotations

from typing import Any

from intercom_emulator import shapes
from intercom_emulator.errors import bad_request, not_found
from intercom_emulator.messages import Json, Request
from intercom_emulator.pagination import numbered_page
from intercom_emulator.resources import Pages
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.world import World

READ_LOGS = ("read_admin_activity_logs",)
LOG_PAGES = Pages("numbers", 20, 250)
WORKSPACE_CREATED_AT = 1_600_000_000


@ROUTER.route("GET", "/me")
def identify_admin(world: World, request: Request) -> Json:  # noqa: ARG001 - a handler's form
    """The admin whose token it is, and the workspace: its zone, region and id."""
    admin = next(world.workspace.table("admins").objects(), None)
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
            "region": world.settings.region,
            "timezone": world.settings.timezone,
            "created_at": WORKSPACE_CREATED_AT,
            "identity_verification": False,
        },
    }


@ROUTER.route(
    "GET",
    "/admins/activity_logs",
    permissions=READ_LOGS,
    parameters=("created_at_after", "created_at_before", "page", "per_page"),
)
def list_activity_logs(world: World, request: Request) -> Json:
    """What admins did in a time range, newest first."""
    return _activity_logs(world, request, request.query)


@ROUTER.route("POST", "/admins/activity_logs/search", permissions=READ_LOGS, since="2.16")
def search_activity_logs(world: World, request: Request) -> Json:
    """What admins did in a time range, of some types if asked."""
    if not isinstance(request.json, dict):
        raise bad_request("parameter_invalid", "the body must be a JSON object")
    return _activity_logs(world, request, request.json)


def _activity_logs(world: World, request: Request, asked: dict[str, Any]) -> Json:
    if asked.get("created_at_after") is None:
        raise bad_request("parameter_not_found", "created_at_after is required")
    try:
        after = int(asked["created_at_after"])
        before = int(asked.get("created_at_before") or world.clock.now())
    except (TypeError, ValueError):
        raise bad_request("parameter_invalid", "expected a UNIX timestamp") from None
    types = asked.get("event_types")
    logs = [
        one
        for one in world.workspace.table("activity_logs").objects()
        if after <= one["created_at"] <= before and (not types or one["activity_type"] in types)
    ]
    logs.sort(key=lambda one: (one["created_at"], one["id"]), reverse=True)
    shown, told = numbered_page(request, world.settings, logs, LOG_PAGES, asked)
    return {"type": "activity_log.list", "pages": told["pages"], "activity_logs": shown}
