"""
Every answer of every route validates against the facts of Intercom's own OpenAPI document.

Where live data is known to differ from it, the difference is listed in DEVIATIONS, one by one.
"""

from copy import deepcopy
from functools import cache

import jsonschema
import pytest

from intercom_emulator.routes import ROUTER
from unit_tests.described import facts

DEVIATIONS = [
    (
        ("contact", "email"),
        {"type": ["string", "null"]},
        "contacts without an address have null (records of the Airbyte and Estuary connectors)",
    ),
    (
        ("conversation", "source"),
        {"anyOf": [{"type": "null"}, {"$ref": "#/schemas/conversation_source"}]},
        "seen as null by Estuary's source-intercom-native",
    ),
    (
        ("conversation_list_item", "source"),
        {"anyOf": [{"type": "null"}, {"$ref": "#/schemas/conversation_source"}]},
        "as in conversation",
    ),
    (
        ("company", "custom_attributes"),
        {"type": "object"},
        "the schema says strings; its own example holds a boolean and numbers",
    ),
    (
        ("conversation", "custom_attributes"),
        {"type": "object"},
        "the schema has text and integers; its own example holds a boolean and a fraction",
    ),
    (
        ("conversation_list_item", "custom_attributes"),
        {"type": "object"},
        "as in conversation",
    ),
    (
        ("company", "monthly_spend"),
        {"type": "number"},
        "the attribute's data_type is float (GET /data_attributes)",
    ),
    (
        ("cursor_pages", "next"),
        {
            "anyOf": [
                {"type": ["null", "string"]},
                {"$ref": "#/schemas/starting_after_paging"},
            ]
        },
        "routes with page numbers link by URL, as the example of GET /conversations/deleted does",
    ),
]
"""Schema and property, what is there instead, and the reason."""

NOT_DOCUMENTED = {
    ("POST", "/auth/eagle/token"),  # on the authentication page, not in the OpenAPI document
}
"""Routes that Intercom documents elsewhere."""


@cache
def documented() -> dict:
    """The document's operations and schemas as JSON Schema, deviations applied."""
    known = deepcopy(facts())
    for (schema, name), truth, _ in DEVIATIONS:
        known["schemas"][schema]["properties"][name] = truth
    return _nullable(known)


def _nullable(node):
    """OpenAPI 3.0's `nullable: true` in the words of JSON Schema."""
    if isinstance(node, list):
        return [_nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {key: _nullable(one) for key, one in node.items()}
    if node.pop("nullable", False) is True:
        return {"anyOf": [{"type": "null"}, node]}
    return node


def schema_of(method: str, route: str, status: int) -> dict:
    """The schema of one documented response."""
    answers = documented()["operations"][f"{method} {route}"]["answers"]
    schema = answers.get(str(status)) or {"$ref": "#/schemas/error"}
    return {**schema, "schemas": documented()["schemas"]}


def check(response, route: str) -> None:
    """The response has the shape that the document gives it."""
    schema = schema_of(response.request.method, route, response.status_code)
    validator = jsonschema.Draft4Validator(schema)
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator.iter_errors(response.json())
    ]
    assert [] == problems


GETS = [
    ("/me", "/me"),
    ("/admins", "/admins"),
    ("/admins/991267459", "/admins/{admin_id}"),
    ("/admins/1", "/admins/{admin_id}"),
    ("/admins/activity_logs?created_at_after=1", "/admins/activity_logs"),
    ("/articles", "/articles"),
    ("/articles?per_page=2", "/articles"),
    ("/articles/39", "/articles/{article_id}"),
    ("/articles/1", "/articles/{article_id}"),
    ("/companies?per_page=2", "/companies"),
    ("/companies/scroll", "/companies/scroll"),
    ("/companies/{company}", "/companies/{company_id}"),
    ("/companies/0", "/companies/{company_id}"),
    ("/contacts", "/contacts"),
    ("/contacts?per_page=2&include_merge_history=true", "/contacts"),
    ("/contacts/{contact}", "/contacts/{contact_id}"),
    ("/contacts/6762f0d0ffffffffffffffff", "/contacts/{contact_id}"),
    ("/contacts/{contact}/tags", "/contacts/{contact_id}/tags"),
    ("/contacts/{contact}/notes", "/contacts/{contact_id}/notes"),
    ("/contacts/{contact}/companies", "/contacts/{contact_id}/companies"),
    ("/contacts/{contact}/segments", "/contacts/{contact_id}/segments"),
    ("/contacts/{contact}/subscriptions", "/contacts/{contact_id}/subscriptions"),
    ("/conversations?per_page=2", "/conversations"),
    ("/conversations", "/conversations"),
    ("/conversations/attributes?include_archived=true", "/conversations/attributes"),
    ("/conversations/deleted?per_page=2", "/conversations/deleted"),
    ("/conversations/501", "/conversations/{conversation_id}"),
    ("/conversations/502", "/conversations/{conversation_id}"),
    ("/conversations/503", "/conversations/{conversation_id}"),
    ("/conversations/1", "/conversations/{conversation_id}"),
    ("/data_attributes?include_archived=true", "/data_attributes"),
    ("/data_attributes?model=conversation", "/data_attributes"),
    ("/segments?include_count=true", "/segments"),
    ("/tags", "/tags"),
    ("/teams", "/teams"),
]
EVERYTHING = {"field": "updated_at", "operator": ">", "value": 0}
POSTS = [
    ("/contacts/search", {"query": EVERYTHING, "pagination": {"per_page": 2}}),
    ("/contacts/search", {"query": EVERYTHING}),
    ("/contacts/search", {"query": EVERYTHING, "sort": {"field": "id", "order": "desc"}}),
    ("/conversations/search", {"query": EVERYTHING, "pagination": {"per_page": 2}}),
    ("/conversations/search", {"query": EVERYTHING}),
    ("/tickets/search", {"query": EVERYTHING}),
    ("/companies/list", None),
    ("/admins/activity_logs/search", {"created_at_after": 1}),
]


@pytest.mark.parametrize(("path", "route"), GETS)
def test_get_answers_as_documented(client, path, route):
    """The answer to this GET has the documented shape."""
    ids = {
        "{contact}": client.emulator.workspace.contacts.ids.to_id(1),
        "{company}": client.emulator.workspace.companies.ids.to_id(0),
    }
    for marker, value in ids.items():
        path = path.replace(marker, value)

    check(client.get(path), route)


@pytest.mark.parametrize(("route", "body"), POSTS)
def test_post_answers_as_documented(client, route, body):
    """The answer to this POST has the documented shape."""
    check(client.post(route, body), route)


@pytest.mark.parametrize("seed", ["demo", "contacts=40,companies=7,conversations=40,articles=3"])
def test_every_record_of_a_seed_is_as_documented(start, seed):
    """Not only the tiny workspace conforms: pages of the other seeds do too."""
    client = start(seed)
    client.emulator.workspace.live(events=60, seconds=3600, rng_seed=7)

    for what in ("contacts", "conversations", "tickets"):
        check(client.search(what, EVERYTHING, per_page=40), f"/{what}/search")
    check(client.get("/companies/scroll"), "/companies/scroll")
    check(client.get("/articles", per_page=250), "/articles")
    check(client.get("/conversations/520"), "/conversations/{conversation_id}")


def test_refusals_are_as_documented(client):
    """A refused token and a wrong version answer with the documented error."""
    client.headers["Intercom-Version"] = "1.9"
    check(client.get("/tags"), "/tags")
    client.headers["Authorization"] = "Bearer nobody"
    check(client.get("/tags"), "/tags")


OPTIONAL = {
    "contact": {"email_domain", "merge_history"},
    "company": {"notes"},
    "conversation": {
        "external_references",
        "monitor_evaluations",
        "sales_agent",
        "sales_agent_participated",
        "scorecards",
    },
    "conversation_part": set(),
    "article_list_item": set(),
    "admin": set(),
    "team": set(),
    "segment": {"count"},
    "tag": {"applied_at", "applied_by"},
    "ticket": {"snoozed_until"},
}
"""Documented properties that an object may lack: asked for expressly, or of other add-ons."""


@pytest.mark.parametrize("schema", OPTIONAL)
def test_documented_properties_are_there(client, schema):
    """Some object of the workspace has each property that its schema names."""
    workspace = client.emulator.workspace
    conversations = list(workspace.objects("conversations"))
    objects = {
        "contact": workspace.objects("contacts"),
        "company": workspace.objects("companies"),
        "conversation": conversations,
        "conversation_part": workspace.conversation_parts(),
        "article_list_item": workspace.objects("articles"),
        "admin": workspace.objects("admins"),
        "team": workspace.objects("teams"),
        "segment": workspace.objects("segments"),
        "tag": workspace.objects("tags"),
        "ticket": workspace.objects("tickets"),
    }
    known = documented()["schemas"][schema]
    known = next(iter(known.get("anyOf", [{}])[1:]), known)
    present = {key for one in objects[schema] for key in one}

    assert known["properties"].keys() - present <= OPTIONAL[schema]


def test_every_route_is_in_the_document_and_under_test():
    """No route of the emulator is made up, and none goes unvalidated."""
    routes = {(route.method, route.template) for route in ROUTER.routes} - NOT_DOCUMENTED
    tested = {("GET", route) for _, route in GETS} | {("POST", route) for route, _ in POSTS}
    known = {tuple(operation.split(" ")) for operation in documented()["operations"]}

    assert routes <= known
    assert routes == tested
