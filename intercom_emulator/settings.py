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
        default_factory=lambda: {"2.11", "2.12", "2.13", "2.14", "2.15", "2.16"}
    )
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
