import json

import pytest
from jinja2 import Template

from source_intercom import SourceIntercom
from source_intercom.api.config import problems, unknown_fields
from source_intercom.api.grants import TOKEN_PATH
from source_intercom.api.regions import API_BASE_URLS

SECRET = "dG9rOmV4YW1wbGU="
SPEC = SourceIntercom().resolved_manifest["spec"]
SCHEMA = SPEC["connection_specification"]
TOKEN = {"auth_type": "access_token", "access_token": SECRET}
OAUTH = {"auth_type": "oauth2.0", "client_id": "i", "client_secret": "s", "access_token": SECRET}


@pytest.mark.parametrize(
    "credentials",
    [TOKEN, OAUTH, {"access_token": SECRET}, {**TOKEN, "access_token": SECRET + "\n"}],
)
def test_a_good_config_has_no_problems(credentials):
    """Either way to sign in is accepted, and an access token alone."""
    config = {
        "credentials": credentials,
        "region": "AU",
        "start_date": "2024-02-29T00:00:00Z",
        "include_archived": True,
        "lookback_window": 3,
        "num_workers": 4,
    }

    assert problems(config, SCHEMA) == []
    assert unknown_fields(config, SCHEMA) == []


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({}, "credentials is missing"),
        ({"credentials": SECRET}, "credentials must be of type object"),
        ({"credentials": {}}, "credentials.auth_type must be one of oauth2.0, access_token"),
        ({"credentials": {"auth_type": SECRET}}, "credentials.auth_type must be one of"),
        ({"credentials": {"auth_type": "access_token"}}, "credentials.access_token is missing"),
        ({"credentials": {**TOKEN, "access_token": ""}}, "credentials.access_token is empty"),
        ({"credentials": {**TOKEN, "access_token": [SECRET]}}, "credentials.access_token must be"),
        ({"credentials": {**TOKEN, "access_token": f"{SECRET} {SECRET}"}}, "characters that no"),
        ({"credentials": {**TOKEN, "access_token": f"“{SECRET}”"}}, "characters that no token"),
        ({"credentials": {**OAUTH, "client_secret": {SECRET: 1}}}, "client_secret must be of type"),
        ({"credentials": TOKEN, "region": SECRET}, "region must be one of US, EU, AU"),
        ({"credentials": TOKEN, "start_date": SECRET}, "start_date must look like YYYY-MM-DDTHH"),
        ({"credentials": TOKEN, "start_date": "2023-02-29T00:00:00Z"}, "start_date is not a date"),
        ({"credentials": TOKEN, "lookback_window": -1}, "lookback_window must be 0 or more"),
        ({"credentials": TOKEN, "num_workers": 999}, "num_workers must be 160 or less"),
        ({"credentials": TOKEN, "include_archived": SECRET}, "include_archived must be of type"),
    ],
)
def test_a_problem_names_its_field_and_quotes_nothing(config, says):
    """Whatever was typed where, its field is named, and a token in it is not repeated."""
    (found,) = problems(config, SCHEMA)

    assert says in found
    assert SECRET not in found


def test_every_problem_is_told_at_once():
    """Nobody mends a config field by field."""
    config = {"credentials": {**OAUTH, "client_id": ""}, "region": "XX", "num_workers": 0}

    assert len(problems(config, SCHEMA)) == 3


def test_unknown_fields_are_named_with_what_was_meant():
    """A typing error is found by its likeness; what only looks strange is just named."""
    config = {"credentials": {**TOKEN, "acess_token": SECRET}, "start_dat": "x", "zzz": SECRET}

    assert unknown_fields(config, SCHEMA) == [
        "credentials.acess_token (is credentials.access_token meant?)",
        "start_dat (is start_date meant?)",
        "zzz",
    ]


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
    forms = SCHEMA["properties"]["credentials"]["oneOf"]
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
    for form in SCHEMA["properties"]["credentials"]["oneOf"]:
        for name, field in form["properties"].items():
            is_open = name in {"auth_type", "token_expiry_date"}
            assert field.get("airbyte_secret", False) is not is_open
