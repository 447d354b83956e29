"""SourceIntercom as the CDK sees it, and the private attributes of the CDK that it relies on."""

import json
import tempfile
from pathlib import Path

import pytest
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import FailureType, SyncMode
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.laboratory import INCREMENTAL
from source_intercom import SourceIntercom
from source_intercom.entrypoint import IntercomEntrypoint
from source_intercom.run import WRITING, run
from source_intercom.source import QUEUE_ITEMS

CONFIG = {"credentials": {"auth_type": "access_token", "access_token": "secret"}}


def test_the_cdk_still_has_what_we_touch():
    """The queue that bounds memory, and the repository that state goes through, have no API."""
    source = SourceIntercom()

    assert source._concurrent_source._queue.maxsize == QUEUE_ITEMS
    assert isinstance(source._message_repository, ConcurrentMessageRepository)
    assert source._message_repository._queue is source._concurrent_source._queue
    assert {PRINT_BUFFER.write.__code__, PRINT_BUFFER.flush.__code__} < WRITING
    assert PRINT_BUFFER.lock.acquire(blocking=False)
    PRINT_BUFFER.lock.release()


def test_the_config_is_left_in_no_file(tmp_path):
    """The CDK would put it into the temporary folder, token and all."""
    assert SourceIntercom().configure(CONFIG, str(tmp_path)) is CONFIG
    assert list(tmp_path.iterdir()) == []


def test_without_a_temporary_folder_there_is_one_sentence(monkeypatch):
    """A container that may write nowhere: the CDK would say that something went wrong."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_get_default_tempdir", no_folder)
    entrypoint = IntercomEntrypoint(SourceIntercom(), len)

    with pytest.raises(AirbyteTracedException, match="finds no temporary folder") as raised:
        list(entrypoint.run(entrypoint.parse_args(["spec"])))

    assert raised.value.failure_type is FailureType.config_error


def no_folder(*_, **__):
    """As the standard library says it."""
    raise FileNotFoundError(2, "No usable temporary directory found")


def test_a_manifest_in_the_current_folder_is_not_opened(tmp_path, monkeypatch):
    """The CDK would look for manifest.yaml there first."""
    (tmp_path / "manifest.yaml").write_text("version: 0.0.0\ntype: DeclarativeSource\n")
    monkeypatch.chdir(tmp_path)

    assert SourceIntercom().streams(CONFIG)[0].name == "contacts"


def test_streams_say_how_they_can_be_read():
    """Incremental by a cursor of their own where Intercom filters or sorts; else read whole."""
    streams = {each.name: each.as_airbyte_stream() for each in SourceIntercom().streams(CONFIG)}

    incremental = {
        name: each.default_cursor_field
        for name, each in streams.items()
        if SyncMode.incremental in each.supported_sync_modes
    }
    assert {name: incremental[name] for name in INCREMENTAL} == {
        "contacts": ["updated_at"],
        "companies": ["updated_at"],
        "conversations": ["updated_at"],
        "conversation_parts": ["conversation_updated_at"],
        "articles": ["updated_at"],
    }
    assert not incremental.keys() & {"admins", "tags", "company_tags", "contact_segments"}
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
        "all_streams",
        "custom_objects",
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
    source = SourceIntercom()

    assert source.spec(source.logger) is source.spec(source.logger)
