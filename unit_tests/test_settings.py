import json
import re
from pathlib import Path

import pytest
from jinja2 import Template

from source_intercom import SourceIntercom
from source_intercom.intercom.grants import TOKEN_PATH
from source_intercom.intercom.regions import API_BASE_URLS
from source_intercom.settings import (
    AccessToken,
    OAuth,
    Settings,
    WrongConfig,
    read_settings,
    unknown_fields,
)

SECRET = "dG9rOmV4YW1wbGU="
SPEC = SourceIntercom().resolved_manifest["spec"]
FORM = SPEC["connection_specification"]
TOKEN = {"auth_type": "access_token", "access_token": SECRET}
OAUTH = {"auth_type": "oauth2.0", "client_id": "i", "client_secret": "s", "access_token": SECRET}


def says(config):
    """What is wrong with a config, field by field."""
    with pytest.raises(WrongConfig) as raised:
        read_settings(config)
    start, end = "The config can't be used: ", "."
    sentence = str(raised.value)
    assert sentence.startswith(start)
    assert sentence.endswith(end)
    return sentence.removeprefix(start).removesuffix(end).split("; ")


@pytest.mark.parametrize(
    ("credentials", "form"),
    [
        (TOKEN, AccessToken),
        (OAUTH, OAuth),
        ({"access_token": SECRET}, AccessToken),
        ({**TOKEN, "access_token": f" {SECRET}\n"}, AccessToken),
    ],
)
def test_a_good_config_becomes_settings(credentials, form):
    """Either way to sign in is accepted, and an access token alone."""
    config = {
        "credentials": credentials,
        "region": "AU",
        "start_date": "2024-02-29T00:00:00Z",
        "include_archived": True,
        "lookback_window": 3,
        "num_workers": 4,
        "all_streams": True,
        "custom_objects": ["Order"],
    }

    settings = read_settings(config)

    assert unknown_fields(config) == []
    assert type(settings.credentials) is form
    assert settings.credentials.access_token.get_secret_value() == SECRET
    assert settings.model_dump(mode="json", exclude={"credentials"}) == {
        name: value for name, value in config.items() if name != "credentials"
    }


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_what_is_empty_is_not_set(nothing):
    """Form builders and YAML send null or empty text for a setting that was left out."""
    filled = {
        name: SECRET if name in OAUTH else nothing for name in ("auth_type", *OAuth.model_fields)
    }
    config = dict.fromkeys(Settings.model_fields, nothing)

    plain = read_settings({**config, "credentials": {**TOKEN, "auth_type": nothing}})
    oauth = read_settings({"credentials": {**filled, "auth_type": "oauth2.0"}})

    assert plain == read_settings({"credentials": TOKEN})
    assert oauth.credentials.refresh_token is None
    assert oauth.credentials.token_expiry_date is None


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("name", ["client_id", "client_secret", "access_token"])
def test_what_is_required_may_not_be_empty(name, nothing):
    """Null is no more than a missing field."""
    state = "missing" if nothing is None else "empty"

    assert says({"credentials": {**OAUTH, name: nothing}}) == [f"credentials.{name} is {state}"]


@pytest.mark.parametrize("date", ["2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00Z"])
def test_a_date_may_have_milliseconds(date):
    """Date pickers send them."""
    credentials = {**OAUTH, "token_expiry_date": date}

    assert read_settings({"credentials": credentials, "start_date": date}).start_date == date


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({}, "credentials is missing"),
        ({"credentials": None}, "credentials is missing"),
        ({"credentials": SECRET}, "credentials must be of type object"),
        ({"credentials": [SECRET]}, "credentials must be of type object"),
        ({"credentials": {}}, "credentials.access_token is missing"),
        (
            {"credentials": {"auth_type": SECRET}},
            "credentials.auth_type must be one of oauth2.0, access_token",
        ),
        (
            {"credentials": {"auth_type": [SECRET]}},
            "credentials.auth_type must be one of oauth2.0, access_token",
        ),
        ({"credentials": {"auth_type": "access_token"}}, "credentials.access_token is missing"),
        ({"credentials": {**TOKEN, "access_token": ""}}, "credentials.access_token is empty"),
        (
            {"credentials": {**TOKEN, "access_token": [SECRET]}},
            "credentials.access_token must be of type string",
        ),
        (
            {"credentials": {**TOKEN, "access_token": f"{SECRET} {SECRET}"}},
            "credentials.access_token has characters that no token has",
        ),
        (
            {"credentials": {**TOKEN, "access_token": f"“{SECRET}”"}},
            "credentials.access_token has characters that no token has",
        ),
        (
            {"credentials": {**OAUTH, "client_secret": {SECRET: 1}}},
            "credentials.client_secret must be of type string",
        ),
        (
            {"credentials": {**OAUTH, "token_expiry_date": SECRET}},
            "credentials.token_expiry_date must look like 2024-01-01T00:00:00Z",
        ),
        ({"credentials": TOKEN, "region": SECRET}, "region must be one of US, EU or AU"),
        (
            {"credentials": TOKEN, "start_date": SECRET},
            "start_date must look like 2024-01-01T00:00:00Z",
        ),
        ({"credentials": TOKEN, "start_date": 1704067200}, "start_date must be of type string"),
        (
            {"credentials": TOKEN, "start_date": "2023-02-29T00:00:00.000Z"},
            "start_date is not a date of the calendar",
        ),
        ({"credentials": TOKEN, "lookback_window": -1}, "lookback_window must be 0 or more"),
        ({"credentials": TOKEN, "num_workers": 999}, "num_workers must be 160 or less"),
        ({"credentials": TOKEN, "num_workers": SECRET}, "num_workers must be of type integer"),
        ({"credentials": TOKEN, "num_workers": 1.5}, "num_workers must be of type integer"),
        ({"credentials": TOKEN, "num_workers": True}, "num_workers must be of type integer"),
        (
            {"credentials": TOKEN, "include_archived": SECRET},
            "include_archived must be of type boolean",
        ),
    ],
)
def test_a_problem_names_its_field_and_quotes_nothing(config, problem):
    """Whatever was typed where, its field is named, and a token in it is not repeated."""
    assert says(config) == [problem]


def test_every_problem_is_told_at_once():
    """Nobody mends a config field by field."""
    config = {"credentials": {**OAUTH, "client_id": ""}, "region": "XX", "num_workers": 0}

    assert len(says(config)) == 3


def test_settings_do_not_print_their_secrets():
    """A log or trace that shows them shows no secret, nor does the error of a wrong one."""
    assert SECRET not in repr(read_settings({"credentials": TOKEN}))
    with pytest.raises(WrongConfig) as raised:
        read_settings({"credentials": TOKEN, "region": SECRET})

    assert raised.value.__suppress_context__


def test_unknown_fields_are_named_with_what_was_meant():
    """A typing error is found by its likeness; what only looks strange is just named."""
    config = {"credentials": {**TOKEN, "acess_token": SECRET}, "start_dat": "x", "zzz": SECRET}

    assert unknown_fields(config) == [
        "start_dat (is start_date meant?)",
        "zzz",
        "credentials.acess_token (is credentials.access_token meant?)",
    ]


KEYWORDS = ("type", "enum", "const", "minimum", "maximum", "minLength", "pattern")


def rules(schema, definitions):
    """What a JSON schema demands: its fields with their rules, and which are required."""
    fields = {}
    for name, field in schema["properties"].items():
        forms = [definitions(each) for each in field.get("oneOf", [])]
        (declared,) = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
        # A const is a choice of one for some, and filled in for others.
        names = [key for key in KEYWORDS if not (key == "enum" and "const" in declared)]
        fields[name] = {key: declared[key] for key in names if key in declared}
        default = None if "const" in declared else field.get("default")
        fields[name] |= {} if default is None else {"default": default}
        if forms:
            fields[name] = [rules(form, definitions) for form in forms]
    return fields, sorted(schema["required"])


def test_the_settings_are_those_of_the_form():
    """The manifest's form and the model have the same fields, choices, bounds and defaults."""
    model = Settings.model_json_schema()

    def defined(schema):
        return model["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema

    assert rules(FORM, defined) == rules(model, defined)
    assert list(FORM["properties"]) == list(Settings.model_fields)


def test_secrets_of_the_form_are_secrets_of_the_settings():
    """What the platform hides, the connector's own objects hide as well."""
    definitions = Settings.model_json_schema()["$defs"]
    for form, model in zip(
        FORM["properties"]["credentials"]["oneOf"], ("OAuth", "AccessToken"), strict=True
    ):
        hidden = {name for name, each in form["properties"].items() if "airbyte_secret" in each}
        properties = definitions[model]["properties"]

        assert hidden == {name for name in properties if "writeOnly" in str(properties[name])}


@pytest.mark.parametrize(
    ("region", "app"), [("US", "app"), ("EU", "app.eu"), ("AU", "app.au"), (None, "app")]
)
def test_signing_in_stays_in_the_chosen_region(region, app):
    """T46: the consent and token addresses, which Airbyte fills in, are those of the region."""
    auth = SPEC["advanced_auth"]["oauth_config_specification"][
        "oauth_connector_input_specification"
    ]
    values = {"client_id_param": "client_id=1", "redirect_uri_param": "r=2", "state_param": "s=3"}
    values |= {"region": region} if region else {}

    consent = Template(auth["consent_url"]).render(values)
    token = Template(auth["access_token_url"]).render(values)

    assert consent == f"https://{app}.intercom.com/oauth?client_id=1&r=2&s=3"
    assert token == API_BASE_URLS[region or "US"] + TOKEN_PATH


def test_oauth_comes_first_and_its_outputs_have_their_place():
    """The form opens with OAuth, and what the platform fills in lands in declared fields."""
    forms = FORM["properties"]["credentials"]["oneOf"]
    oauth = SPEC["advanced_auth"]

    assert [form["properties"]["auth_type"]["const"] for form in forms] == [
        oauth["predicate_value"],
        "access_token",
    ]
    text = json.dumps(oauth["oauth_config_specification"])
    for name in ("client_id", "client_secret", "access_token"):
        assert f'"path_in_connector_config": ["credentials", "{name}"]' in text
        assert name in forms[0]["required"]


def test_every_secret_is_marked():
    """Airbyte hides and masks what is marked as secret."""
    for form in FORM["properties"]["credentials"]["oneOf"]:
        for name, field in form["properties"].items():
            is_open = name in {"auth_type", "token_expiry_date"}
            assert field.get("airbyte_secret", False) is not is_open


def test_the_config_of_the_setup_guide_has_every_setting():
    """It can be copied, and its table explains each."""
    page = (Path(__file__).parents[1] / "docs" / "setup.md").read_text("utf-8")
    [text] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    config = json.loads(text.replace("…", SECRET))
    explained = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)

    assert read_settings(config).custom_objects == ("Order", "Subscription")
    assert sorted(explained) == sorted(config) == sorted(Settings.model_fields)
