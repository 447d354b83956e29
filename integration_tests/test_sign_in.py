"""Tokens: renewed where they can be, sent to one host alone, and shown nowhere."""

import json
import socket
from threading import Thread

import pytest

from integration_tests.laboratory import laboratory
from integration_tests.syncing import (
    CORE_STREAMS,
    ROOT,
    Connector,
    config_for,
    sync_in_process,
)
from intercom_emulator import Emulator

EXCHANGE = "POST /auth/eagle/token"
SECRETS = ("first-secret-token", "first-secret-refresh", "emulator-secret")


def oauth_config(**credentials):
    """A config that can be renewed at the emulator."""
    return {
        "credentials": {
            "auth_type": "oauth2.0",
            "client_id": "emulator-client",
            "client_secret": "emulator-secret",
            "access_token": "first-secret-token",
            "refresh_token": "first-secret-refresh",
            **credentials,
        }
    }


def prepare(emulator, **oauth):
    """Let the emulator know the config's tokens, and how it answers a renewal."""
    emulator.tokens.add("first", value="first-secret-token")
    emulator.tokens.add_refresh_token("first-secret-refresh")
    for name, value in oauth.items():
        setattr(emulator.settings.oauth, name, value)


def saved_configs(text):
    """The configs that were handed to the platform, in order."""
    messages = [json.loads(line) for line in text.splitlines() if line.startswith('{"type":"CON')]
    return [each["control"]["connectorConfig"]["config"] for each in messages]


def test_a_token_that_expires_in_the_middle_loses_nothing(capsys):
    """All workers go on with one new token, and every row comes as it would have come."""
    with laboratory("tiny") as intercom:
        expected = sync_in_process(config_for(), CORE_STREAMS)
        prepare(intercom, expires_in=3600, rotate_refresh_tokens=True)
        intercom.journal.clear()

        @intercom.before_request
        def expire(_request):
            if len(list(intercom.journal)) == 10:
                intercom.tokens.expire("first")

        capsys.readouterr()
        output = sync_in_process(oauth_config(), CORE_STREAMS)

    assert output.incomplete == set()
    for stream in CORE_STREAMS:
        assert sorted(output.ids(stream)) == sorted(expected.ids(stream))
    assert intercom.journal.count(EXCHANGE) == 1
    (saved,) = saved_configs(capsys.readouterr().out)
    assert saved["credentials"]["access_token"] == "oauth-1-token"
    assert saved["credentials"]["refresh_token"] == "refresh-1"
    assert saved["credentials"]["client_secret"] == "emulator-secret"


def test_a_token_is_renewed_before_it_ends(capsys):
    """By Intercom's clock, not the machine's: no request carries a token that has expired."""
    with laboratory("tiny") as intercom:
        prepare(intercom, expires_in=600)
        intercom.tokens.get("first").expires_at = intercom.clock.now() + 30
        soon = "2000-01-01T00:00:00Z"

        output = sync_in_process(oauth_config(token_expiry_date=soon), ["contacts", "tags"])

    assert output.incomplete == set()
    assert intercom.journal.count(EXCHANGE) == 1
    assert {entry.status for entry in intercom.journal} == {200}
    assert saved_configs(capsys.readouterr().out)[0]["credentials"]["token_expiry_date"] > soon


def test_tokens_that_live_for_seconds_are_renewed_as_often_as_it_takes(capsys):
    """Each renewal uses the refresh token that the one before brought."""
    with laboratory("tiny") as intercom:
        prepare(intercom, expires_in=20, rotate_refresh_tokens=True)
        intercom.tokens.expire("first")

        @intercom.after_request
        def age(_request, _response):
            intercom.clock.advance(4)

        output = sync_in_process(oauth_config(), ["conversation_parts"])

    assert output.incomplete == set()
    configs = saved_configs(capsys.readouterr().out)
    assert len(configs) == intercom.journal.count(EXCHANGE) > 2
    assert configs[-1]["credentials"]["refresh_token"] == f"refresh-{len(configs)}"


def test_a_token_that_expires_behind_other_trouble_is_renewed():
    """Refusals that have nothing to do with the token don't use up its renewal."""
    with laboratory("tiny") as intercom:
        prepare(intercom)
        intercom.faults.add("GET /tags", status=503, count=4)
        intercom.faults.add("GET /tags", status=429, count=4)
        intercom.tokens.expire("first")

        output = sync_in_process(oauth_config(), ["tags"])

    assert output.incomplete == set()
    assert intercom.journal.count(EXCHANGE) == 1


def test_a_refused_renewal_asks_to_sign_in_again():
    """One refusal for all streams, a config_error that says what to do, and nothing handed on."""
    with laboratory("tiny") as intercom:
        prepare(intercom, refuse_refresh=400)
        intercom.tokens.expire("first")

        output = sync_in_process(oauth_config(), ["contacts", "tags", "teams"])

    assert output.incomplete == {"contacts", "tags", "teams"}
    assert intercom.journal.count(EXCHANGE) == 1
    for stream in ("contacts", "tags", "teams"):
        assert output.errors[stream]["failure_type"] == "config_error"
        assert "re-authenticate the connection" in output.errors[stream]["message"]


@pytest.mark.parametrize("refuse", ["revoke", "block", "expire"])
def test_a_dead_token_without_a_refresh_token_asks_to_sign_in_again(refuse):
    """A revoked, blocked or expired token alone is a config_error at once."""
    with laboratory("tiny") as intercom:
        intercom.tokens.add("mine", value="mine")
        getattr(intercom.tokens, refuse)("mine")

        output = sync_in_process(config_for("mine"), ["tags"])

    assert output.errors["tags"]["failure_type"] == "config_error"
    assert "re-authenticate the connection" in output.errors["tags"]["message"]
    assert intercom.journal.count("GET /tags") == 1


def test_a_missing_permission_is_not_renewed_by_every_stream():
    """T20: where 401 means a missing permission, one renewal is tried, and its name is told."""
    with laboratory("tiny") as intercom:
        prepare(intercom)
        intercom.settings.missing_scope_status = 401
        for name in ("first", "default"):
            intercom.tokens.set_permissions(name, ["read_tags"])
        oauth_token = intercom.tokens.add
        intercom.tokens.add = lambda name, *a, **k: oauth_token(name, ["read_tags"], *a, **k)

        output = sync_in_process(oauth_config(), ["tags", "articles", "admins", "segments"])

    assert output.incomplete == {"articles", "admins", "segments"}
    assert "Read and list articles" in output.errors["articles"]["message"]
    assert intercom.journal.count(EXCHANGE) == 1


@pytest.mark.parametrize("verb", ["check", "discover", "read"])
def test_no_secret_shows_at_any_log_level(verb, tmp_path):
    """A renewal in the real process, with --debug: secrets stand in the new config alone."""
    with Emulator(seed="tiny") as emulator:
        prepare(emulator, expires_in=3600, rotate_refresh_tokens=True)
        emulator.tokens.expire("first")
        lines = debugged(tmp_path, emulator.url, oauth_config(), verb)

    control = [line for line in lines if line.startswith('{"type":"CONTROL"')]
    assert len(control) == 1
    assert saved_configs(control[0])[0]["credentials"]["refresh_token"] == "refresh-1"
    rest = "\n".join(line for line in lines if line not in control)
    for secret in (*SECRETS, "oauth-1-token", "refresh-1"):
        assert secret not in rest
    assert "Debug logs enabled" in rest


def test_a_bad_token_shows_in_no_trace(tmp_path):
    """What is refused is not repeated, even where a line's end was pasted with it."""
    with Emulator(seed="tiny") as emulator:
        text = "\n".join(
            debugged(tmp_path, emulator.url, config_for("very-secret-token\n"), "read")
        )

    assert "re-authenticate" in text
    assert "very-secret-token" not in text


def debugged(folder, url, config, verb):
    """Every line that a verb writes with --debug, to stdout or stderr."""
    connector = Connector(folder, url, config)
    arguments = [verb, "--config", str(connector.config_path), "--debug"]
    if verb == "read":
        arguments += ["--catalog", str(ROOT / "integration_tests" / "configured_catalog.json")]
    text, _ = connector.start(*arguments).communicate(timeout=60)
    return text.splitlines()


class OtherHost:
    """A host that is not Intercom's, and counts who comes."""

    def __init__(self):
        self.visits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            connection, _ = self._socket.accept()
            self.visits += 1
            connection.close()


def test_a_redirect_to_another_host_is_not_followed():
    """T46: the token stays; the error says to choose the workspace's region."""
    other = OtherHost()
    with laboratory("tiny") as intercom:
        intercom.faults.add(
            "GET /tags", status=302, headers={"Location": f"{other.url}/tags"}, count=None
        )

        output = sync_in_process(config_for(), ["tags", "teams"])

    assert other.visits == 0
    assert output.incomplete == {"tags"}
    assert output.errors["tags"]["failure_type"] == "config_error"
    assert "choose the region" in output.errors["tags"]["message"]


def test_a_next_page_of_another_host_is_asked_of_our_own():
    """T46: an absolute pages.next gives its parameters, never its host."""
    other = OtherHost()
    with laboratory("tiny") as intercom:
        intercom.settings.pages_next = "url"
        intercom.settings.next_url_base = other.url
        for number in range(300):
            intercom.workspace.create("articles", title=f"Article {number}")

        output = sync_in_process(config_for(), ["articles"])

    assert other.visits == 0
    assert intercom.journal.count("GET /articles") > 1
    assert output.incomplete == set()
    assert len(output.ids("articles")) >= 300
