"""
Admins, the token's own admin, and the activity log.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/admins
"""

from __future__ import annotations

from typing import Any

from intercom_emulator import shapes
from intercom_emulator.errors import Refused, bad_request, not_found
from intercom_emulator.messages import Json, Request
from intercom_emulator.pagination import list_page
from intercom_emulator.resources import READ_LOGS, Pages
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.world import World

LOG_PAGES = Pages("numbers", 20, 250)
SECONDS_PER_DAY = 86_400


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
        "avatar": {"type": "avatar", "image_url": admin["_avatar"]},
        "email_verified": True,
        "app": shapes.app(world.settings.region, world.settings.timezone),
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
    after, before = _range(world, asked)
    settings = world.settings
    days = settings.activity_log_days
    if days is not None and before - after > days * SECONDS_PER_DAY:
        raise Refused(500, "server_error", "Request failed due to an internal network error.")
    kept_days = settings.retention_days.get("activity_logs")
    if kept_days is not None:
        after = max(after, world.clock.now() - kept_days * SECONDS_PER_DAY)
    if settings.activity_log_bounds == "exclusive":
        after, before = after + 1, before - 1
    types = asked.get("event_types")
    logs = [
        one
        for one in world.workspace.table("activity_logs").objects()
        if after <= one["created_at"] <= before and (not types or one["activity_type"] in types)
    ]
    logs.sort(key=lambda one: (one["created_at"], one["id"]), reverse=True)
    shown, told = list_page(request, settings, logs, LOG_PAGES, asked=asked)
    return {"type": "activity_log.list", "pages": told["pages"], "activity_logs": shown}


def _range(world: World, asked: dict[str, Any]) -> tuple[int, int]:
    """The first and the last moment asked for."""
    if asked.get("created_at_after") is None:
        raise bad_request("parameter_not_found", "created_at_after is required")
    try:
        after = int(asked["created_at_after"])
        return after, int(asked.get("created_at_before") or world.clock.now())
    except (TypeError, ValueError):
        raise bad_request("parameter_invalid", "expected a UNIX timestamp") from None
