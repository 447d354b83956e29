import json

import pytest

from source_intercom.intercom.grants import EXPIRY_MARGIN, Grant
from source_intercom.intercom.pages import MalformedAnswer
from source_intercom.settings import read_settings

NOW = 1_790_000_000
CREDENTIALS = {
    "auth_type": "oauth2.0",
    "client_id": "i1",
    "client_secret": "s1",
    "access_token": "old",
    "refresh_token": "r1",
    "token_expiry_date": "2026-09-21T14:13:20Z",
}


def grant_of(credentials):
    return Grant.from_config(read_settings({"credentials": credentials}).credentials)


def renewed(answer):
    return grant_of(CREDENTIALS).renewed(json.dumps(answer).encode(), NOW)


def test_a_token_alone_is_used_as_it_is():
    """Without a refresh token there is nothing to renew with, whatever the date says."""
    assert not grant_of({"access_token": "t"}).is_renewable
    assert not grant_of({**CREDENTIALS, "refresh_token": ""}).is_renewable
    assert grant_of(CREDENTIALS).is_renewable


def test_a_token_is_renewed_before_it_ends():
    """A margin lies between the renewal and the token's end; no date means no end."""
    grant = grant_of(CREDENTIALS)

    assert grant.expires_at == NOW
    assert not grant.is_expiring(NOW - EXPIRY_MARGIN - 1)
    assert grant.is_expiring(NOW - EXPIRY_MARGIN)
    assert not grant_of({"access_token": "t"}).is_expiring(NOW)


def test_a_rotated_refresh_token_replaces_the_old_one():
    """The answer's refresh token is kept; without one, the old one stays good."""
    assert renewed({"access_token": "new", "refresh_token": "r2"}).secrets == ["new", "r2"]
    assert renewed({"access_token": "new"}).secrets == ["new", "r1"]
    assert renewed({"access_token": None, "token": "new"}).secrets == ["new", "r1"]


@pytest.mark.parametrize("odd", [{"a": 1}, [], "soon", True])
def test_what_is_odd_beside_a_token_costs_no_grant(odd):
    """A token that came is used: its refresh token, if there was one, is spent."""
    grant = renewed({"access_token": "new", "refresh_token": [odd], "expires_in": odd})

    assert (grant.secrets, grant.expires_at) == (["new", "r1"], None)


def test_the_config_gets_the_new_grant_and_keeps_all_else():
    """Only the credentials change; a date that has lost its meaning goes."""
    config = {"credentials": CREDENTIALS, "region": "EU", "unknown": 1}

    mortal = renewed({"access_token": "new", "refresh_token": "r2", "expires_in": 3600})
    immortal = renewed({"access_token": "new"})

    assert mortal.into_config(config) == {
        **config,
        "credentials": {
            **CREDENTIALS,
            "access_token": "new",
            "refresh_token": "r2",
            "token_expiry_date": "2026-09-21T15:13:20Z",
        },
    }
    assert "token_expiry_date" not in immortal.into_config(config)["credentials"]
    assert config["credentials"]["access_token"] == "old"


def test_a_short_lived_token_is_used_for_half_its_life():
    """A token that lives for less than the margin isn't renewed at every request."""
    grant = renewed({"access_token": "new", "expires_in": 10})

    assert not grant.is_expiring(NOW + 4)
    assert grant.is_expiring(NOW + 5)


@pytest.mark.parametrize("answer", [{}, {"access_token": None}, {"access_token": {"a": 1}}, []])
def test_an_answer_without_a_token_is_no_grant(answer):
    """A body that holds no token is not believed."""
    with pytest.raises(MalformedAnswer):
        renewed(answer)


def test_a_grant_does_not_print_its_secrets():
    """A log or trace that shows a grant shows no secret."""
    shown = repr(grant_of(CREDENTIALS))

    assert not any(secret in shown for secret in ("old", "r1", "s1", "i1"))


@pytest.mark.parametrize("token", ["two\nlines", "schlüssel", "", " "])
def test_a_token_that_no_header_can_carry_is_none(token):
    """The error of the header would quote it, and the old one would be lost."""
    with pytest.raises(MalformedAnswer, match="that a request could carry"):
        renewed({"access_token": token})


def test_a_token_for_ever_has_no_end():
    """What is added to it may be more than a date can hold."""
    assert renewed({"access_token": " new\n", "expires_in": 1e308}).expires_at is None
    assert renewed({"access_token": " new\n"}).secrets[0] == "new"
