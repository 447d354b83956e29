"""Each row of docs/errors.md, through a whole sync and against the emulator."""

import itertools
import logging
import re
from socket import create_server
from threading import Thread

import pytest

import source_intercom.http.client
from integration_tests.certificates import self_signed
from integration_tests.laboratory import laboratory
from integration_tests.syncing import ROOT, config_for, sync_in_process
from source_intercom.intercom.errors import ANY, MEANINGS, REFUSED_RENEWAL, Remedy, Trouble

PAGE = (ROOT / "docs" / "errors.md").read_text()


def rows():
    """The table that the code makes of its own meanings."""
    for meaning in MEANINGS:
        other = "any" if meaning.codes else "any other"
        status = other if meaning.statuses == ANY else _statuses(meaning.statuses)
        codes = ", ".join(f"`{code}`" for code in sorted(meaning.codes)) if meaning.codes else "any"
        yield status, codes, meaning.remedy, meaning.sentence.replace("{box}", "*permission*")
    yield "token endpoint", "any refusal", Remedy.CONFIGURE, REFUSED_RENEWAL
    for trouble in Trouble:
        said = trouble.sentence("*request*", "*reason*")
        yield "none", trouble.name.lower().replace("_", " "), Remedy.WAIT, said


def _statuses(statuses):
    return str(statuses.start) if len(statuses) == 1 else f"{statuses.start}-{statuses.stop - 1}"


def test_the_page_is_the_codes_own_table():
    """docs/errors.md says of every meaning what the connector says, in the same order."""
    table = "\n".join(
        f"| {status} | {codes} | `{remedy.value}` | {sentence} |"
        for status, codes, remedy, sentence in rows()
    )

    assert table in PAGE, f"docs/errors.md should hold:\n{table}"


@pytest.mark.parametrize(
    ("status", "fault", "failure_type", "says"),
    [
        (401, {"code": "token_revoked"}, "config_error", "re-authenticate the connection"),
        (401, {"code": "unauthorized"}, "config_error", '"Read tags"'),
        (402, {}, "config_error", "change the plan"),
        (403, {"code": "api_plan_restricted"}, "config_error", "change the plan"),
        (403, {"code": "forbidden"}, "config_error", '"Read tags"'),
        (403, {"body": "html"}, "config_error", '"Read tags"'),
        (302, {"headers": {"Location": "https://example.com"}}, "config_error", "region"),
        (404, {"body": "html"}, "transient_error", "whether a proxy answers in its place"),
        (404, {"code": "not_found"}, "system_error", "does not know what was asked for"),
        (410, {"code": "contact_merged"}, "system_error", "does not know what was asked for"),
        (422, {"code": "parameter_invalid"}, "system_error", "report it"),
        (400, {"code": "bad_request"}, "system_error", "report it"),
        (408, {}, "transient_error", "run the sync again later"),
        (429, {}, "transient_error", "another integration"),
        (500, {}, "transient_error", "run the sync again later"),
        (502, {"body": "html"}, "transient_error", "run the sync again later"),
        (503, {"body": "empty"}, "transient_error", "run the sync again later"),
        (504, {}, "transient_error", "run the sync again later"),
    ],
)
def test_a_refusal_ends_its_stream_with_its_meaning(status, fault, failure_type, says):
    """Status and code give failure type and remedy; the other stream completes."""
    with laboratory("tiny") as intercom:
        intercom.faults.add("GET /tags", status=status, count=None, **fault)

        output = sync_in_process(config_for(), ["tags", "teams"])

    assert output.incomplete == {"tags"}
    assert output.ids("tags") == []
    assert output.errors["tags"]["failure_type"] == failure_type
    assert says in output.errors["tags"]["message"]
    assert f"(HTTP {status}" in output.errors["tags"]["message"]
    assert output.errors["tags"]["message"].endswith(").")
    may_pass = failure_type == "transient_error" or (status, fault) == (403, {"body": "html"})
    assert (intercom.journal.count("GET /tags") > 1) is may_pass


@pytest.mark.parametrize("fault", [{"status": 503}, {"kind": "html"}, {"kind": "reset"}])
def test_no_sentence_stands_within_another(fault, caplog):
    """A scroll that breaks off for a reason says the reason, and one remedy at its end."""
    caplog.set_level(logging.INFO)
    with laboratory("tiny") as intercom:
        when = lambda request: "scroll_param" in request.query  # noqa: E731
        intercom.faults.add("GET /companies/scroll", count=None, when=when, **fault)

        output = sync_in_process(config_for(), ["companies"])

    message = output.errors["companies"]["message"]
    assert message.startswith("The scroll over all companies broke off 5 times (")
    assert message.endswith("): run the sync again later.")
    lines = [each.message for each in caplog.records if each.name == "airbyte"]
    assert any(line.startswith("Scroll 1 of 5 is not whole: ") for line in lines)
    for text in (message, *lines):
        assert not re.search(r"\.[.:;)]", text), text
        assert text.count(": ") < 3, text


@pytest.mark.parametrize(
    ("faults", "gravest"),
    [
        ({"tags": 503}, "transient_error"),
        ({"tags": 503, "teams": 403}, "config_error"),
        ({"tags": 503, "teams": 403, "segments": 422}, "system_error"),
    ],
)
def test_a_failed_sync_is_as_grave_as_its_gravest_stream(faults, gravest):
    """Each stream keeps its failure type, and the sync has one of theirs: time, a user, or us."""
    own = {503: "transient_error", 403: "config_error", 422: "system_error"}
    with laboratory("tiny") as intercom:
        for stream, status in faults.items():
            intercom.faults.add(f"GET /{stream}", status=status, code="x", count=None)

        output = sync_in_process(config_for(), ["tags", "teams", "segments", "admins"])

    assert output.ids("admins")
    for stream, status in faults.items():
        assert output.errors[stream]["failure_type"] == own[status]
    whole = output.errors[None]
    assert whole["failure_type"] == gravest
    assert f"not read to their end, {len(faults)} of 4: " in whole["message"]
    assert "IntercomError" not in whole["message"]
    assert all(f"{stream} ({own[status]})" in whole["message"] for stream, status in faults.items())


@pytest.mark.parametrize("stream", ["contacts", "companies", "conversation_parts", "tags"])
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_that_is_not_intercoms_own_may_pass(stream, status):
    """A load balancer's 403 on one request in five costs no stream and takes no permission."""
    with laboratory("tiny") as intercom:
        asked = itertools.count()
        when = lambda _request: next(asked) % 5 == 1  # noqa: E731
        intercom.faults.add("*", status=status, body="html", count=None, when=when)

        output = sync_in_process(config_for(), [stream])

    assert output.incomplete == set()
    assert output.ids(stream)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"kind": "html"}, "can't be read (the body is not JSON"),
        ({"kind": "truncated"}, "can't be read"),
        ({"kind": "empty"}, "can't be read"),
        ({"kind": "wrong_envelope"}, "can't be read"),
        ({"kind": "error_list"}, "can't be read"),
        ({"kind": "reset"}, "Can't connect to Intercom"),
        ({"kind": "cut"}, "broke off"),
        ({"kind": "hang", "seconds": 300}, "did not answer GET /tags in time"),
    ],
)
def test_an_answer_that_is_none_is_asked_for_again(fault, says):
    """Trouble on the way is a transient_error after some attempts, and never an empty stream."""
    with laboratory("tiny") as intercom:
        intercom.faults.add("GET /tags", count=None, **fault)

        output = sync_in_process(config_for(), ["tags", "teams"])

    assert output.incomplete == {"tags"}
    assert output.errors["tags"]["failure_type"] == "transient_error"
    assert says in output.errors["tags"]["message"]
    assert intercom.journal.count("GET /tags") == source_intercom.http.client.TRIES


def refuse_all(listener, context):
    """Offer TLS to whoever comes, until the listener closes."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        try:
            context.wrap_socket(connection, server_side=True).close()
        except OSError:
            connection.close()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("tls", "no trusted TLS connection"),
        ("https://127.0.0.1:9", "check the network, its DNS and the firewall"),
        ("https://no-such-host.invalid", "check the network, its DNS and the firewall"),
        ("proxy", "The proxy refuses the connection"),
    ],
)
def test_a_network_that_keeps_intercom_away_is_named(address, says, tmp_path, monkeypatch):
    """TLS that nobody vouches for, a closed port, no DNS, a dead proxy: each has its sentence."""
    with create_server(("127.0.0.1", 0)) as listener:
        if address == "tls":
            Thread(
                target=refuse_all, args=(listener, self_signed(tmp_path / "proxy.pem")), daemon=True
            ).start()
            address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        if address == "proxy":
            monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
            address = "https://intercom.invalid"
        monkeypatch.setenv("INTERCOM_API_BASE_URL", address)
        made = source_intercom.http.client.IntercomClient

        def quick(*arguments, **options):
            return made(*arguments, **{**options, "sleep": lambda _seconds: None})

        monkeypatch.setattr(source_intercom.session, "IntercomClient", quick)
        output = sync_in_process(config_for("so-secret"), ["tags"])

    assert output.errors["tags"]["failure_type"] == "transient_error"
    assert says in output.errors["tags"]["message"]
    assert "so-secret" not in str(output.messages)


def test_where_intercom_is_down_all_streams_fail_together():
    """They wait for one first answer; each would else try for a minute behind the other."""
    streams = ["contacts", "companies", "conversations", "conversation_parts", "articles"]
    with laboratory("tiny") as intercom:
        intercom.faults.add("*", status=503, count=None)

        output = sync_in_process(config_for(), streams)

    assert output.incomplete == {*streams}
    assert len(list(intercom.journal)) == source_intercom.http.client.TRIES


@pytest.mark.parametrize("location", ["http://[bad", "/\xff"])
def test_a_redirect_to_nowhere_is_asked_again(location):
    """requests makes a URL of every Location, followed or not, and fails at some in its own way."""
    with laboratory("tiny") as intercom:
        intercom.faults.add("GET /tags", status=302, headers={"Location": location}, count=1)

        assert sync_in_process(config_for(), ["tags"]).ids("tags")
