"""What the process writes: rows packed by many, and each message as the platform expects it."""

from collections import Counter
from pathlib import Path

import pytest

from integration_tests.laboratory import laboratory
from integration_tests.syncing import CORE_STREAMS, Connector, config_for, sync_in_process
from intercom_emulator import Emulator


def of_a_stream(output, stream):
    """A stream's rows and statuses in their order; equal neighbours once."""
    kinds = []
    for message in output.messages:
        match message["type"]:
            case "RECORD":
                found = message["record"]["stream"], "rows"
            case "TRACE" if message["trace"]["type"] == "STREAM_STATUS":
                status = message["trace"]["stream_status"]
                found = status["stream_descriptor"]["name"], status["status"]
            case _:
                continue
        if found[0] == stream and kinds[-1:] != [found[1]]:
            kinds.append(found[1])
    return kinds


def test_a_process_writes_what_a_reader_in_process_gets(tmp_path):
    """The same rows and statuses of every stream, in the same order."""
    with Emulator("tiny") as intercom:
        written = Connector(tmp_path, intercom.url, config_for()).read(CORE_STREAMS)
    with laboratory("tiny"):
        handed_in = sync_in_process(config_for(), CORE_STREAMS)

    for stream in CORE_STREAMS:
        for output in (written, handed_in):
            assert of_a_stream(output, stream) == ["STARTED", "RUNNING", "rows", "COMPLETE"]
        assert sorted(written.ids(stream)) == sorted(handed_in.ids(stream))


def test_each_state_says_how_many_rows_came_since_the_one_before(tmp_path):
    """The platform checks the count against what reached the destination."""
    rows, counted = Counter(), Counter()
    with Emulator("contacts=2500,conversations=300,parts=3") as intercom:
        connector = Connector(tmp_path, intercom.url, config_for())
        output = connector.read(["contacts", "conversations", "conversation_parts"])

    for message in output.messages:
        if message["type"] == "RECORD":
            rows[message["record"]["stream"]] += 1
        if message["type"] == "STATE":
            name = message["state"]["stream"]["stream_descriptor"]["name"]
            counted[name] += int(message["state"]["sourceStats"]["recordCount"])
            assert counted[name] == rows[name]
    assert rows == {"contacts": 2500, "conversations": 300, "conversation_parts": 900}


def test_what_intercom_counts_is_told_once_a_stream():
    """As the platform's estimate: of objects alone, and where one reading sees them all."""
    streams = [*CORE_STREAMS, "contact_tags", "tickets", "company_tags", "contact_notes"]
    with laboratory("tiny"):
        first = sync_in_process(config_for(), streams)
        quiet = sync_in_process(config_for(), streams, first.state())

    for stream in CORE_STREAMS:
        if stream not in {"conversation_parts", "data_attributes"}:
            assert estimates(first, stream) == [len(first.ids(stream))], stream
    for stream in ("contact_tags", "company_tags", "contact_notes", "conversation_parts"):
        assert estimates(first, stream) == []
    for stream in ("contacts", "conversations", "tickets"):
        assert estimates(quiet, stream) == []
    for stream in ("companies", "articles", "admins"):
        assert estimates(quiet, stream) == estimates(first, stream)


def estimates(output, stream):
    """What a sync has told of the rows to expect."""
    traces = [each["trace"] for each in output.messages if each["type"] == "TRACE"]
    told = [each["estimate"] for each in traces if each["type"] == "ESTIMATE"]
    return [each["row_estimate"] for each in told if each["name"] == stream]


def test_the_log_counts_rows_and_not_messages(tmp_path):
    """The CDK's own count knows nothing of packed rows, and is left out."""
    with Emulator("contacts=700") as intercom:
        output = Connector(tmp_path, intercom.url, config_for()).read(["contacts"])

    assert "INFO contacts: 700 rows read." in output.logs
    assert not [line for line in output.logs if "records from contacts" in line]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("config", None),
        ("config", "not JSON"),
        ("config", "[]"),
        ("state", "not JSON"),
        ("state", '{"contacts": 1}'),
        ("catalog", None),
        ("catalog", '{"streams": [{}]}'),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path, kind, content):
    """No file, no JSON, or none of the protocol's: a config_error on stdout, and no secret."""
    with Emulator("tiny") as intercom:
        connector = Connector(tmp_path, intercom.url, config_for())
        arguments = [*connector.read_arguments(["tags"]), "--state", str(tmp_path / "state.json")]
        (tmp_path / "state.json").write_text("[]")
        path = Path(arguments[arguments.index(f"--{kind}") + 1])
        path.unlink() if content is None else path.write_text(content)

        output = connector.run(*arguments)

    error = output.errors[None]
    assert (output.exit_code, error["failure_type"]) == (1, "config_error")
    assert error["message"].startswith(f"The {kind} file can't be used")
    assert "emulator-token" not in str(output.messages)
