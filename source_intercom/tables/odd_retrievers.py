"""Sources that are no plain search, list or scroll: each says which."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from urllib.parse import quote

from source_intercom.http.client import TRIES, IntercomError
from source_intercom.intercom.pages import Row, parse_object
from source_intercom.intercom.timestamps import epoch_seconds
from source_intercom.reading.batch import Batch
from source_intercom.reading.endpoint import Endpoint
from source_intercom.reading.lists import Form, List
from source_intercom.reading.logs import Logs
from source_intercom.reading.progress import Progress
from source_intercom.reading.search import Search
from source_intercom.reading.window import Slice, Window
from source_intercom.session import Session
from source_intercom.tables.calls import ObjectCall
from source_intercom.tables.details import KEPT_TRIES, Details
from source_intercom.tables.family import Reading, together
from source_intercom.tables.retrievers import (
    ListRetriever,
    SearchRetriever,
    TableRetriever,
    progress_of,
)
from source_intercom.tables.rows import Rows
from source_intercom.tables.table import Table
from source_intercom.tables.types import has_key

AT_ONCE = 20
"""Conversations in one request for transcripts, at most."""

logger = logging.getLogger("airbyte")


@dataclass
class DataAttributesRetriever(ListRetriever):
    """
    The attributes of contacts, companies and conversations: three lists, one stream.

    Since API 2.16 conversations have a list of their own. Names repeat within a model and built-in
    attributes have no id, so a row gets the key `model:id`, or `model:full_name` without an id.
    """

    conversation_path: str = "/conversations/attributes"

    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """One list after the other."""
        archived = {"include_archived": "true"} if session.settings.include_archived else {}
        progress = progress_of(tables)
        models: tuple[tuple[str, str, dict[str, str]], ...] = (
            ("contact", self.path, {"model": "contact"}),
            ("company", self.path, {"model": "company"}),
            ("conversation", self.conversation_path, {}),
        )
        lists = []
        for model, path, params in models:
            endpoint = Endpoint(
                path, tuple(self.record_keys), self.permission, {**params, **archived}
            )
            lists.append(({"model": model}, self.list_of(session, endpoint, progress)))
        return _Chain(lists, _attribute)


def _attribute(row: Row) -> None:
    """Give a row its key; none where what it would be made of is no key itself."""
    names = ("id", "full_name", "name")
    name = next((each for each in names if row.get(each) is not None), "id")
    row["key"] = f"{row['model']}:{row[name]}" if has_key(row, (name,)) else None


class _Chain:
    """Lists one after the other, with fields of its own for the rows of each."""

    def __init__(self, lists: Sequence[tuple[Row, List]], finish: Any = lambda _row: None) -> None:
        self._lists = lists
        self._finish = finish

    def batches(self, window: Window) -> Iterator[Batch]:
        """The rows of all lists. Where one can't be read, its error comes behind the others."""
        failed = None
        for fields, each in self._lists:
            try:
                for batch in each.batches(window):
                    for row in batch.rows:
                        row.update(fields)
                        self._finish(row)
                    batch.counted = None
                    yield batch
            except IntercomError as error:
                # guard: lists behind a bad one
                if not error.may_be_the_objects or len(self._lists) == 1:
                    raise
                failed = failed or error.behind(f"{each.name}: {each.path} can't be read.")
        if failed is not None:
            raise failed  # guard: error of a bad list


@dataclass
class TicketsRetriever(SearchRetriever):
    """
    A search, and each ticket whose conversation changed.

    A part or a state of a ticket need not move its `updated_at`, as recorded answers show:
    https://github.com/intercom/intercom-python
    """

    conversations: dict[str, Any] = field(default_factory=dict)

    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """The tickets of changed conversations, then the walk over the window."""
        search = super().reading(session, tables, flags)
        given = self.conversations
        endpoint = Endpoint(
            given["path"], tuple(given["record_keys"]), given["permission"], method="POST"
        )
        going_on = [each for each in tables if each.window.watermark is not None]
        if not going_on:
            return search
        conversations = Search(
            endpoint, session.client, session.workers, Progress("tickets, by their conversations")
        )
        return _Tickets(search, conversations, going_on, session, self.permission)


class _Tickets:
    def __init__(
        self,
        search: Reading,
        conversations: Search,
        tables: Sequence[Table],
        session: Session,
        permission: str,
    ) -> None:
        self._search = search
        self._conversations = conversations
        self._tables = tables
        call = ObjectCall("/tickets/{id}", permission=permission)
        self._details = Details(
            call, Rows("ticket"), session.client, session.workers, session.settings.num_workers
        )

    def batches(self, window: Window) -> Iterator[Batch]:
        """
        No state moves before the first part is through.

        So whatever a state says was reached, the tickets of what changed before were asked for.
        """
        cursors = [table.cursor for table in self._tables if table.cursor is not None]
        for cursor in cursors:
            cursor.wait()  # guard: tickets before the state
        # guard: tickets asked again
        asked = dict.fromkeys(name for table in self._tables for name in table.unsettled.due)
        asked |= dict.fromkeys(self._changed())  # guard: tickets of conversations
        for name in asked:
            is_known = any(each.unsettled.is_known(name) for each in self._tables)
            self._details.ask({"id": name}, "", is_known=is_known)
            yield from self._answered()
        yield from self._answered(is_last=True)  # guard: last tickets
        if asked:
            logger.info("tickets: %d asked for, as their conversations changed.", len(asked))
        for cursor in cursors:
            cursor.go_on()
        yield from self._search.batches(window)

    def _changed(self) -> Iterator[str]:
        """The tickets of the conversations that changed, as far as the token may read those."""
        window = together([_fresh(each.window) for each in self._tables])
        try:
            for batch in self._conversations.batches(window):
                yield from filter(None, map(_ticket_of, batch.rows))
        except IntercomError as error:
            if error.may_pass:  # guard: conversations refused
                raise
            logger.warning(
                "tickets: one whose %s did not move may be stale, because the token may not read "
                "which conversations changed. %s",
                "updated_at",
                error.sentence,
            )

    def _answered(self, *, is_last: bool = False) -> Iterator[Batch]:
        for detail, outcome in self._details.done(is_last=is_last):
            name = str(detail.parent["id"])
            if outcome is None:
                continue
            if isinstance(outcome.answer, IntercomError):
                for table in self._tables:
                    table.keep(name, outcome.answer)  # guard: kept ticket
                continue
            for table in self._tables:
                table.unsettled.settle(name)
            rows = list(outcome.answer.entries)
            yield Batch(rows, [None] * len(rows))


def _fresh(window: Window) -> Window:
    """What no sync before this one has reached."""
    start = min(window.fresh_from, window.end)
    return replace(window, start=start, slices=(Slice(start, window.end),))


def _ticket_of(conversation: Row) -> str | None:
    """
    The id of a conversation's ticket; None where it has none.

    Intercom doesn't describe the field. Where a row lacks it, the ticket may have the id of the
    conversation; where it has not, asking for it does no harm.
    """
    ticket = conversation.get("ticket", conversation)  # guard: conversation without its ticket
    # guard: id of a ticket
    return str(ticket.get("id") or conversation.get("id")) if isinstance(ticket, dict) else None


@dataclass
class WorkspaceRetriever(TableRetriever):
    """The workspace, as `GET /me` tells of it; that is asked anyway."""

    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """One row."""
        return _Me(session, self.endpoint(flags))


class _Me:
    def __init__(self, session: Session, endpoint: Endpoint) -> None:
        self._session = session
        self._endpoint = endpoint

    def batches(self, window: Window) -> Iterator[Batch]:
        """The app of the token's admin. Raises `IntercomError` where the token may not ask."""
        me = self._session.me() or self._endpoint.ask(self._session.client, parse_object)
        app = me.get("app")
        # What is none has no key, so that an empty table is no success; what is one stays as it is.
        yield Batch([dict(app) if isinstance(app, dict) else {}], [None])


@dataclass
class ActivityLogsRetriever(TableRetriever):
    """What teammates did, asked for by time; a range that is too long for Intercom is halved."""

    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """The logs of the window, not earlier than the workspace is old."""
        app = session.me().get("app")
        born = app.get("created_at") if isinstance(app, dict) else None
        return Logs(
            Endpoint(self.path, tuple(self.record_keys), self.permission, method="POST"),
            session.client,
            progress_of(tables),
            earliest=epoch_seconds(born) or 1,
        )


@dataclass
class TranscriptsRetriever(ListRetriever):
    """
    What was said in calls: asked for by conversation, 20 at a time.

    `search_path`, despite its name, takes ids alone; calls without a conversation are left out.
    """

    search_path: str = "/calls/search"

    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """The calls of the conversations that calls name."""
        return _Transcripts(
            super().list_of(session, self.endpoint(flags), progress_of(tables)),
            Endpoint(self.search_path, tuple(self.record_keys), self.permission, method="POST"),
            session,
            tables,
        )


class _Transcripts:
    def __init__(
        self, calls: List, endpoint: Endpoint, session: Session, tables: Sequence[Table]
    ) -> None:
        self._calls = calls
        self._endpoint = endpoint
        self._client = session.client
        self._tables = tables
        self._tries = TRIES

    def batches(self, window: Window) -> Iterator[Batch]:
        """Twenty conversations' calls at a time."""
        named = [row.get("conversation_id") for row in self._calls.rows()]
        names = [*dict.fromkeys(str(each) for each in named if each)]
        for first in range(0, len(names), AT_ONCE):
            yield from self._of(names[first : first + AT_ONCE])  # guard: conversations at once

    def _of(self, names: Sequence[str]) -> Iterator[Batch]:
        """The calls of some conversations; by halves, where they can't be read together."""
        endpoint = replace(self._endpoint, body={"conversation_ids": names})
        try:
            tries = self._tries if len(names) == 1 else 2
            # guard: pages of transcripts
            rows = List(endpoint, self._client, Progress(self._calls.name), Form(), tries).rows()
        except IntercomError as error:
            if not error.may_be_the_objects:
                raise
            yield from self._apart(names, error)
            return
        for table in self._tables:
            for name in names:
                table.unsettled.settle(name)
        yield Batch(rows, [None] * len(rows))

    def _apart(self, names: Sequence[str], error: IntercomError) -> Iterator[Batch]:
        if len(names) > 1:
            middle = len(names) // 2
            yield from self._of(names[:middle])  # guard: first half
            yield from self._of(names[middle:])  # guard: second half
            return
        self._tries = KEPT_TRIES
        for table in self._tables:
            table.keep(names[0], error)  # guard: kept conversation


@dataclass
class CustomObjectsRetriever(ListRetriever):
    """
    The instances of custom objects: a list for each type.

    No list of Intercom's names the types. Relationship attributes of conversations (of
    `attributes_list`) name those that conversations refer to, the config the others.
    """

    attributes_list: str = "/conversations/attributes"
    can_be_checked: ClassVar[bool] = False

    def reading(
        self, session: Session, tables: Sequence[Table], flags: Mapping[str, str]
    ) -> Reading:
        """One list after the other."""
        progress = progress_of(tables)
        lists: list[tuple[Row, List]] = []
        for name in self._types(session):
            endpoint = Endpoint(
                f"{self.path}/{quote(name, safe='')}",
                tuple(self.record_keys),
                self.permission,
                self.params,
            )
            lists.append(({}, self.list_of(session, endpoint, progress)))
        return _Chain(lists)

    def _types(self, session: Session) -> list[str]:
        """Those of the config, and those that conversations refer to, where the token may ask."""
        configured = session.settings.custom_objects
        endpoint = Endpoint(self.attributes_list, ("data",), self.permission)
        try:
            # guard: pages of types
            attributes = self.list_of(session, endpoint, Progress(self.name)).rows()
        except IntercomError as error:
            if error.may_pass or not configured:  # guard: types refused
                raise
            logger.warning("%s: only the types of the config. %s", self.name, error.sentence)
            attributes = []
        references = [row.get("reference") for row in attributes]
        named = [each.get("object_type_id") for each in references if isinstance(each, dict)]
        # guard: types of conversations
        return [*dict.fromkeys([*configured, *map(str, filter(None, named))])]
