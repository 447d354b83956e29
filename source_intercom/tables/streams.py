"""
What the CDK built of the manifest, and what it is given for a sync: tables in place of partitions.

Python, because the CDK offers no way to hand a run to a component that it builds, and because its
partitions send state through a repository where another thread may pick it up and be late: an older
state would then follow a newer one. The private attributes are pinned by unit_tests/test_source.py.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from airbyte_cdk.sources.streams.concurrent.cursor import CursorField
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import (
    PartitionGenerator,
)
from airbyte_cdk.sources.types import Record, StreamSlice

from source_intercom.tables.family import Family
from source_intercom.tables.retrievers import TableRetriever
from source_intercom.tables.table import Table

WHOLE = StreamSlice(partition={}, cursor_slice={})


def retriever_of(stream: DefaultStream) -> TableRetriever:
    """The retriever that the CDK built for a stream, as the manifest declares it."""
    built: Any = stream._stream_partition_generator  # noqa: SLF001 no public way
    retriever: TableRetriever = built._partition_factory._retriever  # noqa: SLF001
    return retriever


def show_cursor(stream: DefaultStream) -> DefaultStream:
    """The stream, which can be read incrementally if its retriever has a cursor field."""
    field = retriever_of(stream).cursor_field
    stream._cursor_field = CursorField(field) if field else None  # noqa: SLF001
    return stream


def hand_over(stream: DefaultStream, table: Table, family: Family) -> None:
    """Let a stream be read as a table of a family."""
    stream._stream_partition_generator = _OnePartition(table, family)  # noqa: SLF001
    if table.cursor is not None:
        stream._cursor = table.cursor  # noqa: SLF001


class _OnePartition(PartitionGenerator):
    """Generates the one partition of a stream."""

    def __init__(self, table: Table, family: Family) -> None:
        self._partition = TablePartition(table, family)

    def generate(self) -> Iterable[Partition]:
        """The partition, once."""
        yield self._partition


class TablePartition(Partition):
    """The whole of a table: the messages of all its family if it comes first, else none."""

    def __init__(self, table: Table, family: Family) -> None:
        self._table = table
        self._family = family

    def read(self) -> Iterable[Record]:
        """Messages; the CDK's queue takes them as well as records, and keeps their order."""
        if self._family.lead():
            yield from cast("Iterable[Record]", self._family.messages())
        self._table.done.wait()
        if self._table.error is not None:
            raise self._table.error

    def to_slice(self) -> Mapping[str, Any] | None:
        """No slice to log: the reading reports its own."""
        return WHOLE

    def stream_name(self) -> str:
        """The stream that is read."""
        return self._table.name

    def __hash__(self) -> int:
        """One partition a stream, so the stream's name tells it from others."""
        return hash(self._table.name)
