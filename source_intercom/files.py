"""
The catalog and the state that a user hands over, in the shapes in which they are at hand.

The platform makes both by itself; who runs the connector by hand has the connector's own output.
"""

import json
import logging
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)

SUGGESTED = Path(__file__).with_name("suggested_streams.txt")
"""The streams that metadata.yaml suggests, one a line, for those who have no metadata.yaml."""

logger = logging.getLogger("airbyte")


def read_catalog(path: str) -> ConfiguredAirbyteCatalog:
    """
    Return the configured catalog of a file.

    What `discover` printed, whole or its catalog alone, stands for the suggested streams in it,
    each read incrementally where it can be.
    """
    found = _documents(path)
    catalogs = [
        each.get("catalog", each) for each in found if each.get("type") in (None, "CATALOG")
    ]
    streams: list[dict[str, Any]] = catalogs[-1]["streams"]
    if not any("stream" in each for each in streams):
        suggested = SUGGESTED.read_text("utf-8").split()
        streams = [_configured(each) for each in streams if each["name"] in suggested]
    return ConfiguredAirbyteCatalogSerializer.load({"streams": streams})


def _configured(stream: dict[str, Any]) -> dict[str, Any]:
    modes = stream["supported_sync_modes"]
    return {
        "stream": stream,
        "sync_mode": "incremental" if "incremental" in modes else "full_refresh",
        "destination_sync_mode": "append",
    }


def read_state(path: str) -> list[AirbyteStateMessage]:
    """
    Return the states of a file: an array of them, or what `read` printed.

        {"type":"STATE","state":{"type":"STREAM","stream":{…}},…}    the last line of each stream

    None where the file is empty, or absent, which a warning tells.
    """
    if not path:
        return []
    if not Path(path).exists():
        logger.warning("There is no state file %s: everything is read from the start.", path)
        return []
    last: dict[Any, dict[str, Any]] = {}
    for number, each in enumerate(_documents(path)):
        if each.get("type") in ("RECORD", "LOG", "TRACE", "CONTROL"):
            continue
        state = each.get("state", each)
        name = ((state.get("stream") or {}).get("stream_descriptor") or {}).get("name", number)
        last[name] = state
    states = [AirbyteStateMessageSerializer.load(each) for each in last.values()]
    if not all(each.stream or each.global_ or each.data for each in states):
        raise ValueError("a state without a stream")
    return states


def _documents(path: str) -> list[dict[str, Any]]:
    """Return the objects of a file that is one object, an array of them, or has one a line."""
    text = Path(path).read_text("utf-8").strip()
    if not text:
        return []
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        if not lines:  # which would pass for an empty file
            raise
        return lines
    return content if isinstance(content, list) else [content]
