"""
What all retrievers share: their place in the manifest, requests, and the way a row goes out.

Python, because SimpleRetriever's JsonDecoder turns a body that it can't read into an empty page,
and the stream ends COMPLETE without its rows.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import Config

from source_intercom.api.custom_attributes import copier
from source_intercom.api.errors import Remedy
from source_intercom.api.pages import Page, parse_page
from source_intercom.api.records import has_key, normaliser
from source_intercom.api.slices import Slice, Window
from source_intercom.client import TRIES, IntercomError
from source_intercom.components.cursors import WindowCursor
from source_intercom.components.spool import Spool
from source_intercom.sync import Sync

PROGRESS_SECONDS = 30.0

logger = logging.getLogger("airbyte")


@dataclass
class IntercomRetriever(Retriever):
    """
    Fields as the manifest states them.

    `record_keys`: the envelopes that this list is known to come in. `permission`: the box to tick
    in Intercom's Developer Hub. `cursor_field`: None for streams without a cursor. `check_paths`:
    cheap lists that need the same permission, where the stream's own is not cheap.
    `attributes_path`: the list of this object's custom attributes, where it has any.
    """

    name: str
    config: Config
    parameters: InitVar[Mapping[str, Any]]
    path: str
    record_keys: list[str]
    permission: str
    cursor_field: str | None = None
    check_paths: list[str] | None = None
    attributes_path: str | None = None
    window_cursor: WindowCursor = field(init=False)
    key_columns: ClassVar[tuple[str, ...]] = ("id",)
    """What no row may lack: its primary key, and that of the object that it belongs to."""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        """Join the run that the manifest's components are being built for."""
        self.sync = Sync.current()
        self.sync.retrievers[self.name] = self
        self._progress_at = time.monotonic()
        self._rows = 0
        self._normalise: Callable[[dict[str, Any]], object] | None = None
        self._copy_attributes: Callable[[dict[str, Any]], None] | None = None
        self._misfits: set[str] = set()

    def fetch(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        paged: bool = False,
        tries: int = TRIES,
    ) -> Page:
        """One page of this list, parsed and checked to be one."""
        return self.sync.client.send(
            method,
            path,
            params=params,
            json=json,
            parse=lambda content: parse_page(content, self.record_keys, paged=paged),
            permission=self.permission,
            tries=tries,
        )

    def emit(
        self, schema: Mapping[str, Any], rows: Iterator[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        """Rows as the warehouse gets them; archived ones only on request."""
        if self._normalise is None:
            self._normalise = normaliser(schema, self._warn_of_misfit)
            configured = self.sync.schemas.get(self.name, {})
            self._copy_attributes = copier(configured, schema, self._warn_of_odd_attribute)
        normalise, copy_attributes = self._normalise, self._copy_attributes
        keep_archived = self.sync.settings.include_archived
        for row in rows:
            if not keep_archived and row.get("archived") is True:
                continue
            if not has_key(row, self.key_columns):
                self.reject(row)
                continue
            normalise(row)
            if copy_attributes is not None:
                copy_attributes(row)
            yield row

    def reject(self, row: dict[str, Any]) -> None:
        """Say that a row, as Intercom sent it, has no key and is left out; here, end the stream."""
        message = (
            f"{self.name}: Intercom sent an object without a {' or '.join(self.key_columns)} that "
            "can be a key: please report it."
        )
        raise IntercomError(message, Remedy.REPORT)

    @property
    def is_whole(self) -> bool:
        """Whether the table is written anew, so that what is left out of it is not there."""
        return self.name in self.sync.whole

    def open_window(self) -> tuple[Window, dict[int, Slice]]:
        """What this sync reads, and its slices by number."""
        client = self.sync.client
        return self.window_cursor.open(
            client.started_at(), self.sync.start_date, self.sync.lookback, client.workspace().id
        )

    def emit_window(
        self, schema: Mapping[str, Any], fill: Callable[[Spool, Window], None]
    ) -> Iterator[dict[str, Any] | AirbyteMessage]:
        """
        What changed in this sync's window of a list that `fill` reads whole, and states between.

        Oldest first, so that after a break-off the next sync emits the rest and no more.
        """
        window, numbered = self.open_window()
        with Spool() as spool:
            fill(spool, window)
            for moment, row in spool.changed(window.start):
                if not window.is_due(moment):
                    continue
                yield from self.emit(schema, iter([row]))
                if moment is not None:
                    for number in numbered:
                        self.window_cursor.narrow(number, moment, newest_first=False)
                message = self.window_cursor.checkpoint(1)
                if message is not None:
                    yield message
        for number in numbered:
            self.window_cursor.close(number)
        yield self.window_cursor.state_message()

    def custom_attributes(self) -> list[dict[str, Any]]:
        """What Intercom lists at `attributes_path`."""
        return self.fetch("GET", self.attributes_path or "").rows

    def _warn_of_misfit(self, path: str, kind: str) -> None:
        if path not in self._misfits:
            self._misfits.add(path)
            logger.warning(
                "%s: %s has values that do not fit its type (%s); they are null.",
                self.name,
                path,
                kind,
            )

    def _warn_of_odd_attribute(self, name: str, column: str) -> None:
        logger.warning(
            '%s: the custom attribute "%s" has values that do not fit the type of %s; they are '
            "null there, and whole in custom_attributes.",
            self.name,
            name,
            column,
        )

    def report(self, rows: int) -> None:
        """Say how far the stream is, now and then: a client-side filter can be silent for hours."""
        self._rows += rows
        now = time.monotonic()
        if now - self._progress_at >= PROGRESS_SECONDS:
            self._progress_at = now
            logger.info("%s: %d rows received from Intercom so far.", self.name, self._rows)
