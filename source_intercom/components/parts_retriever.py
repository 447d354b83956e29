"""
Conversation parts: every part of every conversation that changed.

Python, because the CDK's SubstreamPartitionRouter slows down past 25,000 parents and checkpoints
every ten minutes. Here the details are fetched side by side under each page of the search, and a
page's conversations move the state together.
"""

import logging
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.types import StreamSlice

from source_intercom.api.concurrency import Concurrency
from source_intercom.api.pages import MalformedAnswer, parse_object
from source_intercom.api.slices import Slice, Window
from source_intercom.client import TRIES, IntercomError
from source_intercom.components.search_retriever import BYTES_AHEAD, Batch, SearchRetriever

MOST_PARTS = 500
"""Intercom returns the newest 500 parts of a conversation and no way to the older ones."""
SHORT_TRIES = 3

MOST_SLACK = 40.0
"""Details are consumed in their order, so that a slow one holds up those behind it."""
FIRST_SIZE = 400_000
"""Bytes that a conversation is taken to weigh before any came."""

logger = logging.getLogger("airbyte")
Row = dict[str, Any]


class Detail(NamedTuple):
    """What one conversation brought, or why it brought nothing."""

    name: str
    """The conversation's id."""
    parts: list[Row]
    size: int
    """Bytes of its body."""
    seconds: float
    """How long it took."""
    error: IntercomError | None = None


SHORT_SECONDS = 2.0
"""Until a conversation that is short of its count is asked for again: a replica may be behind."""
KEPT_TRIES = 2
"""Attempts at a conversation that earlier syncs could not read."""
MOST_NAMED = 20
"""Ids in one line of the log."""


@dataclass
class ConversationPartsRetriever(SearchRetriever):
    """
    Walks conversations as the conversations stream does, and emits the parts of each.

    No filter looks at a part's own dates: a thread that began before `start_date` comes whole.
    """

    key_columns = ("id", "conversation_id")

    detail_path: str = "/conversations"
    lanes: int = 1
    _size: int = field(init=False, default=FIRST_SIZE)
    _last_error: IntercomError | None = field(init=False, default=None)
    """What kept the last conversation away that could not be read."""
    _concurrency: Concurrency = field(init=False)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """The parts, conversation by conversation in the order of the walk."""
        self._concurrency = Concurrency(2 * self.sync.settings.num_workers, MOST_SLACK)
        conversations = self._conversations(*self.open_window())
        details: deque[Future[Detail] | Batch] = deque()
        failure: IntercomError | None = None
        while True:
            try:
                item = next(conversations, None)
            except IntercomError as error:
                # What was found before is still emitted, and the state moves behind it.
                failure = error
                break
            if item is None:
                break
            if isinstance(item, Batch):
                details.append(item)
            else:
                details.append(self.sync.workers.submit(self._parts, item))
            while details and (len(details) > self._ahead or isinstance(details[0], Batch)):
                yield from self._take(records_schema, details)
        while details:
            yield from self._take(records_schema, details)
        yield from self._end(failure)

    def _end(self, failure: IntercomError | None) -> Iterator[AirbyteMessage]:
        """The last state; raises what kept the stream from its end."""
        unsettled = self.window_cursor.unsettled
        if failure is not None:
            raise failure
        for name in unsettled.believe():
            logger.info("Conversation %s is gone; its parts are skipped.", name)
        yield self.window_cursor.state_message()
        if self._last_error is not None and unsettled.failed and not unsettled.read:
            raise self._last_error
        if unsettled.waiting:
            logger.warning(
                "%s: %d conversations could not be read by earlier syncs, and a later one asks for "
                "them again: %s.",
                self.name,
                len(unsettled.waiting),
                ", ".join(unsettled.waiting[:MOST_NAMED]),
            )

    @property
    def _ahead(self) -> int:
        """How many conversations may be under way or wait to be emitted."""
        return min(self._concurrency.value, BYTES_AHEAD // max(self._size, 1) + 1)

    def _conversations(self, window: Window, slices: dict[int, Slice]) -> Iterator[Row | Batch]:
        """Each conversation of a batch, then the batch itself, to be settled behind them."""
        for name in self.window_cursor.unsettled.due:
            yield {"id": name}
        for batch in self.walk(window, slices):
            yield from batch.rows
            yield batch

    def _take(
        self, schema: Mapping[str, Any], details: deque[Future[Detail] | Batch]
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        item = details.popleft()
        if isinstance(item, Batch):
            yield from self.settle(item)
            return
        has_waited = not item.done()
        detail = item.result()
        self._concurrency.work_begins(detail.seconds, has_waited=has_waited)
        # The largest of late: one heavy thread makes the next ones wait, for a while.
        self._size = max(detail.size, self._size * 99 // 100)
        yield from self.emit(schema, iter(detail.parts))
        if detail.error is not None:
            self._keep(detail.name, detail.error)
        else:
            self.window_cursor.unsettled.settle(detail.name)
        self._concurrency.work_ends()

    def _keep(self, name: str, error: IntercomError) -> None:
        """Put a conversation aside for later syncs; raises where it is not to blame."""
        unsettled = self.window_cursor.unsettled
        unsettled.keep(name, is_doubtful=error.is_gone)
        self._last_error = error
        if unsettled.is_outage or unsettled.is_full:
            many = f"{unsettled.failed} of {unsettled.failed + unsettled.read} conversations"
            raise error.behind(f"{self.name}: {many} can't be read.")
        logger.warning(
            "%s: the parts of conversation %s can't be read (%s): %s, and later syncs ask again.",
            self.name,
            name,
            error.reason,
            "the table lacks them" if self.is_whole else "the others go on",
        )

    def _parts(self, conversation: Row) -> Detail:
        """The parts of one conversation; none if it vanished since the search."""
        name, began = str(conversation["id"]), time.monotonic()
        try:
            parts, size = self._ask(name, conversation)
        except IntercomError as error:
            if not error.may_be_the_objects:
                raise
            seconds = time.monotonic() - began
            if error.is_gone and error.refusal is not None and error.refusal.is_own:
                logger.info("Conversation %s is gone; its parts are skipped.", name)
                return Detail(name, [], 0, seconds)
            return Detail(name, [], 0, seconds, error)
        return Detail(name, parts, size, time.monotonic() - began)

    def _ask(self, name: str, conversation: Row) -> tuple[list[Row], int]:
        """The parts of one conversation, and the bytes of its body."""
        is_known = self.window_cursor.unsettled.is_known(name)
        for attempt in range(1, SHORT_TRIES + 1):
            detail, size = self.sync.client.send(
                "GET",
                f"{self.detail_path}/{name}",
                parse=lambda content: (_parse_detail(content, name), len(content)),
                permission=self.permission,
                tries=KEPT_TRIES if is_known else TRIES,
            )
            parts: list[Row] = detail["conversation_parts"]["conversation_parts"]
            total = _count(detail["conversation_parts"].get("total_count"))
            if len(parts) >= min(total, MOST_PARTS) or attempt == SHORT_TRIES:
                break
            self.sync.client.sleep(SHORT_SECONDS)
        if len(parts) >= MOST_PARTS:
            # Whether total_count goes beyond what is returned is not documented; the statistics
            # do, and count the first message as well.
            counted = _count((detail.get("statistics") or {}).get("count_conversation_parts"))
            total = max(total, counted - 1)
        if len(parts) < total:
            logger.warning(
                "Conversation %s has %d parts; Intercom returns %d of them (at most the newest "
                "%d), so older ones can't be read.",
                name,
                total,
                len(parts),
                MOST_PARTS,
            )
        updated_at = detail.get("updated_at") or conversation.get("updated_at")
        return [
            {**part, "conversation_id": name, "conversation_updated_at": updated_at}
            for part in parts
        ], size


def _count(value: object) -> int:
    return value if type(value) is int else 0


def _parse_detail(content: bytes, name: str) -> Row:
    """A conversation's own object. Raises `MalformedAnswer` on another one, or without parts."""
    body = parse_object(content)
    listed = body.get("conversation_parts")
    parts = listed.get("conversation_parts") if isinstance(listed, dict) else None
    if not isinstance(parts, list) or not all(type(part) is dict for part in parts):
        message = "the conversation has no list of parts"
        raise MalformedAnswer(message)
    if str(body.get("id")) != name:
        message = "it is another conversation"
        raise MalformedAnswer(message)
    return body
