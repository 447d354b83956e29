"""
The table of resources: what each kind of object is called, how one is made, where it is listed.

A row is all that a plain list needs: its verbs (`workspace.create("brands", name="Acme")`) and its
routes follow from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from intercom_emulator import shapes
from intercom_emulator.settings import EndForm, NextForm

Form = Literal["whole", "numbers", "top_level", "cursor"]
"""
whole      the list comes at once
numbers    `page` and `per_page` in the query, a `pages` object in the answer
top_level  the same, with page, per_page and total_pages beside the list
cursor     `starting_after` in the query, `pages.next.starting_after` in the answer
"""


@dataclass(frozen=True)
class Pages:
    """
    How a list is cut into pages; `next` and `end` are what Intercom's examples show.

    Rows beyond `ceiling` can't be asked for.
    """

    form: Form = "whole"
    default: int = 0
    maximum: int = 0
    next: NextForm = "url"
    end: EndForm = "null"
    ceiling: int | None = None


WHOLE = Pages()


@dataclass(frozen=True)
class Listing:
    """
    How objects are listed: `{"type": kind, key: [...]}`, sorted by the field `order`.

    "-updated_at" means the newest first, "" the order in which the objects were made.
    `retained_by` names the field by which old rows are forgotten (`Settings.retention_days`).
    """

    path: str
    key: str = "data"
    kind: str = "list"
    pages: Pages = WHOLE
    order: str = ""
    permissions: tuple[str, ...] = ()
    since: str = "2.11"
    parameters: tuple[str, ...] = ()
    retained_by: str = ""


@dataclass(frozen=True)
class Single:
    """Where one object is asked for, and the error of one that isn't there."""

    path: str
    permissions: tuple[str, ...] = ()
    code: str = "not_found"
    message: str = "Resource Not Found"
    since: str = "2.11"
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parent:
    """What objects hang on: a resource, and the path of its id within them."""

    resource: str
    path: str


@dataclass(frozen=True)
class Resource:
    """One kind of object; `key` holds what tells one from another."""

    name: str
    make: shapes.Shape
    listing: Listing | None = None
    single: Single | None = None
    key: str = "id"
    new_id: Callable[[int], Any] = str
    parent: Parent | None = None

    def to_key(self, text: str) -> Any:
        """The id that `text` in a path means; of objects with whole numbers, a number."""
        is_number = self.new_id is int and text.isdecimal()
        return int(text) if is_number else text


READ_USERS = ("read_users_companies", "write_users_companies")
READ_ADMINS = ("read_admins",)
READ_ARTICLES = ("read_articles_scope",)
READ_CONVERSATIONS = ("read_conversations",)
READ_TICKETS = ("read_tickets",)
READ_NEWS = ("read_news_scope",)
READ_AI_CONTENT = ("read_write_ai_content",)
READ_OFFICE_HOURS = ("read_write_office_hours",)
READ_LOGS = ("read_admin_activity_logs",)


def _segment_id(number: int) -> str:
    return f"6762f25c{number:0>16}"


def _log_id(number: int) -> str:
    return f"fca05814-4b72-4dce-ad50-{number:012x}"


_SEARCHED = (
    Resource("contacts", shapes.contact),
    Resource("companies", shapes.company),
    Resource("conversations", shapes.conversation),
    Resource("tickets", shapes.ticket),
)

_PEOPLE = (
    Resource(
        "admins",
        shapes.admin,
        Listing(
            "/admins",
            "admins",
            "admin.list",
            permissions=READ_ADMINS,
            parameters=("display_avatar",),
        ),
        Single(
            "/admins/{admin_id}",
            (*READ_ADMINS, "read_one_admin"),
            "admin_not_found",
            "Admin for admin_id not found",
        ),
    ),
    Resource(
        "tags",
        shapes.tag,
        Listing("/tags", permissions=("read_tags",)),
        Single("/tags/{tag_id}"),
    ),
    Resource(
        "teams",
        shapes.team,
        Listing("/teams", "teams", "team.list", permissions=(*READ_ADMINS, "read_users_companies")),
        Single("/teams/{team_id}"),
    ),
    Resource(
        "team_metrics",
        shapes.team_metric,
        Listing(
            "/teams/{team_id}/metrics",
            permissions=READ_ADMINS,
            since="2.16",
            parameters=("idle_threshold",),
        ),
        parent=Parent("teams", "_team_id"),
        key="_key",
    ),
    Resource(
        "segments",
        shapes.segment,
        Listing(
            "/segments",
            "segments",
            "segment.list",
            permissions=READ_USERS,
            parameters=("include_count", "type"),
        ),
        Single("/segments/{segment_id}"),
        new_id=_segment_id,
    ),
    Resource(
        "data_attributes",
        shapes.data_attribute,
        Listing(
            "/data_attributes", permissions=READ_USERS, parameters=("model", "include_archived")
        ),
        key="_key",
        new_id=int,
    ),
    Resource(
        "notes",
        shapes.note,
        Listing(
            "/contacts/{contact_id}/notes",
            pages=Pages("numbers", 50, 150),
            order="-created_at",
            permissions=READ_USERS,
        ),
        Single("/notes/{note_id}"),
        parent=Parent("contacts", "contact.id"),
    ),
    Resource(
        "company_notes",
        shapes.note,
        Listing(
            "/companies/{company_id}/notes",
            pages=Pages("numbers", 50, 60),
            order="-id",
            permissions=READ_USERS,
            since="2.15",
        ),
        parent=Parent("companies", "company.id"),
    ),
    Resource(
        "subscription_types",
        shapes.subscription_type,
        Listing("/subscription_types", permissions=READ_USERS),
    ),
    Resource(
        "data_events",
        shapes.data_event,
        parent=Parent("contacts", "intercom_user_id"),
        key="_key",
    ),
    Resource(
        "deleted_contacts",
        shapes.deleted_contact,
        Listing(
            "/contacts/deleted",
            pages=Pages("numbers", 10, 150),
            order="-updated_at",
            permissions=READ_USERS,
            since="2.17",
            parameters=("escape_identity",),
        ),
    ),
    Resource(
        "contact_activities",
        shapes.contact_activity,
        Listing(
            "/contacts/activities",
            pages=Pages("cursor", 50, 150, end="absent"),
            order="id",
            permissions=READ_USERS,
            since="Preview",
            retained_by="created_at",
        ),
    ),
)

_CONVERSATIONS = (
    Resource(
        "conversation_attributes",
        shapes.conversation_attribute,
        Listing(
            "/conversations/attributes",
            permissions=READ_CONVERSATIONS,
            since="2.16",
            parameters=("include_archived",),
        ),
        Single("/conversations/attributes/{id}", since="2.16"),
        new_id=int,
    ),
    Resource(
        "deleted_conversations",
        shapes.deleted_conversation,
        Listing(
            "/conversations/deleted",
            "conversations",
            "conversations.list",
            pages=Pages("numbers", 20, 60),
            order="-deleted_at",
            permissions=READ_CONVERSATIONS,
            since="2.16",
            parameters=("order",),
            retained_by="deleted_at",
        ),
    ),
    Resource(
        "handling_events",
        shapes.handling_event,
        Listing(
            "/conversations/{id}/handling_events",
            "handling_events",
            "",
            permissions=READ_CONVERSATIONS,
            since="2.15",
        ),
        parent=Parent("conversations", "_conversation_id"),
        key="_key",
    ),
    Resource(
        "side_conversations",
        shapes.side_conversation,
        Listing(
            "/conversations/{id}/side_conversations",
            "side_conversations",
            "side_conversation.list",
            pages=Pages("numbers", 25, 50, next="absent", end="absent"),
            permissions=READ_CONVERSATIONS,
            since="2.16",
        ),
        parent=Parent("conversations", "_conversation_id"),
        key="side_conversation_id",
    ),
    Resource(
        "calls",
        shapes.call,
        Listing(
            "/calls",
            pages=Pages("numbers", 25, 25),
            order="-created_at",
            permissions=READ_CONVERSATIONS,
            since="2.14",
        ),
        Single("/calls/{call_id}", since="2.14"),
    ),
    Resource(
        "ticket_types",
        shapes.ticket_type,
        Listing("/ticket_types", permissions=READ_TICKETS),
        Single("/ticket_types/{ticket_type_id}"),
    ),
    Resource(
        "ticket_states",
        shapes.ticket_state,
        Listing("/ticket_states", permissions=READ_TICKETS, since="2.14"),
    ),
    Resource(
        "macros",
        shapes.macro,
        Listing(
            "/macros",
            pages=Pages("cursor", 50, 150),
            order="-updated_at",
            permissions=READ_CONVERSATIONS,
            since="2.16",
            parameters=("updated_since",),
        ),
        Single("/macros/{id}", since="2.16"),
    ),
)

_CONTENT = (
    Resource(
        "articles",
        shapes.article,
        Listing(
            "/articles",
            pages=Pages("numbers", 25, 250, end="absent"),
            order="-updated_at",
            permissions=READ_ARTICLES,
        ),
        Single("/articles/{article_id}"),
    ),
    Resource(
        "article_versions",
        shapes.article_version,
        Listing(
            "/articles/{article_id}/versions",
            pages=Pages("numbers", 25, 150, end="absent"),
            order="-created_at",
            permissions=READ_ARTICLES,
            since="2.16",
            parameters=("locale",),
        ),
        parent=Parent("articles", "article_id"),
    ),
    Resource(
        "collections",
        shapes.collection,
        Listing(
            "/help_center/collections",
            pages=Pages("numbers", 20, 250, end="absent"),
            order="-updated_at",
            permissions=READ_ARTICLES,
        ),
        Single("/help_center/collections/{collection_id}"),
    ),
    Resource(
        "help_centers",
        shapes.help_center,
        Listing("/help_center/help_centers", permissions=READ_ARTICLES),
        Single("/help_center/help_centers/{help_center_id}"),
    ),
    Resource(
        "help_center_redirects",
        shapes.help_center_redirect,
        Listing(
            "/help_center/help_centers/{help_center_id}/redirects",
            pages=Pages("numbers", 50, 250, end="absent"),
            order="-updated_at",
            permissions=("read_help_center_redirects_scope",),
            since="2.16",
        ),
        parent=Parent("help_centers", "help_center_id"),
    ),
    Resource(
        "internal_articles",
        shapes.internal_article,
        Listing(
            "/internal_articles",
            pages=Pages("numbers", 50, 150, end="absent"),
            permissions=READ_ARTICLES,
            since="2.14",
        ),
        Single("/internal_articles/{internal_article_id}", since="2.14"),
    ),
    Resource(
        "content_snippets",
        shapes.content_snippet,
        Listing(
            "/content_snippets",
            pages=Pages("top_level", 50, 50),
            permissions=("read_content_snippets",),
            since="2.16",
        ),
    ),
    Resource(
        "content_import_sources",
        shapes.content_import_source,
        Listing(
            "/ai/content_import_sources",
            pages=Pages("numbers", 50, 150, end="absent"),
            permissions=READ_AI_CONTENT,
            since="2.14",
        ),
        new_id=int,
    ),
    Resource(
        "external_pages",
        shapes.external_page,
        Listing(
            "/ai/external_pages",
            pages=Pages("numbers", 50, 150, end="absent", ceiling=10_000),
            order="-id",
            permissions=READ_AI_CONTENT,
            since="2.14",
        ),
    ),
    Resource("file_sources", shapes.file_source),
    Resource(
        "audiences",
        shapes.audience,
        Listing(
            "/audiences",
            pages=Pages("top_level", 50, 50),
            permissions=("read_audiences",),
            since="2.16",
        ),
    ),
    Resource(
        "news_items",
        shapes.news_item,
        Listing(
            "/news/news_items",
            pages=Pages("numbers", 10, 150, end="absent"),
            order="-created_at",
            permissions=READ_NEWS,
        ),
    ),
    Resource(
        "newsfeeds",
        shapes.newsfeed,
        Listing(
            "/news/newsfeeds", pages=Pages("numbers", 10, 150, end="absent"), permissions=READ_NEWS
        ),
    ),
    Resource(
        "custom_object_instances",
        shapes.custom_object_instance,
        Listing(
            "/custom_object_instances/{custom_object_type_identifier}",
            pages=Pages("numbers", 20, 150, end="absent"),
            order="-created_at",
            permissions=("read_custom_objects",),
            since="2.16",
        ),
        parent=Parent("custom_object_types", "type"),
    ),
)

_SETTINGS = (
    Resource(
        "brands", shapes.brand, Listing("/brands", permissions=("read_brands",), since="2.15")
    ),
    Resource(
        "email_settings",
        shapes.email_setting,
        Listing("/emails", permissions=("read_emails",), since="2.15"),
    ),
    Resource(
        "away_status_reasons",
        shapes.away_status_reason,
        Listing("/away_status_reasons", permissions=READ_ADMINS, since="2.14"),
    ),
    Resource(
        "office_hours_schedules",
        shapes.office_hours_schedule,
        Listing(
            "/office_hours_schedules",
            kind="office_hours_schedule.list",
            permissions=READ_OFFICE_HOURS,
            since="2.16",
        ),
    ),
    Resource(
        "office_hours_exceptions",
        shapes.office_hours_exception,
        Listing(
            "/office_hours_schedules/{office_hours_schedule_id}/office_hours_exceptions",
            kind="office_hours_exception.list",
            permissions=READ_OFFICE_HOURS,
            since="2.16",
        ),
        parent=Parent("office_hours_schedules", "office_hours_schedule_id"),
    ),
    Resource("activity_logs", shapes.activity_log, new_id=_log_id),
    Resource(
        "activity_log_event_types",
        shapes.activity_log_event_type,
        Listing(
            "/admins/activity_log_event_types",
            "event_types",
            "activity_log_event_type.list",
            permissions=READ_LOGS,
            since="2.16",
        ),
        key="event_type",
    ),
    Resource(
        "data_connectors",
        shapes.data_connector,
        Listing(
            "/data_connectors",
            pages=Pages("cursor", 20, 50),
            order="-updated_at",
            permissions=("read_data_connectors",),
            since="2.16",
        ),
        Single("/data_connectors/{id}", since="2.16", parameters=("state_version",)),
    ),
    Resource(
        "data_connector_executions",
        shapes.data_connector_execution,
        Listing(
            "/data_connectors/{data_connector_id}/execution_results",
            pages=Pages("cursor", 10, 30),
            order="-created_at",
            permissions=("read_data_connectors",),
            since="2.16",
            parameters=("start_ts", "end_ts", "success", "error_type", "include_bodies"),
            retained_by="created_at",
        ),
        parent=Parent("data_connectors", "data_connector_id"),
    ),
)

RESOURCES = {
    one.name: one for one in (*_SEARCHED, *_PEOPLE, *_CONVERSATIONS, *_CONTENT, *_SETTINGS)
}
"""By name."""
