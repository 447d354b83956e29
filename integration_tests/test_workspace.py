"""What is emitted equals the workspace, field by field, for all ten streams."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from jsonschema import Draft7Validator, FormatChecker

from integration_tests.comparing import difference
from integration_tests.syncing import (
    CORE_STREAMS,
    ROOT,
    Connector,
    Output,
    config_for,
    counts,
    key_of,
    latest,
)
from intercom_emulator import Emulator
from source_intercom.http.client import INTERCOM_VERSION
from source_intercom.tables.custom_attributes import NAME_KEY


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(seed="tiny") as running:
        running.clock.freeze()
        yield running


@pytest.fixture(scope="module")
def connector(emulator, tmp_path_factory) -> Connector:
    return Connector(tmp_path_factory.mktemp("connector"), emulator.url, config_for())


@pytest.fixture(scope="module")
def catalog(connector) -> dict[str, Any]:
    return connector.discover()


@pytest.fixture(scope="module")
def first(connector) -> Output:
    return connector.read(CORE_STREAMS)


def first_page(emulator: Emulator, path: str) -> dict[str, Any]:
    """What Intercom answers itself, for what it computes while it answers."""
    headers = {"Authorization": f"Bearer {emulator.token}", "Intercom-Version": "2.16"}
    return requests.get(emulator.url + path, headers=headers, timeout=10).json()


def truth(emulator: Emulator, stream: str) -> dict[str, dict[str, Any]]:
    """The workspace's own objects by primary key, as the operation that is read shows them."""
    match stream:
        case "conversation_parts":
            found = []
            for conversation in emulator.workspace.objects("conversations"):
                parts = conversation["conversation_parts"]["conversation_parts"][-500:]
                found += [
                    {
                        **part,
                        "conversation_id": str(conversation["id"]),
                        "conversation_updated_at": conversation["updated_at"],
                    }
                    for part in parts
                ]
        case "conversations":
            found = [
                {key: value for key, value in each.items() if key != "conversation_parts"}
                for each in emulator.workspace.objects("conversations")
            ]
        case "data_attributes":
            workspace = emulator.workspace
            listed = [
                *workspace.objects("data_attributes"),
                *(
                    {**each, "model": "conversation"}
                    for each in workspace.objects("conversation_attributes")
                ),
            ]
            found = [
                {**each, "key": f"{each['model']}:{each.get('id') or each['full_name']}"}
                for each in listed
                if not each.get("archived")
            ]
        case "admins":
            found = first_page(emulator, "/admins?display_avatar=true")["admins"]
        case "segments":
            found = first_page(emulator, "/segments?include_count=true")["segments"]
        case _:
            found = list(emulator.workspace.objects(stream))
    return {str(key_of(stream)(each)): each for each in found}


@pytest.mark.parametrize("stream", CORE_STREAMS)
def test_t15_every_row_equals_the_workspaces(emulator, catalog, first, stream):
    """T15: the same rows, each once, and every field as Intercom has it."""
    schema = next(each["json_schema"] for each in catalog["streams"] if each["name"] == stream)
    expected = truth(emulator, stream)

    assert sorted(first.ids(stream)) == sorted(expected)
    for name, row in latest([first], stream).items():
        intercoms = {key: row[key] for key in row if NAME_KEY not in schema["properties"][key]}
        intercoms.pop("read_at", None)
        assert difference(intercoms, expected[name], schema, stream) is None
    assert first.statuses[stream] == "COMPLETE"


@pytest.mark.parametrize("stream", CORE_STREAMS)
def test_t41_every_row_fits_its_declared_schema(catalog, first, stream):
    """T41: rows validate, and every top-level field that came is declared."""
    declared = next(each for each in catalog["streams"] if each["name"] == stream)
    validator = Draft7Validator(declared["json_schema"], format_checker=FormatChecker())

    for row in first.records(stream):
        assert [error.message for error in validator.iter_errors(row)] == []
        assert row.keys() <= declared["json_schema"]["properties"].keys()


@pytest.mark.parametrize("stream", CORE_STREAMS)
def test_t16_primary_keys_are_present_and_unique(catalog, first, stream):
    """T16: each stream declares its key, and no two rows share one."""
    declared = next(each for each in catalog["streams"] if each["name"] == stream)

    assert declared["source_defined_primary_key"]
    assert all(first.ids(stream))
    assert len(first.ids(stream)) == len(set(first.ids(stream)))


def test_t43_parts_carry_their_conversation(emulator, first):
    """T43: each part names its conversation and that conversation's updated_at."""
    known = {str(each["id"]) for each in emulator.workspace.objects("conversations")}

    for part in first.records("conversation_parts"):
        assert part["conversation_id"] in known
        assert part["conversation_updated_at"]


def test_t44_every_request_names_the_version(emulator, first):
    """T44: no request leaves the choice of a version to the app's own setting."""
    assert first.exit_code == 0
    assert {entry.intercom_version for entry in emulator.journal} == {"2.16"}


def test_t45_the_version_and_what_others_change_are_documented():
    """T45: docs/setup.md names the version that is sent, and tells what each one changes."""
    text = (ROOT / "docs" / "setup.md").read_text()

    assert f"Every request names version {INTERCOM_VERSION}," in text
    assert f"\n| {INTERCOM_VERSION} | " in text


def test_the_second_sync_reads_what_changed(emulator, connector, first):
    """After an hour and two changes, a sync emits these and what lies within the margin."""
    emulator.clock.advance(3600)
    contact = emulator.workspace.create_contact(email="new@example.com")
    conversation = next(iter(emulator.workspace.objects("conversations")))
    emulator.workspace.reply(conversation["id"], "Thanks!")
    emulator.journal.clear()

    second = connector.read(CORE_STREAMS, first.state())

    assert contact["id"] in second.ids("contacts")
    assert str(conversation["id"]) in second.ids("conversations")
    for stream in ("contacts", "companies", "conversations", "articles"):
        assert len(second.ids(stream)) < len(first.ids(stream))
    for stream in CORE_STREAMS:
        assert latest([first, second], stream).keys() == truth(emulator, stream).keys()
    assert emulator.journal.count("POST /contacts/search") <= 2
    # Both conversations and conversation_parts walk this search.
    assert emulator.journal.count("POST /conversations/search") <= 4


def test_a_wrong_token_fails_with_one_sentence(emulator, tmp_path):
    """Check says what to do, and the token isn't repeated."""
    status = Connector(tmp_path, emulator.url, config_for("wrong-token")).check()

    assert status["status"] == "FAILED"
    assert "re-authenticate" in status["message"]
    assert "wrong-token" not in status["message"]


def test_a_right_token_succeeds(connector):
    """Check succeeds with a token that opens its workspace."""
    assert connector.check()["status"] == "SUCCEEDED"


def test_every_stream_has_rows(first):
    """The seed leaves no stream empty, so no comparison above is one of nothing."""
    assert counts(first).keys() == set(CORE_STREAMS)
