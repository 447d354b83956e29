"""SourceIntercom as the CDK sees it, and the private attributes of the CDK that it relies on."""

import json
from pathlib import Path

from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository

from source_intercom import SourceIntercom
from source_intercom.run import WRITING, run
from source_intercom.source import QUEUE_ITEMS

CONFIG = {"credentials": {"auth_type": "access_token", "access_token": "secret"}}


def test_the_cdk_still_has_what_we_touch():
    """The queue that bounds memory, and the repository that state goes through, have no API."""
    source = SourceIntercom(config=CONFIG)

    assert source._concurrent_source._queue.maxsize == QUEUE_ITEMS
    assert isinstance(source._message_repository, ConcurrentMessageRepository)
    assert source._message_repository._queue is source._concurrent_source._queue
    assert {PRINT_BUFFER.write.__code__, PRINT_BUFFER.flush.__code__} < WRITING
    assert PRINT_BUFFER.lock.acquire(blocking=False)
    PRINT_BUFFER.lock.release()


def test_a_manifest_in_the_current_folder_is_not_opened(tmp_path, monkeypatch):
    """The CDK would look for manifest.yaml there first."""
    (tmp_path / "manifest.yaml").write_text("version: 0.0.0\ntype: DeclarativeSource\n")
    monkeypatch.chdir(tmp_path)

    assert len(SourceIntercom(config=CONFIG).streams(CONFIG)) == 10


def test_streams_say_how_they_can_be_read():
    """Five streams are incremental by a cursor of their own; the others are read whole."""
    streams = {
        each.name: each.as_airbyte_stream()
        for each in SourceIntercom(config=CONFIG).streams(CONFIG)
    }

    incremental = {
        name: each.default_cursor_field
        for name, each in streams.items()
        if SyncMode.incremental in each.supported_sync_modes
    }
    assert incremental == {
        "contacts": ["updated_at"],
        "companies": ["updated_at"],
        "conversations": ["updated_at"],
        "conversation_parts": ["conversation_updated_at"],
        "articles": ["updated_at"],
    }
    assert all(streams[name].source_defined_cursor for name in incremental)


def test_spec_needs_no_config(capsys):
    """`spec` prints the form before anybody has filled it in."""
    run(["spec"])

    messages = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (spec,) = [each["spec"] for each in messages if each["type"] == "SPEC"]
    assert list(spec["connectionSpecification"]["properties"]) == [
        "region",
        "credentials",
        "start_date",
        "include_archived",
        "lookback_window",
        "num_workers",
    ]


def secrets_of(node):
    """Names of the fields that the platform hides."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, dict) and value.get("airbyte_secret"):
                yield name
            yield from secrets_of(value)
    elif isinstance(node, list):
        for entry in node:
            yield from secrets_of(entry)


def test_secrets_are_marked(capsys):
    """Whatever signs in is hidden by the platform."""
    run(["spec"])

    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(secrets_of(last)) == {
        "client_id",
        "client_secret",
        "access_token",
        "refresh_token",
    }


def test_the_emulator_and_the_connector_do_not_know_each_other():
    """A shared constant would make a wrong fact pass on both sides."""
    root = Path(__file__).parents[1]
    for package, other in (
        ("intercom_emulator", "source_intercom"),
        ("source_intercom", "intercom_emulator"),
    ):
        for path in root.joinpath(package).rglob("*.py"):
            assert other not in path.read_text(), path


def test_the_form_can_be_asked_for_twice():
    """The CDK's own can't, once it has advanced_auth: one source may check and then read."""
    source = SourceIntercom(config=CONFIG)

    assert source.spec(source.logger) is source.spec(source.logger)
