"""Teammates, teams, what they did, and the attributes of objects."""

from __future__ import annotations

from typing import Any

from intercom_emulator.messages import Json
from intercom_emulator.shapes.base import ID, NOW, shape

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
