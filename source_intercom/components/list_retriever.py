"""
Lists that are read from their first page to their last.

Python, because Intercom's lists name their next page in four ways and number pages while rows come
and go: what shifts between two pages must be noticed, and the CDK's paginators don't look.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.types import StreamSlice

from source_intercom.api.errors import Remedy
from source_intercom.api.pages import Page
from source_intercom.api.timestamps import epoch_seconds
from source_intercom.client import IntercomError
from source_intercom.components.base_retriever import IntercomRetriever
from source_intercom.components.spool import Spool

logger = logging.getLogger("airbyte")

ATTEMPTS = 5
"""Whole readings of a list that keeps shrinking while it is read."""
EMPTY_PAGES = 20
"""Pages in a row that may be empty and name a next one all the same."""


@dataclass
class ListRetriever(IntercomRetriever):
    """
    Reads a list whole: admins, tags, teams, segments.

    `params` go with each page. `paged`: every page is known to bring its `pages` object; other
    lists do where they have more than one page.
    """

    params: dict[str, str] = field(default_factory=dict)
    paged: bool = False

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Every row of the list, once the list was seen whole."""
        with Spool() as spool:
            self.read_whole(self.path, self.params, spool)
            yield from self.emit(records_schema, spool.rows())

    def read_whole(
        self, path: str, params: Mapping[str, str], spool: Spool, until: int | None = None
    ) -> None:
        """
        Fill the spool with a list, or with the rows of a newest-first list not older than `until`.

        A row that goes while the list is read moves the next one out of sight, and one that changes
        may jump to a page that was read before. The total then shrinks or isn't reached, and the
        list is read again, until two readings find the same rows: then it is the count that errs.
        Raises a `transient_error` when that doesn't end.
        """
        before: frozenset[str] | None = None
        for _ in range(ATTEMPTS):
            spool.clear()
            is_whole, total = self._read_once(path, params, spool, until)
            if is_whole:
                return
            if before == spool.ids:
                logger.warning(
                    "%s: %s has %d rows where Intercom counts %s.",
                    self.name,
                    path,
                    len(spool),
                    total,
                )
                return
            before = spool.ids
        message = (
            f"{self.name}: {path} changed during each of {ATTEMPTS} readings, so none of them is "
            "whole: run the sync again later."
        )
        raise IntercomError(message, Remedy.WAIT)

    def _read_once(
        self, path: str, params: Mapping[str, str], spool: Spool, until: int | None
    ) -> tuple[bool, int | None]:
        """Read to the end: whether that found everything, and Intercom's own count of it."""
        following: Mapping[str, str] | None = {}
        asked: set[tuple[tuple[str, str], ...]] = set()
        total: int | None = None
        has_shrunk = False
        empty = 0
        newest_first = _NewestFirst(until)
        while following is not None:
            page = self.fetch(
                "GET", path, params={**params, **following}, paged=self.paged or bool(following)
            )
            self.report(len(page.rows))
            if total is not None and page.total_count is not None and page.total_count < total:
                has_shrunk = True
            total = page.total_count
            spool.add(page.rows)
            if newest_first.is_past(page):
                return not has_shrunk, total
            following = page.following
            token = tuple(sorted((following or {}).items()))
            empty = 0 if page.rows else empty + 1
            if token in asked or empty > EMPTY_PAGES:
                message = f"Intercom names the same next page of {path} twice, or empty ones."
                raise IntercomError(message, Remedy.WAIT)
            asked.add(token)
        return not has_shrunk and (total is None or len(spool) >= total), total


class _NewestFirst:
    """Whether a list that is sorted by updated_at, newest first, has come to older rows."""

    def __init__(self, until: int | None) -> None:
        self._until = until
        self._last: int | None = None
        self._is_sorted = True

    def is_past(self, page: Page) -> bool:
        """True once every row of the pages to come must be older; never if they aren't sorted."""
        for row in page.rows:
            updated_at = epoch_seconds(row.get("updated_at"))
            if updated_at is None or (self._last is not None and updated_at > self._last):
                self._is_sorted = False
                return False
            self._last = updated_at
        if self._until is None or self._last is None:
            return False
        return self._is_sorted and self._last < self._until


@dataclass
class NewestFirstRetriever(ListRetriever):
    """Reads a list that is sorted by updated_at, newest first, down to the window's start."""

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Every row that changed since the last sync; then the state that says so."""
        yield from self.emit_window(
            records_schema,
            lambda spool, window: self.read_whole(
                self.path, self.params, spool, until=window.start
            ),
        )


@dataclass
class DataAttributesRetriever(ListRetriever):
    """
    Reads the attributes of contacts, companies and conversations: three lists, one stream.

    Since API 2.16 conversations have a list of their own. Names repeat within a model and built-in
    attributes have no id, so a row gets the key `model:id`, or `model:full_name` without an id.
    """

    conversation_path: str = "/conversations/attributes"

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Every attribute of the three models."""
        archived = {"include_archived": "true"} if self.sync.include_archived else {}
        for model, path, params in (
            ("contact", self.path, {"model": "contact"}),
            ("company", self.path, {"model": "company"}),
            ("conversation", self.conversation_path, {}),
        ):
            with Spool() as spool:
                self.read_whole(path, {**params, **archived}, spool)
                rows = (_with_key(row, model) for row in spool.rows())
                yield from self.emit(records_schema, rows)


def _with_key(row: dict[str, Any], model: str) -> dict[str, Any]:
    name = row.get("id") or row.get("full_name") or row.get("name")
    return {**row, "model": model, "key": f"{model}:{name}"}
