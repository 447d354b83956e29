"""What a check says, to the person who has just filled in the form."""

import logging
import re
import time
from socket import create_server

import pytest
import requests
from airbyte_cdk.models import Status

import source_intercom.session
from integration_tests.laboratory import changed, laboratory
from integration_tests.syncing import CORE_STREAMS, Connector, config_for, sync_in_process
from intercom_emulator import Emulator
from source_intercom import SourceIntercom
from source_intercom import check as checking
from source_intercom.http.client import IntercomClient


def check(config):
    """Status and message of a check in this process."""
    source = SourceIntercom()
    status = source.check(logging.getLogger("airbyte"), config)
    return status.status, status.message


@pytest.fixture
def intercom():
    with laboratory("tiny") as running:
        yield running


def test_a_good_token_names_its_workspace_and_every_stream(intercom, caplog):
    """Name, region and time zone, a line a stream and a summary; and it costs a dozen requests."""
    caplog.set_level(logging.INFO)

    assert check(config_for()) == (Status.SUCCEEDED, None)
    assert "Connected to Emulator (region US, time zone America/New_York)." in caplog.text
    said = [each.message for each in caplog.records]
    assert 'Can be read with "Read tags": tags.' in said
    people, _deleted = [each for each in said if '"Read and list users and companies"' in each]
    assert {"contacts", "contact_tags", "companies", "segments"} <= set(re.findall(r"\w+", people))
    assert "54 of 54 streams can be read." in said
    assert len(list(intercom.journal)) <= 25
    assert {entry.intercom_version for entry in intercom.journal} == {"2.16", "2.17"}
    assert intercom.journal.count("GET /companies/scroll") == 0


@pytest.mark.parametrize("status", [401, 403])
def test_t20_a_missing_permission_is_named_and_the_check_succeeds(intercom, caplog, status):
    """T20: any valid token passes; what it may not read is told with the box to tick."""
    intercom.settings.missing_scope_status = status
    intercom.tokens.add("poor", ["read_tags", "read_conversations"], value="poor")
    caplog.set_level(logging.INFO)

    assert check(config_for("poor"))[0] is Status.SUCCEEDED
    warned = {
        name: each.message
        for each in caplog.records
        if each.levelno == logging.WARNING
        for name in re.findall(r"\w+", each.message.partition(". ")[0])
    }
    readable = {"tags", "conversations", "conversation_parts", "macros", "deleted_conversations"}
    assert not warned.keys() & readable
    assert warned.keys() > set(CORE_STREAMS) - readable
    assert '"Read and list articles"' in warned["articles"]
    assert '"Read admins"' in warned["teams"]
    assert '"Read and list users and companies"' in warned["companies"]
    assert re.search(r"\d+ of 54 streams can be read; not: contacts", caplog.text)


@pytest.mark.parametrize("status", [401, 403])
def test_t20_a_stream_without_permission_stops_no_other(intercom, status):
    """T20: it ends INCOMPLETE with a config_error that names the permission; the rest completes."""
    intercom.settings.missing_scope_status = status
    intercom.tokens.add("poor", ["read_tags", "read_users_companies"], value="poor")

    output = sync_in_process(config_for("poor"), ["tags", "contacts", "articles", "conversations"])

    assert output.incomplete == {"articles", "conversations"}
    assert output.ids("tags")
    assert output.ids("contacts")
    assert output.errors["articles"]["failure_type"] == "config_error"
    assert '"Read and list articles"' in output.errors["articles"]["message"]
    assert '"Read conversations"' in output.errors["conversations"]["message"]


def test_a_token_that_may_not_ask_who_it_is_succeeds(intercom, caplog):
    """Where /me is forbidden, a stream that can be read proves the token as well."""
    intercom.faults.add("GET /me", status=403, code="forbidden", count=None)
    caplog.set_level(logging.INFO)

    assert check(config_for())[0] is Status.SUCCEEDED
    assert "54 of 54 streams can be read." in caplog.text


@pytest.mark.parametrize("refuse", ["revoke", "block", "expire"])
def test_a_dead_token_fails_with_its_remedy(intercom, refuse):
    """Revoked, blocked or expired: one sentence, which asks to sign in again."""
    intercom.tokens.add("mine", value="mine")
    getattr(intercom.tokens, refuse)("mine")

    status, message = check(config_for("mine"))

    assert status is Status.FAILED
    assert "re-authenticate the connection" in message


@pytest.mark.parametrize("other", ["EU", "AU"])
def test_t46_a_workspace_of_another_region_says_which_to_choose(intercom, other):
    """T46: /me tells where the workspace lives."""
    elsewhere = changed(lambda body: body["app"].update(region=other))
    intercom.faults.add("GET /me", custom=elsewhere, count=None)

    status, message = check(config_for(region="US"))

    assert status is Status.FAILED
    assert message == (
        f"This workspace lives in the {other}, and the config says US: choose {other}."
    )


@pytest.mark.parametrize("code", ["api_plan_restricted", None])
def test_t47_a_plan_without_the_api_fails(intercom, code):
    """T47: "Active subscription needed" is told as what it means, be it a 403 or a 402."""
    intercom.faults.add("*", status=403 if code else 402, code=code, count=None)

    status, message = check(config_for())

    assert status is Status.FAILED
    assert "plan" in message


def test_t47_a_part_of_the_api_that_the_plan_lacks_is_told(intercom, caplog):
    """T47: one stream outside the plan is a warning, and a config_error when it is read."""
    intercom.settings.plan_restricted = {"GET /articles"}

    assert check(config_for())[0] is Status.SUCCEEDED
    (warning,) = [each.message for each in caplog.records if each.levelno == logging.WARNING]
    assert warning.startswith("Can't be read: articles, ")
    assert "The Intercom plan" in warning

    output = sync_in_process(config_for(), ["articles", "tags"])

    assert output.incomplete == {"articles"}
    assert output.errors["articles"]["failure_type"] == "config_error"
    assert "plan" in output.errors["articles"]["message"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [("reset", "Can't connect"), ("html", "can't be read"), ("status", "servers keep failing")],
)
def test_trouble_on_the_way_fails_with_one_sentence(intercom, kind, says):
    """No connection, a proxy's page or a failing server: said once, after three attempts."""
    intercom.faults.add("*", kind=kind, count=None)

    status, message = check(config_for())

    assert status is Status.FAILED
    assert says in message
    assert len(list(intercom.journal)) == 3


@pytest.mark.parametrize(("status", "says"), [(502, "servers keep failing"), (403, "tick")])
def test_a_token_that_opens_no_stream_at_all_fails(intercom, status, says):
    """Whose it is can be asked, and nothing can be read: no sync would ever work."""
    intercom.faults.add(
        "*", status=status, code="x", count=None, when=lambda one: one.path != "/me"
    )

    outcome, message = check(config_for())

    assert outcome is Status.FAILED
    assert message.startswith("None of the streams can be read. ")
    assert says in message


@pytest.mark.usefixtures("intercom")
def test_t48_a_start_date_in_the_future_fails():
    """T48: by Intercom's clock; nothing would ever be read."""
    status, message = check(config_for(start_date="2099-01-01T00:00:00Z"))

    assert status is Status.FAILED
    assert message.startswith("start_date lies in the future")


@pytest.mark.usefixtures("intercom")
def test_t48_start_date_bounds_what_has_a_date_and_nothing_else():
    """T48: it leaves out what last changed before it, in streams that have a date; none is all."""
    date = "2026-10-31T00:00:00Z"
    streams = [stream for stream in CORE_STREAMS if stream != "conversation_parts"]

    everything = sync_in_process(config_for(), streams)
    since = sync_in_process(config_for(start_date=date), streams)

    for stream in ("contacts", "companies", "conversations", "articles"):
        expected = [row["id"] for row in everything.records(stream) if row["updated_at"] >= date]
        assert sorted(since.ids(stream)) == sorted(expected)
        assert len(expected) < len(everything.ids(stream))
    for stream in ("admins", "tags", "teams", "segments", "data_attributes"):
        assert since.ids(stream) == everything.ids(stream)


@pytest.mark.usefixtures("intercom")
def test_unknown_fields_are_named(caplog):
    """A misspelt setting is ignored, but not in silence."""
    assert check(config_for(start_dat="2024-01-01T00:00:00Z"))[0] is Status.SUCCEEDED
    assert "start_dat (is start_date meant?)" in caplog.text


def test_the_process_answers_and_quotes_no_secret(tmp_path):
    """A wrong config fails as a status, not as a crash, for check, and as a trace for read."""
    config = {"credentials": {"auth_type": "oauth2.0", "access_token": ["so-secret"]}}
    connector = Connector(tmp_path, "http://127.0.0.1:9", config)

    status = connector.run("check", "--config", str(connector.config_path))
    trace = connector.run("discover", "--config", str(connector.config_path))

    (message,) = [
        each["connectionStatus"] for each in status.messages if "connectionStatus" in each
    ]
    assert message["status"] == "FAILED"
    assert "credentials.access_token must be of type string" in message["message"]
    assert trace.errors[None]["failure_type"] == "config_error"
    assert "credentials.access_token must be of type string" in trace.errors[None]["message"]
    assert "so-secret" not in str(status.messages) + str(trace.messages)


def test_a_check_waits_for_three_answers_in_a_row():
    """The questions are asked side by side: 250 ms an answer make 750 ms, not six seconds."""
    with Emulator(seed="tiny") as emulator, pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERCOM_API_BASE_URL", emulator.url)
        emulator.settings.latency = 0.25
        source = SourceIntercom()
        began = time.monotonic()
        source.check(logging.getLogger("airbyte"), config_for(all_streams=True))

    assert time.monotonic() - began < 3


def test_a_check_that_gets_no_answer_ends_within_a_minute(monkeypatch):
    """What accepts connections and never answers is asked thrice, and told in one sentence."""
    now = 1_790_000_000.0
    tries = []

    def silence(_session, request, timeout, **_options):
        nonlocal now
        tries.append(request.url)
        now += timeout[1]
        raise requests.ReadTimeout

    def sleep(seconds):
        nonlocal now
        now += seconds

    def client(*arguments, **options):
        return IntercomClient(*arguments, **options, sleep=sleep, clock=lambda: now)

    monkeypatch.setattr(requests.Session, "send", silence)
    monkeypatch.setattr(source_intercom.session, "IntercomClient", client)

    status, message = check(config_for())

    assert status is Status.FAILED
    assert message == (
        "Intercom did not answer GET /me in time: check the network, or run the sync again later."
    )
    assert len(tries) == 3
    assert now - 1_790_000_000 < 60


def test_streams_that_give_no_answer_end_a_check_within_a_minute(intercom, monkeypatch):
    """And so does a rate limit that others have used up for as long as it takes."""
    clock = intercom.clock.time
    made = source_intercom.session.IntercomClient
    monkeypatch.setattr(
        source_intercom.session,
        "IntercomClient",
        lambda *arguments, **options: made(*arguments, **options, clock=clock),
    )
    intercom.faults.add("*", status=429, count=None, when=lambda one: one.path != "/me")
    begun = clock()

    status, message = check(config_for())

    assert status is Status.FAILED
    assert "rate limit stayed exhausted" in message
    assert clock() - begun <= 60


def test_a_socket_that_stays_silent_ends_a_check(monkeypatch):
    """The same on a real connection, with a second of patience."""
    monkeypatch.setattr(checking, "SECONDS", 1.0)
    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setenv("INTERCOM_API_BASE_URL", f"http://127.0.0.1:{port}")
        began = time.monotonic()
        status, message = check(config_for())

    assert time.monotonic() - began < 10
    assert status is Status.FAILED
    assert message.startswith("Intercom did not answer GET /me in time")


@pytest.mark.usefixtures("intercom")
def test_certificates_that_are_not_there_are_one_sentence(monkeypatch, tmp_path):
    """requests says so by an OSError, which is none of its own exceptions."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("INTERCOM_API_BASE_URL", "https://127.0.0.1:9")

    status, message = check(config_for())

    assert status is Status.FAILED
    assert "certificate" in message
