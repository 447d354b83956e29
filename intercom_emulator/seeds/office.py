"""The people, teams, tags, segments and attributes that demo and sized workspaces share."""

from __future__ import annotations

from typing import Any

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.workspace import Seed

NOW = 1_793_610_000
"""2026-11-02T09:00:00Z, a Monday."""

DAY = 86_400
FIRST_ADMIN_ID = 991_267_459
FIRST_TEAM_ID = 814_865
FIRST_TAG_ID = 102
FIRST_ATTRIBUTE_ID = 34

_ADMINS = (
    ("Ciara Byrne", "Head of Support", "4"),
    ("Tomás Ribeiro", "Support Lead", "3"),
    ("Aiko Tanaka", "Support Engineer", "1"),
    ("Lena Vogel", "Support Engineer", "1"),
    ("Samuel Okafor", "Support Agent", "1"),
    ("Priya Raman", "Support Agent", "1"),
    ("Noor Haddad", "Billing Specialist", "1"),
    ("Marta Kowalska", "Billing Specialist", "1"),
    ("Diego Fuentes", "Onboarding Manager", "2"),
    ("Grace Mbeki", "Onboarding Manager", "2"),
    ("Oskar Lindqvist", "Sales", "2"),
    ("Fin", "AI agent", "1"),
)
_AT_LUNCH = "Samuel Okafor"
_ROLES = {"1": "Support Agent", "2": "Customer Success", "3": "Team Lead", "4": "Owner"}

TEAMS = (
    ("Support", (1, 2, 3, 4, 5)),
    ("Billing", (6, 7)),
    ("Onboarding", (8, 9)),
    ("Technical", (2, 3)),
    ("Sales", (10,)),
)
TAGS = (
    "billing",
    "bug",
    "feature request",
    "import",
    "export",
    "api",
    "login",
    "mobile",
    "refund",
    "urgent",
    "churn risk",
    "VIP",
    "onboarding",
    "integration",
    "performance",
    "documentation",
    "Öffnungszeiten",
    "日本語",
)
EVENT_TYPES = (
    "admin_deletion",
    "admin_login_success",
    "admin_logout",
    "app_name_change",
    "app_team_creation",
    "app_team_deletion",
    "bulk_export",
    "conversation_part_deletion",
    "macro_creation",
    "macro_deletion",
    "message_state_change",
    "role_change",
)
SEGMENTS = (
    ("Active", "user"),
    ("New", "user"),
    ("Slipping away", "user"),
    ("Customers on a plan", "user"),
    ("Leads", "contact"),
)


_STANDARD_ATTRIBUTES = (
    ("contact", "id", "string"),
    ("contact", "email", "string"),
    ("contact", "name", "string"),
    ("contact", "role", "string"),
    ("contact", "created_at", "date"),
    ("contact", "updated_at", "date"),
    ("contact", "last_seen_at", "date"),
    ("contact", "unsubscribed_from_emails", "boolean"),
    ("contact", "location.country", "string"),
    ("company", "id", "string"),
    ("company", "company_id", "string"),
    ("company", "name", "string"),
    ("company", "plan.name", "string"),
    ("company", "monthly_spend", "float"),
    ("company", "session_count", "integer"),
    ("company", "user_count", "integer"),
    ("company", "remote_created_at", "date"),
)
_CUSTOM_ATTRIBUTES = (
    ("contact", "job_function", "string"),
    ("contact", "lifetime_orders", "integer"),
    ("contact", "satisfaction", "float"),
    ("contact", "beta_tester", "boolean"),
    ("contact", "trial_ends_at", "date"),
    ("contact", "CX Score rating", "integer"),
    ("company", "contract_number", "string"),
    ("company", "seats", "integer"),
    ("company", "health_score", "float"),
    ("company", "is_partner", "boolean"),
    ("company", "renewal_at", "date"),
)


def add_office(seed: Seed, opened_at: int) -> Seed:
    """Give `seed` its admins, teams, tags, segments, attributes and subscription types."""
    office = seed.objects
    office["admins"] = _admins(opened_at)
    office["teams"] = [
        shapes.team(
            str(FIRST_TEAM_ID + number),
            opened_at,
            name=name,
            admin_ids=[FIRST_ADMIN_ID + member for member in members],
        )
        for number, (name, members) in enumerate(TEAMS)
    ]
    office["tags"] = [
        shapes.tag(str(FIRST_TAG_ID + number), opened_at, name=name)
        for number, name in enumerate(TAGS)
    ]
    office["segments"] = [
        shapes.segment(
            segment_id(number), opened_at + number * DAY, name=name, person_type=person_type
        )
        for number, (name, person_type) in enumerate(SEGMENTS)
    ]
    office["data_attributes"] = data_attributes(opened_at)
    office["conversation_attributes"] = conversation_attributes(opened_at)
    office["subscription_types"] = _subscription_types(opened_at)
    office["activity_log_event_types"] = [
        shapes.activity_log_event_type(name, opened_at) for name in EVENT_TYPES
    ]
    office["activity_logs"] = activity_logs(office["admins"], opened_at, seed.now)
    return seed


def _admins(opened_at: int) -> list[Json]:
    teams_of: dict[int, list[int]] = {}
    for number, (_, members) in enumerate(TEAMS):
        for member in members:
            teams_of.setdefault(member, []).append(FIRST_TEAM_ID + number)
    return [
        shapes.admin(
            str(FIRST_ADMIN_ID + number),
            opened_at,
            name=name,
            email=f"{name.split()[0].lower()}@support.example.com",
            job_title=title,
            team_ids=teams_of.get(number, []),
            role={"type": "role", "id": role, "name": _ROLES[role]},
            has_inbox_seat=name != "Fin",
            away_status_reason_id=12 if name == _AT_LUNCH else None,
            away_mode_enabled=name == _AT_LUNCH,
            _avatar=f"https://static.example.com/avatars/{number}.png" if number % 3 else None,
        )
        for number, (name, title, role) in enumerate(_ADMINS)
    ]


def _subscription_types(opened_at: int) -> list[Json]:
    known = (
        ("91", "Newsletters", "opt_out", "email"),
        ("92", "Product updates", "opt_in", "email"),
        ("93", "Text messages", "opt_in", "sms_message"),
    )
    return [
        shapes.subscription_type(
            object_id, opened_at, name=name, consent_type=consent, content_types=[content]
        )
        for object_id, name, consent, content in known
    ]


def segment_id(number: int) -> str:
    """The id of the segment at a position of SEGMENTS."""
    return f"6762f25c1bb69f9f2193bc{number:02x}"


def data_attributes(opened_at: int) -> list[Json]:
    """Standard attributes, and a custom one of every data type for each model."""
    attributes = [shapes.standard_attribute(*one) for one in _STANDARD_ATTRIBUTES]
    attributes += [
        shapes.data_attribute(
            FIRST_ATTRIBUTE_ID + number,
            opened_at + number,
            model=model,
            name=name,
            data_type=data_type,
        )
        for number, (model, name, data_type) in enumerate(_CUSTOM_ATTRIBUTES)
    ]
    attributes.append(
        shapes.data_attribute(
            FIRST_ATTRIBUTE_ID + len(_CUSTOM_ATTRIBUTES),
            opened_at,
            model="contact",
            name="favourite_colour",
            data_type="string",
            archived=True,
            api_writable=False,
            ui_writable=False,
            options=["red", "green"],
            updated_at=opened_at + DAY,
        )
    )
    return attributes


def conversation_attributes(opened_at: int) -> list[Json]:
    """A conversation attribute of every data type, and an archived one."""

    def make(number: int, name: str, data_type: str, **fields: Any) -> Json:
        one: Json = {"name": name, "data_type": data_type, **fields}
        return shapes.conversation_attribute(number, opened_at, **one)

    options = [
        {"id": f"a1b2c3d4-e5f6-7890-abcd-ef12345678{n:02}", "label": label, "archived": False}
        for n, label in enumerate(("Bug", "Question", "Praise"))
    ]
    reference = {"type": "many", "object_type_id": "Order"}
    return [
        make(1, "Summary", "string", multiline=True),
        make(2, "Kind", "list", options=options),
        make(3, "Priority score", "integer"),
        make(4, "Refund amount", "decimal"),
        make(5, "Escalated", "boolean"),
        make(6, "Due", "datetime"),
        make(7, "Orders", "relationship", reference=reference),
        make(8, "Screenshots", "files"),
        make(9, "Old field", "string", multiline=False, archived=True),
    ]


def activity_logs(admins: list[Json], opened_at: int, now: int) -> list[Json]:
    """An admin's log-in a week, and the odd change of settings."""
    renamed = {"before": {"name": "Emu"}, "after": {"name": "Emulator"}}
    kinds: tuple[tuple[str, str, Json | None], ...] = (
        ("admin_login_success", "{name} successfully logged in.", {"sign_in_method": "google"}),
        ("app_name_change", "{name} changed the app's name.", renamed),
        ("role_change", "{name} changed a role.", None),
    )
    logs = []
    for number, created_at in enumerate(range(opened_at, now, 7 * DAY)):
        admin = admins[number % len(admins)]
        kind, description, metadata = kinds[number % len(kinds)]
        log = shapes.activity_log(
            f"fca05814-4b72-4dce-ad4f-{number:012x}",
            created_at,
            performed_by={
                "type": "admin",
                "id": admin["id"],
                "email": admin["email"],
                "ip": "198.51.100.7",
            },
            metadata=metadata,
            activity_type=kind,
            activity_description=description.format(name=admin["name"]),
        )
        logs.append(log)
    return logs
