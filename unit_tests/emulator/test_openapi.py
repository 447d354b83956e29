"""
Every answer of every route validates against the facts of Intercom's own OpenAPI document.

Where live data is known to differ from it, the difference is listed in DEVIATIONS, one by one.
"""

from copy import deepcopy
from functools import cache

import jsonschema
import pytest

from intercom_emulator.resources import RESOURCES
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
        ("custom_object_instance", "custom_attributes"),
        {"type": "object"},
        "the schema says strings; its own example holds numbers",
    ),
    (
        ("call", "answered_at"),
        {"anyOf": [{"type": "null"}, {"$ref": "#/schemas/datetime"}]},
        "nobody took the call",
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
    ("GET", "/contacts/deleted"),  # came with 2.17
    ("GET", "/contacts/activities"),  # in Preview alone
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
    ("/admins?display_avatar=true", "/admins"),
    ("/admins/activity_log_event_types", "/admins/activity_log_event_types"),
    ("/ai/content_import_sources", "/ai/content_import_sources"),
    ("/ai/external_pages", "/ai/external_pages"),
    ("/ai/external_pages?per_page=20", "/ai/external_pages"),
    ("/articles/40/draft", "/articles/{id}/draft"),
    ("/articles/39/draft", "/articles/{id}/draft"),
    ("/articles/39/versions", "/articles/{article_id}/versions"),
    ("/articles/39/versions?locale=xx", "/articles/{article_id}/versions"),
    ("/audiences", "/audiences"),
    ("/away_status_reasons", "/away_status_reasons"),
    ("/brands", "/brands"),
    ("/calls", "/calls"),
    ("/calls/8001", "/calls/{call_id}"),
    ("/calls/8002", "/calls/{call_id}"),
    ("/companies/{company}/contacts", "/companies/{company_id}/contacts"),
    ("/companies/{company}/notes", "/companies/{company_id}/notes"),
    ("/companies/{company}/notes?per_page=20", "/companies/{company_id}/notes"),
    ("/companies/{company}/segments", "/companies/{company_id}/segments"),
    ("/companies/0/segments", "/companies/{company_id}/segments"),
    ("/contacts/find_by_external_id/71", "/contacts/find_by_external_id/{external_id}"),
    ("/contacts/{contact}/merge_history", "/contacts/{id}/merge_history"),
    ("/content/search", "/content/search"),
    ("/content/search?per_page=50&page=2", "/content/search"),
    ("/content_snippets", "/content_snippets"),
    ("/conversations/attributes/2", "/conversations/attributes/{id}"),
    ("/conversations/502/handling_events", "/conversations/{id}/handling_events"),
    ("/conversations/502/side_conversations", "/conversations/{id}/side_conversations"),
    ("/conversations/1/side_conversations", "/conversations/{id}/side_conversations"),
    (
        "/custom_object_instances/Order",
        "/custom_object_instances/{custom_object_type_identifier}",
    ),
    (
        "/custom_object_instances/Shoe",
        "/custom_object_instances/{custom_object_type_identifier}",
    ),
    ("/data_connectors", "/data_connectors"),
    ("/data_connectors/12345", "/data_connectors/{id}"),
    (
        "/data_connectors/12345/execution_results?include_bodies=true",
        "/data_connectors/{data_connector_id}/execution_results",
    ),
    ("/emails", "/emails"),
    ("/events?type=user&summary=true&intercom_user_id={contact}", "/events"),
    ("/help_center/collections", "/help_center/collections"),
    ("/help_center/collections/18", "/help_center/collections/{collection_id}"),
    ("/help_center/help_centers", "/help_center/help_centers"),
    ("/help_center/help_centers/79", "/help_center/help_centers/{help_center_id}"),
    (
        "/help_center/help_centers/79/redirects",
        "/help_center/help_centers/{help_center_id}/redirects",
    ),
    ("/internal_articles", "/internal_articles"),
    ("/internal_articles/601", "/internal_articles/{internal_article_id}"),
    ("/macros", "/macros"),
    ("/macros?updated_since=soon", "/macros"),
    ("/macros/123", "/macros/{id}"),
    ("/news/news_items", "/news/news_items"),
    ("/news/newsfeeds", "/news/newsfeeds"),
    ("/news/newsfeeds/201/items", "/news/newsfeeds/{newsfeed_id}/items"),
    ("/notes/17495962", "/notes/{note_id}"),
    ("/office_hours_schedules", "/office_hours_schedules"),
    (
        "/office_hours_schedules/801/office_hours_exceptions",
        "/office_hours_schedules/{office_hours_schedule_id}/office_hours_exceptions",
    ),
    ("/segments/6762f25c1bb69f9f2193bc00", "/segments/{segment_id}"),
    ("/subscription_types", "/subscription_types"),
    ("/tags/102", "/tags/{tag_id}"),
    ("/tags/1", "/tags/{tag_id}"),
    ("/teams/814865", "/teams/{team_id}"),
    ("/teams/814865/metrics", "/teams/{team_id}/metrics"),
    ("/ticket_states", "/ticket_states"),
    ("/ticket_types", "/ticket_types"),
    ("/ticket_types/95", "/ticket_types/{ticket_type_id}"),
    ("/tickets/505", "/tickets/{ticket_id}"),
    ("/tickets/510", "/tickets/{ticket_id}"),
    ("/tickets/1", "/tickets/{ticket_id}"),
]
EVERYTHING = {"field": "updated_at", "operator": ">", "value": 0}
POSTS = [
    ("/contacts/search", {"query": EVERYTHING, "pagination": {"per_page": 2}}),
    ("/contacts/search", {"query": EVERYTHING}),
    ("/contacts/search", {"query": EVERYTHING, "sort": {"field": "id", "order": "desc"}}),
    ("/conversations/search", {"query": EVERYTHING, "pagination": {"per_page": 2}}),
    ("/conversations/search", {"query": EVERYTHING}),
    ("/tickets/search", {"query": EVERYTHING}),
    ("/conversations/search?include_monitors=true&include_scorecards=true", {"query": EVERYTHING}),
    ("/calls/search", {"conversation_ids": ["502", "503"]}),
    ("/calls/search", {"conversation_ids": []}),
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
    check(client.post(route, body), route.partition("?")[0])


@pytest.mark.parametrize("seed", ["demo", "contacts=40,companies=7,conversations=40,articles=3"])
def test_every_record_of_a_seed_is_as_documented(start, seed):
    """Not only the tiny workspace conforms: pages of the other seeds do too."""
    client = start(seed)
    client.emulator.workspace.live(events=60, seconds=3600, rng_seed=7)

    for what in ("contacts", "conversations", "tickets"):
        check(client.search(what, EVERYTHING, per_page=40), f"/{what}/search")
    for resource in RESOURCES.values():
        if resource.listing and resource.parent is None:
            path = resource.listing.path
            if ("GET", path) not in NOT_DOCUMENTED:
                check(client.get(path), path)
    check(client.get("/companies/scroll"), "/companies/scroll")
    check(client.get("/articles", per_page=250), "/articles")
    check(client.get("/conversations/520"), "/conversations/{conversation_id}")


def test_refusals_are_as_documented(client):
    """A refused token and a wrong version answer with the documented error."""
    client.headers["Intercom-Version"] = "1.9"
    check(client.get("/tags"), "/tags")
    client.headers["Authorization"] = "Bearer nobody"
    check(client.get("/tags"), "/tags")


OF_RESOURCES = {
    "admin": "admins",
    "article_list_item": "articles",
    "article_version_summary": "article_versions",
    "audience": "audiences",
    "away_status_reason": "away_status_reasons",
    "brand": "brands",
    "call": "calls",
    "collection": "collections",
    "company": "companies",
    "contact": "contacts",
    "content_import_source": "content_import_sources",
    "content_snippet": "content_snippets",
    "conversation": "conversations",
    "custom_object_instance": "custom_object_instances",
    "data_connector": "data_connectors",
    "data_connector_execution_result": "data_connector_executions",
    "data_event": "data_events",
    "email_setting": "email_settings",
    "external_page": "external_pages",
    "handling_event": "handling_events",
    "help_center": "help_centers",
    "help_center_redirect": "help_center_redirects",
    "internal_article_list_item": "internal_articles",
    "macro": "macros",
    "news_item": "news_items",
    "newsfeed": "newsfeeds",
    "note": "notes",
    "office_hours_exception": "office_hours_exceptions",
    "office_hours_schedule": "office_hours_schedules",
    "segment": "segments",
    "side_conversation_summary": "side_conversations",
    "subscription_type": "subscription_types",
    "tag": "tags",
    "team": "teams",
    "team_metric": "team_metrics",
    "ticket": "tickets",
    "ticket_state_detailed": "ticket_states",
    "ticket_type": "ticket_types",
}
"""Whose objects each schema describes."""

OF_RELATIONS = {
    "conversation_monitor_evaluation": "conversation_monitor_evaluations",
    "conversation_part": "conversation_parts",
    "conversation_scorecard": "conversation_scorecards",
    "data_event_summary_item": "data_event_summaries",
    "merge_history_item": "contact_merges",
    "ticket_part": "ticket_parts",
    "ticket_type_attribute": "ticket_type_attributes",
}
OPTIONAL = {
    "company": {"notes"},
    "contact": {"email_domain", "merge_history"},
    "conversation": {
        "external_references",
        "monitor_evaluations",
        "sales_agent",
        "sales_agent_participated",
        "scorecards",
    },
    "data_connector_execution_result": {
        "raw_response_body",
        "request_body",
        "request_url",
        "response_body",
    },
    "note": {"company"},
    "segment": {"count"},
    "tag": {"applied_at", "applied_by"},
}
"""Documented properties that an object may lack: asked for expressly, or of other add-ons."""


@pytest.mark.parametrize("schema", [*OF_RESOURCES, *OF_RELATIONS])
def test_documented_properties_are_there(client, schema):
    """Some object of the workspace has each property that its schema names."""
    workspace = client.emulator.workspace
    objects = (
        workspace.objects(OF_RESOURCES[schema])
        if schema in OF_RESOURCES
        else workspace.relations(OF_RELATIONS[schema])
    )
    known = documented()["schemas"][schema]
    known = next(iter(known.get("anyOf", [{}])[1:]), known)
    present = {key for one in objects for key in one}

    assert known["properties"].keys() - present <= OPTIONAL.get(schema, set())


def test_every_route_is_in_the_document_and_under_test():
    """No route of the emulator is made up, and none goes unvalidated."""
    routes = {(route.method, route.template) for route in ROUTER.routes} - NOT_DOCUMENTED
    tested = {("GET", route) for _, route in GETS}
    tested |= {("POST", route.partition("?")[0]) for route, _ in POSTS}
    known = {tuple(operation.split(" ")) for operation in documented()["operations"]}

    assert routes <= known
    assert routes == tested
