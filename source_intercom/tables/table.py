"""
A table: what becomes of the rows that a reading hands over, and the state that they allow.

Python, because the CDK's way of a record goes through a queue, two dataclasses and a serializer
each, and lets the state of a stream overtake its own rows.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Event
from typing import Any

from airbyte_cdk.models import (
    AirbyteEstimateTraceMessage,
    AirbyteMessage,
    AirbyteStream,
    AirbyteStreamStatus,
    AirbyteTraceMessage,
    EstimateType,
    SyncMode,
    TraceType,
    Type,
)
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message

from source_intercom.failures import Failure
from source_intercom.http.client import IntercomError
from source_intercom.intercom.errors import Remedy
from source_intercom.intercom.pages import Row
from source_intercom.intercom.timestamps import epoch_seconds, rfc3339
from source_intercom.reading.batch import Batch
from source_intercom.reading.window import Slice, Window
from source_intercom.session import Session
from source_intercom.tables.cursor import CHECKPOINT_ROWS, WindowCursor
from source_intercom.tables.custom_attributes import copier
from source_intercom.tables.record_lines import Packer, to_line
from source_intercom.tables.rows import READ_AT, Rows
from source_intercom.tables.types import has_key, normaliser
from source_intercom.tables.unsettled import Unsettled

LINES_KEPT = 10_000
"""The same tag hangs on many contacts: what makes up its rows is brought into JSON once."""
MOST_NAMED = 20
"""Ids in one line of the log."""

logger = logging.getLogger("airbyte")


class Table:
    """
    One selected stream of a family.

    `key`: the columns that no row may lack. `cursor`: None where the table is always read whole.
    `keeps_archived`: whether it has archived rows too. The family calls `open`, `take` with each
    batch, then `end`; or `drain` where the reading breaks off, and `fail`, from whereon the table
    takes nothing more. `done` is set behind the last message of the family: then `error` says what
    came of it.
    """

    def __init__(
        self,
        name: str,
        key: Sequence[str],
        schema: Mapping[str, Any],
        rows: Rows,
        session: Session,
        cursor: WindowCursor | None = None,
        attributes_field: str = "custom_attributes",
    ) -> None:
        self.name = name
        self.cursor = cursor
        self.error: Exception | None = None
        self.done = Event()
        self.window = Window(0, 0, (), None)
        self.unsettled = Unsettled(None, 0)
        self._key = key
        self._own_key = [column for column in key if column not in rows.head_columns]
        self._rows = rows
        self._session = session
        self._is_cut_by_creation = False
        self._packer = Packer(name)
        self.keeps_archived = session.settings.include_archived
        # The connector writes read_at itself, as it should be.
        intercoms = {name: each for name, each in schema["properties"].items() if name != READ_AT}
        self._normalise = normaliser({**schema, "properties": intercoms}, self._warn_of_misfit)
        configured = session.job.schemas.get(name, {})
        self._copy_attributes = copier(
            configured, schema, self._warn_of_odd_attribute, attributes_field
        )
        self._misfits: set[str] = set()
        self._attributes_field = attributes_field
        self._rejected = 0
        self._cut_off = 0
        self._may_be_short = not rows.are_parents
        self._lines: dict[tuple[Any, ...], bytes] = {}
        self._may_repeat = rows.fields is not None
        self._is_running = False
        self._is_counted = False
        self._last_error: IntercomError | None = None

    def open(self, t0: int) -> Window:
        """What this sync reads for the table. Raises a `config_error`."""
        session = self._session
        if self.cursor is None:
            self.window = Window(0, t0, (Slice(0, t0),), None)
            self.unsettled = Unsettled(None, t0)
        else:
            self.window = self.cursor.open(
                t0, session.start_date, session.lookback, session.workspace_id
            )
            self.unsettled = self.cursor.unsettled
        self._is_cut_by_creation = any(each.created for each in self.window.slices)
        return self.window

    def take(self, batch: Batch, read_at: str) -> Iterator[AirbyteMessage]:
        """Every message of a batch: rows, and states between them."""
        yield from self._count(batch.counted)
        settled_at = self._packer.taken
        are_due = self.window.holds_all(batch.moments)
        heads = batch.heads.setdefault(self._rows.head_kind, {})  # guard: heads of a kind
        for number, (parent, moment) in enumerate(zip(batch.rows, batch.moments, strict=True)):
            if not (are_due or self._is_due(parent, moment)):  # guard: rows that are due
                continue
            rows = self._rows.of_parent(parent, read_at)
            if not rows:
                continue
            if self._may_be_short:
                self._look_for_the_rest(parent, len(rows))
            if number not in heads:
                heads[number] = self._head(parent, read_at)
            yield from self._emit(parent, rows, moment, heads[number])
            # One parent may bring hundreds of rows, and a page of them tens of thousands.
            if self._packer.taken - settled_at >= CHECKPOINT_ROWS:  # guard: states within a page
                settled_at = self._packer.taken
                # guard: claims within a page
                yield from self._settle(batch.read_before(number + 1))
        yield from self._settle(batch.read)

    def _count(self, counted: int | None) -> Iterator[AirbyteMessage]:
        """Tell the platform once how many rows there are in all, where each is an object's own."""
        if counted is None or self._is_counted or not self._rows.are_parents:
            return
        self._is_counted = True
        estimate = AirbyteEstimateTraceMessage(self.name, EstimateType.STREAM, row_estimate=counted)
        trace = AirbyteTraceMessage(TraceType.ESTIMATE, time.time() * 1000, estimate=estimate)
        yield AirbyteMessage(Type.TRACE, trace=trace)

    def end(self) -> Iterator[AirbyteMessage]:
        """The last messages. Raises what keeps the table from being COMPLETE."""
        for name in self.unsettled.believe():
            logger.info("%s: %s is gone; its rows are skipped.", self.name, self._name_of(name))
        yield from self._flush()
        if self.cursor is not None:
            yield self.cursor.state_message()
        logger.info("%s: %d rows read.", self.name, self._packer.count)
        # guard: none could be read
        if self._last_error is not None and self.unsettled.failed and not self.unsettled.read:
            raise self._last_error
        if self._cut_off > MOST_NAMED:
            logger.warning("%s: so it is with %d objects in all.", self.name, self._cut_off)
        if self.unsettled.waiting:
            logger.warning(
                "%s: %d objects could not be read by earlier syncs, and a later one asks for them "
                "again: %s.",
                self.name,
                len(self.unsettled.waiting),
                ", ".join(self.unsettled.waiting[:MOST_NAMED]),
            )
        if self._rejected:  # guard: rejected rows
            raise Failure(
                f"{self.name}: Intercom sent {self._rejected} objects without a "
                f"{' or '.join(self._key)} that can be a key; the others were read: "
                "please report it.",
                Remedy.REPORT,
            )

    def drain(self) -> Iterator[AirbyteMessage]:
        """What is still to come of the batches so far."""
        yield from ()

    def fail(self, error: Exception) -> Iterator[AirbyteMessage]:
        """Hand over what is packed, without a state that says so; nothing more is taken."""
        if self.error is None:
            error.add_note(f"while reading {self.name}")
            self.error = error
            yield from self._flush()

    def keep(self, name: str, error: IntercomError, updated_at: int | None = None) -> None:
        """Put an object aside for later syncs, by its id; raises where it is not to blame."""
        # guard: gone for sure
        if error.is_gone and error.refusal is not None and error.refusal.is_own:
            logger.info("%s: %s is gone; its rows are skipped.", self.name, self._name_of(name))
            self.unsettled.settle(name)
            return
        self.unsettled.keep(name, updated_at, is_doubtful=error.is_gone)  # guard: kept id
        self._last_error = error
        failed, read = self.unsettled.failed, self.unsettled.read
        if self.unsettled.is_outage or self.unsettled.is_full:
            raise error.behind(f"{self.name}: {failed} of {failed + read} objects can't be read.")
        logger.warning(
            "%s: the rows of %s can't be read (%s): %s, and later syncs ask again.",
            self.name,
            self._name_of(name),
            error.reason,
            "the table lacks them" if self._is_whole else "the others go on",
        )

    @property
    def _is_whole(self) -> bool:
        """Whether the table is written anew, so that what is left out of it is not there."""
        return self.cursor is None or self.name in self._session.job.whole

    def _name_of(self, name: str) -> str:
        return f"{self._rows.of or 'object'} {name}"

    def _is_due(self, parent: Row, moment: int | None) -> bool:
        """Whether a row of the reading, which may read more for others, is the table's to emit."""
        created_at = epoch_seconds(parent.get("created_at")) if self._is_cut_by_creation else None
        return self.window.is_due(moment, created_at)

    def _emit(
        self, parent: Row, rows: Sequence[Row], moment: int | None, head: bytes | None
    ) -> Sequence[AirbyteMessage]:
        """
        Rows as the warehouse gets them; archived ones only on request.

        No generator: it is called for each parent.
        """
        lines = []
        for row in rows:
            if not self.keeps_archived and row.get("archived") is True:  # guard: archived rows
                continue
            line = self._line(row) if head is not None else None
            if line is None:
                self._reject(parent, moment)
            else:
                lines.append(line)
        packed = self._packer.add(lines, head or b"")
        return [*self._running(), *packed] if packed else ()

    def _line(self, row: Row) -> bytes | None:
        """A row, without its head, as the warehouse gets it; None where its key is none."""
        values = tuple(row.values()) if self._may_repeat else ()
        try:
            known = self._lines.get(values)
        except TypeError:  # of a list or an object, which can't be looked up
            known = None
        if known is not None:
            return known
        if not has_key(row, self._own_key):  # guard: key of a row
            return None
        self._normalise(row)
        if self._copy_attributes is not None:
            self._copy_attributes(row)
        line = to_line(row)
        # 1 equals True and 1.0, so only texts are kept.
        if {*map(type, values)} == {str}:
            if len(self._lines) >= LINES_KEPT:
                self._lines.clear()
            self._lines[values] = line
        return line

    def _head(self, parent: Row, read_at: str) -> bytes | None:
        """What all rows of a parent begin with, for the packer; None where its id is no key."""
        if self._rows.are_parents:
            return b""
        head = self._rows.head(parent, read_at)
        if not has_key(head, self._rows.head_key):  # guard: key of a parent
            return None
        self._normalise(head)
        return to_line(head)[:-1] + b"," if head else b""

    def _look_for_the_rest(self, parent: Row, shown: int) -> None:
        """Say where a nested list has more than Intercom shows anywhere."""
        rows = self._rows
        if not (rows.are_cut_off(parent) or shown == rows.most):  # guard: rows shown nowhere
            return
        self._cut_off += 1
        if self._cut_off <= MOST_NAMED:
            counted = rows.counted(parent)
            logger.warning(
                "%s: Intercom shows %d rows of %s and counts %s: what is not shown can't be read.",
                self.name,
                shown,
                self._name_of(str(parent.get("id"))),
                counted if counted > shown else "perhaps more",
            )

    def _settle(self, read: Slice | None) -> Iterator[AirbyteMessage]:
        """Tell the cursor what has been handed over; a state, if one is due."""
        if self.cursor is None or read is None:
            return
        self.cursor.emitted(read)
        message = self.cursor.checkpoint(self._packer.taken)
        if message is not None:
            yield from self._flush()  # guard: rows before state
            yield message

    def _flush(self) -> Iterator[AirbyteMessage]:
        for message in self._packer.pack():  # guard: packed rows
            yield from self._running()
            yield message

    def _running(self) -> Iterator[AirbyteMessage]:
        """The status that precedes the first rows."""
        if not self._is_running:
            self._is_running = True
            stream = AirbyteStream(
                name=self.name, json_schema={}, supported_sync_modes=[SyncMode.full_refresh]
            )
            yield as_airbyte_message(stream, AirbyteStreamStatus.RUNNING)

    def _reject(self, parent: Row, moment: int | None) -> None:
        """Leave out a row without a key; its second stays unread, so that it is asked for again."""
        self._rejected += 1
        if self._rejected <= MOST_NAMED:
            name = parent.get("id")
            logger.warning(
                "%s: a row is left out, because its key (%s) is none: it is of %s, which changed "
                "at %s.",
                self.name,
                ", ".join(self._key),
                self._name_of(str(name)) if has_key(parent, ("id",)) else "an object without an id",
                rfc3339(moment) or "an unknown time",
            )
        if self.cursor is not None:
            self.cursor.keep(moment)  # guard: second of a reject

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
            "null there, and whole in %s.",
            self.name,
            name,
            column,
            self._attributes_field,
        )
