"""The stream schemas against JSON Schema, our rules for types, and the facts of Intercom's API."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft7Validator

from unit_tests.described import ROOT, facts

SCHEMAS = ROOT / "source_intercom" / "schemas"

# Stream -> the OpenAPI objects that its records are.
OBJECTS = {
    "contacts": ["contact"],
    "companies": ["company"],
    "conversations": ["conversation_list_item"],
    "conversation_parts": ["conversation_part"],
    "articles": ["article_list_item"],
    "admins": ["admin"],
    "tags": ["tag"],
    "teams": ["team"],
    "segments": ["segment"],
    "data_attributes": ["data_attribute", "conversation_attribute"],
}

# Stream -> operations whose example answers hold such records, and the path to them. These are
# the operations that the stream reads, or where that example is empty, the retrieval of one object.
ANSWERS: dict[str, list[tuple[str, str]]] = {
    "contacts": [("GET /contacts/{contact_id}", "")],
    "companies": [("GET /companies/scroll", "data[].")],
    "conversations": [("POST /conversations/search", "conversations[].")],
    "conversation_parts": [
        ("GET /conversations/{conversation_id}", "conversation_parts.conversation_parts[].")
    ],
    "articles": [("GET /articles", "data[].")],
    "admins": [("GET /admins", "admins[].")],
    "tags": [("GET /tags", "data[].")],
    "teams": [("GET /teams/{team_id}", "")],
    "segments": [("GET /segments", "segments[].")],
    "data_attributes": [
        ("GET /data_attributes", "data[]."),
        ("GET /conversations/attributes", "data[]."),
    ],
}

# Maps whose keys are the workspace's own, or depend on another field: declared open on purpose.
OPEN_MAPS = {"custom_attributes", "metadata", "event_details", "collected_data"}

# Declared integer by Intercom, fractional in practice.
FRACTIONAL = {"monthly_spend"}

# Timestamps whose names do not end in _at.
OTHER_TIMESTAMPS = {"waiting_since", "snoozed_until"}

# The Indonesian translation of an article, not its id.
NOT_AN_ID = {"translated_content.id"}

TIMESTAMP = {
    "type": ["null", "string"],
    "format": "date-time",
    "airbyte_type": "timestamp_with_timezone",
}

# Columns that the connector adds, and fields that live responses have beyond the description.
BEYOND_OPENAPI = {
    "contacts": [
        "avatar",
        "enabled_push_messaging",
        "formatted_phone",
        "location.continent_code",
        "location.country_code",
        "merge_history",
        "opted_in_subscription_types.data[].id",
        "opted_out_subscription_types.data[].id",
        "referrer",
        "sms_consent",
        "tags.type",
        "unsubscribed_from_sms",
        "utm_campaign",
        "utm_content",
        "utm_medium",
        "utm_source",
        "utm_term",
    ],
    "companies": ["notes.data[].id", "notes.has_more", "notes.total_count", "notes.url"],
    "conversations": ["teammates.admins[].id", "ticket", "topics.topics[].name"],
    "conversation_parts": ["conversation_id", "conversation_updated_at", "translations"],
    "articles": ["audience_ids"],
    "data_attributes": ["key", "model"],
}

# Shapes that Intercom has been seen to send for one and the same field.
SEEN_SHAPES = [
    ("contacts", {"avatar": None}),
    ("contacts", {"avatar": "https://example.com/a.png"}),
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
    ("conversation_parts", {"tags": {"type": "tag.list", "tags": [{"id": "1"}]}}),
    ("conversation_parts", {"assigned_to": {"type": "admin", "id": "1"}}),
    ("conversation_parts", {"assigned_to": "1"}),
    ("conversation_parts", {"event_details": {}, "metadata": {}, "translations": None}),
    ("admins", {"avatar": "https://example.com/a.png", "team_priority_level": {}}),
    ("admins", {"avatar": {"type": "avatar", "image_url": None}}),
    ("data_attributes", {"options": ["a", "b"]}),
    ("data_attributes", {"options": [{"id": "x", "label": "A", "archived": False}]}),
]

every_stream = pytest.mark.parametrize("stream", OBJECTS)


@cache
def schema(stream: str) -> dict[str, Any]:
    """The schema file of a stream."""
    text = (SCHEMAS / f"{stream}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)

    return content


def declared(node: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema, at any depth, by its path (`tags.data[].id`)."""
    for name, field in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here, field
        yield from declared(field, here)
        yield from declared(field.get("items", {}), f"{here}[]")


def containers(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A schema and every schema inside it, the items of lists included."""
    yield node
    for field in node.get("properties", {}).values():
        yield from containers(field)
    if "items" in node:
        yield from containers(node["items"])


def resolved(node: Mapping[str, Any]) -> dict[str, Any]:
    """An OpenAPI node without $ref and with its alternatives united into one set of properties."""
    if "$ref" in node:
        return resolved(facts()["schemas"][node["$ref"].split("/")[-1]])
    parts = [resolved(part) for key in ("allOf", "oneOf", "anyOf") for part in node.get(key, [])]
    properties: dict[str, Any] = {}
    for part in parts:
        properties |= part.get("properties", {})
    properties |= node.get("properties", {})
    inherited = {key: value for part in parts for key, value in part.items()}

    return {**inherited, **node, **({"properties": properties} if properties else {})}


def described(node: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of an OpenAPI object, at any depth; what lies inside open maps is left out."""
    for name, raw in resolved(node).get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        field = resolved(raw)
        yield here, field
        if name not in OPEN_MAPS:
            yield from described(field, here)
            yield from described(field.get("items", {}), f"{here}[]")


def intercom_fields(stream: str) -> list[tuple[str, dict[str, Any]]]:
    """What Intercom's description says about the records of a stream."""
    objects = facts()["schemas"]

    return [field for name in OBJECTS[stream] for field in described(objects[name])]


def leaf(path: str) -> str:
    """The name of the property that a path leads to."""
    return path.rsplit(".", 1)[-1]


def is_id(path: str) -> bool:
    """Whether the property at this path holds one id."""
    return (leaf(path) == "id" or path.endswith("_id")) and path not in NOT_AN_ID


def is_timestamp(path: str) -> bool:
    """Whether the property at this path holds a time."""
    return path.endswith("_at") or leaf(path) in OTHER_TIMESTAMPS


def is_epoch(path: str, field: Mapping[str, Any]) -> bool:
    """Whether Intercom describes this field as seconds since 1970."""
    timed = field.get("format") in {"date-time", "timestamp"} or is_timestamp(path)

    return field.get("type") == "integer" and timed


def shown(stream: str) -> Iterator[tuple[str, set[str]]]:
    """Paths in a stream's records, and the JSON types that Intercom's examples alone show there."""
    for operation, prefix in ANSWERS[stream]:
        for path, kinds in facts()["operations"][operation].get("shown", {}).items():
            if path.startswith(prefix):
                yield path.removeprefix(prefix), set(kinds.split())


def test_every_stream_has_one_schema() -> None:
    """There is a schema file for each of the ten streams and no other."""
    files = {path.stem for path in SCHEMAS.glob("*.json")}

    assert set(OBJECTS) == files


@every_stream
def test_schema_is_valid_draft_07(stream: str) -> None:
    """The file says that it is draft-07 and is."""
    Draft7Validator.check_schema(schema(stream))

    assert schema(stream)["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema(stream)["type"] == "object"


@every_stream
def test_every_property_has_type_and_description(stream: str) -> None:
    """At any depth a property may be null, has a type and a description of one line."""
    lacking = [
        path
        for path, field in declared(schema(stream))
        if field.get("type", [None])[0] != "null"
        or len(field["type"]) < 2
        or not field.get("description", "").strip()
        or "\n" in field["description"]
    ]

    assert lacking == []


@every_stream
def test_nothing_is_closed(stream: str) -> None:
    """New fields and new values validate: objects are open, nothing is required or enumerated."""
    nodes = list(containers(schema(stream)))
    closed = [
        node
        for node in nodes
        if {"enum", "const", "required", "pattern"} & set(node)
        or ("object" in node["type"] and node.get("additionalProperties") is not True)
    ]

    assert closed == []


@every_stream
def test_every_list_declares_its_items(stream: str) -> None:
    """A list says what it is a list of."""
    lists = [(path, f) for path, f in declared(schema(stream)) if "array" in f["type"]]
    lacking = [path for path, field in lists if not field.get("items")]

    assert lacking == []


@every_stream
def test_times_are_timestamps(stream: str) -> None:
    """What is named like a time is declared as a timestamp with time zone, and nothing else is."""
    wrong = [
        path
        for path, field in declared(schema(stream))
        if is_timestamp(path) != (TIMESTAMP.items() <= field.items())
    ]

    assert wrong == []


@every_stream
def test_ids_are_text(stream: str) -> None:
    """Every id, alone or in a list, is text, whether Intercom sends a number or not."""
    text = ["null", "string"]
    wrong = [
        path
        for path, field in declared(schema(stream))
        if (is_id(path) and field["type"] != text)
        or (leaf(path).endswith("_ids") and field.get("items", {}).get("type") != text)
    ]

    assert wrong == []


@pytest.mark.parametrize("stream", BEYOND_OPENAPI)
def test_fields_beyond_the_description_are_declared(stream: str) -> None:
    """The connector's own columns and the fields known from live responses are there."""
    paths = {path for path, _ in declared(schema(stream))}
    missing = [path for path in BEYOND_OPENAPI[stream] if path not in paths]

    assert missing == []


@pytest.mark.parametrize(("stream", "record"), SEEN_SHAPES)
def test_every_shape_seen_is_valid(stream: str, record: dict[str, Any]) -> None:
    """Each of the shapes that a field has been seen in validates."""
    assert [error.message for error in Draft7Validator(schema(stream)).iter_errors(record)] == []


def test_locales_of_an_article_are_alike() -> None:
    """The translations of an article have the same fields in every language."""
    translated = schema("articles")["properties"]["translated_content"]["properties"]
    locales = {name: node["properties"] for name, node in translated.items() if name != "type"}
    different = [name for name, fields in locales.items() if fields != locales["en"]]

    assert different == []


@every_stream
def test_every_field_of_intercom_is_declared(stream: str) -> None:
    """No field of Intercom's description is missing, at any depth."""
    paths = {path for path, _ in declared(schema(stream))}
    missing = [path for path, _ in intercom_fields(stream) if path not in paths]

    assert missing == []


@every_stream
def test_every_epoch_of_intercom_is_a_timestamp(stream: str) -> None:
    """What Intercom describes as seconds since 1970 is declared as a timestamp."""
    ours = dict(declared(schema(stream)))
    wrong = [
        path
        for path, field in intercom_fields(stream)
        if is_epoch(path, field) and not TIMESTAMP.items() <= ours.get(path, {}).items()
    ]

    assert wrong == []


@every_stream
def test_types_are_those_of_intercom(stream: str) -> None:
    """Other than times and ids, a field has the type that Intercom gives it, or one more."""
    ours = dict(declared(schema(stream)))
    wrong = []
    for path, field in intercom_fields(stream):
        name = leaf(path)
        if is_epoch(path, field) or is_id(path) or path not in ours:
            continue
        theirs = field.get("type", "object")
        expected = "number" if name in FRACTIONAL else theirs
        if expected not in ours[path]["type"]:
            wrong.append(f"{path}: {theirs}, declared {ours[path]['type']}")

    assert wrong == []


@every_stream
def test_what_examples_show_beyond_the_schema_is_declared(stream: str) -> None:
    """Where Intercom's examples go beyond its own schema, ours holds what they show."""
    ours = dict(declared(schema(stream)))
    wrong = [
        f"{path}: {kinds}"
        for path, kinds in shown(stream)
        if not (
            is_id(path) or is_timestamp(path) or kinds <= set(ours.get(path, {}).get("type", []))
        )
    ]

    assert wrong == []
