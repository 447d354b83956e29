"""
A config as a model, and what is wrong with one: named by its field, never by its value.

The form that users fill in stands in the manifest; unit_tests/api/test_config.py holds the two
together. Pydantic's own messages quote what was typed, be it a token in the wrong field.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    SecretStr,
    Tag,
    ValidationError,
)

from source_intercom.intercom.models import Given, Secret, Token
from source_intercom.intercom.regions import Region
from source_intercom.intercom.timestamps import to_datetime


def _of_the_calendar(date: str) -> str:
    if to_datetime(date) is None:
        raise ValueError("is not a date of the calendar")
    return date


def _whole(value: object) -> object:
    """JSON may write 3 as 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Date = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$"),
    AfterValidator(_of_the_calendar),
]
WHOLE = BeforeValidator(_whole)
Name = Annotated[str, Field(min_length=1)]


class OAuth(Given):
    """Signed in on Intercom's page, through an app of Airbyte's operator or of the user's."""

    auth_type: Literal["oauth2.0"]
    client_id: Secret
    client_secret: Secret
    access_token: Token
    refresh_token: SecretStr | None = None
    token_expiry_date: Date | None = None


class AccessToken(Given):
    """Signed in by the token of one's own app."""

    auth_type: Literal["access_token"] = "access_token"
    access_token: Token


def _auth_type(given: object) -> str:
    """The chosen way to sign in; a token alone needs no choice."""
    chosen = given.get("auth_type") if isinstance(given, Mapping) else None
    return str(chosen or "").strip() or "access_token"


SignIn = Annotated[
    Annotated[OAuth, Tag("oauth2.0")] | Annotated[AccessToken, Tag("access_token")],
    Discriminator(_auth_type),
]


class Settings(Given):
    """A config that the connector can work with."""

    region: Region = "US"
    credentials: SignIn
    start_date: Date | None = None
    include_archived: bool = False
    lookback_window: Annotated[int, Field(ge=0, le=365), WHOLE] = 0
    num_workers: Annotated[int, Field(ge=1, le=160), WHOLE] = 160
    """Enough for 4,000 requests per 10 seconds, a high limit of Intercom's, at 0.4 s each."""
    all_streams: bool = False
    custom_objects: Annotated[tuple[Name, ...], Field(strict=False)] = ()


class WrongConfig(ValueError):
    """A config that the connector can't work with; the message names each field that is wrong."""


def read_settings(config: Mapping[str, Any]) -> Settings:
    """The settings that a config holds. Raises `WrongConfig`."""
    try:
        return Settings.model_validate(config)
    except ValidationError as error:
        raise WrongConfig(f"The config can't be used: {'; '.join(_problems(error))}.") from None


SENTENCES = {
    "missing": "{field} is missing",
    "too_short": "{field} is empty",
    "model_type": "{field} must be of type object",
    "string_type": "{field} must be of type string",
    "bool_type": "{field} must be of type boolean",
    "tuple_type": "{field} must be of type array",
    "int_type": "{field} must be of type integer",
    "literal_error": "{field} must be one of {expected}",
    "union_tag_invalid": "{field}.auth_type must be one of {expected_tags}",
    "string_pattern_mismatch": "{field} must look like 2024-01-01T00:00:00Z",
    "greater_than_equal": "{field} must be {ge} or more",
    "less_than_equal": "{field} must be {le} or less",
    "value_error": "{field} {error}",
}
"""By pydantic's type of error: https://docs.pydantic.dev/latest/errors/validation_errors/"""


def _problems(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_input=False, include_url=False):
        setting, *inner = map(str, each["loc"])
        field = ".".join([setting, *inner[1:]])  # pydantic names the chosen form in between
        sentence = SENTENCES.get(each["type"], "{field} is not as it should be")
        yield sentence.format(field=field, **each.get("ctx", {})).replace("'", "")


def unknown_fields(config: Mapping[str, Any]) -> list[str]:
    """Fields that no setting has, each with the setting that was probably meant."""
    sign_in = config.get("credentials")
    found = _unknown(config, Settings.model_fields, "")
    if isinstance(sign_in, Mapping):
        known = {**OAuth.model_fields, **AccessToken.model_fields}
        found += _unknown(sign_in, known, "credentials.")
    return found


def _unknown(given: Mapping[str, Any], known: Mapping[str, Any], prefix: str) -> list[str]:
    found = []
    for name in given.keys() - known.keys():
        close = get_close_matches(name, known, n=1)
        found.append(f"{prefix}{name}" + (f" (is {prefix}{close[0]} meant?)" if close else ""))
    return sorted(found)
