"""
The process's verbs: rows written as the lines that they are, wrong configs told without a quote.

Python, because the CDK serializes each record by itself, hands on jsonschema's messages, and its
filter of secrets knows only those that stand where they should.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, ConnectorSpecification
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor

from source_intercom.failures import Failure
from source_intercom.intercom.errors import Remedy
from source_intercom.session import settings_of
from source_intercom.source import SourceIntercom
from source_intercom.tables.record_lines import RecordLines


class IntercomEntrypoint(AirbyteEntrypoint):
    """The CDK's, but for how it writes records and validates a config."""

    def __init__(self, source: SourceIntercom, write: Callable[[bytes], object]) -> None:
        super().__init__(source)
        source.packs_records = True
        self._write = write

    def run(self, parsed_args: argparse.Namespace) -> Iterable[str]:
        """Every line of a verb. Raises a `config_error` where no file can be put for a while."""
        try:
            tempfile.gettempdir()  # the CDK makes a folder there for each verb
        except FileNotFoundError:
            raise Failure(
                "The connector finds no temporary folder that it may write to: mount one at /tmp, "
                "or set TMPDIR to another.",
                Remedy.CONFIGURE,
            ) from None
        yield from super().run(parsed_args)

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
            # guard: rows of a message
            stream_message_count[HashableStreamDescriptor(message.stream)] += message.count
            return message
        return AirbyteEntrypoint.handle_record_counts(message, stream_message_count)

    @staticmethod
    def validate_connection(
        source_spec: ConnectorSpecification,  # noqa: ARG004 the settings' model has all of it
        config: Mapping[str, Any],
    ) -> None:
        """Raise a `config_error` that names each field which is wrong."""
        settings_of(config)
