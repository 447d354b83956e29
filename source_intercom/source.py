"""SourceIntercom: the manifest's streams, the state they start from, and the check."""

import logging
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, TypeVar, cast

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStateType,
    ConfiguredAirbyteCatalog,
    ConnectorSpecification,
    SyncMode,
)
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_intercom.catalog import add_custom_attributes
from source_intercom.components.base_retriever import IntercomRetriever
from source_intercom.components.cursors import WindowCursor
from source_intercom.components.partitions import WindowPartitionGenerator
from source_intercom.components.record_lines import RecordLines
from source_intercom.connection import check_connection
from source_intercom.failures import Failures, config_error
from source_intercom.sync import Sync

MANIFEST = Path(__file__).with_name("manifest.yaml")
"""Absolute: the CDK would open a manifest.yaml of the current folder first."""

QUEUE_ITEMS = 16
"""Messages, of many rows each, that may wait for a slow destination; the CDK has 10,000."""


class SourceIntercom(YamlDeclarativeSource):
    """The connector; its verbs take config, catalog and state from their arguments alone."""

    packs_records = False
    """Whether `read` hands on RecordLines, for an entrypoint that writes them as they are."""

    def __init__(self) -> None:
        super().__init__(path_to_yaml=str(MANIFEST))
        self._spec: ConnectorSpecification | None = None
        self._concurrent_source._queue.maxsize = QUEUE_ITEMS  # noqa: SLF001 no public way
        self.logger.addFilter(_is_not_said_better)

    @classmethod
    def read_config(cls, config_path: str) -> MutableMapping[str, Any]:
        """The config in a file."""
        return _from_file(super().read_config, "config", config_path)

    @classmethod
    def read_catalog(cls, catalog_path: str) -> ConfiguredAirbyteCatalog:
        """The configured catalog in a file."""
        return _from_file(super().read_catalog, "catalog", catalog_path)

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        """The states in a file; none without a path."""
        return _from_file(super().read_state, "state", state_path)

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """The config as it is; the CDK's would leave its secrets in the temporary folder."""
        return config

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """The manifest's streams, each read through its own retriever and cursor."""
        return self._build(Sync(config))

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """
        Every message of a sync.

        Raises a `config_error` behind the others where the catalog names a stream that isn't ours,
        and an error of the gravest type where streams failed.
        """
        schemas = {each.stream.name: each.stream.json_schema for each in catalog.streams}
        whole = frozenset(
            each.stream.name for each in catalog.streams if each.sync_mode is SyncMode.full_refresh
        )
        # A full refresh that went on from a state would leave a table without the rest.
        saved = _by_stream(state or [])
        states = {name: saved[name] for name in saved.keys() - whole}
        streams = self._build(Sync(config, states, schemas, whole))
        chosen = self._select_streams(streams, catalog)
        failures = Failures(len(chosen))
        try:
            # Without any stream, the CDK would wait for one for ever.
            for message in self._concurrent_source.read(chosen) if chosen else ():
                failures.note(message)
                if isinstance(message, RecordLines) and not self.packs_records:
                    yield from message.records()
                else:
                    yield message
        except AirbyteTracedException as error:
            raise failures.of_the_sync(error) from None
        if unknown := schemas.keys() - {stream.name for stream in streams}:
            raise config_error(
                "The catalog has streams that this connector does not know: "
                f"{', '.join(sorted(unknown))}. "
                "Refresh the connection's schema, or deselect them."
            )

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """The streams, with columns for the custom attributes that the workspace has now."""
        sync = Sync(config)
        streams = self._build(sync)
        catalog = AirbyteCatalog(streams=[stream.as_airbyte_stream() for stream in streams])
        add_custom_attributes(catalog, sync)
        return catalog

    def _build(self, sync: Sync) -> list[AbstractStream]:
        self._config = sync.config
        with sync.building():
            declared = super().streams(sync.config)
        return [self._with_cursor(each, sync.retrievers[each.name]) for each in declared]

    def _with_cursor(self, stream: AbstractStream, retriever: IntercomRetriever) -> AbstractStream:
        declared = cast("DefaultStream", stream)
        cursor: Cursor = declared.cursor
        if retriever.cursor_field is not None:
            cursor = retriever.window_cursor = WindowCursor(
                stream.name,
                retriever.cursor_field,
                retriever.sync.states.get(stream.name, {}),
                self._message_repository,
            )
        keys = declared.as_airbyte_stream().source_defined_primary_key or []
        return DefaultStream(
            partition_generator=WindowPartitionGenerator(stream, cast("Retriever", retriever)),
            name=stream.name,
            json_schema=stream.get_json_schema,
            primary_key=[key for (key,) in keys],
            cursor_field=cursor.cursor_field if isinstance(cursor, WindowCursor) else None,
            logger=logging.getLogger(f"airbyte.{stream.name}"),
            cursor=cursor,
        )

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Whether the token opens its workspace, and in the log which streams it may read."""
        sync = Sync(config)
        self._build(sync)
        return check_connection(sync)

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:
        """The form; made once, because the CDK can't make one with advanced_auth twice."""
        if self._spec is None:
            self._spec = super().spec(logger)
        return self._spec


Content = TypeVar("Content")


def _from_file(read: Callable[[str], Content], kind: str, path: str) -> Content:
    """What `read` makes of a file. Raises a `config_error` without a quote."""
    try:
        return read(path)
    except Exception as error:  # noqa: BLE001 each kind of file fails in its own ways
        raise config_error(
            f"The {kind} file can't be used ({type(error).__name__}): check that {path} exists, "
            f"is JSON, and is a {kind} of Airbyte's protocol."
        ) from None


def _is_not_said_better(line: logging.LogRecord) -> bool:
    """Leave out the CDK's counts, which know no record that comes packed, and its last word."""
    return not line.getMessage().startswith(("Read ", "During the sync, the following streams"))


def _by_stream(state: list[AirbyteStateMessage]) -> dict[str, Mapping[str, Any]]:
    """The saved state of each stream, as plain mappings."""
    saved: dict[str, Mapping[str, Any]] = {}
    for message in state:
        if message.type is AirbyteStateType.STREAM and message.stream is not None:
            blob = message.stream.stream_state
            saved[message.stream.stream_descriptor.name] = dict(blob.__dict__) if blob else {}
    return saved
