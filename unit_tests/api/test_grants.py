import json

import pytest

from source_intercom.api.grants import EXPIRY_MARGIN, Grant
from source_intercom.api.pages import MalformedAnswer

NOW = 1_790_000_000
CREDENTIALS = {
    "auth_type": "oauth2.0",
    "client_id": "id",
    "client_secret": "secret",
    "access_token": "old",
    "refresh_token": "r1",
    "token_expiry_date": "2026-09-21T14:13:20Z",
}


def renewed(answer):
    return Grant.from_config(CREDENTIALS).renewed(json.dumps(answer).encode(), NOW)


def test_a_token_alone_is_used_as_it_is():
    """Without a refresh token there is nothing to renew with, whatever the date says."""
    assert not Grant.from_config({"access_token": "t"}).is_renewable
    assert not Grant.from_config({**CREDENTIALS, "refresh_token": ""}).is_renewable
    assert Grant.from_config(CREDENTIALS).is_renewable


def test_a_token_is_renewed_before_it_ends():
    """A margin lies between the renewal and the token's end; no date means no end."""
    grant = Grant.from_config(CREDENTIALS)

    assert grant.expires_at == NOW
    assert not grant.is_expiring(NOW - EXPIRY_MARGIN - 1)
    assert grant.is_expiring(NOW - EXPIRY_MARGIN)
    assert not Grant.from_config({"access_token": "t"}).is_expiring(NOW)


def test_a_rotated_refresh_token_replaces_the_old_one():
    """The answer's refresh token is kept; without one, the old one stays good."""
    assert renewed({"access_token": "new", "refresh_token": "r2"}).refresh_token == "r2"
    assert renewed({"access_token": "new"}).refresh_token == "r1"
    assert renewed({"token": "new"}).access_token == "new"


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
    shown = repr(Grant.from_config(CREDENTIALS))

    assert not any(secret in shown for secret in ("old", "r1", "secret", "'id'"))


@pytest.mark.parametrize("token", ["two\nlines", "schlüssel", "", " "])
def test_a_token_that_no_header_can_carry_is_none(token):
    """The error of the header would quote it, and the old one would be lost."""
    with pytest.raises(MalformedAnswer, match="that a request could carry"):
        renewed({"access_token": token})


def test_a_token_for_ever_has_no_end():
    assert renewed({"access_token": " new\n", "expires_in": 1e308}).expires_at is None
    assert renewed({"access_token": " new\n"}).access_token == "new"
