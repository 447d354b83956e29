"""Syncs of the real connector, in this process or as the process that users start."""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteMessageSerializer,
    AirbyteStateMessageSerializer,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalogSerializer,
    Type,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_intercom import SourceIntercom

ROOT = Path(__file__).parents[1]
CORE_STREAMS = (
    "contacts",
    "companies",
    "conversations",
    "conversation_parts",
    "articles",
    "admins",
    "tags",
    "teams",
    "segments",
    "data_attributes",
)
Key = Any
"""What tells a row from the others: the value of its key, or a tuple of several."""


def config_for(token: str = "emulator-token", **options: Any) -> dict[str, Any]:
    """A config of the connector, signed in by access token."""
    return {"credentials": {"auth_type": "access_token", "access_token": token}, **options}


def configured(
    catalog: Mapping[str, Any],
    streams: Iterable[str],
    sync_mode: str | None = None,
    whole: Collection[str] = (),
) -> dict[str, Any]:
    """
    A configured catalog: incremental where the stream can be, unless told otherwise.

    `whole`: the streams whose tables are written anew.
    """
    by_name = {stream["name"]: stream for stream in catalog["streams"]}
    return {
        "streams": [
            {
                "stream": by_name[name],
                "sync_mode": sync_mode
                or ("full_refresh" if name in whole else by_name[name]["supported_sync_modes"][-1]),
                "destination_sync_mode": "append",
            }
            for name in streams
        ]
    }


@dataclass
class Output:
    """What a sync wrote, in order, as plain JSON."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    exit_code: int = 0

    def upto(self, count: int) -> "Output":
        """What had reached the platform when the process was killed behind `count` messages."""
        return Output(self.messages[:count], exit_code=-9)

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The rows of a stream, in the order they were emitted."""
        return [
            message["record"]["data"]
            for message in self.messages
            if message["type"] == "RECORD" and message["record"]["stream"] == stream
        ]

    def ids(self, stream: str) -> list[Key]:
        """The primary keys of a stream's rows."""
        return [key_of(stream)(row) for row in self.records(stream)]

    def states(self, stream: str) -> list[dict[str, Any]]:
        """Every state that a stream emitted, oldest first."""
        return [
            message["state"]["stream"]["stream_state"]
            for message in self.messages
            if message["type"] == "STATE"
            and message["state"]["stream"]["stream_descriptor"]["name"] == stream
        ]

    def state(self, before: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        """The state to go on from: the last of each stream, over that of the sync before."""
        last = {each["stream"]["stream_descriptor"]["name"]: each for each in before or []}
        for message in self.messages:
            if message["type"] == "STATE":
                state = message["state"]
                last[state["stream"]["stream_descriptor"]["name"]] = state
        return list(last.values())

    @property
    def statuses(self) -> dict[str, str]:
        """The last status of each stream."""
        return {
            message["trace"]["stream_status"]["stream_descriptor"]["name"]: message["trace"][
                "stream_status"
            ]["status"]
            for message in self.messages
            if message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS"
        }

    @property
    def errors(self) -> dict[str | None, dict[str, Any]]:
        """Error traces by stream; None for one of the whole sync."""
        return {
            (message["trace"]["error"].get("stream_descriptor") or {}).get("name"): message[
                "trace"
            ]["error"]
            for message in self.messages
            if message["type"] == "TRACE" and message["trace"]["type"] == "ERROR"
        }

    @property
    def logs(self) -> list[str]:
        """Log lines with their level."""
        return [
            f"{message['log']['level']} {message['log']['message']}"
            for message in self.messages
            if message["type"] == "LOG"
        ]

    @property
    def incomplete(self) -> set[str]:
        """Streams that did not end COMPLETE."""
        return {
            name
            for name, status in self.statuses.items()
            if status != AirbyteStreamStatus.COMPLETE.value
        }


def sync_in_process(
    config: Mapping[str, Any],
    streams: Iterable[str],
    state: list[dict[str, Any]] | None = None,
    after_message: Callable[[], object] = lambda: None,
    sync_mode: str | None = None,
    whole: Collection[str] = (),
) -> Output:
    """
    One sync through the connector's own code; what it raises at the end is in the output.

    `after_message` is called behind each message: the destination's pace, or its end.
    """
    configured_catalog = ConfiguredAirbyteCatalogSerializer.load(
        configured(catalog(), streams, sync_mode, whole)
    )
    states = [AirbyteStateMessageSerializer.load(each) for each in state or []]
    source = SourceIntercom()
    output = Output()
    try:
        for message in source.read(source.logger, config, configured_catalog, states):
            output.messages.append(_plain(message))
            after_message()
    except AirbyteTracedException as error:
        output.exit_code = 1
        output.messages.append(_plain(error.as_airbyte_message()))
    return output


@cache
def key_of(stream: str) -> Callable[[Mapping[str, Any]], Key]:
    """What makes a row's key of it, as the catalog has it."""
    declared = next(each for each in catalog()["streams"] if each["name"] == stream)
    return itemgetter(*(name for (name,) in declared["source_defined_primary_key"]))


@cache
def catalog() -> dict[str, Any]:
    """The streams as the manifest declares them; the same for every config."""
    config = config_for()
    streams = SourceIntercom().streams(config)
    return {"streams": [_plain_stream(stream) for stream in streams]}


def _plain(message: AirbyteMessage) -> dict[str, Any]:
    plain = AirbyteMessageSerializer.dump(message)
    plain["type"] = message.type.value if isinstance(message.type, Type) else message.type
    return json.loads(json.dumps(plain))


def _plain_stream(stream: Any) -> dict[str, Any]:
    declared = stream.as_airbyte_stream()
    return {
        "name": declared.name,
        "json_schema": declared.json_schema,
        "supported_sync_modes": [mode.value for mode in declared.supported_sync_modes],
        "source_defined_cursor": declared.source_defined_cursor,
        "default_cursor_field": declared.default_cursor_field,
        "source_defined_primary_key": declared.source_defined_primary_key,
    }


class Connector:
    """The connector as a process of its own, against one base URL."""

    command: tuple[str, ...] = (sys.executable, str(ROOT / "main.py"))

    def __init__(self, folder: Path, base_url: str, config: Mapping[str, Any]) -> None:
        self._folder = folder
        self._environment = {
            **os.environ,
            "INTERCOM_API_BASE_URL": base_url,
            "PYTHONUNBUFFERED": "1",  # as containers set it: the harder case for whole lines
        }
        self.config_path = folder / "config.json"
        self.config_path.write_text(json.dumps(config))

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """The running process, its stdout to be read line by line."""
        return subprocess.Popen(
            [*self.command, *arguments],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> Output:
        """One verb, to its end."""
        process = self.start(*arguments)
        text, _ = process.communicate(timeout=120)
        lines = [line for line in text.splitlines() if line.startswith("{")]
        return Output([json.loads(line) for line in lines], process.returncode)

    def check(self) -> dict[str, Any]:
        """The connection status."""
        return next(
            message["connectionStatus"]
            for message in self.run("check", "--config", str(self.config_path)).messages
            if message["type"] == "CONNECTION_STATUS"
        )

    def discover(self) -> dict[str, Any]:
        """The catalog."""
        output = self.run("discover", "--config", str(self.config_path))
        return next(m["catalog"] for m in output.messages if m["type"] == "CATALOG")

    def read_arguments(
        self, streams: Iterable[str], state: list[dict[str, Any]] | None = None
    ) -> list[str]:
        """The command line of a read, its catalog and state written to files."""
        catalog_path, state_path = self._folder / "catalog.json", self._folder / "state.json"
        catalog_path.write_text(json.dumps(configured(self.discover(), streams)))
        state_path.write_text(json.dumps(state or []))
        config = str(self.config_path)
        return [
            "read",
            "--config",
            config,
            "--catalog",
            str(catalog_path),
            "--state",
            str(state_path),
        ]

    def read(self, streams: Iterable[str], state: list[dict[str, Any]] | None = None) -> Output:
        """One sync, to its end."""
        return self.run(*self.read_arguments(streams, state))


def latest(outputs: Iterable[Output], stream: str) -> dict[Key, dict[str, Any]]:
    """What a table holds after these syncs: by primary key, the last row winning."""
    table: dict[Key, dict[str, Any]] = {}
    for output in outputs:
        for row in output.records(stream):
            table[key_of(stream)(row)] = row
    return table


def counts(output: Output) -> dict[str, int]:
    """Rows by stream."""
    found: dict[str, int] = defaultdict(int)
    for message in output.messages:
        if message["type"] == "RECORD":
            found[message["record"]["stream"]] += 1
    return dict(found)


def most_memory(process: "subprocess.Popen[str]", rows: int, pause: float) -> tuple[float, int]:
    """
    The greatest resident size, in MB, of a process that is read, and how many rows of it came.

    The reader pauses for so many seconds behind every 200 rows, and ends behind so many.
    """
    status = Path(f"/proc/{process.pid}/status")
    most, seen = 0.0, 0
    for line in process.stdout or ():
        seen += line.startswith('{"type":"RECORD"')
        if seen % 200 == 0:
            time.sleep(pause)
            most = max(most, _resident(status))
        if seen >= rows:
            break
    return most, seen


def _resident(status: Path) -> float:
    for line in status.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
