"""Every switch of the emulator; all of them may be turned while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

NextForm = Literal["object", "url", "absent"]
EndForm = Literal["null", "absent"]


@dataclass
class OAuthSettings:
    """
    The one OAuth application that `POST /auth/eagle/token` knows.

    Intercom's own tokens do not expire and come without a refresh token
    (https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth);
    `expires_in` and `refresh_tokens` emulate an installation where they do.
    """

    client_id: str = "emulator-client"
    client_secret: str = "emulator-secret"  # noqa: S105 - public on purpose
    codes: set[str] = field(default_factory=lambda: {"emulator-code"})
    expires_in: int | None = None
    refresh_tokens: bool = False
    rotate_refresh_tokens: bool = False
    refuse_refresh: int | None = None
    """Answer each refresh with this status (400 or 401)."""


@dataclass
class Settings:
    """Behaviour that Intercom's documents leave open, or that differs by plan and version."""

    timezone: str = "America/New_York"
    """The workspace's zone: the calendar of contact search, and `app.timezone` of GET /me."""

    region: Literal["US", "EU", "AU"] = "US"
    """`app.region` of GET /me."""

    contact_search_dates: Literal["workspace_day", "utc_day", "exact"] = "workspace_day"
    """How contact search reads a timestamp: by day up to 2.16, exact seconds from 2.17."""

    conversation_bounds: Literal["exclusive", "inclusive"] = "exclusive"
    """Whether `>` and `<` of conversation and ticket search include the bound itself."""

    index_lag: float = 0
    """Seconds until a change becomes visible to search; everything else sees it at once."""

    search_bodies: Literal["indexed", "current"] = "indexed"
    """Whether a search hit shows the record as it was indexed or as it is now."""

    rate_limit: int | None = 1667
    """Requests per 10-second window; 0 or None switches limiting, and its headers, off."""

    rate_limit_headers: Literal["present", "absent", "garbled"] = "present"
    latency: float = 0.0
    """Seconds each answer takes."""

    missing_scope_status: Literal[401, 403] = 403
    plan_restricted: set[str] = field(default_factory=set)
    """Routes ("POST /tickets/search") that answer 403 `api_plan_restricted`."""

    versions: set[str] = field(
        default_factory=lambda: {
            "2.11",
            "2.12",
            "2.13",
            "2.14",
            "2.15",
            "2.16",
            "2.17",
            "Preview",
        }
    )
    """What may be asked for; an app that was pinned to 2.16 may lack the two newer ones."""

    default_version: str = "2.16"
    """The version set on the app, for requests without an `Intercom-Version` header."""

    scroll_page_size: int = 100
    scroll_idle_seconds: float = 60
    scroll_end: Literal["empty", "not_found"] = "empty"
    companies_list_ceiling: int = 10_000

    parts_limit: int = 500
    parts_total: Literal["all", "returned"] = "all"
    contact_companies_key: Literal["companies", "data", "both"] = "companies"
    """Where GET /contacts/{id}/companies lists them: the schema and Intercom's own clients say
    `companies`, the description's example says `data`."""

    moves_updated_at: set[str] = field(
        default_factory=lambda: {
            "company_members",
            "company_notes",
            "company_segments",
            "company_tags",
            "contact_companies",
            "contact_merges",
            "contact_notes",
            "contact_subscriptions",
            "contact_tags",
            "conversation_linked_objects",
            "conversation_tags",
        }
    )
    """What moves the `updated_at` of the object that it happens to, for Intercom doesn't say.
    Known besides: contact_segments, conversation_monitor_evaluations, conversation_scorecards,
    data_events, ticket_linked_objects, ticket_parts, ticket_states."""

    ticket_ids: Literal["conversation", "own"] = "conversation"
    """Whether a ticket has the id of its conversation; heeded when a seed is laid out."""

    ticket_type_attributes_key: Literal["data", "ticket_type_attributes"] = "data"
    conversation_teammates_key: Literal["admins", "teammates"] = "admins"
    article_conversions_key: Literal["conversations", "conversions"] = "conversations"

    list_keys: dict[str, str] = field(default_factory=dict)
    """The key under which a route ("GET /ticket_types") lists, instead of the documented one."""

    bare_lists: set[str] = field(default_factory=set)
    """Routes ("GET /away_status_reasons") that answer a bare array."""

    string_page_numbers: set[str] = field(default_factory=lambda: {"GET /internal_articles"})
    """Routes that answer `pages.page` as a string once they are asked for a page."""

    per_page_maximum: dict[str, int] = field(default_factory=dict)
    """The most rows of a page by route, instead of the documented or supposed number."""

    per_page_refusal: Literal[400, 422] = 400
    """How a page beyond the maximum is refused."""

    list_ceilings: dict[str, int] = field(default_factory=dict)
    """The row at which a route's list ends with an error, instead of the documented one."""

    retention_days: dict[str, int] = field(default_factory=dict)
    """Days for which a resource (activity_logs, deleted_conversations …) keeps its rows."""

    permissions: dict[str, str] = field(default_factory=dict)
    """The permission that a route asks for, instead of the documented or supposed one."""

    merge_history_limit: int | None = None
    """Entries that a contact shows of its `merge_history`; None: all of them."""

    subscriptions_limit: int | None = 10
    """Entries that a contact shows of each of its opted_… lists; None: all of them."""

    linked_objects_limit: int = 1000
    content_search_lists: Literal["all", "recent"] = "all"
    """Whether a content search without a term lists everything or the 10 newest."""

    activity_log_bounds: Literal["inclusive", "exclusive"] = "inclusive"
    activity_log_days: int | None = None
    """Activity logs of a longer range than so many days answer 500."""

    macros_listed: Literal["all", "visible"] = "all"
    """Whether GET /macros holds those that the token's admin may not use."""

    macros_since: Literal["unix", "iso"] = "unix"
    """How GET /macros reads `updated_since`."""

    oldest_first: set[str] = field(default_factory=set)
    """Resources (data_events, calls, deleted_contacts …) whose lists begin with the oldest object
    instead of the newest."""

    deleted_tickets_listed: bool = True
    """Whether GET /conversations/deleted names deleted tickets."""

    pages_next: NextForm | dict[str, NextForm] | None = None
    """Form of `pages.next`, everywhere or by route; None means each route's documented form."""

    pages_end: EndForm | dict[str, EndForm] | None = None
    """What the last page shows for `pages.next`; None means each route's documented form."""

    next_url_base: str | None = None
    """Scheme and host of absolute `pages.next` URLs instead of the one that was called."""

    gzip: bool = False
    """Compress for clients that accept it; off, for it costs more than loopback saves."""

    strict_parameters: bool = False
    """Refuse query parameters that the route doesn't document with 400 `parameter_invalid`."""

    oauth: OAuthSettings = field(default_factory=OAuthSettings)

    def next_form(self, route_key: str, documented: NextForm) -> NextForm:
        """The form of `pages.next` on `route_key`."""
        if isinstance(self.pages_next, dict):
            return self.pages_next.get(route_key, documented)
        return self.pages_next or documented

    def end_form(self, route_key: str, documented: EndForm) -> EndForm:
        """The form of `pages.next` on the last page of `route_key`."""
        if isinstance(self.pages_end, dict):
            return self.pages_end.get(route_key, documented)
        return self.pages_end or documented
