"""
One load: check, read, and commit stream by stream.

What is in the warehouse is consistent at every instant, whatever kills the load:

* a stream that the connector reads incrementally is merged by primary key at its checkpoints, rows
  first and the state that vouches for them after, so state is never ahead of rows;
* a stream that is read whole (or `full_refresh`) replaces its rows in one transaction, and only
  when the connector has said that the stream is complete: otherwise the old rows stay.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from airbyte.caches.base import CacheBase
from airbyte.records import StreamRecordHandler
from airbyte.shared.catalog_providers import CatalogProvider
from airbyte_protocol.models import ConfiguredAirbyteCatalog

from intercom_load.caches import drop_leftovers, open_cache
from intercom_load.connector import SOURCE_NAME, Connector, Message, error_text
from intercom_load.errors import LoadError, UsageError
from intercom_load.progress import Progress, StreamResult
from intercom_load.stream_load import COMMIT_ROWS, StreamLoad, table_exists
from intercom_load.warehouse import Warehouse


def load(
    connector: Connector,
    warehouse: Warehouse,
    progress: Progress,
    *,
    full_refresh: bool = False,
    commit_rows: int = COMMIT_ROWS,
) -> list[StreamResult]:
    """
    Bring the tables of `progress.streams` up to date; one result a stream, in their order.

    A stream that fails has an `error` and does not stop the others. Raises LoadError when nothing
    can be read or written at all; the warehouse is not touched before the connector's check has
    passed.
    """
    streams = progress.streams
    with progress:
        known = _checked_streams(connector)
        catalog = _configured_catalog(known, streams, full_refresh=full_refresh)
        with (
            tempfile.TemporaryDirectory(prefix="intercom-load-") as spool,
            open_cache(warehouse, Path(spool)) as cache,
        ):
            drop_leftovers(cache, streams)
            loads = _stream_loads(cache, catalog, warehouse, commit_rows)
            messages = connector.read(catalog, _saved_state(cache, loads.values()))
            try:
                with closing(messages):
                    errors = _Sync(loads, progress).follow(messages)
            finally:
                drop_leftovers(cache, streams)
            return [loads[stream].result(errors.get(stream)) for stream in streams]


def _checked_streams(connector: Connector) -> dict[str, Message]:
    """Return the connector's streams by name, once it has accepted its config."""
    # One behind the other: a check may renew a token that then serves to discover.
    connector.check()
    return connector.discover()


def _configured_catalog(
    known: Mapping[str, Message], streams: Sequence[str], *, full_refresh: bool
) -> Message:
    """Return the catalog to read; `overwrite` marks the streams whose rows are to be replaced."""
    if unknown := [name for name in streams if name not in known]:
        raise UsageError(
            f"There is no stream {', '.join(unknown)}; choose from {', '.join(sorted(known))}."
        )

    def configured(stream: Message) -> Message:
        incremental = "incremental" in stream["supported_sync_modes"]
        merges = incremental and not full_refresh
        return {
            "stream": stream,
            "sync_mode": "incremental" if incremental else "full_refresh",
            "destination_sync_mode": "append_dedup" if merges else "overwrite",
            "cursor_field": stream.get("default_cursor_field"),
            "primary_key": stream.get("source_defined_primary_key"),
        }

    return {"streams": [configured(known[name]) for name in streams]}


def _stream_loads(
    cache: CacheBase, catalog: Message, warehouse: Warehouse, commit_rows: int
) -> dict[str, StreamLoad]:
    provider = CatalogProvider(ConfiguredAirbyteCatalog.model_validate(catalog))
    processor = cache.get_record_processor(SOURCE_NAME, provider)
    return {
        configured["stream"]["name"]: StreamLoad(
            stream=configured["stream"]["name"],
            incremental=configured["sync_mode"] == "incremental",
            merges=configured["destination_sync_mode"] == "append_dedup",
            handler=StreamRecordHandler(
                json_schema=configured["stream"]["json_schema"],
                normalize_keys=True,
                prune_extra_fields=True,
            ),
            warehouse=warehouse,
            cache=cache,
            processor=processor,
            states=cache.get_state_writer(SOURCE_NAME),
            commit_rows=commit_rows,
        )
        for configured in catalog["streams"]
    }


def _saved_state(cache: CacheBase, loads: Iterable[StreamLoad]) -> list[Message]:
    """Return the state to go on from; a stream whose table is gone begins anew."""
    resumed = {
        load.stream for load in loads if load.merges and table_exists(load.processor, load.stream)
    }
    states: list[Message] = json.loads(
        cache.get_state_provider(SOURCE_NAME).to_state_input_file_text()
    )
    return [state for state in states if state["stream"]["stream_descriptor"]["name"] in resumed]


class _Sync:
    """Follows the messages of one sync and settles each stream when the connector ends it."""

    def __init__(self, loads: Mapping[str, StreamLoad], progress: Progress) -> None:
        self._loads = loads
        self._progress = progress
        self._unsettled = dict(loads)
        self._said: dict[str | None, str] = {}

    def follow(self, messages: Iterable[Message]) -> dict[str, str]:
        """Read to the end; return why, for every stream that did not complete."""
        follow_by_type = {
            "RECORD": self._follow_record,
            "STATE": self._follow_state,
            "TRACE": self._follow_trace,
        }
        for message in messages:
            if follow := follow_by_type.get(message.get("type", "")):
                follow(message)
        for load in list(self._unsettled.values()):
            self._settle(load, load.give_up, "failed")
        stopped = self._said.get(None, "the connector stopped before this stream was complete")
        return {
            stream: self._said.get(stream, stopped).rstrip(".")
            for stream, load in self._loads.items()
            if load.gave_up
        }

    def _follow_record(self, message: Message) -> None:
        record = message["record"]
        if record["stream"] not in self._unsettled:
            return
        self._loads[record["stream"]].add(record)
        self._progress.row_read(record["stream"])

    def _follow_state(self, message: Message) -> None:
        load = self._loads[message["state"]["stream"]["stream_descriptor"]["name"]]
        if load.stream in self._unsettled:
            self._try(load, lambda: load.checkpoint(message["state"]))

    def _follow_trace(self, message: Message) -> None:
        if error := error_text(message):
            about = message["trace"]["error"].get("stream_descriptor") or {}
            self._said[about.get("name")] = error
        if status := message["trace"].get("stream_status"):
            load = self._loads[status["stream_descriptor"]["name"]]
            if status["status"] == "STARTED":
                self._progress.stream_started(load.stream)
            elif status["status"] == "COMPLETE":
                self._settle(load, load.complete, "done")
            elif status["status"] == "INCOMPLETE":
                self._settle(load, load.give_up, "failed")

    def _settle(self, load: StreamLoad, settle: Callable[[], None], outcome: str) -> None:
        if load.stream in self._unsettled and self._try(load, settle):
            self._end(load, outcome)

    def _try(self, load: StreamLoad, act: Callable[[], None]) -> bool:
        """Whether the warehouse took it; a stream whose rows it refuses ends, and others go on."""
        try:
            act()
        except LoadError as error:
            self._said[load.stream] = str(error)
            load.gave_up = True
            self._end(load, "failed")
            return False
        return True

    def _end(self, load: StreamLoad, outcome: str) -> None:
        del self._unsettled[load.stream]
        load.seconds = self._progress.stream_ended(load.stream, outcome)
