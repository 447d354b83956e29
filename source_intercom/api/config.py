"""
What is wrong with a config, in words that name the field and never quote its value.

jsonschema's own messages quote what was typed, be it a token in the wrong field.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft7Validator, ValidationError

from source_intercom.api.grants import can_be_sent
from source_intercom.api.timestamps import to_datetime

Schema = Mapping[str, Any]


def problems(config: Mapping[str, Any], schema: Schema) -> list[str]:
    """One sentence for each field that the connector can't work with; none for a good config."""
    errors = Draft7Validator(schema).iter_errors(config)
    wrong = (sentence for error in errors for sentence in _sentences(error, error.absolute_path))
    found = list(dict.fromkeys(wrong))
    if found:
        return found
    start_date = config.get("start_date")
    if start_date and to_datetime(start_date) is None:
        found.append("start_date is not a date of the calendar")
    if not can_be_sent(config["credentials"]["access_token"].strip()):
        found.append("credentials.access_token has characters that no token has")
    return found


def unknown_fields(config: Mapping[str, Any], schema: Schema) -> list[str]:
    """Fields that no setting has, each with the setting that was probably meant."""
    return list(_unknown(config, schema, ""))


def _unknown(config: Mapping[str, Any], schema: Schema, prefix: str) -> Iterator[str]:
    known = _properties(schema)
    for name, value in config.items():
        if name not in known:
            close = get_close_matches(name, known, n=1)
            yield f"{prefix}{name}" + (f" (is {prefix}{close[0]} meant?)" if close else "")
        elif isinstance(value, Mapping):
            yield from _unknown(value, known[name], f"{prefix}{name}.")


def _properties(schema: Schema) -> dict[str, Schema]:
    """Those of an object, in whichever of its forms."""
    found = dict(schema.get("properties", {}))
    for form in schema.get("oneOf", []):
        found.update(form.get("properties", {}))
    return found


def _sentences(error: ValidationError, path: Sequence[str | int]) -> Iterator[str]:
    schema: Any = error.schema
    expected: Any = error.validator_value
    field = ".".join(str(each) for each in path) or "the config"
    match error.validator:
        case "oneOf":
            yield from _sentences_of_form(error, field, path)
        case "required":
            given: Any = error.instance
            prefix = f"{field}." if path else ""
            yield from (f"{prefix}{name} is missing" for name in expected if name not in given)
        case "type":
            yield f"{field} must be of type {expected}"
        case "enum":
            yield f"{field} must be one of {', '.join(map(str, expected))}"
        case "const":
            yield f"{field} must be {expected}"
        case "pattern":
            yield f"{field} must look like {schema.get('pattern_descriptor', expected)}"
        case "minimum":
            yield f"{field} must be {expected} or more"
        case "maximum":
            yield f"{field} must be {expected} or less"
        case "minLength":
            yield f"{field} is empty"
        case _:
            yield f"{field} is not as it should be ({error.validator})"


def _sentences_of_form(
    error: ValidationError, field: str, path: Sequence[str | int]
) -> Iterator[str]:
    """What is wrong with the form that was chosen; its constant says which that is."""
    forms: Any = error.validator_value
    given: Any = error.instance
    if not isinstance(given, Mapping):
        yield f"{field} must be of type object"
        return
    names = [name for name, each in forms[0]["properties"].items() if "const" in each]
    for name in names:
        choices = [form["properties"][name]["const"] for form in forms]
        if given.get(name) not in choices:
            yield f"{field}.{name} must be one of {', '.join(choices)}"
            return
        chosen = choices.index(given[name])
        for each in error.context or []:
            if each.schema_path[0] == chosen:
                yield from _sentences(each, [*path, *each.relative_path])
