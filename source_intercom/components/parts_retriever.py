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
from source_intercom.api.errors import Remedy
from source_intercom.api.pages import MalformedAnswer, parse_object
from source_intercom.client import IntercomError
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
    """What one conversation brought."""

    parts: list[Row]
    size: int
    """Bytes of its body."""
    seconds: float
    """How long it took."""
    is_doubtful: bool = False
    """Whether it is gone by a 404 that isn't written as Intercom's own are."""


MOST_DOUBTS = 20
"""Doubtful conversations in a sync; a few are nginx's word for a conversation that was deleted."""
SHORT_SECONDS = 2.0
"""Until a conversation that is short of its count is asked for again: a replica may be behind."""


@dataclass
class ConversationPartsRetriever(SearchRetriever):
    """
    Walks conversations as the conversations stream does, and emits the parts of each.

    No filter looks at a part's own dates: a thread that began before `start_date` comes whole.
    """

    detail_path: str = "/conversations"
    lanes: int = 1
    _size: int = field(init=False, default=FIRST_SIZE)
    _doubts: int = field(init=False, default=0)
    _sure: int = field(init=False, default=0)
    _held: list[Batch] = field(init=False, default_factory=list)
    """What must not be settled before it is known how many conversations are doubtful."""
    _concurrency: Concurrency = field(init=False)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """The parts, conversation by conversation in the order of the walk."""
        self._concurrency = Concurrency(2 * self.sync.num_workers, MOST_SLACK)
        details: deque[Future[Detail] | Batch] = deque()
        conversations = self._conversations()
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
        if failure is not None:
            raise failure
        if self._doubts > self._sure:
            raise self._outage()
        for batch in self._held:
            yield from self.settle(batch)
        yield self.window_cursor.state_message()

    @property
    def _ahead(self) -> int:
        """How many conversations may be under way or wait to be emitted."""
        return min(self._concurrency.value, BYTES_AHEAD // max(self._size, 1) + 1)

    def _conversations(self) -> Iterator[Row | Batch]:
        """Each conversation of a batch, then the batch itself, to be settled behind them."""
        for batch in self.walk():
            yield from batch.rows
            yield batch

    def _take(
        self, schema: Mapping[str, Any], details: deque[Future[Detail] | Batch]
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        detail = details.popleft()
        if isinstance(detail, Batch) and self._doubts:
            self._held.append(detail)
        elif isinstance(detail, Batch):
            yield from self.settle(detail)
        else:
            has_waited = not detail.done()
            parts, size, seconds, is_doubtful = detail.result()
            self._concurrency.work_begins(seconds, has_waited=has_waited)
            self._doubts += is_doubtful
            self._sure += not is_doubtful
            if self._doubts == MOST_DOUBTS:
                raise self._outage()
            # The largest of late: one heavy thread makes the next ones wait, for a while.
            self._size = max(size, self._size * 99 // 100)
            yield from self.emit(schema, iter(parts))
            self._concurrency.work_ends()

    def _outage(self) -> IntercomError:
        message = (
            f"A 404 that is not Intercom's own came for {self._doubts} conversations: check "
            "whether a proxy answers in Intercom's place, or run the sync again later."
        )
        return IntercomError(message, Remedy.WAIT)

    def _parts(self, conversation: Row) -> Detail:
        """The parts of one conversation; none if it vanished since the search."""
        name, began = str(conversation["id"]), time.monotonic()
        for attempt in range(1, SHORT_TRIES + 1):
            try:
                detail, size = self.sync.client.send(
                    "GET",
                    f"{self.detail_path}/{name}",
                    parse=lambda content: (_parse_detail(content, name), len(content)),
                    permission=self.permission,
                )
            except IntercomError as error:
                if not error.is_gone:
                    raise
                logger.info("Conversation %s is gone; its parts are skipped.", name)
                is_own = error.refusal is not None and error.refusal.is_own
                return Detail([], 0, time.monotonic() - began, is_doubtful=not is_own)
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
        rows = [
            {**part, "conversation_id": name, "conversation_updated_at": updated_at}
            for part in parts
        ]
        return Detail(rows, size, time.monotonic() - began)


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
