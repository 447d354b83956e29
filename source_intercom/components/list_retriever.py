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
from source_intercom.components.spool import Spool, name_of

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
        reading: Reading | None = None
        for attempt in range(ATTEMPTS):
            before, found = reading, spool.ids
            # What repeats rows in place of others may show them at the next reading.
            if before is None or not before.repeats or before.has_changed:
                spool.clear()
            reading = self._read_once(path, _shifted(params, attempt), spool, until)
            if reading.is_whole(len(spool)):
                return
            if before is not None and found == spool.ids and not reading.repeats:
                logger.warning(
                    "%s: %s has %d rows where Intercom counts %s.",
                    self.name,
                    path,
                    len(spool),
                    reading.total,
                )
                return
        message = (
            f"{self.name}: {path} changed, or showed rows in place of others, during each of "
            f"{ATTEMPTS} readings, so none of them is whole: run the sync again later."
        )
        raise IntercomError(message, Remedy.WAIT)

    def _read_once(
        self, path: str, params: Mapping[str, str], spool: Spool, until: int | None
    ) -> "Reading":
        """Read to the end, or down to `until`."""
        following: Mapping[str, str] | None = {}
        asked: set[tuple[tuple[str, str], ...]] = set()
        reading = Reading()
        empty = 0
        newest_first = _NewestFirst(until)
        while following is not None:
            page = self.fetch(
                "GET", path, params={**params, **following}, paged=self.paged or bool(following)
            )
            self.report(len(page.rows))
            is_progress = reading.note(page)
            spool.add(page.rows)
            if newest_first.is_past(page):
                reading.is_cut_short = True
                return reading
            if page.rows and not is_progress:
                return reading
            following = page.following
            token = tuple(sorted((following or {}).items()))
            empty = 0 if page.rows else empty + 1
            if token in asked or empty > EMPTY_PAGES:
                message = f"Intercom names the same next page of {path} twice, or empty ones."
                raise IntercomError(message, Remedy.WAIT)
            asked.add(token)
        return reading


@dataclass
class Reading:
    """What one reading of a list has shown of it."""

    total: int | None = None
    """Intercom's own count, on the last page."""
    has_changed: bool = False
    """Whether the count changed between two pages."""
    has_shrunk: bool = False
    repeats: int = 0
    """Rows that came more than once."""
    is_cut_short: bool = False
    """Whether it ended before the list did, as the rest is older."""
    _seen: set[str] = field(default_factory=set)

    def note(self, page: Page) -> bool:
        """Note a page; whether it has a row that none before has shown."""
        if self.total is not None and page.total_count is not None:
            self.has_changed |= page.total_count != self.total
            self.has_shrunk |= page.total_count < self.total
        self.total = page.total_count
        names = [name for name in map(name_of, page.rows) if name]
        new = set(names) - self._seen
        self._seen |= new
        self.repeats += len(names) - len(new)
        return bool(new) or len(names) < len(page.rows)

    def is_whole(self, found: int) -> bool:
        """Whether a list of which `found` different rows are known was read whole."""
        if self.has_shrunk:
            return False
        if self.is_cut_short or self.total is None:
            return not self.repeats
        return found >= self.total


def _shifted(params: Mapping[str, str], attempt: int) -> dict[str, str]:
    """The parameters of another reading: pages of another length end behind other rows."""
    shifted = dict(params)
    if attempt and "per_page" in shifted:
        shifted["per_page"] = str(int(shifted["per_page"]) - 7 * attempt)
    return shifted


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

    key_columns = ("key",)

    conversation_path: str = "/conversations/attributes"

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Every attribute of the three models."""
        archived = {"include_archived": "true"} if self.sync.settings.include_archived else {}
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
