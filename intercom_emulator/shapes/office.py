"""Teammates, teams, what they did, the attributes of objects, and settings."""

from __future__ import annotations

from typing import Any

from intercom_emulator.messages import Json
from intercom_emulator.shapes.base import ID, ISO, NOW, WORKSPACE_ID, shape

WORKSPACE_CREATED_AT = 1_600_000_000


def app(region: str, timezone: str) -> Json:
    """The workspace itself, as GET /me shows it."""
    return {
        "type": "app",
        "id_code": WORKSPACE_ID,
        "name": "Emulator",
        "region": region,
        "timezone": timezone,
        "created_at": WORKSPACE_CREATED_AT,
        "identity_verification": False,
    }


admin = shape(
    type="admin",
    id=ID,
    name="",
    email="",
    job_title="",
    away_mode_enabled=False,
    away_mode_reassign=False,
    away_status_reason_id=None,
    has_inbox_seat=True,
    team_ids=[],
    avatar=None,
    _avatar=None,
    team_priority_level={"primary_team_ids": [], "secondary_team_ids": []},
    role={"type": "role", "id": "1", "name": "Support Agent"},
)


def team(object_id: str, _: int, /, **fields: Any) -> Json:
    """A team; unless told otherwise, all of its members are primary ones."""
    admin_ids = list(fields.pop("admin_ids", ()))
    return {
        "type": "team",
        "id": object_id,
        "name": "",
        "admin_ids": admin_ids,
        "admin_priority_level": {"primary_admin_ids": admin_ids, "secondary_admin_ids": []},
        "assignment_limit": None,
        "distribution_method": "round_robin",
        **fields,
    }


def standard_attribute(model: str, full_name: str, data_type: str, /, **fields: Any) -> Json:
    """An attribute that Intercom brings along; it has no id, no author and no times."""
    name = full_name.rpartition(".")[2]
    return {
        "type": "data_attribute",
        "model": model,
        "name": name,
        "full_name": full_name,
        "label": name.replace("_", " ").capitalize(),
        "description": "",
        "data_type": data_type,
        "api_writable": False,
        "ui_writable": False,
        "messenger_writable": False,
        "custom": False,
        "archived": False,
        "_key": f"{model}.{full_name}",
        **fields,
    }


def data_attribute(attribute_id: int, now: int, /, **fields: Any) -> Json:
    """A custom attribute `name` of contacts or companies (`model`)."""
    own = {name: fields.pop(name) for name in ("model", "name", "data_type")}
    return standard_attribute(
        own["model"],
        f"custom_attributes.{own['name']}",
        own["data_type"],
        **{
            "id": attribute_id,
            "custom": True,
            "api_writable": True,
            "ui_writable": True,
            "created_at": now,
            "updated_at": now,
            "admin_id": "991267459",
            "_key": attribute_id,
            **fields,
        },
    )


conversation_attribute = shape(
    type="conversation_attribute",
    id=ID,
    name="",
    description="",
    data_type="string",
    required=False,
    visible_to_team_ids=[],
    archived=False,
    created_at=NOW,
    updated_at=NOW,
    admin_id="991267459",
)

activity_log = shape(
    id=ID,
    performed_by={},
    metadata=None,
    created_at=NOW,
    activity_type="app_name_change",
    activity_description="",
)

brand = shape(
    type="brand",
    id=ID,
    name="",
    is_default=False,
    created_at=NOW,
    updated_at=NOW,
    help_center_id=None,
    default_address_settings_id=None,
)
"""A brand; the default one has the workspace's code for an id."""

email_setting = shape(
    type="email_setting",
    id=ID,
    email="",
    verified=True,
    domain="example.com",
    brand_id="",
    forwarding_enabled=False,
    forwarded_email_last_received_at=None,
    created_at=NOW,
    updated_at=NOW,
)

away_status_reason = shape(
    type="away_status_reason",
    id=ID,
    label="",
    emoji="🍽️",
    order=1,
    deleted=False,
    created_at=NOW,
    updated_at=NOW,
)

_WORKDAYS = [
    {"start_minute": day * 1440 + 540, "end_minute": day * 1440 + 1020} for day in range(5)
]
"""Nine to five, in minutes since Monday 00:00."""

office_hours_schedule = shape(
    type="office_hours_schedule",
    id=ID,
    name="",
    time_zone_name="America/New_York",
    time_intervals=_WORKDAYS,
    twenty_four_seven=False,
    created_at=NOW,
    updated_at=NOW,
)

office_hours_exception = shape(
    type="office_hours_exception",
    id=ID,
    office_hours_schedule_id="",
    exception_date="2026-12-25",
    exception_type="closed",
    name=None,
    time_intervals=None,
    recurring_annually=False,
    created_at=NOW,
    updated_at=NOW,
)

team_metric = shape(
    type="team_metric", admin_id="", open=0, idle=0, snoozed=0, _team_id="", _key=ID
)
"""An admin's load within a team; the row names neither the team nor a time."""

data_connector = shape(
    type="data_connector",
    id=ID,
    name="",
    description=None,
    state="live",
    http_method="get",
    direct_fin_usage=False,
    created_by_admin_id="991267459",
    updated_by_admin_id="991267459",
    created_at=ISO,
    updated_at=ISO,
    execution_results_url="",
    _detail={},
)
"""A data connector; `_detail` holds what only its own route shows."""

data_connector_execution = shape(
    type="data_connector.execution",
    id=ID,
    data_connector_id="",
    success=True,
    http_status=200,
    http_method="get",
    error_type=None,
    error_message=None,
    execution_time_ms=120,
    source_type="workflow",
    source_id=None,
    conversation_id=None,
    created_at=ISO,
    _bodies={},
)
"""A call of a data connector; `_bodies` are shown only to who asks for them."""

activity_log_event_type = shape(event_type=ID)
"""A string over HTTP; an object here, so that it can be told like all others."""
