"""
What a workspace's owner has granted: an access token, and perhaps the means to renew it.

Intercom's tokens don't expire and come without a refresh token, yet `token_expired` is one of its
errors; so a grant is renewed where it can be, and used as it is where it can't.
https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError

from source_intercom.intercom.models import NONE_IF_ODD, Given, Token
from source_intercom.intercom.pages import MalformedAnswer, parse_object
from source_intercom.intercom.timestamps import epoch_seconds, rfc3339
from source_intercom.settings import AccessToken, OAuth

TOKEN_PATH = "/auth/eagle/token"  # noqa: S105 a path
EXPIRY_MARGIN = 60
"""Seconds before its end at which a token is renewed, so that no request carries a dying one."""

FOR_EVER = 10**10
"""Seconds; who grants a token for longer has no end in mind."""


class Granted(Given):
    """
    The answer to a refresh grant.

        {"token_type": "Bearer", "access_token": "…", "refresh_token": "…", "expires_in": 3600}
    """

    access_token: Token = Field(validation_alias=AliasChoices("access_token", "token"))
    refresh_token: Annotated[SecretStr | None, NONE_IF_ODD] = None
    expires_in: Annotated[float | None, Field(lt=FOR_EVER, allow_inf_nan=False), NONE_IF_ODD] = None


@dataclass(frozen=True)
class Grant:
    """One access token, and perhaps what renews it."""

    access_token: SecretStr
    refresh_token: SecretStr | None = None
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    expires_at: int | None = None
    """Unix seconds on Intercom's clock; None for a token that doesn't expire."""
    margin: int = EXPIRY_MARGIN

    @classmethod
    def from_config(cls, credentials: OAuth | AccessToken) -> Self:
        """That of a config's `credentials`, in either way to sign in."""
        if isinstance(credentials, AccessToken):
            return cls(credentials.access_token)
        return cls(
            access_token=credentials.access_token,
            refresh_token=credentials.refresh_token,
            client_id=credentials.client_id,
            client_secret=credentials.client_secret,
            expires_at=epoch_seconds(credentials.token_expiry_date),
        )

    @property
    def is_renewable(self) -> bool:
        """Whether there is all that a refresh takes."""
        return None not in (self.refresh_token, self.client_id, self.client_secret)

    def is_expiring(self, now: float) -> bool:
        """Whether the token has expired or is about to."""
        return self.expires_at is not None and now >= self.expires_at - self.margin

    def request(self) -> dict[str, str]:
        """The form of the standard refresh grant: https://www.rfc-editor.org/rfc/rfc6749#section-6."""
        secrets = {
            "refresh_token": self.refresh_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        known = {name: each.get_secret_value() for name, each in secrets.items() if each}
        return {"grant_type": "refresh_token", **known}

    def renewed(self, content: bytes, now: float) -> Self:
        """
        The grant after an answer to `request`; a refresh token that wasn't rotated stays.

        Raises `MalformedAnswer` where there is no token in it.
        """
        try:
            granted = Granted.model_validate(parse_object(content))
        except ValidationError:
            raise MalformedAnswer("there is no access_token that a request could carry") from None
        seconds = None if granted.expires_in is None else int(granted.expires_in)
        return replace(
            self,
            access_token=granted.access_token,
            refresh_token=granted.refresh_token or self.refresh_token,
            expires_at=None if seconds is None else int(now) + seconds,
            # A token that lives for less than two margins is not to be renewed at every request.
            margin=EXPIRY_MARGIN if seconds is None else min(EXPIRY_MARGIN, seconds // 2),
        )

    def into_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The config with this grant in its `credentials`, all else as it was."""
        credentials = {
            **config["credentials"],
            "access_token": self.access_token.get_secret_value(),
        }
        credentials.pop("token_expiry_date", None)
        if self.refresh_token is not None:
            credentials["refresh_token"] = self.refresh_token.get_secret_value()
        if self.expires_at is not None:
            credentials["token_expiry_date"] = rfc3339(self.expires_at)
        return {**config, "credentials": credentials}

    @property
    def secrets(self) -> list[str]:
        """What must never show in a log."""
        tokens = (self.access_token, self.refresh_token)
        return [each.get_secret_value() for each in tokens if each is not None]
