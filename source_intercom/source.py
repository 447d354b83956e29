"""SourceIntercom: the manifest's streams, the state they start from, and the check."""

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStateType,
    ConfiguredAirbyteCatalog,
    ConnectorSpecification,
    FailureType,
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
from source_intercom.sync import Sync

MANIFEST = Path(__file__).with_name("manifest.yaml")
"""Absolute: the CDK would open a manifest.yaml of the current folder first."""

QUEUE_ITEMS = 16
"""Messages, of many rows each, that may wait for a slow destination; the CDK has 10,000."""


class SourceIntercom(YamlDeclarativeSource):
    """
    The connector.

    The CDK reads config and state from the constructor, not from the arguments of its verbs.
    """

    packs_records = False
    """Whether `read` hands on RecordLines, for an entrypoint that writes them as they are."""

    def __init__(
        self,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
        config_path: str | None = None,
    ) -> None:
        super().__init__(
            path_to_yaml=str(MANIFEST),
            catalog=catalog,
            config=config,
            state=state,
            config_path=config_path,
        )
        self._spec: ConnectorSpecification | None = None
        self._names: set[str] = set()
        configured = catalog.streams if catalog else []
        # A full refresh that went on from a state would leave a table without the rest.
        self._whole = frozenset(
            each.stream.name for each in configured if each.sync_mode is SyncMode.full_refresh
        )
        saved = _by_stream(state or [])
        self._states = {name: saved[name] for name in saved.keys() - self._whole}
        self._schemas = {each.stream.name: each.stream.json_schema for each in configured}
        self._concurrent_source._queue.maxsize = QUEUE_ITEMS  # noqa: SLF001 no public way
        self.logger.addFilter(_without_counts)

    @classmethod
    def from_arguments(cls, arguments: list[str]) -> Self:
        """A source for a command line such as `read --config c.json --catalog k.json`."""
        parsed = AirbyteEntrypoint.parse_args(arguments)
        config_path = getattr(parsed, "config", None)
        return cls(
            catalog=_from_file(cls.read_catalog, "catalog", getattr(parsed, "catalog", None)),
            config=_from_file(cls.read_config, "config", config_path),
            state=_from_file(cls.read_state, "state", getattr(parsed, "state", None)),
            config_path=config_path,
        )

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """The manifest's streams, each read through its own retriever and cursor."""
        _, streams = self._build()
        self._names = {stream.name for stream in streams}
        return streams

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """
        Every message of a sync.

        Raises a `config_error` behind the others where the catalog names a stream that isn't ours.
        """
        for message in super().read(logger, config, catalog, state):
            if isinstance(message, RecordLines) and not self.packs_records:
                yield from message.records()
            else:
                yield message
        names = [each.stream.name for each in catalog.streams]
        unknown = [name for name in names if name not in self._names]
        if unknown:
            raise config_error(
                f"The catalog has streams that this connector does not know: {', '.join(unknown)}. "
                "Refresh the connection's schema, or deselect them."
            )

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """The streams, with columns for the custom attributes that the workspace has now."""
        sync, streams = self._build()
        catalog = AirbyteCatalog(streams=[stream.as_airbyte_stream() for stream in streams])
        add_custom_attributes(catalog, sync)
        return catalog

    def _build(self) -> tuple[Sync, list[AbstractStream]]:
        sync = Sync(self._config, self._states, self._schemas, self._whole)
        with sync.building():
            declared = super().streams(self._config)
        return sync, [self._with_cursor(each, sync.retrievers[each.name]) for each in declared]

    def _with_cursor(self, stream: AbstractStream, retriever: IntercomRetriever) -> AbstractStream:
        declared = cast("DefaultStream", stream)
        cursor: Cursor = declared.cursor
        if retriever.cursor_field is not None:
            cursor = retriever.window_cursor = WindowCursor(
                stream.name,
                retriever.cursor_field,
                self._states.get(stream.name, {}),
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
        sync, _ = self._build()
        return check_connection(sync, self.spec(logger).connectionSpecification)

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:
        """The form; made once, because the CDK can't make one with advanced_auth twice."""
        if self._spec is None:
            self._spec = super().spec(logger)
        return self._spec


Content = TypeVar("Content")


def _from_file(read: Callable[[str], Content], kind: str, path: str | None) -> Content | None:
    """What `read` makes of a file; None for no file. Raises a `config_error` without a quote."""
    if not path:
        return None
    try:
        return read(path)
    except Exception as error:  # noqa: BLE001 each kind of file fails in its own ways
        message = (
            f"The {kind} file can't be used ({type(error).__name__}): check that {path} exists, "
            f"is JSON, and is a {kind} of Airbyte's protocol."
        )
        raise config_error(message) from None


def config_error(message: str) -> AirbyteTracedException:
    """What ends a verb with one sentence on what to change."""
    return AirbyteTracedException(
        message=message, internal_message=message, failure_type=FailureType.config_error
    )


def _without_counts(line: logging.LogRecord) -> bool:
    """Leave out the CDK's count of a stream's records: it knows none of those that come packed."""
    return not line.getMessage().startswith("Read ")


def _by_stream(state: list[AirbyteStateMessage]) -> dict[str, Mapping[str, Any]]:
    """The saved state of each stream, as plain mappings."""
    saved: dict[str, Mapping[str, Any]] = {}
    for message in state:
        if message.type is AirbyteStateType.STREAM and message.stream is not None:
            blob = message.stream.stream_state
            saved[message.stream.stream_descriptor.name] = dict(blob.__dict__) if blob else {}
    return saved
