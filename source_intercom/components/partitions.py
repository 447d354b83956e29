"""
A stream's one partition: its whole window, whose slices the retriever cuts by what is in them.

Python, because a DeclarativePartition sends state through a repository where another thread may
pick it up and be late: an older state would then follow a newer one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import (
    PartitionGenerator,
)
from airbyte_cdk.sources.types import Record, StreamSlice

WHOLE = StreamSlice(partition={}, cursor_slice={})


class WindowPartition(Partition):
    """Yields records and, between them, the state messages that they allow, in this order."""

    def __init__(self, stream: AbstractStream, retriever: Retriever) -> None:
        self._stream = stream
        self._retriever = retriever

    def read(self) -> Iterable[Record]:
        """Records and state messages; the CDK's queue takes both and keeps their order."""
        name = self._stream.name
        for item in self._retriever.read_records(self._stream.get_json_schema(), WHOLE):
            if isinstance(item, AirbyteMessage):
                yield cast("Record", item)
            else:
                yield Record(data=item, stream_name=name, associated_slice=WHOLE)

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
