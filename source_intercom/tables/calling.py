"""
A table that asks for each of its parents, or for those whose row does not say all.

A parent that can't be read for reasons of its own stops no other: its id is kept in the state.
"""

import logging
from collections.abc import Iterator
from typing import Any

from airbyte_cdk.models import AirbyteMessage

from source_intercom.http.client import IntercomError
from source_intercom.intercom.errors import Trouble
from source_intercom.intercom.timestamps import epoch_seconds
from source_intercom.reading.batch import Batch
from source_intercom.reading.window import Window
from source_intercom.tables.calls import Answer, Call
from source_intercom.tables.details import Detail, Details
from source_intercom.tables.table import Table
from source_intercom.tables.types import has_key

logger = logging.getLogger("airbyte")


class CallingTable(Table):
    """A table whose rows come from a call for each parent, where its row does not have them all."""

    def __init__(self, *arguments: Any, call: Call) -> None:
        super().__init__(*arguments)
        session = self._session
        self._details = Details(
            call, self._rows, session.client, session.workers, session.settings.num_workers
        )
        self._is_short = False
        # A call brings what a list lacks. What Intercom counts are the parents.
        self._may_be_short = False
        self._is_counted = True

    def open(self, t0: int) -> Window:
        """What this sync reads; the parents that earlier syncs asked for in vain come first."""
        window = super().open(t0)
        self._details.within(window, self._session.start_date)
        read_at = self._session.client.clock.instant()
        for name in self.unsettled.due:
            parent = {"id": name, "updated_at": self.unsettled.date_of(name)}
            self._details.ask(parent, read_at, is_known=True)  # guard: asked again
        return window

    def take(self, batch: Batch, read_at: str) -> Iterator[AirbyteMessage]:
        """The rows of a batch's parents, as far as their answers have come, and states between."""
        if not self._details.are_needed(batch.rows):
            yield from super().take(batch, read_at)
            return
        for number, (parent, moment) in enumerate(zip(batch.rows, batch.moments, strict=True)):
            if not self._is_due(parent, moment):
                continue
            if not has_key(parent, ("id",)):  # guard: id of a parent
                self._reject(parent, moment)
            else:
                is_known = self.unsettled.is_known(str(parent["id"]))
                self._details.put(parent, read_at, is_known=is_known)
            self._details.mark(batch.read_before(number + 1))  # guard: claims behind a parent
            yield from self._hand_on()
        self._details.mark(batch.read)
        yield from self._hand_on()

    def end(self) -> Iterator[AirbyteMessage]:
        """The last answers and messages. Raises where none of the parents could be read."""
        yield from self._hand_on(is_last=True)  # guard: last answers
        yield from super().end()

    def drain(self) -> Iterator[AirbyteMessage]:
        """What was asked for before the reading broke off, and the states behind it."""
        return self._hand_on(is_last=True)  # guard: answers of a break-off

    def _hand_on(self, *, is_last: bool = False) -> Iterator[AirbyteMessage]:
        for detail, outcome in self._details.done(is_last=is_last):
            moment = epoch_seconds(detail.parent.get("updated_at"))
            if outcome is None:
                head = self._head(detail.parent, detail.read_at)
                yield from self._emit(detail.parent, detail.rows, moment, head)
            elif isinstance(outcome.answer, IntercomError):
                self.keep(str(detail.parent["id"]), outcome.answer, moment)
            else:
                yield from self._emit_answer(detail, outcome.answer)
            for read in detail.read:
                yield from self._settle(read)

    def _emit_answer(self, detail: Detail, answer: Answer) -> Iterator[AirbyteMessage]:
        name = str(detail.parent["id"])
        rows = self._rows.of_entries(answer.entries, answer.parent)  # guard: parts of any age
        if len(answer.entries) < self._rows.counted(detail.parent) and not self._is_short:
            self._is_short = True
            logger.warning(
                "%s: Intercom counts more rows than it lists, of %s for one: those that it lists "
                "were read.",
                self.name,
                self._name_of(name),
            )
        having_keys = [row for row in rows if has_key(row, self._own_key)]
        moment = epoch_seconds(answer.parent.get("updated_at"))
        head = self._head(answer.parent, detail.read_at)
        yield from self._emit(answer.parent, having_keys, moment, head)
        if len(having_keys) < len(rows):  # guard: rejected part
            key = " or ".join(self._key)
            self.keep(name, IntercomError.of(Trouble.KEYLESS, self._name_of(name), key), moment)
        else:
            self.unsettled.settle(name)
