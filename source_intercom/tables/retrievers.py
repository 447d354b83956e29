"""
The retrievers of the manifest: what is read, and what a table makes of it.

Python, because the CDK's SimpleRetriever turns a body that it can't read into an empty page, so
that a stream ends COMPLETE without its rows; and because what is read once feeds several tables
here, where a retriever of the CDK's feeds one. The streams of equal sources share a reading.
"""

from abc import abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar

from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import Config, Record, StreamSlice

from source_intercom.intercom.pages import Row
from source_intercom.reading.endpoint import Endpoint
from source_intercom.reading.lists import Form, List
from source_intercom.reading.progress import Progress
from source_intercom.reading.scroll import Scroll
from source_intercom.reading.search import LANES, Search
from source_intercom.session import Session
from source_intercom.tables.calling import CallingTable
from source_intercom.tables.calls import call_of
from source_intercom.tables.cursor import WindowCursor
from source_intercom.tables.family import Reading
from source_intercom.tables.rows import Rows
from source_intercom.tables.table import Table


@dataclass
class TableRetriever(Retriever):
    """
    Fields as the manifest states them.

    The source: `path`, `record_keys` (the envelopes that the list is known to come in), `params`,
    and `apart`, which names a reading that others of the same path don't share. `flags` are
    parameters that the source is asked with if this stream is selected.

    The table: `rows` (how they lie in what is read: tables/rows.py), `rest` (a call for each parent
    that needs it: tables/calls.py), `cursor_field`.

    `permission`: the box to tick in Intercom's Developer Hub; several with commas between, or
    "unknown". `check_path`: a cheap list that needs the same, where the stream's own is none.
    `attributes`: `path` of the list of this object's custom attributes, where it has any, `at`
    where they lie in what is listed, and `field`, which holds their values. `version`: another
    Intercom-Version than the connector's own. `tier`: 3 for what is offered only on request.
    `keeps_archived`: whether archived rows come in any case, because others point to them.
    """

    name: str
    config: Config
    parameters: InitVar[Mapping[str, Any]]
    path: str
    record_keys: list[str]
    permission: str
    params: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    apart: str | None = None
    rows: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] | None = None
    cursor_field: str | None = None
    check_path: str | None = None
    attributes: dict[str, Any] | None = None
    version: str | None = None
    tier: int = 1
    wrap: str | None = None
    keeps_archived: bool = False
    method: ClassVar[str] = "GET"

    @property
    def source(self) -> Hashable:
        """Equal for streams that share a reading."""
        params = tuple(sorted(self.params.items()))
        return (type(self), self.path, tuple(self.record_keys), params, self.apart)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[Record]:
        """Nothing by itself: a family reads it (tables/family.py)."""
        raise NotImplementedError(f"{self.name} is read by its family")

    def table(
        self,
        schema: Mapping[str, Any],
        key: Sequence[str],
        session: Session,
        cursor: WindowCursor | None,
    ) -> Table:
        """The table of a sync, with `key` for the columns that no row may lack."""
        rows = Rows.declared(self.rows, schema.get("properties", {}))
        if self.rest is None:
            source = (self.attributes or {}).get("field", "custom_attributes")
            made = Table(self.name, key, schema, rows, session, cursor, source)
            made.keeps_archived |= self.keeps_archived
            return made
        call = call_of(self.rest, self.permission)
        return CallingTable(self.name, key, schema, rows, session, cursor, call=call)

    @abstractmethod
    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """The reading of the source that these tables are made of."""

    def endpoint(self, flags: Mapping[str, str]) -> Endpoint:
        """Where the source is, with the flags of all selected streams."""
        params = {**self.params, **flags}
        keys = tuple(self.record_keys)
        return Endpoint(
            self.path,
            keys,
            self.permission,
            params,
            method=self.method,
            version=self.version,
            wrap=self.wrap,
        )

    @property
    def permissions(self) -> list[str]:
        """All that the source needs, each a box to tick or "unknown"."""
        return self.permission.split(", ")

    @property
    def can_be_checked(self) -> bool:
        """Whether a list can tell if the token may read the stream: a child may need more."""
        return self.rest is None or self.rest.get("permission", self.permission) == self.permission

    def custom_attributes(self, session: Session) -> list[Row]:
        """What Intercom lists at the path of `attributes`."""
        given = self.attributes or {}
        endpoint = Endpoint(given["path"], ("data",), self.permission)
        attributes = Rows.declared(given, ())
        listed = List(endpoint, session.client, Progress(given["path"]), Form()).rows()
        return [each for one in listed for each in attributes.of_parent(one, "")]


def progress_of(tables: Sequence[Table]) -> Progress:
    """What tells how far the reading of these tables is."""
    others = len(tables) - 1
    return Progress(tables[-1].name + (f" and {others} tables with it" if others else ""))


@dataclass
class SearchRetriever(TableRetriever):
    """
    POST …/search over the window of a sync.

    `by_day`: Intercom compares calendar days, not seconds (contacts up to API 2.16). `lanes`: how
    many slices are walked at once.
    """

    by_day: bool = False
    lanes: int = LANES
    method: ClassVar[str] = "POST"

    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """A walk over the window."""
        return Search(
            self.endpoint(flags),
            session.client,
            session.workers,
            progress_of(tables),
            by_day=self.by_day,
            lanes=min(self.lanes, session.settings.num_workers),
        )


@dataclass
class ListRetriever(TableRetriever):
    """
    A list that is read whole, or down to the window's start where it is sorted by a date.

    The fields are those of reading/lists.py's Form, where `list_key` is called `key`.
    """

    paged: bool = False
    newest_first: str | None = None
    since: str | None = None
    list_key: list[str] = field(default_factory=lambda: ["id"])
    guess: dict[str, str] = field(default_factory=dict)
    ceiling: int | None = None
    moves: str | None = None

    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """The list, from its first page on."""
        return self.list_of(session, self.endpoint(flags), progress_of(tables))

    def list_of(self, session: Session, endpoint: Endpoint, progress: Progress) -> List:
        """A list of this one's kind."""
        form = Form(
            self.paged,
            self.newest_first,
            self.since,
            self.list_key,
            self.guess,
            self.ceiling,
            self.moves,
        )
        return List(endpoint, session.client, progress, form)


@dataclass
class ScrollRetriever(TableRetriever):
    """A scroll over all companies; `count_path`: a list whose total_count must be reached."""

    count_path: str = "/companies/list"

    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """The one scroll."""
        return Scroll(
            self.endpoint(flags), session.client, progress_of(tables), count_path=self.count_path
        )
