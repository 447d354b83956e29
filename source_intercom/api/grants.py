"""
What a workspace's owner has granted: an access token, and perhaps the means to renew it.

Intercom's tokens don't expire and come without a refresh token, yet `token_expired` is one of its
errors; so a grant is renewed where it can be, and used as it is where it can't.
https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from source_intercom.api.pages import MalformedAnswer, parse_object
from source_intercom.api.timestamps import epoch_seconds, rfc3339

TOKEN_PATH = "/auth/eagle/token"  # noqa: S105 a path
EXPIRY_MARGIN = 60
"""Seconds before its end at which a token is renewed, so that no request carries a dying one."""

FOR_EVER = 10**10
"""Seconds; who grants a token for longer has no end in mind."""


def can_be_sent(token: str) -> bool:
    """Whether a header may carry it; else the header's own error would quote it."""
    return bool(token) and token.isascii() and token.isprintable() and " " not in token


@dataclass(frozen=True)
class Grant:
    """One access token. Never print it: `repr` leaves out every secret."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    client_id: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)
    expires_at: int | None = None
    """Unix seconds on Intercom's clock; None for a token that doesn't expire."""
    margin: int = EXPIRY_MARGIN

    @classmethod
    def from_config(cls, credentials: Mapping[str, Any]) -> Self:
        """That of a config's `credentials`, in either way to sign in."""
        return cls(
            access_token=credentials["access_token"].strip(),
            refresh_token=credentials.get("refresh_token") or None,
            client_id=credentials.get("client_id"),
            client_secret=credentials.get("client_secret"),
            expires_at=epoch_seconds(credentials.get("token_expiry_date")),
        )

    @property
    def is_renewable(self) -> bool:
        """Whether there is all that a refresh takes."""
        return None not in (self.refresh_token, self.client_id, self.client_secret)

    def is_expiring(self, now: float) -> bool:
        """Whether the token has expired or is about to."""
        return self.expires_at is not None and now >= self.expires_at - self.margin

    def request(self) -> dict[str, Any]:
        """The form of the standard refresh grant: https://www.rfc-editor.org/rfc/rfc6749#section-6."""
        return {
            "grant_type": "refresh_token",
            "refresh_token": self.refresh_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }

    def renewed(self, content: bytes, now: float) -> Self:
        """
        The grant after an answer to `request`; a refresh token that wasn't rotated stays.

            {"token_type": "Bearer", "access_token": "…", "refresh_token": "…", "expires_in": 3600}

        Raises `MalformedAnswer` where there is no token in it.
        """
        body = parse_object(content)
        token = body.get("access_token") or body.get("token")
        lifetime = body.get("expires_in")
        if not isinstance(token, str) or not can_be_sent(token.strip()):
            message = "there is no access_token that a request could carry"
            raise MalformedAnswer(message)
        seconds = None
        if isinstance(lifetime, (int, float)) and lifetime < FOR_EVER:
            seconds = int(lifetime)
        return replace(
            self,
            access_token=token.strip(),
            refresh_token=body.get("refresh_token") or self.refresh_token,
            expires_at=None if seconds is None else int(now) + seconds,
            # A token that lives for less than two margins is not to be renewed at every request.
            margin=EXPIRY_MARGIN if seconds is None else min(EXPIRY_MARGIN, seconds // 2),
        )

    def into_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The config with this grant in its `credentials`, all else as it was."""
        credentials = {**config["credentials"], "access_token": self.access_token}
        credentials.pop("token_expiry_date", None)
        if self.refresh_token is not None:
            credentials["refresh_token"] = self.refresh_token
        if self.expires_at is not None:
            credentials["token_expiry_date"] = rfc3339(self.expires_at)
        return {**config, "credentials": credentials}

    @property
    def secrets(self) -> list[str]:
        """What must never show in a log."""
        return [each for each in (self.access_token, self.refresh_token) if each]
