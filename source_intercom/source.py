"""SourceIntercom: the manifest's streams, the families that are read of them, and the check."""

import logging
from collections.abc import Callable, Hashable, Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConnectorSpecification,
    SyncMode,
)
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_intercom import files
from source_intercom.check import check_connection
from source_intercom.discover import add_custom_attributes
from source_intercom.failures import Failure, Failures
from source_intercom.intercom.errors import Remedy
from source_intercom.session import Job, Session
from source_intercom.tables.cursor import WindowCursor
from source_intercom.tables.family import Family, Reading
from source_intercom.tables.record_lines import RecordLines
from source_intercom.tables.retrievers import TableRetriever
from source_intercom.tables.streams import hand_over, retriever_of, show_cursor
from source_intercom.tables.table import Table

MANIFEST = Path(__file__).with_name("manifest.yaml")
"""Absolute: the CDK would open a manifest.yaml of the current folder first."""

TIER_ON_REQUEST = 3
"""That of streams that are offered only where `all_streams` is on: some cost a call a contact."""

QUEUE_ITEMS = 16  # guard: short queue
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

    def _validate_source(self) -> None:
        """Nothing: a test validates the manifest, so that not every process has to."""

    @classmethod
    def read_config(cls, config_path: str) -> MutableMapping[str, Any]:
        """The config in a file."""
        return _from_file(super().read_config, "config", config_path)

    @classmethod
    def read_catalog(cls, catalog_path: str) -> ConfiguredAirbyteCatalog:
        """The configured catalog in a file, which may be what `discover` printed."""
        return _from_file(files.read_catalog, "catalog", catalog_path)

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        """The states in a file, which may be what `read` printed; none without a path."""
        return _from_file(files.read_state, "state", state_path)

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """The config as it is; the CDK's would leave its secrets in the temporary folder."""
        return config

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """The manifest's streams."""
        self._config = config
        return [show_cursor(cast("DefaultStream", each)) for each in super().streams(config)]

    def offered(self, config: Mapping[str, Any], session: Session) -> list[DefaultStream]:
        """The streams that a user sees: those of tier 3 only on request."""
        streams = cast("list[DefaultStream]", self.streams(config))
        if session.settings.all_streams:
            return streams
        return [each for each in streams if retriever_of(each).tier < TIER_ON_REQUEST]

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
        session = Session(config, _job(catalog, state or []))
        streams = self.streams(config)
        chosen = self._select_streams(streams, catalog)
        self._form_families(cast("list[DefaultStream]", chosen), session)
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
        if unknown := session.job.schemas.keys() - {stream.name for stream in streams}:
            raise Failure(
                "The catalog has streams that this connector does not know: "
                f"{', '.join(sorted(unknown))}. "
                "Refresh the connection's schema, or deselect them.",
                Remedy.CONFIGURE,
            )

    def _form_families(self, chosen: Sequence[DefaultStream], session: Session) -> None:
        """Join the chosen streams of equal sources; a parent's own table comes last."""
        members: dict[Hashable, list[DefaultStream]] = {}
        for stream in chosen:
            members.setdefault(retriever_of(stream).source, []).append(stream)
        for streams in members.values():
            # guard: parent's table last
            streams.sort(key=lambda each: not retriever_of(each).rows.get("at"))
            retrievers = [retriever_of(each) for each in streams]
            family = Family(_reading_of(retrievers, session), session)
            for stream, retriever in zip(streams, retrievers, strict=True):
                table = self._table(stream, retriever, session)
                family.tables.append(table)
                hand_over(stream, table, family)

    def _table(self, stream: DefaultStream, retriever: TableRetriever, session: Session) -> Table:
        cursor = None
        if retriever.cursor_field is not None:
            saved = session.job.states.get(stream.name, {})
            cursor = WindowCursor(
                stream.name, retriever.cursor_field, saved, self._message_repository
            )
        keys = stream.as_airbyte_stream().source_defined_primary_key or []
        key = [name for (name,) in keys]
        return retriever.table(stream.get_json_schema(), key, session, cursor)

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """The streams, with columns for the custom attributes that the workspace has now."""
        session = Session(config)
        streams = self.offered(config, session)
        catalog = AirbyteCatalog(streams=[stream.as_airbyte_stream() for stream in streams])
        add_custom_attributes(catalog, _retrievers(streams), session)
        return catalog

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Whether the token opens its workspace, and in the log which streams it may read."""
        session = Session(config)
        return check_connection(session, _retrievers(self.offered(config, session)))

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:
        """The form; made once, because the CDK can't make one with advanced_auth twice."""
        if self._spec is None:
            self._spec = super().spec(logger)
        return self._spec


def _retrievers(streams: Sequence[DefaultStream]) -> dict[str, TableRetriever]:
    """What the manifest says of each stream, by name."""
    return {each.name: retriever_of(each) for each in streams}


def _reading_of(
    retrievers: Sequence[TableRetriever], session: Session
) -> Callable[[Sequence[Table]], Reading]:
    flags = {name: flag for each in retrievers for name, flag in each.flags.items()}
    return lambda tables: retrievers[-1].reading(session, tables, flags)


def _job(catalog: ConfiguredAirbyteCatalog, state: list[AirbyteStateMessage]) -> Job:
    """What a sync is told. A full refresh from a state would leave a table without the rest."""
    whole = frozenset(
        each.stream.name for each in catalog.streams if each.sync_mode is SyncMode.full_refresh
    )
    saved = _by_stream(state)
    return Job(
        states={name: saved[name] for name in saved.keys() - whole},  # guard: full refresh
        schemas={each.stream.name: each.stream.json_schema for each in catalog.streams},
        whole=whole,
    )


Content = TypeVar("Content")


def _from_file(read: Callable[[str], Content], kind: str, path: str) -> Content:
    """What `read` makes of a file. Raises a `config_error` without a quote."""
    try:
        return read(path)
    except Exception as error:  # noqa: BLE001 each kind of file fails in its own ways
        raise Failure(
            f"The {kind} file can't be used ({type(error).__name__}): check that {path} exists, "
            f"is JSON, and is a {kind} of Airbyte's protocol.",
            Remedy.CONFIGURE,
        ) from None


def _is_not_said_better(line: logging.LogRecord) -> bool:
    """Leave out the CDK's counts, which know no record that comes packed, and its last word."""
    return not line.getMessage().startswith(("Read ", "During the sync, the following streams"))


def _by_stream(state: list[AirbyteStateMessage]) -> dict[str, Mapping[str, Any]]:
    """The saved state of each stream, as plain mappings, of whatever kind its message is."""
    saved: dict[str, Mapping[str, Any]] = {}
    for message in state:
        together = message.global_.stream_states if message.global_ else []
        for each in (message.stream, *together):
            if each is not None:
                blob = each.stream_state
                saved[each.stream_descriptor.name] = dict(blob.__dict__) if blob else {}
        old = message.data or {}
        saved.update({name: each for name, each in old.items() if isinstance(each, Mapping)})
    return saved
