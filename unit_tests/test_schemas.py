"""The stream schemas against JSON Schema, our rules for types, and the facts of Intercom's API."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft7Validator

from integration_tests.schemas import SCHEMAS, SHARED, schema
from unit_tests.described import facts

SOURCES = {
    "contacts": ["GET /contacts/{contact_id}"],
    "companies": ["GET /companies/scroll data[]"],
    "conversations": ["POST /conversations/search conversations[]"],
    "conversation_parts": [
        "GET /conversations/{conversation_id} conversation_parts.conversation_parts[]"
    ],
    "articles": ["GET /articles data[]"],
    "admins": ["GET /admins admins[]"],
    "tags": ["GET /tags data[]"],
    "teams": ["GET /teams teams[]"],
    "segments": ["GET /segments segments[]"],
    "data_attributes": ["GET /data_attributes data[]", "GET /conversations/attributes data[]"],
}
"""By stream the operations whose answers hold its rows, and where; one of them may show more."""

OPEN_MAPS = {"custom_attributes", "metadata", "event_details", "collected_data"}
"""Maps whose keys are the workspace's own, or depend on another field: declared open on purpose."""

OTHER_TIMES = {"waiting_since", "snoozed_until"}
"""Timestamps whose names do not end in _at."""

BEYOND = {
    "contacts": {
        "formatted_phone": "live",
        "unsubscribed_from_sms": "live",
        "sms_consent": "live",
        "tags.type": "example",
        "notes.type": "example",
        "companies.type": "example",
        "location.country_code": "example",
        "location.continent_code": "example",
        "social_profiles.type": "example",
        "utm_campaign": "example",
        "utm_content": "example",
        "utm_medium": "example",
        "utm_source": "example",
        "utm_term": "example",
        "referrer": "example",
        "opted_in_subscription_types": "example",
        "opted_out_subscription_types": "example",
    },
    "companies": {
        "notes.data": "live",
        "notes.url": "live",
        "notes.total_count": "live",
        "notes.has_more": "live",
    },
    "conversations": {
        "company.notes.data": "live",
        "company.notes.url": "live",
        "company.notes.total_count": "live",
        "company.notes.has_more": "live",
        "teammates.admins": "live",
        "topics": "example",
        "ticket": "example",
    },
    "conversation_parts": {
        "conversation_id": "connector",
        "conversation_updated_at": "connector",
        "translations": "live",
    },
    "articles": {"audience_ids": "the text of article_content"},
    "data_attributes": {"key": "connector"},
}
"""Columns and fields that no schema of Intercom's has, and who says that they are there."""

OTHER_TYPES = {
    "companies.monthly_spend": "its data_type in GET /data_attributes is float",
    "conversations.company.monthly_spend": "as companies.monthly_spend",
}
"""Fields that have another type than Intercom's schema gives them, and why."""

OTHER_SHAPES = {
    "contacts.avatar": ("object", "image_url"),
    "admins.avatar": ("string", "image_url"),
    "companies.notes.notes[].author.avatar": ("string", "image_url"),
    "conversations.company.notes.notes[].author.avatar": ("string", "image_url"),
    "conversation_parts.assigned_to": ("object", "id"),
    "conversation_parts.tags": ("array", "tags"),
    "data_attributes.options[]": ("object", "label"),
}
"""
Fields that Intercom sends in two shapes: the declared one, and the name by which the other turns
into it. A lone value is put behind the name in an object; an object gives up what stands there.
"""

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
        node = resolved(facts()["operations"][operation]["answers"]["200"])
        for name in path.replace("[]", ".[]").split(".") if path else []:
            node = resolved(node["items"] if name == "[]" else node["properties"][name])
        found |= dict(described_below(stream, node, ""))

    return found


def described_below(stream: str, node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """The fields of a schema of Intercom's; what lies inside open maps is left out."""
    is_map = isinstance(declared(stream).get(path, {}).get("additionalProperties"), Mapping)
    for name, raw in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        here = f"{path}.*" if is_map and here not in declared(stream) else here
        field = resolved(raw)
        yield here, field
        if name not in OPEN_MAPS:
            yield from described_below(stream, field, here)
    if "items" in node:
        item = resolved(node["items"])
        yield f"{path}[]", item
        yield from described_below(stream, item, f"{path}[]")


def parted(source: str) -> tuple[str, str]:
    """An operation, and the path to the rows in its answer."""
    method, route, *path = source.split(" ")

    return f"{method} {route}", "".join(path)


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
        operation, path = parted(source)
        prefix = f"{path}." if path else ""
        for where, kinds in facts()["operations"][operation].get("shown", {}).items():
            if where.startswith(prefix):
                yield where.removeprefix(prefix), set(kinds.split())


def kind(node: Node) -> str:
    """A declared node's type besides null."""
    return str(node["type"][1])


def leaf(path: str) -> str:
    """The name of the property that a path leads to."""
    return path.rsplit(".", 1)[-1]


def is_property(path: str) -> bool:
    """Whether a path leads to a property, and not to a list's items or a map's values."""
    return not path.endswith(("[]", ".*"))


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


def names_a_field(path: str) -> bool:
    """Whether the key by which an object takes a lone value is one of its own fields."""
    stream, _, where = path.partition(".")
    node = declared(stream)[where]

    return node["x-intercom-key"] in node["properties"]


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
    """The first words of a schema tell what a row costs, where that is a request, and is."""
    said = schema(stream)["description"]

    assert said.removeprefix("Costs one request a").partition(". ")[2] or said.startswith("Each ")
    assert "Each row is " in said
    assert "; key: " in said


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


@every_stream
def test_every_field_of_intercom_is_declared(stream: str) -> None:
    """No field of Intercom's description is missing, at any depth."""
    missing = [path for path in described(stream) if path not in declared(stream)]

    assert missing == []


@every_stream
def test_what_goes_beyond_the_description_is_accounted_for(stream: str) -> None:
    """A field that Intercom's schemas lack has somebody who says that it is there."""
    beyond = [path for path in declared(stream) if path not in described(stream)]
    topmost = {
        path
        for path in beyond
        if not any(path != each and path.startswith((f"{each}.", f"{each}[")) for each in beyond)
    }

    assert topmost == set(BEYOND.get(stream, {}))


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
