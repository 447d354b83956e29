"""
Access tokens and their permissions, and the OAuth exchange that makes them.

Permissions: https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/oauth-scopes
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from intercom_emulator.clock import Clock
from intercom_emulator.errors import Refused
from intercom_emulator.messages import Json
from intercom_emulator.settings import Settings

PERMISSIONS = {
    "read_users_companies": "Read and list users and companies",
    "read_one_user_company": "Read one user and one company",
    "write_users_companies": "Write users and companies",
    "read_tags": "Read tags",
    "read_conversations": "Read conversations",
    "read_tickets": "Read tickets",
    "read_events": "Read events",
    "read_counts": "Read counts",
    "read_admins": "Read admins",
    "read_one_admin": "Read one admin",
    "read_admin_activity_logs": "Read admin activity logs",
    "read_articles_scope": "Read and list articles",
    "read_help_center_redirects_scope": "Read help center redirects",
    "read_content_snippets": "Read content snippets",
    "read_write_ai_content": "Read and write AI content",
    "read_audiences": "Read audiences",
    "read_news_scope": "Read and list news items and newsfeeds",
    "read_brands": "Read brands",
    "read_emails": "Read emails",
    "read_write_office_hours": "Read and write office hours",
    "read_data_connectors": "Read data connectors",
    "read_custom_objects": "Read custom objects",
    "export_content_data": "Export content data",
    "export_message_data": "Export message data",
    "read_content": "Read content data",
    "gather_app_data": "Gather app data",
}
"""Machine name to the name that the Developer Hub shows. Where Intercom documents only the
display name, the machine name is ours."""

_BY_DISPLAY_NAME = {display.lower(): name for name, display in PERMISSIONS.items()}

State = Literal["valid", "revoked", "blocked", "expired"]

_REFUSALS: dict[str, tuple[str, str]] = {
    "revoked": ("token_revoked", "Token has been revoked"),
    "blocked": ("token_blocked", "Token has been blocked"),
    "expired": ("token_expired", "Token has expired"),
}


def machine_name(permission: str) -> str:
    """`permission` by its machine name, whichever name was given."""
    name = _BY_DISPLAY_NAME.get(permission.lower(), permission)
    if name not in PERMISSIONS:
        message = f"unknown permission {permission!r}; known: {', '.join(PERMISSIONS)}"
        raise ValueError(message)
    return name


@dataclass
class Token:
    """One access token."""

    name: str
    value: str
    permissions: set[str]
    state: State = "valid"
    expires_at: int | None = None

    def may(self, *permissions: str) -> bool:
        """Whether it carries any of `permissions`; no permission asked means anyone may."""
        return not permissions or not self.permissions.isdisjoint(permissions)


@dataclass
class Tokens:
    """The tokens of the workspace."""

    clock: Clock
    settings: Callable[[], Settings]
    _by_value: dict[str, Token] = field(default_factory=dict)
    _refresh_tokens: set[str] = field(default_factory=set)
    _issued: int = 0

    def add(
        self, name: str, permissions: Iterable[str] | None = None, value: str | None = None
    ) -> str:
        """
        Make a token; its value.

        `permissions` by machine or display name; None gives all of them.
        """
        granted = PERMISSIONS if permissions is None else permissions
        value = value or f"{name}-token"
        self._by_value[value] = Token(name, value, {machine_name(one) for one in granted})
        return value

    def get(self, name: str) -> Token:
        """The token called `name`."""
        return next(token for token in self._by_value.values() if token.name == name)

    def set_permissions(self, name: str, permissions: Iterable[str]) -> None:
        """Give `name` exactly these permissions."""
        self.get(name).permissions = {machine_name(one) for one in permissions}

    def revoke(self, name: str) -> None:
        """Refuse it with `token_revoked` from now on."""
        self.get(name).state = "revoked"

    def block(self, name: str) -> None:
        """Refuse it with `token_blocked` from now on."""
        self.get(name).state = "blocked"

    def expire(self, name: str) -> None:
        """Refuse it with `token_expired` from now on."""
        self.get(name).state = "expired"

    def restore(self, name: str) -> None:
        """Accept it again."""
        token = self.get(name)
        token.state, token.expires_at = "valid", None

    def authenticate(self, authorization: str | None) -> Token:
        """The token of an `Authorization` header. Raises 401."""
        if not authorization:
            raise Refused(401, "missing_authorization", "Missing Authorization header")
        scheme, _, value = authorization.partition(" ")
        token = self._by_value.get(value.strip())
        if scheme.lower() != "bearer" or token is None:
            raise Refused(401, "unauthorized", "Access Token Invalid")
        state = token.state
        if token.expires_at is not None and self.clock.now() >= token.expires_at:
            state = "expired"
        if state != "valid":
            raise Refused(401, *_REFUSALS[state])
        return token

    def name_of(self, authorization: str | None) -> str | None:
        """The name of the token in an `Authorization` header, worth something or not."""
        token = self._by_value.get((authorization or "").partition(" ")[2].strip())
        return None if token is None else token.name

    def exchange(self, form: Json) -> Json:
        """
        Answer `POST /auth/eagle/token`: a code, or a refresh token, for an access token.

            {"token_type": "Bearer", "token": "…", "access_token": "…"}
        """
        oauth = self.settings().oauth
        known_client = secrets.compare_digest(
            f"{form.get('client_id')} {form.get('client_secret')}".encode(),
            f"{oauth.client_id} {oauth.client_secret}".encode(),
        )
        if not known_client:
            raise Refused(401, "unauthorized", "Client credentials are invalid")
        if form.get("grant_type") == "refresh_token":
            return self._renew(str(form.get("refresh_token")))
        code = str(form.get("code"))
        if code not in oauth.codes:
            raise Refused(400, "parameter_invalid", "Code is invalid or has been used")
        oauth.codes.discard(code)
        return self._issue(new_refresh_token=oauth.refresh_tokens)

    def _renew(self, refresh_token: str) -> Json:
        oauth = self.settings().oauth
        if oauth.refuse_refresh is not None:
            raise Refused(oauth.refuse_refresh, "unauthorized", "Refresh token refused")
        if refresh_token not in self._refresh_tokens:
            raise Refused(400, "parameter_invalid", "Refresh token is invalid")
        if oauth.rotate_refresh_tokens:
            self._refresh_tokens.discard(refresh_token)
            return self._issue(new_refresh_token=True)
        return self._issue(refresh_token=refresh_token)

    def add_refresh_token(self, value: str) -> None:
        """Make `value` a refresh token that the exchange accepts."""
        self._refresh_tokens.add(value)

    def _issue(self, *, refresh_token: str | None = None, new_refresh_token: bool = False) -> Json:
        oauth = self.settings().oauth
        self._issued += 1
        value = self.add(f"oauth-{self._issued}")
        answer: Json = {"token_type": "Bearer", "token": value, "access_token": value}
        if oauth.expires_in is not None:
            self._by_value[value].expires_at = self.clock.now() + oauth.expires_in
            answer["expires_in"] = oauth.expires_in
        if new_refresh_token:
            refresh_token = f"refresh-{self._issued}"
            self.add_refresh_token(refresh_token)
        if refresh_token is not None:
            answer["refresh_token"] = refresh_token
        return answer
