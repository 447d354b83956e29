"""What demo, tiny and sized workspaces can be read for, and their many small settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.seeds.office import DAY, FIRST_ADMIN_ID, FIRST_TEAM_ID, NOW
from intercom_emulator.shapes.base import WORKSPACE_ID
from intercom_emulator.workspace import Seed

FIRST_COLLECTION_ID = 18
HELP_CENTER_ID = 79
FIRST_STATE_ID = 8537
FIRST_TYPE_ID = 95

SIZES: dict[str, int] = {
    "audiences": 4,
    "away_status_reasons": 5,
    "brands": 2,
    "collections": 8,
    "content_import_sources": 2,
    "content_snippets": 8,
    "custom_object_instances": 12,
    "data_connector_executions": 14,
    "data_connectors": 3,
    "email_settings": 3,
    "external_pages": 6,
    "file_sources": 2,
    "help_center_redirects": 5,
    "help_centers": 2,
    "internal_articles": 9,
    "macros": 10,
    "news_items": 7,
    "newsfeeds": 2,
    "office_hours_exceptions": 4,
    "office_hours_schedules": 2,
    "ticket_states": 5,
    "ticket_types": 4,
}
"""Objects of each kind in a believable workspace."""

_SUBJECTS = (
    "Refunds", "Escalation", "Security review", "Single sign-on", "Data export", "Importing tasks",
    "Invoices", "Roles and permissions", "Webhooks", "Mobile apps", "Service level", "Onboarding",
)  # fmt: skip


def add_library(seed: Seed, opened_at: int, sizes: Mapping[str, int] | None = None) -> Seed:
    """Give `seed` so many objects of each kind; without `sizes`, believably many."""
    for name, size in (SIZES if sizes is None else sizes).items():
        seed.objects[name] = list(islice(_MAKERS[name](opened_at), size))
    return seed


def _numbered(opened_at: int) -> Iterator[tuple[int, int, str]]:
    """A position, a moment and a subject, without end."""
    number = 0
    while True:
        name = _SUBJECTS[number % len(_SUBJECTS)]
        again = number // len(_SUBJECTS)
        moment = min(opened_at + (number + 1) * 3 * 3600, NOW - 60)
        yield number, moment, f"{name} {again + 1}" if again else name
        number += 1


def _audiences(opened_at: int) -> Iterator[Json]:
    for number, moment, _ in _numbered(opened_at):
        plan = ("Free", "Starter", "Pro", "Enterprise")[number % 4]
        condition = {"attribute": "plan.name", "type": "string", "comparison": "eq", "value": plan}
        name = f"{plan} customers" if number < 4 else f"{plan} customers {number}"  # noqa: PLR2004
        yield shapes.audience(str(300 + number), moment, name=name, predicates=[condition])


def _away_status_reasons(opened_at: int) -> Iterator[Json]:
    known = (("Lunch", "🍽️"), ("Meeting", "📅"), ("Break", "☕"), ("Training", "🎓"), ("Sick", "🤒"))
    for number, moment, _ in _numbered(opened_at):
        label, emoji = known[number % len(known)]
        is_old = number % len(known) == len(known) - 1
        yield shapes.away_status_reason(
            str(12 + number), moment, label=label, emoji=emoji, order=number + 1, deleted=is_old
        )


def _brands(opened_at: int) -> Iterator[Json]:
    yield shapes.brand(
        WORKSPACE_ID,
        opened_at,
        name="Linnet",
        is_default=True,
        help_center_id=str(HELP_CENTER_ID),
        default_address_settings_id="10",
    )
    for number, moment, _ in _numbered(opened_at):
        yield shapes.brand(
            str(10 + number),
            moment,
            name=f"Linnet Labs {number or ''}".strip(),
            help_center_id=str(HELP_CENTER_ID + 1),
            default_address_settings_id="11",
        )


def _email_settings(opened_at: int) -> Iterator[Json]:
    for number, moment, _ in _numbered(opened_at):
        box = ("support", "billing", "hello")[number % 3]
        yield shapes.email_setting(
            str(10 + number),
            moment,
            email=f"{box}@linnet.example.com",
            verified=number != 2,  # noqa: PLR2004
            domain="linnet.example.com",
            brand_id=WORKSPACE_ID if number else "10",
            forwarding_enabled=number == 0,
            forwarded_email_last_received_at=NOW - DAY if number == 0 else None,
        )


def _office_hours_schedules(opened_at: int) -> Iterator[Json]:
    yield shapes.office_hours_schedule("801", opened_at, name="Weekdays")
    for number, moment, _ in _numbered(opened_at):
        yield shapes.office_hours_schedule(
            str(802 + number), moment, name="Always", time_intervals=[], twenty_four_seven=True
        )


def _office_hours_exceptions(opened_at: int) -> Iterator[Json]:
    short = [{"start_minute": 540, "end_minute": 720}]
    days = ("2026-12-24", "2026-12-25", "2026-12-31", "2027-01-01")
    for number, moment, _ in _numbered(opened_at):
        is_short = number % 2 == 0
        yield shapes.office_hours_exception(
            str(901 + number),
            moment,
            office_hours_schedule_id="801",
            exception_date=days[number % len(days)],
            exception_type="custom_hours" if is_short else "closed",
            time_intervals=short if is_short else None,
            name="Holiday" if number else None,
            recurring_annually=not is_short,
        )


def _collections(opened_at: int) -> Iterator[Json]:
    """Every third one is a section of the one before, whose help center it doesn't repeat."""
    german = {"type": "group_content", "name": "Erste Schritte", "description": ""}
    for number, moment, name in _numbered(opened_at):
        is_section = number % 3 == 2  # noqa: PLR2004
        yield shapes.collection(
            str(FIRST_COLLECTION_ID + number),
            moment,
            name=name,
            description=None if is_section else f"All about {name.lower()}",
            url=f"https://help.linnet.example.com/en/collections/{FIRST_COLLECTION_ID + number}",
            order=number,
            parent_id=str(FIRST_COLLECTION_ID + number - 1) if is_section else None,
            help_center_id=None if is_section else HELP_CENTER_ID,
            translated_content={"type": "group_translated_content", "de": german}
            if number == 0
            else None,
        )


def _help_centers(opened_at: int) -> Iterator[Json]:
    for number, moment, _ in _numbered(opened_at):
        yield shapes.help_center(
            str(HELP_CENTER_ID + number),
            moment,
            identifier=f"linnet-{number}" if number else "linnet",
            display_name="Linnet Help" if number == 0 else f"Linnet Labs {number}",
            url="https://help.linnet.example.com",
            custom_domain="help.linnet.example.com" if number == 0 else None,
            default=number == 0,
            locales=["en", "de"] if number == 0 else ["en"],
        )


def _help_center_redirects(opened_at: int) -> Iterator[Json]:
    for number, moment, _ in _numbered(opened_at):
        is_article = number % 2 == 0
        yield shapes.help_center_redirect(
            str(5001 + number),
            moment,
            from_url=f"/old/{number}",
            help_center_id=str(HELP_CENTER_ID),
            target_type="article" if is_article else "collection",
            target_id="39" if is_article else str(FIRST_COLLECTION_ID),
        )


def _internal_articles(opened_at: int) -> Iterator[Json]:
    for number, moment, name in _numbered(opened_at):
        yield shapes.internal_article(
            str(601 + number),
            moment,
            title=f"How we handle {name.lower()}",
            body=f"<p>{name}, step by step.</p>",
            body_markdown=f"{name}, step by step.",
            owner_id=FIRST_ADMIN_ID + number % 10,
            author_id=FIRST_ADMIN_ID + number % 10,
        )


def _content_snippets(opened_at: int) -> Iterator[Json]:
    for number, moment, name in _numbered(opened_at):
        yield shapes.content_snippet(
            str(345 + number),
            moment,
            title=name if number else None,
            json_blocks=[{"type": "paragraph", "text": name}],
            body_markdown=name,
            audience_ids=[300] if number % 2 else [],
        )


def _content_import_sources(opened_at: int) -> Iterator[Json]:
    for number, moment, _ in _numbered(opened_at):
        yield shapes.content_import_source(
            33 + number,
            moment,
            url=f"https://docs.linnet.example.com/{number}",
            status="active" if number == 0 else "deactivated",
            last_synced_at=NOW - DAY,
        )


def _external_pages(opened_at: int) -> Iterator[Json]:
    for number, moment, name in _numbered(opened_at):
        yield shapes.external_page(
            str(701 + number),
            moment,
            title=name,
            html=f"<h1>{name}</h1>",
            url=f"https://docs.linnet.example.com/0/{number}",
            source_id=33,
            external_id=f"page-{number}",
        )


def _file_sources(opened_at: int) -> Iterator[Json]:
    for number, moment, name in _numbered(opened_at):
        yield shapes.file_source(str(789 + number), moment, title=f"{name}.pdf")


def _macros(opened_at: int) -> Iterator[Json]:
    for number, moment, name in _numbered(opened_at):
        is_hidden = number % 4 == 3  # noqa: PLR2004
        yield shapes.macro(
            str(123 + number),
            moment,
            name=name,
            body=f'<p>Hi <attribute key="user.name" default="there"/>, about {name.lower()}:</p>',
            body_text=f'Hi {{{{user.name|fallback:"there"}}}}, about {name.lower()}:',
            visible_to="specific_teams" if is_hidden else "everyone",
            visible_to_team_ids=[str(FIRST_TEAM_ID + 1)] if is_hidden else [],
        )


def _news_items(opened_at: int) -> Iterator[Json]:
    for number, moment, name in _numbered(opened_at):
        is_draft = number % 5 == 4  # noqa: PLR2004
        feeds = [] if is_draft else [201] if number % 2 else [201, 202]
        yield shapes.news_item(
            str(29 + number),
            moment,
            title=f"New: {name}",
            body=f"<p>{name} got better.</p>",
            sender_id=FIRST_ADMIN_ID,
            state="draft" if is_draft else "live",
            newsfeed_assignments=[{"newsfeed_id": feed, "published_at": moment} for feed in feeds],
            labels=["Product", None] if number % 3 == 0 else [],
            reactions=["😀", "😐", "😕", None],
        )


def _newsfeeds(opened_at: int) -> Iterator[Json]:
    for number, moment, _ in _numbered(opened_at):
        name = ("Product updates", "Status")[number] if number < 2 else f"Feed {number}"  # noqa: PLR2004
        yield shapes.newsfeed(str(201 + number), moment, name=name)


def _ticket_states(opened_at: int) -> Iterator[Json]:
    known = (
        ("submitted", "Submitted", "Submitted", False),
        ("in_progress", "In progress", "We are on it", False),
        ("waiting_on_customer", "Waiting on customer", "Waiting on you", False),
        ("resolved", "Resolved", "Resolved", False),
        ("in_progress", "With engineering", "We are on it", True),
    )
    for number, moment, _ in _numbered(opened_at):
        category, internal, external, is_old = known[number % len(known)]
        yield shapes.ticket_state(
            str(FIRST_STATE_ID + number),
            moment,
            category=category,
            internal_label=internal,
            external_label=external,
            archived=is_old,
        )


def _ticket_types(opened_at: int) -> Iterator[Json]:
    known = (
        ("Bug report", "🐞", "Customer", False),
        ("Refund", "💸", "Customer", False),
        ("Outage", "🔥", "Tracker", False),
        ("Old request", "📦", "Back-office", True),
    )
    for number, moment, _ in _numbered(opened_at):
        name, icon, category, is_old = known[number % len(known)]
        type_id = FIRST_TYPE_ID + number
        yield shapes.ticket_type(
            str(type_id),
            moment,
            name=name,
            icon=icon,
            category=category,
            is_internal=category != "Customer",
            archived=is_old,
            description=f"{name}, told by a customer.",
            _attributes=list(_type_attributes(type_id, moment)),
            _state_ids=[str(FIRST_STATE_ID + each) for each in range(4)],
        )


def _type_attributes(type_id: int, moment: int) -> Iterator[Json]:
    """One of each data type beside title and description, the last one archived."""
    options = [{"id": str(each), "label": each.capitalize()} for each in ("low", "high")]
    known: tuple[tuple[str, str, Json], ...] = (
        ("_default_title_", "string", {"multiline": False}),
        ("_default_description_", "string", {"multiline": True}),
        ("Severity", "list", {"allow_multiple_values": False, "list_options": options}),
        ("Affected users", "integer", {}),
        ("Amount", "decimal", {}),
        ("Reproducible", "boolean", {}),
        ("Seen on", "datetime", {}),
        ("Screenshots", "files", {}),
        ("Old field", "string", {"multiline": False}),
    )
    for order, (name, data_type, how) in enumerate(known):
        yield shapes.ticket_type_attribute(
            str(type_id * 100 + order),
            moment,
            name=name,
            data_type=data_type,
            input_options=how,
            order=order,
            default=name.startswith("_default"),
            ticket_type_id=type_id,
            archived=name == "Old field",
        )


def _data_connectors(opened_at: int) -> Iterator[Json]:
    for number, moment, name in _numbered(opened_at):
        yield shapes.data_connector(
            str(12_345 + number),
            moment,
            name=f"{name} lookup",
            description=None if number else "Asks the shop for an order",
            state="draft" if number % 3 == 1 else "live",
            http_method=("get", "post")[number % 2],
            direct_fin_usage=number == 0,
            execution_results_url=f"/data_connectors/{12_345 + number}/execution_results",
            _detail=_connector_detail(number),
        )


def _connector_detail(number: int) -> Json:
    return {
        "url": f"https://shop.linnet.example.com/{number}",
        "body": "",
        "headers": [{"name": "Authorization", "value": "[REDACTED]"}],
        "audiences": ["users"],
        "execution_type": "server_side",
        "configuration_response_type": "test_response_type",
        "data_transformation_type": "full_access",
        "client_function_name": None,
        "client_function_timeout_ms": None,
        "data_inputs": [
            {
                "name": "order",
                "type": "string",
                "description": None,
                "required": True,
                "default_value": "",
            }
        ],
        "response_fields": [
            {"path": "total", "type": "decimal", "example_value": 9.5, "redacted": False}
        ],
        "object_mappings": [],
        "token_ids": [],
        "customer_authentication": False,
        "bypass_authentication": False,
        "validate_missing_attributes": None,
    }


def _data_connector_executions(opened_at: int) -> Iterator[Json]:
    """The first ten within the last hour, the others a day apart; every fourth failed."""
    for number, _, _ in _numbered(opened_at):
        failed = number % 4 == 3  # noqa: PLR2004
        recent = number < 10  # noqa: PLR2004
        moment = NOW - 60 * (number + 1) if recent else NOW - (number - 9) * DAY
        yield shapes.data_connector_execution(
            str(90_000 - number),
            moment,
            data_connector_id="12345",
            success=not failed,
            http_status=500 if failed else 200,
            error_type="3rd_party_error" if failed else None,
            error_message="The shop did not answer" if failed else None,
            execution_time_ms=80 + number,
            conversation_id=str(501 + number) if number % 2 else None,
            _bodies={
                "request_url": "https://shop.linnet.example.com/0",
                "request_body": None,
                "response_body": '{"total": 9.5}',
                "raw_response_body": '{"total": 9.5}',
            },
        )


def _custom_object_instances(opened_at: int) -> Iterator[Json]:
    """Orders, and every fourth time a subscription; the same customer's id for one of each."""
    for number, moment, _ in _numbered(opened_at):
        is_order = number % 4 < 3  # noqa: PLR2004
        yield shapes.custom_object_instance(
            str(number + 1),
            moment,
            type="Order" if is_order else "Subscription",
            external_id=f"order_{number:03}" if is_order else f"sub_{number:03}",
            external_created_at=moment if number else None,
            external_updated_at=moment if number else None,
            custom_attributes={
                "order_number": f"ORDER-{number:05}",
                "total_amount": round(149.99 + number, 2),
                "is_paid": number % 2 == 0,
            },
        )


_MAKERS: dict[str, Callable[[int], Iterator[Json]]] = {
    "audiences": _audiences,
    "away_status_reasons": _away_status_reasons,
    "brands": _brands,
    "collections": _collections,
    "content_import_sources": _content_import_sources,
    "content_snippets": _content_snippets,
    "custom_object_instances": _custom_object_instances,
    "data_connector_executions": _data_connector_executions,
    "data_connectors": _data_connectors,
    "email_settings": _email_settings,
    "external_pages": _external_pages,
    "file_sources": _file_sources,
    "help_center_redirects": _help_center_redirects,
    "help_centers": _help_centers,
    "internal_articles": _internal_articles,
    "macros": _macros,
    "news_items": _news_items,
    "newsfeeds": _newsfeeds,
    "office_hours_exceptions": _office_hours_exceptions,
    "office_hours_schedules": _office_hours_schedules,
    "ticket_states": _ticket_states,
    "ticket_types": _ticket_types,
}
