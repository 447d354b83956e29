"""The stream schemas against JSON Schema, our rules for types, and the facts of Intercom's API."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from itertools import product
from typing import Any

import pytest
from jsonschema import Draft7Validator
from jsonschema.validators import extend

from integration_tests.schemas import SCHEMAS, SHARED, schema
from source_intercom.intercom.json_text import to_json
from source_intercom.tables.types import normaliser
from unit_tests.described import facts

SOURCES = {
    "activity_log_event_types": [],
    "activity_logs": [
        "POST /admins/activity_logs/search activity_logs[]",
        "GET /admins/activity_logs activity_logs[]",
    ],
    "admins": ["GET /admins admins[]"],
    "article_collections": [],
    "article_drafts": ["GET /articles/{id}/draft"],
    "article_statistics": ["GET /articles/{article_id} statistics"],
    "article_tags": [],
    "article_translations": ["GET /articles data[].translated_content.en"],
    "article_versions": ["GET /articles/{article_id}/versions data[]"],
    "articles": ["GET /articles data[]"],
    "audiences": ["GET /audiences data[]"],
    "away_status_reasons": ["GET /away_status_reasons data[]"],
    "brands": ["GET /brands data[]"],
    "call_transcripts": ["POST /calls/search data[]"],
    "calls": ["GET /calls data[]"],
    "collections": ["GET /help_center/collections data[]"],
    "companies": ["GET /companies/scroll data[]"],
    "company_notes": ["GET /companies/{company_id}/notes data[]"],
    "company_segments": [],
    "company_tags": [],
    "contact_activities": [],
    "contact_companies": [],
    "contact_merges": ["GET /contacts/{id}/merge_history data[]"],
    "contact_notes": ["GET /contacts/{contact_id}/notes data[]"],
    "contact_segments": [],
    "contact_subscriptions": [],
    "contact_tags": [],
    "contacts": ["GET /contacts/{contact_id}"],
    "content_import_sources": ["GET /ai/content_import_sources data[]"],
    "content_items": ["GET /content/search data[]"],
    "content_snippets": ["GET /content_snippets data[]"],
    "conversation_contacts": [],
    "conversation_linked_objects": [],
    "conversation_monitor_evaluations": [
        "POST /conversations/search conversations[].monitor_evaluations[]"
    ],
    "conversation_parts": [
        "GET /conversations/{conversation_id} conversation_parts.conversation_parts[]"
    ],
    "conversation_scorecards": ["POST /conversations/search conversations[].scorecards[]"],
    "conversation_tags": [],
    "conversation_teammates": [],
    "conversations": ["POST /conversations/search conversations[]"],
    "custom_object_instances": [
        "GET /custom_object_instances/{custom_object_type_identifier} data[]"
    ],
    "data_attributes": ["GET /data_attributes data[]", "GET /conversations/attributes data[]"],
    "data_connector_executions": [
        "GET /data_connectors/{data_connector_id}/execution_results data[]"
    ],
    "data_connectors": ["GET /data_connectors data[]", "GET /data_connectors/{id}"],
    "data_event_summaries": ["GET /events events[]"],
    "data_events": ["#/schemas/data_event"],
    "deleted_contacts": [],
    "deleted_conversations": ["GET /conversations/deleted conversations[]"],
    "email_settings": ["GET /emails data[]"],
    "external_pages": ["GET /ai/external_pages data[]"],
    "handling_events": ["GET /conversations/{id}/handling_events handling_events[]"],
    "help_center_redirects": ["GET /help_center/help_centers/{help_center_id}/redirects data[]"],
    "help_centers": ["GET /help_center/help_centers data[]"],
    "internal_articles": ["GET /internal_articles data[]"],
    "macros": ["GET /macros data[]"],
    "news_items": ["#/schemas/news_item"],
    "newsfeed_items": ["#/schemas/newsfeed_assignment"],
    "newsfeeds": ["#/schemas/newsfeed"],
    "office_hours_exceptions": [
        "GET /office_hours_schedules/{office_hours_schedule_id}/office_hours_exceptions data[]"
    ],
    "office_hours_schedules": ["GET /office_hours_schedules data[]"],
    "segments": ["GET /segments segments[]"],
    "side_conversation_parts": [
        "GET /conversations/{id}/side_conversations side_conversations[].conversation_parts[]"
    ],
    "subscription_types": ["GET /subscription_types data[]"],
    "tags": ["GET /tags data[]"],
    "team_admins": [],
    "team_metrics": ["GET /teams/{team_id}/metrics data[]"],
    "teams": ["GET /teams teams[]"],
    "ticket_contacts": [],
    "ticket_linked_objects": [],
    "ticket_parts": ["POST /tickets/search tickets[].ticket_parts.ticket_parts[]"],
    "ticket_states": ["GET /ticket_states data[]"],
    "ticket_type_attributes": [
        "GET /ticket_types data[].ticket_type_attributes.ticket_type_attributes[]"
    ],
    "ticket_type_states": [],
    "ticket_types": ["GET /ticket_types data[]"],
    "tickets": ["POST /tickets/search tickets[]"],
    "workspace": ["GET /me app"],
}
"""
By stream the operations whose answers hold its rows, and where; or the schema, where a list mixes
several. None where the rows are keys alone, or described by another version of the API.
"""

OPEN_MAPS = {
    "changes",
    "collected_data",
    "custom_attributes",
    "event_details",
    "metadata",
    "ticket_attributes",
}
"""Maps whose keys are the workspace's own, or depend on another field, where declared open."""

OTHER_TIMES = {"first", "last", "snoozed_until", "timestamp", "waiting_since"}
"""Timestamps whose names do not end in _at."""

BEYOND = {
    "activity_log_event_types": {
        "connector": "event_type",
    },
    "activity_logs": {
        "examples": "metadata.message",
    },
    "article_collections": {
        "connector": "article_id collection_id article_updated_at read_at",
    },
    "article_drafts": {
        "article_content": "audience_ids",
        "connector": "read_at",
    },
    "article_statistics": {
        "connector": "article_id",
        "examples": "conversations",
    },
    "article_tags": {
        "connector": "article_id tag_id article_updated_at read_at",
    },
    "article_translations": {
        "connector": "article_id locale article_updated_at read_at",
    },
    "articles": {
        "article_content": "audience_ids",
    },
    "companies": {
        "live answers": "notes.data notes.url notes.total_count notes.has_more",
    },
    "company_notes": {
        "connector": "company_id company_updated_at read_at",
    },
    "company_segments": {
        "connector": "company_id segment_id name company_updated_at read_at",
    },
    "company_tags": {
        "connector": "company_id tag_id name company_updated_at read_at",
    },
    "contact_activities": {
        "Preview": "id type contact_id created_at merge_source_id merge_target_id",
    },
    "contact_companies": {
        "connector": "contact_id company_id contact_updated_at read_at",
    },
    "contact_merges": {
        "connector": "contact_id contact_updated_at read_at",
    },
    "contact_notes": {
        "connector": "contact_id contact_updated_at read_at",
    },
    "contact_segments": {
        "connector": "contact_id segment_id contact_updated_at read_at",
    },
    "contact_subscriptions": {
        "connector": "contact_id subscription_type_id consent contact_updated_at read_at",
    },
    "contact_tags": {
        "connector": "contact_id tag_id contact_updated_at read_at",
    },
    "contacts": {
        "connector": "read_at",
        "live answers": "formatted_phone unsubscribed_from_sms sms_consent",
        "examples": (
            "tags.type notes.type companies.type location.country_code "
            "location.continent_code social_profiles.type utm_campaign utm_content utm_medium "
            "utm_source utm_term referrer opted_in_subscription_types "
            "opted_out_subscription_types"
        ),
    },
    "content_snippets": {
        "examples": "json_blocks[].type json_blocks[].text",
    },
    "conversation_contacts": {
        "connector": "conversation_id contact_id external_id conversation_updated_at read_at",
    },
    "conversation_linked_objects": {
        "connector": (
            "conversation_id linked_type linked_id category conversation_updated_at read_at"
        ),
    },
    "conversation_monitor_evaluations": {
        "connector": "conversation_id evaluated_at_hash conversation_updated_at read_at",
    },
    "conversation_parts": {
        "connector": "conversation_id conversation_updated_at",
        "live answers": "translations",
    },
    "conversation_scorecards": {
        "connector": "conversation_id conversation_updated_at read_at",
    },
    "conversation_tags": {
        "connector": (
            "conversation_id tag_id name applied_at applied_by conversation_updated_at read_at"
        ),
    },
    "conversation_teammates": {
        "connector": "conversation_id teammate_type teammate_id conversation_updated_at read_at",
    },
    "conversations": {
        "connector": "read_at",
        "live answers": (
            "company.notes.data company.notes.url company.notes.total_count "
            "company.notes.has_more teammates.admins"
        ),
        "examples": "topics ticket",
    },
    "data_attributes": {
        "connector": "key",
    },
    "data_event_summaries": {
        "connector": "contact_id",
    },
    "data_events": {
        "connector": "contact_id metadata_hash",
    },
    "deleted_contacts": {
        "2.17": "id type external_id email status merged_into_id",
    },
    "handling_events": {
        "connector": "conversation_id teammate_type teammate_id conversation_updated_at",
    },
    "help_center_redirects": {
        "connector": "read_at",
    },
    "newsfeed_items": {
        "connector": "news_item_id read_at",
    },
    "office_hours_exceptions": {
        "connector": "read_at",
    },
    "side_conversation_parts": {
        "connector": "side_conversation_id conversation_id conversation_updated_at",
    },
    "team_admins": {
        "connector": "team_id admin_id priority read_at",
    },
    "team_metrics": {
        "connector": "team_id read_at",
    },
    "ticket_contacts": {
        "connector": "ticket_id contact_id external_id ticket_updated_at read_at",
    },
    "ticket_linked_objects": {
        "connector": "ticket_id linked_type linked_id category ticket_updated_at read_at",
    },
    "ticket_parts": {
        "connector": "ticket_id ticket_updated_at",
    },
    "ticket_type_attributes": {
        "connector": "read_at",
    },
    "ticket_type_states": {
        "connector": "ticket_type_id ticket_state_id read_at",
    },
    "ticket_types": {
        "examples": "is_internal",
    },
    "tickets": {
        "connector": "read_at ticket_type_id",
        "live answers": "channel",
    },
    "workspace": {
        "examples": "secure",
    },
}
"""
Columns and fields that no schema of Intercom's has, and who says that they are there: its examples,
live answers, another version of its API, or this connector, which makes them.
"""

ELSEWHERE = {
    "article_drafts.statistics": "in article_statistics",
    "company_notes.company": "its id is company_id",
    "company_notes.contact": "null: a company's note",
    "contact_merges.type": "says nothing",
    "contact_notes.company": "null: a contact's note",
    "contact_notes.contact": "its id is contact_id",
    "ticket_parts.updated_attribute_data.value.id[]": "the list is JSON in a text",
    "ticket_parts.updated_attribute_data.value.label[]": "the list is JSON in a text",
    "ticket_states.ticket_types": "in ticket_type_states",
    "ticket_types.ticket_type_attributes": "in ticket_type_attributes",
    "tickets.ticket_parts": "in ticket_parts",
    "tickets.ticket_type": "its id is ticket_type_id, the rest is in ticket_types",
}
"""Fields that Intercom has and a stream leaves out, and where they are."""

OTHER_TYPES = {
    "activity_logs.metadata.after": "an object by the schema, text by the examples",
    "activity_logs.metadata.before": "as after",
    "activity_logs.metadata.update_by": "an id",
    "companies.monthly_spend": "its data_type in GET /data_attributes is float",
    "conversations.company.monthly_spend": "as companies.monthly_spend",
    "data_connectors.response_fields[].example_value": "of any type",
    "ticket_parts.updated_attribute_data.value.label": "text, or a list for files",
}
"""Fields that have another type than Intercom's schema gives them, and why."""

OTHER_SHAPES = {
    "admins.avatar": ("string", "image_url"),
    "companies.notes.notes[].author.avatar": ("string", "image_url"),
    "company_notes.author.avatar": ("string", "image_url"),
    "contact_notes.author.avatar": ("string", "image_url"),
    "contacts.avatar": ("object", "image_url"),
    "conversation_parts.assigned_to": ("object", "id"),
    "conversation_parts.tags": ("array", "tags"),
    "conversations.company.notes.notes[].author.avatar": ("string", "image_url"),
    "data_attributes.options[]": ("object", "label"),
    "side_conversation_parts.assigned_to": ("object", "id"),
    "side_conversation_parts.tags": ("array", "tags"),
    "ticket_parts.assigned_to": ("object", "id"),
}
"""
Fields that Intercom sends in two shapes: the declared one, and the name by which the other turns
into it. A lone value is put behind the name in an object; an object gives up what stands there.
"""

COSTLY = {
    "article_drafts",
    "article_statistics",
    "article_versions",
    "call_transcripts",
    "company_notes",
    "contact_companies",
    "contact_notes",
    "contact_segments",
    "contact_subscriptions",
    "contact_tags",
    "conversation_parts",
    "data_connector_executions",
    "data_connectors",
    "data_event_summaries",
    "data_events",
    "handling_events",
    "help_center_redirects",
    "office_hours_exceptions",
    "side_conversation_parts",
    "team_metrics",
}
"""Streams that ask more than the list that they come from."""

ENDING = {
    "article_collections",
    "article_drafts",
    "article_tags",
    "article_translations",
    "company_notes",
    "company_segments",
    "company_tags",
    "contact_companies",
    "contact_merges",
    "contact_notes",
    "contact_segments",
    "contact_subscriptions",
    "contact_tags",
    "conversation_contacts",
    "conversation_linked_objects",
    "conversation_monitor_evaluations",
    "conversation_scorecards",
    "conversation_tags",
    "conversation_teammates",
    "help_center_redirects",
    "newsfeed_items",
    "office_hours_exceptions",
    "team_admins",
    "team_metrics",
    "ticket_contacts",
    "ticket_linked_objects",
    "ticket_type_attributes",
    "ticket_type_states",
}
"""Relations, and children whose rows can end while their parent lives."""

NO_TABLE = {
    "companies.company_id",
    "consent_id",
    "conversations.company.company_id",
    "evaluator_id",
    "external_id",
    "message_id",
    "monitor_id",
    "reason_ids",
    "scorecard_id",
    "scorecard_version_id",
    "side_conversation_id",
    "source_id",
    "tickets.ticket_id",
    "token_ids",
}
"""Ids that lead to no other table, by the name of the field or the whole path."""

TIMESTAMP = {
    "type": ["null", "string"],
    "format": "date-time",
    "airbyte_type": "timestamp_with_timezone",
}

SEEN_SHAPES = [
    ("contacts", {"avatar": None}),
    ("contacts", {"avatar": {"type": "avatar", "image_url": "https://example.com/a.png"}}),
    ("contacts", {"email": None, "location": None, "unheard_of": {"a": [1]}}),
    ("companies", {"plan": {}, "monthly_spend": 49.9}),
    ("companies", {"plan": {"type": "plan", "id": "269315", "name": "Pro"}}),
    ("companies", {"custom_attributes": {"vip": True, "seats": 12, "joined": None}}),
    ("companies", {"notes": {"type": "note.list", "data": [], "has_more": False}}),
    ("companies", {"notes": {"type": "note.list", "notes": [{"id": "1", "author": None}]}}),
    ("conversations", {"source": None, "statistics": None, "topics": {}, "ticket": None}),
    ("conversations", {"teammates": {"type": "admin.list", "admins": [{"id": "1"}]}}),
    ("conversations", {"custom_attributes": {"CX Score rating": 4, "Files": [{"url": "x"}]}}),
    ("conversation_parts", {"tags": [{"type": "tag", "id": "1", "name": "t"}]}),
    ("conversation_parts", {"assigned_to": {"type": "admin", "id": "1"}}),
    ("conversation_parts", {"event_details": {}, "metadata": {}, "translations": None}),
    ("articles", {"translated_content": {"type": "article_translated_content", "de": None}}),
    ("articles", {"translated_content": {"id": {"title": "Halo"}, "tlh": {"title": "nuqneH"}}}),
    ("admins", {"avatar": "https://example.com/a.png", "team_priority_level": {}}),
    ("data_attributes", {"options": [{"id": "x", "label": "A", "archived": False}]}),
]
"""Shapes that Intercom has been seen to send."""

Strict = extend(
    Draft7Validator,
    type_checker=Draft7Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: type(value) is int and -(2**63) <= value < 2**63
    ),
)
"""No destination takes a 1.0 for an integer, nor one beyond 64 bits."""

every_stream = pytest.mark.parametrize("stream", SOURCES)

Node = Mapping[str, Any]


def below(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """What a schema holds, by its path: `tags`, `tags.data`, `tags.data[]`, `by_locale.*`."""
    for name, field in node.get("properties", {}).items():
        yield from at(field, f"{path}.{name}" if path else name)
    if "items" in node:
        yield from at(node["items"], f"{path}[]")
    if isinstance(node.get("additionalProperties"), Mapping):
        yield from at(node["additionalProperties"], f"{path}.*")


def at(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """A schema at its path, and all below it."""
    yield path, node
    yield from below(node, path)


@cache
def declared(stream: str) -> dict[str, Node]:
    """Every column and field of a stream, at any depth, by its path."""
    return dict(below(schema(stream), ""))


@cache
def described(stream: str) -> dict[str, Node]:
    """Every field that Intercom's schemas give a stream's rows; keys of maps are one field, `*`."""
    found: dict[str, Node] = {}
    for source in SOURCES[stream]:
        operation, path = parted(source)
        if operation:
            node = resolved(facts()["operations"][operation]["answers"]["200"])
        else:
            node = resolved({"$ref": path})
            path = ""
        for name in path.replace("[]", ".[]").split(".") if path else []:
            node = resolved(node["items"] if name == "[]" else node["properties"][name])
        found |= dict(described_below(stream, node, ""))

    return {path: field for path, field in found.items() if not elsewhere(stream, path)}


def described_below(stream: str, node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """The fields of a schema of Intercom's; what lies inside open maps is left out."""
    ours = declared(stream)
    is_map = isinstance(ours.get(path, {}).get("additionalProperties"), Mapping)
    for name, raw in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        here = f"{path}.*" if is_map and here not in ours else here
        field = resolved(raw)
        yield here, field
        if not is_open(stream, here):
            yield from described_below(stream, field, here)
    if "items" in node:
        item = resolved(node["items"])
        yield f"{path}[]", item
        yield from described_below(stream, item, f"{path}[]")


def is_open(stream: str, path: str) -> bool:
    """Whether a field is a map that is declared open on purpose."""
    return leaf(path) in OPEN_MAPS and "properties" not in declared(stream).get(path, {})


def elsewhere(stream: str, path: str) -> bool:
    """Whether a field, or one above it, is left out on purpose."""
    return any(f"{stream}.{path}.".startswith((f"{each}.", f"{each}[")) for each in ELSEWHERE)


def parted(source: str) -> tuple[str, str]:
    """An operation and the path to the rows in its answer; or none and a schema."""
    method, _, rest = source.rpartition(" ") if source.startswith("#") else source.partition(" ")
    route, _, path = rest.partition(" ")

    return (f"{method} {route}", path) if method else ("", source)


def resolved(node: Node) -> dict[str, Any]:
    """A schema of Intercom's, its references followed and its alternatives united into one."""
    if "$ref" in node:
        return resolved(facts()["schemas"][node["$ref"].rsplit("/", 1)[-1]])
    parts = [resolved(part) for key in ("allOf", "oneOf", "anyOf") for part in node.get(key, [])]
    properties: dict[str, Any] = {}
    for part in parts:
        properties |= part.get("properties", {})
    properties |= node.get("properties", {})
    inherited = {key: value for part in parts for key, value in part.items()}

    return {**inherited, **node, **({"properties": properties} if properties else {})}


def shown(stream: str) -> Iterator[tuple[str, set[str]]]:
    """Paths in a stream's rows, and the JSON types that Intercom's examples alone show there."""
    for source in SOURCES[stream]:
        operation, prefix = parted(source)
        prefix = f"{prefix}." if prefix else ""
        for path, kinds in facts()["operations"].get(operation, {}).get("shown", {}).items():
            where = path.removeprefix(prefix)
            parent = where.rpartition(".")[0]
            if path.startswith(prefix) and not (
                elsewhere(stream, where) or is_open(stream, parent)
            ):
                yield where, set(kinds.split())


def beyond(stream: str) -> list[str]:
    """The columns and fields that Intercom's schemas lack, without those below them."""
    found = [path for path in declared(stream) if path not in described(stream)]

    return [
        path
        for path in found
        if not any(path.startswith((f"{each}.", f"{each}[")) for each in found)
    ]


def kind(node: Node) -> str:
    """A declared node's type besides null."""
    return str(node["type"][1])


def leaf(path: str) -> str:
    """The name of the property that a path leads to."""
    return path.rsplit(".", 1)[-1]


def is_property(path: str) -> bool:
    """Whether a path leads to a property, and not to a list's items or a map's values."""
    return not path.endswith(("[]", ".*"))


def targets(said: str) -> list[list[str]]:
    """The tables and columns at the head of a description: `admins.id or teams.id. …`."""
    head = re.match(r"([a-z_]+\.[a-z_]+)( or [a-z_]+\.[a-z_]+)*\. ", said)

    return [each.split(".") for each in head[0][:-2].split(" or ")] if head else []


def is_id(path: str) -> bool:
    """Whether the property at this path holds one id."""
    return leaf(path) == "id" or path.endswith("_id")


def is_time(path: str) -> bool:
    """Whether the property at this path holds a time."""
    return path.endswith("_at") or leaf(path) in OTHER_TIMES


def is_epoch(path: str, field: Node) -> bool:
    """Whether Intercom describes this field as seconds since 1970."""
    timed = field.get("format") in {"date-time", "timestamp"} or is_time(path)

    return field.get("type") == "integer" and timed


def ours(path: str) -> Node:
    """What stands at a path that begins with a stream."""
    stream, _, where = path.partition(".")

    return declared(stream)[where]


def intercoms(path: str) -> Node:
    """What Intercom's schemas have at a path that begins with a stream."""
    stream, _, where = path.partition(".")

    return described(stream)[where]


def names_a_field(path: str) -> bool:
    """Whether the key by which an object takes a lone value is one of its own fields."""
    return ours(path)["x-intercom-key"] in ours(path)["properties"]


def test_every_stream_has_one_schema() -> None:
    """There is a schema file for each stream and no other."""
    assert set(SOURCES) == {path.stem for path in SCHEMAS.glob("*.json")}


def test_every_shared_file_is_used() -> None:
    """What the schemas share, some schema refers to."""
    texts = [path.read_text(encoding="utf-8") for path in SCHEMAS.rglob("*.json")]
    unused = [
        path.name
        for path in SHARED.iterdir()
        if not any(f'"$ref": "{path.name}' in text for text in texts)
    ]

    assert unused == []


def test_nothing_stands_beside_a_reference() -> None:
    """The CDK would drop it."""

    def references(node: Any) -> Iterator[Mapping[str, Any]]:
        if isinstance(node, dict):
            if "$ref" in node:
                yield node
            for each in node.values():
                yield from references(each)

    found = [
        reference
        for path in SCHEMAS.rglob("*.json")
        for reference in references(json.loads(path.read_text(encoding="utf-8")))
    ]

    assert found
    assert [each for each in found if len(each) > 1] == []


@every_stream
def test_schema_is_valid_draft_07(stream: str) -> None:
    """The file says that it is draft-07 and is."""
    Draft7Validator.check_schema(schema(stream))

    assert schema(stream)["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema(stream)["type"] == "object"


@every_stream
def test_a_table_says_what_a_row_is(stream: str) -> None:
    """A schema tells what a row is and by which columns it is known."""
    said = schema(stream)["description"]
    sentence, _, key = said.removesuffix(".").partition("; key: ")

    assert re.fullmatch(r"(Costs one request .+\. )?Each row is .+", sentence)
    assert set(key.split(", ")) <= set(schema(stream)["properties"])


@every_stream
def test_a_table_that_costs_requests_says_so_first(stream: str) -> None:
    """Whoever chooses streams reads the price before anything else."""
    assert schema(stream)["description"].startswith("Costs ") == (stream in COSTLY)


@every_stream
def test_rows_that_can_end_say_when_they_were_read(stream: str) -> None:
    """Relations, and children that can end, carry `read_at`, and so do parents that move on."""
    carries = ENDING | {"contacts", "conversations", "tickets"}

    assert ("read_at" in schema(stream)["properties"]) == (stream in carries)


@every_stream
def test_a_foreign_key_names_its_target_first(stream: str) -> None:
    """What is named like another table's id begins with the table and the column that it joins."""
    wrong = [
        path
        for path, node in declared(stream).items()
        if is_property(path)
        and path.endswith(("_id", "_ids"))
        and not {leaf(path), f"{stream}.{path}"} & NO_TABLE
        and not targets(node["description"])
    ]

    assert wrong == []


@every_stream
def test_every_target_of_a_foreign_key_exists(stream: str) -> None:
    """A table that a description tells to join is there, with that column."""
    wrong = [
        f"{path}: {table}.{column}"
        for path, node in declared(stream).items()
        for table, column in targets(node.get("description", ""))
        if table not in SOURCES or column not in schema(table)["properties"]
    ]

    assert wrong == []


@every_stream
def test_personal_data_beyond_the_ordinary_says_so_first(stream: str) -> None:
    """Whoever may not store an IP address or a transcript sees it in the column's first words."""
    wrong = [
        path
        for path, node in declared(stream).items()
        if (leaf(path) in {"ip", "transcript"})
        != node.get("description", "").startswith("Personal data. ")
    ]

    assert wrong == []


@every_stream
def test_everything_has_one_type(stream: str) -> None:
    """At any depth a property, an item or a map's value is null or of one type."""
    kinds = {"string", "integer", "number", "boolean", "object", "array"}
    wrong = [
        path
        for path, node in declared(stream).items()
        if len(node["type"]) != 2 or node["type"][0] != "null" or node["type"][1] not in kinds
    ]

    assert wrong == []


@every_stream
def test_every_property_has_a_description(stream: str) -> None:
    """One line, one or two sentences."""
    lacking = [
        path
        for path, node in declared(stream).items()
        if is_property(path) and not re.fullmatch(r"\S.+\.", node.get("description", ""))
    ]

    assert lacking == []


@every_stream
def test_nothing_is_closed(stream: str) -> None:
    """New fields and new values validate: objects are open, nothing is required or enumerated."""
    nodes = {"": schema(stream), **declared(stream)}
    closed = [
        path
        for path, node in nodes.items()
        if {"enum", "const", "required", "pattern"} & set(node)
        or ("object" in node["type"] and not node.get("additionalProperties"))
    ]

    assert closed == []


@every_stream
def test_every_list_declares_its_items(stream: str) -> None:
    """A list says what it is a list of."""
    lacking = [
        path
        for path, node in declared(stream).items()
        if kind(node) == "array" and f"{path}[]" not in declared(stream)
    ]

    assert lacking == []


@every_stream
def test_times_are_timestamps(stream: str) -> None:
    """What is named like a time is declared as a timestamp with time zone, and nothing else is."""
    wrong = [
        path
        for path, node in declared(stream).items()
        if is_time(path) != (TIMESTAMP.items() <= node.items())
    ]

    assert wrong == []


@every_stream
def test_ids_are_text(stream: str) -> None:
    """Every id, alone or in a list, is text, whether Intercom sends a number or not."""
    wrong = [
        path
        for path, node in declared(stream).items()
        if (is_id(path) or path.endswith("_ids[]")) and kind(node) != "string"
    ]

    assert wrong == []


@every_stream
def test_what_comes_in_two_shapes_names_the_key(stream: str) -> None:
    """`x-intercom-key` stands where Intercom sends another shape, and nowhere else."""
    keys = {
        f"{stream}.{path}": (kind(node), node["x-intercom-key"])
        for path, node in declared(stream).items()
        if "x-intercom-key" in node
    }

    assert keys == {
        path: shape for path, shape in OTHER_SHAPES.items() if path.split(".")[0] == stream
    }
    assert [path for path in keys if keys[path][0] == "object" and not names_a_field(path)] == []


@pytest.mark.parametrize(("stream", "record"), SEEN_SHAPES)
def test_every_shape_seen_is_valid(stream: str, record: dict[str, Any]) -> None:
    """Each of the shapes that a field has been seen in validates."""
    assert [error.message for error in Draft7Validator(schema(stream)).iter_errors(record)] == []


@pytest.mark.parametrize(("stream", "record"), SEEN_SHAPES)
def test_every_shape_seen_fits_its_types(stream: str, record: dict[str, Any]) -> None:
    """None of them is brought into its types by making anything null, or anything else."""
    misfits: list[tuple[str, str]] = []
    row = deepcopy(record)

    normaliser(schema(stream), lambda *told: misfits.append(told))(row)

    assert misfits == []
    assert row == record


@pytest.mark.parametrize(("path", "shape"), OTHER_SHAPES.items())
def test_every_other_shape_becomes_the_declared_one(path: str, shape: tuple[str, str]) -> None:
    """A lone value, or an object around it, at any depth, and nothing is null of it."""
    misfits: list[tuple[str, str]] = []
    (stream, *names), (declared_kind, key) = path.split("."), shape
    lone: Any = {"object": "1", "string": "x", "array": [{"id": "1"}]}[declared_kind]
    other = lone if declared_kind == "object" else {"type": "x", key: lone}
    expected = {key: lone} if declared_kind == "object" else lone

    for value in (other, expected):
        row = nested(names, deepcopy(value))
        normaliser(schema(stream), lambda *told: misfits.append(told))(row)
        assert row == nested(names, expected)
    assert misfits == []


def nested(names: list[str], value: Any) -> dict[str, Any]:
    """A row that holds a value at a path."""
    name, *inner = names
    value = nested(inner, value) if inner else value

    return {name.removesuffix("[]"): [value] if name.endswith("[]") else value}


@every_stream
def test_every_declared_type_is_enforced(stream: str) -> None:
    """Whatever comes where, what is written validates, and each misfit is told by its path."""
    misfits: list[str] = []
    normalise = normaliser(schema(stream), lambda where, _kind: misfits.append(where))
    validator = Strict(schema(stream))
    fields = [path for path in declared(stream) if is_property(path) and "*" not in path]
    for path, odd in product(fields, (2**64, 12.5, True, "11-50", {}, ["x"])):
        misfits.clear()
        row = nested(path.split("."), odd)
        normalise(row)

        assert validator.is_valid(json.loads(to_json(row))), path
        if kind(declared(stream)[path]) in {"integer", "number", "boolean"} and odd in ({}, ["x"]):
            assert misfits == [path]


@every_stream
def test_every_field_of_intercom_is_declared(stream: str) -> None:
    """No field of Intercom's description is missing, at any depth."""
    missing = [path for path in described(stream) if path not in declared(stream)]

    assert missing == []


@every_stream
def test_what_goes_beyond_the_description_is_accounted_for(stream: str) -> None:
    """A field that Intercom's schemas lack has somebody who says that it is there."""
    known = {path for paths in BEYOND.get(stream, {}).values() for path in paths.split()}

    assert set(beyond(stream)) == known


@every_stream
def test_every_epoch_of_intercom_is_a_timestamp(stream: str) -> None:
    """What Intercom describes as seconds since 1970 is declared as a timestamp."""
    wrong = [
        path
        for path, field in described(stream).items()
        if is_epoch(path, field) and not TIMESTAMP.items() <= declared(stream)[path].items()
    ]

    assert wrong == []


@every_stream
def test_types_are_those_of_intercom(stream: str) -> None:
    """Times, ids and the exceptions named aside, a field has the type that Intercom gives it."""
    wrong = [
        f"{path}: {field.get('type', 'object')}, declared {kind(declared(stream)[path])}"
        for path, field in described(stream).items()
        if not (is_time(path) or is_id(path) or path.endswith("_ids[]"))
        and f"{stream}.{path}" not in OTHER_TYPES
        and field.get("type", "object") != kind(declared(stream)[path])
    ]

    assert wrong == []


def test_no_exception_is_stale() -> None:
    """An exception that has no case any more is taken from its list."""
    same_type = [
        path
        for path in OTHER_TYPES
        if intercoms(path).get("type", "object") == kind(ours(path)) or is_id(path)
    ]
    ids = {
        name
        for stream in SOURCES
        for path, node in declared(stream).items()
        if not targets(node.get("description", ""))
        for name in (leaf(path), f"{stream}.{path}")
    }

    assert same_type == []
    assert NO_TABLE - ids == set()


@every_stream
def test_what_examples_show_beyond_the_schema_is_declared(stream: str) -> None:
    """Where Intercom's examples go beyond its own schema, ours holds what they show."""
    wrong = [
        f"{path}: {kinds}"
        for path, kinds in shown(stream)
        if path not in declared(stream)
        or not (is_id(path) or is_time(path) or kinds <= set(declared(stream)[path]["type"]))
    ]

    assert wrong == []
