"""The catalog and the state that a user hands over, in every shape in which they are at hand."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import yaml

from source_intercom.files import SUGGESTED, read_catalog, read_state

ROOT = Path(__file__).parents[1]


def written(folder: Path, content: object) -> str:
    file = folder / "file.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return str(file)


def lines(*messages: object) -> str:
    return "".join(json.dumps(message) + "\n" for message in messages)


def state(stream: str, moment: str) -> dict[str, Any]:
    about = {"stream_descriptor": {"name": stream}, "stream_state": {"updated_at": moment}}
    return {"type": "STREAM", "stream": about}


def moments(path: str) -> dict[str, str]:
    return {
        each.stream.stream_descriptor.name: each.stream.stream_state.updated_at
        for each in read_state(path)
    }


def stream(name: str, *modes: str) -> dict[str, Any]:
    return {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", *modes]}


@pytest.mark.parametrize("content", ["", "\n", "[]"])
def test_an_empty_state_file_is_no_state(tmp_path: Path, content: str) -> None:
    """As a first run has it, where something has made the file."""
    assert read_state(written(tmp_path, content)) == []


def test_a_missing_state_file_is_no_state_and_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As the first run of a script has it; a misspelt path costs time and is said."""
    path = str(tmp_path / "state.json")

    with caplog.at_level(logging.WARNING, logger="airbyte"):
        assert read_state(path) == []

    assert path in caplog.text
    assert read_state("") == []


def test_what_read_printed_is_a_state(tmp_path: Path) -> None:
    """The last STATE of each stream counts, among whatever other lines there are."""
    printed = lines(
        {"type": "LOG", "log": {"level": "INFO", "message": "state"}},
        {"type": "STATE", "state": state("contacts", "A")},
        {"type": "RECORD", "record": {"stream": "contacts", "data": {"state": "open"}}},
        {"type": "STATE", "state": state("articles", "B")},
        {"type": "STATE", "state": state("contacts", "C"), "sourceStats": {"recordCount": 1.0}},
    )

    assert moments(written(tmp_path, "not JSON\n" + printed)) == {"contacts": "C", "articles": "B"}


def test_one_state_line_is_a_state(tmp_path: Path) -> None:
    """As `read | grep STATE | tail -1` keeps it, and as the platform writes it."""
    alone = {"type": "STATE", "state": state("contacts", "A")}

    assert moments(written(tmp_path, alone)) == {"contacts": "A"}
    assert moments(written(tmp_path, [state("contacts", "A")])) == {"contacts": "A"}


@pytest.mark.parametrize("content", ['{"contacts": {}}', '{"type":"STATE","state', "[1]", "x"])
def test_what_is_no_state_is_refused(tmp_path: Path, content: str) -> None:
    """Taken for none, it would cost all that has been read before."""
    with pytest.raises(Exception):  # noqa: B017, PT011 - which the source tells in its own words
        read_state(written(tmp_path, content if "[" in content else content + "\n" + content))


def test_what_discover_printed_is_a_catalog_of_the_suggested_streams(tmp_path: Path) -> None:
    """Incremental where they can be; streams that cost much are read by those who choose them."""
    found = {"streams": [stream("contacts", "incremental"), stream("tags"), stream("costly")]}
    log = {"type": "LOG", "log": {"level": "INFO", "message": "catalog"}}

    for content in (found, lines(log, {"type": "CATALOG", "catalog": found})):
        catalog = read_catalog(written(tmp_path, content))
        assert [(each.stream.name, each.sync_mode.value) for each in catalog.streams] == [
            ("contacts", "incremental"),
            ("tags", "full_refresh"),
        ]


def test_a_configured_catalog_is_taken_as_it_is(tmp_path: Path) -> None:
    """Whatever it chooses."""
    configured = {
        "stream": stream("costly", "incremental"),
        "sync_mode": "full_refresh",
        "destination_sync_mode": "overwrite",
    }

    [one] = read_catalog(written(tmp_path, {"streams": [configured]})).streams

    assert (one.stream.name, one.sync_mode.value) == ("costly", "full_refresh")


def test_the_suggested_streams_are_those_of_the_metadata() -> None:
    """An installed connector has no metadata.yaml to look them up in."""
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text("utf-8"))

    assert SUGGESTED.read_text("utf-8").split() == metadata["data"]["suggestedStreams"]["streams"]
