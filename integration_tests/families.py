"""Which streams belong together, and what can happen to what they show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """`deeds`: the methods of deeds.py that change what the streams show."""

    streams: tuple[str, ...]
    deeds: tuple[str, ...]


def _lists(*names: str) -> Family:
    """Plain lists, whose objects come, change and go."""
    return Family(
        names, tuple(f"{verb} {name}" for name in names for verb in ("create", "update", "delete"))
    )


_OF_CONTACTS = (
    "create_contact",
    "update_contact",
    "tag_contact",
    "untag_contact",
    "attach_company",
    "detach_company",
    "subscribe",
    "unsubscribe",
    "write_note",
    "delete_note",
    "give_odd_values_to_contact",
    "delete_contact",
    "merge_contacts",
    "merge_many_contacts",
    "archive_contact",
    "block_contact",
)
_OF_CONVERSATIONS = (
    "create_conversation",
    "update_conversation",
    "reply",
    "close",
    "redact_part",
    "tag_conversation",
    "untag_conversation",
    "change_participants",
    "judge_conversation",
    "pause",
    "talk_aside",
    "link",
    "unlink",
    "delete_conversation",
)
_OF_TICKETS = (
    "create_ticket",
    "update_ticket",
    "reply_to_ticket",
    "change_ticket_state",
    "change_ticket_participants",
    "link",
    "unlink",
    "delete_ticket",
)

FAMILIES = {
    "contacts": Family(
        (
            "contacts",
            "contact_tags",
            "contact_companies",
            "contact_subscriptions",
            "contact_merges",
            "contact_notes",
        ),
        _OF_CONTACTS,
    ),
    "events": Family(
        ("data_events", "data_event_summaries", "contacts"),
        ("track_event", "create_contact", "update_contact", "delete_contact"),
    ),
    "segments": Family(
        ("segments", "contact_segments"),
        ("join_segment", "leave_segment", "update segments", "create_contact"),
    ),
    "companies": Family(
        ("companies", "company_tags", "company_segments", "company_notes"),
        (
            "create_company",
            "update_company",
            "attach_company",
            "tag_company",
            "segment_company",
            "write_company_note",
            "delete_company_note",
            "delete_company",
        ),
    ),
    "conversations": Family(
        (
            "conversations",
            "conversation_contacts",
            "conversation_tags",
            "conversation_teammates",
            "conversation_linked_objects",
            "conversation_monitor_evaluations",
            "conversation_scorecards",
        ),
        _OF_CONVERSATIONS,
    ),
    "conversation_details": Family(
        ("conversation_parts", "handling_events", "side_conversation_parts"), _OF_CONVERSATIONS
    ),
    "tickets": Family(
        ("tickets", "ticket_parts", "ticket_contacts", "ticket_linked_objects"), _OF_TICKETS
    ),
    "ticket_types": Family(
        ("ticket_types", "ticket_type_attributes", "ticket_states", "ticket_type_states"),
        ("update ticket_types", "update ticket_states", "create ticket_states"),
    ),
    "articles": Family(
        (
            "articles",
            "article_tags",
            "article_collections",
            "article_translations",
            "article_statistics",
            "article_versions",
            "article_drafts",
        ),
        (
            "create articles",
            "update articles",
            "delete articles",
            "tag_article",
            "untag_article",
            "translate_article",
            "draft_article",
            "publish_article",
            "file_article",
        ),
    ),
    "teams": Family(
        ("admins", "teams", "team_admins", "team_metrics"),
        ("update admins", "staff_team", "create teams", "delete teams"),
    ),
    "news": Family(
        ("news_items", "newsfeeds", "newsfeed_items"),
        ("publish_news", "update news_items", "delete news_items", "create newsfeeds"),
    ),
    "help_centers": Family(
        ("help_centers", "help_center_redirects", "collections"),
        ("redirect", "delete help_center_redirects", "create collections", "update collections"),
    ),
    "office_hours": Family(
        ("office_hours_schedules", "office_hours_exceptions"),
        ("make_exception", "delete office_hours_exceptions", "update office_hours_schedules"),
    ),
    "data_connectors": Family(
        ("data_connectors", "data_connector_executions"),
        ("execute", "create data_connectors", "update data_connectors"),
    ),
    "calls": Family(("calls", "call_transcripts"), ("call", "update calls", "delete calls")),
    "gone": Family(
        ("deleted_conversations", "deleted_contacts", "contact_activities"),
        (
            "delete_conversation",
            "delete_contact",
            "merge_contacts",
            "archive_contact",
            "block_contact",
            "create_contact",
            "create_conversation",
        ),
    ),
    "logs": Family(("activity_logs", "activity_log_event_types"), ("log",)),
    "attributes": Family(
        ("data_attributes", "custom_object_instances"),
        ("update conversation_attributes", "make_custom_object"),
    ),
    "macros": _lists("macros"),
    "lists": _lists(
        "audiences",
        "away_status_reasons",
        "brands",
        "content_import_sources",
        "content_snippets",
        "email_settings",
        "external_pages",
        "internal_articles",
        "subscription_types",
        "tags",
    ),
    "rest": Family(
        ("content_items", "workspace"),
        ("create internal_articles", "update content_snippets", "delete external_pages"),
    ),
}
"""Every stream of the catalog is in one of them."""
