"""
The process's verbs: rows written as the lines that they are, wrong configs told without a quote.

Python, because the CDK serializes each record by itself, hands on jsonschema's messages, and its
filter of secrets knows only those that stand where they should.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, ConnectorSpecification
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor
from airbyte_cdk.sources.utils.schema_helpers import split_config

from source_intercom.api.config import problems
from source_intercom.components.record_lines import RecordLines
from source_intercom.source import SourceIntercom, config_error


class IntercomEntrypoint(AirbyteEntrypoint):
    """The CDK's, but for how it writes records and validates a config."""

    def __init__(self, source: SourceIntercom, write: Callable[[bytes], object]) -> None:
        super().__init__(source)
        source.packs_records = True
        self._write = write

    def read(
        self, source_spec: ConnectorSpecification, config: Any, catalog: Any, state: list[Any]
    ) -> Iterable[AirbyteMessage]:
        """Every message of a sync but its records, which are written where they come."""
        for message in super().read(source_spec, config, catalog, state):
            if isinstance(message, RecordLines):
                self._write(message.lines)
            else:
                yield message

    @staticmethod
    def handle_record_counts(
        message: AirbyteMessage,
        stream_message_count: defaultdict[HashableStreamDescriptor, float],
    ) -> AirbyteMessage:
        """Count rows, so that each state says how many came since the one before."""
        if isinstance(message, RecordLines):
            stream_message_count[HashableStreamDescriptor(message.stream)] += message.count
            return message
        return AirbyteEntrypoint.handle_record_counts(message, stream_message_count)

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Raise a `config_error` that names each field which is wrong."""
        settings, _ = split_config(config)
        found = problems(settings, source_spec.connectionSpecification)
        if found:
            raise config_error(f"The config can't be used: {'; '.join(found)}.")
