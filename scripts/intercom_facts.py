"""
Write what the tests need to know of Intercom's description of its API: facts, and nothing else.

    python scripts/intercom_facts.py ../shared/intercom-openapi-2.16.yaml

Of every operation in OPERATIONS come its query parameters, the names in its request's body, the
schema of each answer, and what the examples of a 200 show beyond that schema. Of every schema that
these refer to come names, types, formats, enumerations, what is required and what may be null.
Descriptions, titles and examples stay behind, so that no sentence of Intercom's comes along.

    "GET /macros": {"answers": {"200": {"$ref": "#/schemas/macro_list"}, …}, "query": {…},
                    "shown": {"data[].body": "null", …}}
    "macro_list": {"properties": {"data": {"items": {"$ref": "#/schemas/macro"}, …}, …}, …}
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[1] / "unit_tests" / "intercom_facts.json"

OPERATIONS = """\
GET /admins
GET /admins/activity_log_event_types
GET /admins/activity_logs
GET /admins/{admin_id}
GET /ai/content_import_sources
GET /ai/external_pages
GET /articles
GET /articles/{article_id}
GET /articles/{article_id}/versions
GET /articles/{id}/draft
GET /audiences
GET /away_status_reasons
GET /brands
GET /calls
GET /calls/{call_id}
GET /companies
GET /companies/scroll
GET /companies/{company_id}
GET /companies/{company_id}/contacts
GET /companies/{company_id}/notes
GET /companies/{company_id}/segments
GET /contacts
GET /contacts/find_by_external_id/{external_id}
GET /contacts/{contact_id}
GET /contacts/{contact_id}/companies
GET /contacts/{contact_id}/notes
GET /contacts/{contact_id}/segments
GET /contacts/{contact_id}/subscriptions
GET /contacts/{contact_id}/tags
GET /contacts/{id}/merge_history
GET /content/search
GET /content_snippets
GET /conversations
GET /conversations/attributes
GET /conversations/attributes/{id}
GET /conversations/deleted
GET /conversations/{conversation_id}
GET /conversations/{id}/handling_events
GET /conversations/{id}/side_conversations
GET /custom_object_instances/{custom_object_type_identifier}
GET /data_attributes
GET /data_connectors
GET /data_connectors/{data_connector_id}/execution_results
GET /data_connectors/{id}
GET /emails
GET /events
GET /help_center/collections
GET /help_center/collections/{collection_id}
GET /help_center/help_centers
GET /help_center/help_centers/{help_center_id}
GET /help_center/help_centers/{help_center_id}/redirects
GET /internal_articles
GET /internal_articles/{internal_article_id}
GET /macros
GET /macros/{id}
GET /me
GET /news/news_items
GET /news/newsfeeds
GET /news/newsfeeds/{newsfeed_id}/items
GET /notes/{note_id}
GET /office_hours_schedules
GET /office_hours_schedules/{office_hours_schedule_id}/office_hours_exceptions
GET /segments
GET /segments/{segment_id}
GET /subscription_types
GET /tags
GET /tags/{tag_id}
GET /teams
GET /teams/{team_id}
GET /teams/{team_id}/metrics
GET /ticket_states
GET /ticket_types
GET /ticket_types/{ticket_type_id}
GET /tickets/{ticket_id}
POST /admins/activity_logs/search
POST /calls/search
POST /companies/list
POST /contacts/search
POST /conversations/search
POST /tickets/search
""".splitlines()
"""What the connector asks or the emulator serves, now or by the streams that are planned."""

UNNAMED = ("data_event",)
"""Schemas that an operation answers with although its own description names another."""

FACTS = {
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "enum",
    "format",
    "items",
    "maximum",
    "minimum",
    "nullable",
    "oneOf",
    "properties",
    "required",
    "type",
}
"""The keywords of a schema that state a fact; all others go."""

JSON_TYPES = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


def facts(description: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an OpenAPI description: its servers, the operations above, their schemas."""
    operations = {name: _operation(description, *name.split(" ")) for name in OPERATIONS}
    schemas = description["components"]["schemas"]
    found: dict[str, Any] = {}
    wanted = {*_references(operations), *UNNAMED}
    while wanted:
        found |= {name: _schema(schemas[name]) for name in wanted}
        wanted = set(_references(found)) - found.keys()
    return {
        "servers": [server["url"] for server in description["servers"]],
        "operations": operations,
        "schemas": found,
    }


def as_text(content: Mapping[str, Any]) -> str:
    """The facts as JSON, an operation or a schema a line, in alphabetical order."""
    parts = [f'"servers": {json.dumps(content["servers"])}']
    for part in ("operations", "schemas"):
        lines = [
            f"{json.dumps(name)}: {json.dumps(fact, sort_keys=True)}"
            for name, fact in sorted(content[part].items())
        ]
        parts.append(f'"{part}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _operation(description: Mapping[str, Any], method: str, path: str) -> dict[str, Any]:
    operation = description["paths"][path][method.lower()]
    parameters = [each for each in operation.get("parameters", []) if each["in"] == "query"]
    query = {
        each["name"]: _schema(each["schema"]) | ({"required": True} if each.get("required") else {})
        for each in parameters
    }
    answers = {
        status: _resolved(description, answer)["content"]["application/json"]
        for status, answer in operation["responses"].items()
    }
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    found = {
        "query": query,
        "body": sorted(_resolved(description, body.get("schema", {})).get("properties", {})),
        "answers": {status: _schema(answer["schema"]) for status, answer in answers.items()},
        "shown": _shown(description, answers["200"]),
    }
    return {name: fact for name, fact in found.items() if fact}


def _resolved(description: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference leads to, or the node itself."""
    if "$ref" not in node:
        return node
    found: Any = description
    for name in node["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return _resolved(description, found)


def _schema(node: Any) -> Any:
    """A schema without what isn't a fact, its references those of the facts' file."""
    if isinstance(node, list):
        return [_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for keyword, value in node.items():
        if keyword == "properties":
            kept[keyword] = {name: _schema(each) for name, each in value.items()}
        elif keyword == "$ref":
            kept[keyword] = value.replace("#/components/", "#/")
        elif keyword in FACTS:
            kept[keyword] = _schema(value)
    return kept


def _references(node: Any) -> Iterator[str]:
    """The names of the schemas that are referred to in here."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rsplit("/", 1)[-1]
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


def _shown(description: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, str]:
    """What an answer's examples show beyond its schema: {"data[].url": "null string", …}."""
    types: dict[str, set[str]] = {}
    for example in answer.get("examples", {}).values():
        for path, kind in _beyond(description, example.get("value"), answer["schema"], ""):
            types.setdefault(path, set()).add(kind)
    return {path: " ".join(sorted(kinds)) for path, kinds in types.items()}


def _beyond(
    description: Mapping[str, Any], value: Any, node: Mapping[str, Any], path: str
) -> Iterator[tuple[str, str]]:
    """Path and JSON type of what stands in an example and not in its schema."""
    kinds = list(_alternatives(description, node))
    allowed = {each["type"] for each in kinds if "type" in each}
    allowed |= {"null" for each in kinds if each.get("nullable")}
    allowed |= {"integer"} if "number" in allowed else set()
    if JSON_TYPES[type(value)] not in allowed:
        yield path, JSON_TYPES[type(value)]
    if isinstance(value, dict):
        for name, inner in value.items():
            below = [each.get("properties", {}).get(name) for each in kinds]
            below = [each for each in below if each is not None]
            here = f"{path}.{name}" if path else name
            yield from _beyond(description, inner, {"anyOf": below}, here)
    if isinstance(value, list):
        below = [each["items"] for each in kinds if "items" in each]
        for inner in value:
            yield from _beyond(description, inner, {"anyOf": below}, f"{path}[]")


def _alternatives(
    description: Mapping[str, Any], node: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """A schema and all that it is made of, references followed."""
    node = _resolved(description, node)
    yield node
    for keyword in ("allOf", "anyOf", "oneOf"):
        for each in node.get(keyword, []):
            yield from _alternatives(description, each)


def read(path: Path) -> dict[str, Any]:
    """Intercom's document, 36,000 lines of YAML."""
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return content


if __name__ == "__main__":
    FILE.write_text(as_text(facts(read(Path(sys.argv[1])))), encoding="utf-8")
