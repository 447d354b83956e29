"""
A stream's one partition: its whole window, whose slices the retriever cuts by what is in them.

Python, because a DeclarativePartition sends state through a repository where another thread may
pick it up and be late: an older state would then follow a newer one.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from airbyte_cdk.models import AirbyteMessage, AirbyteStreamStatus
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import (
    PartitionGenerator,
)
from airbyte_cdk.sources.types import Record, StreamSlice
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message

from source_intercom.components.record_lines import Packer, RecordLines

WHOLE = StreamSlice(partition={}, cursor_slice={})

logger = logging.getLogger("airbyte")


class WindowPartition(Partition):
    """Yields rows, packed, and between them the state messages that they allow, in this order."""

    def __init__(self, stream: AbstractStream, retriever: Retriever) -> None:
        self._stream = stream
        self._retriever = retriever

    def read(self) -> Iterable[Record]:
        """Messages; the CDK's queue takes them as well as records, and keeps their order."""
        return cast("Iterable[Record]", self._messages())

    def _messages(self) -> Iterator[AirbyteMessage]:
        packer = Packer(self._stream.name)
        is_running = False
        for message in self._packed(packer):
            if isinstance(message, RecordLines) and not is_running:
                is_running = True
                yield as_airbyte_message(
                    self._stream.as_airbyte_stream(), AirbyteStreamStatus.RUNNING
                )
            yield message
        logger.info("%s: %d rows read.", self._stream.name, packer.count)

    def _packed(self, packer: Packer) -> Iterator[AirbyteMessage]:
        try:
            for item in self._retriever.read_records(self._stream.get_json_schema(), WHOLE):
                if isinstance(item, AirbyteMessage):
                    yield from packer.pack()
                    yield item
                else:
                    yield from packer.add(cast("dict[str, Any]", item))
        except Exception:
            # What came before goes out all the same; no state says that it did.
            yield from packer.pack()
            raise
        yield from packer.pack()

    def to_slice(self) -> Mapping[str, Any] | None:
        """No slice to log: the retriever reports its own."""
        return WHOLE

    def stream_name(self) -> str:
        """The stream that is read."""
        return self._stream.name

    def __hash__(self) -> int:
        """One partition a stream, so the stream's name tells it from others."""
        return hash(self._stream.name)


class WindowPartitionGenerator(PartitionGenerator):
    """Generates the one partition of a stream."""

    def __init__(self, stream: AbstractStream, retriever: Retriever) -> None:
        self._stream = stream
        self._retriever = retriever

    def generate(self) -> Iterable[Partition]:
        """The partition, once."""
        yield WindowPartition(self._stream, self._retriever)
