"""What the models of others' JSON share: null is absent, text is stripped, tokens are secrets."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)


class Given(BaseModel):
    """An object that somebody else wrote. Null is absent, and so is empty text, unless required."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        stripped = {
            name: value.strip() if isinstance(value, str) else value
            for name, value in given.items()
            if value is not None
        }
        required = {name for name, field in cls.model_fields.items() if field.is_required()}
        return {name: value for name, value in stripped.items() if value != "" or name in required}


def _can_be_sent(token: SecretStr) -> SecretStr:
    """A header may carry it; else the header's own error would quote it."""
    text = token.get_secret_value()
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise ValueError("has characters that no token has")
    return token


def _none_if_odd(value: Any, parse: ValidatorFunctionWrapHandler) -> Any:
    try:
        return parse(value)
    except ValidationError:
        return None


Secret = Annotated[SecretStr, Field(min_length=1)]
Token = Annotated[Secret, AfterValidator(_can_be_sent)]
NONE_IF_ODD = WrapValidator(_none_if_odd)
"""For what Intercom says beside the point: it is left out where it isn't of its type."""
