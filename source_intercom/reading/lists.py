"""
Lists that are read from their first page to their last.

Python, because Intercom's lists name their next page in many ways and number pages while rows come
and go: what shifts between two pages must be noticed, and the CDK's paginators don't look.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from source_intercom.http.client import TRIES, IntercomClient, IntercomError
from source_intercom.intercom.errors import Trouble
from source_intercom.intercom.json_text import canonical
from source_intercom.intercom.pages import Page, Row, whole
from source_intercom.intercom.timestamps import epoch_seconds
from source_intercom.reading.batch import Batch
from source_intercom.reading.endpoint import Endpoint
from source_intercom.reading.narrowing import narrowed
from source_intercom.reading.progress import Progress
from source_intercom.reading.spool import Spool, namer
from source_intercom.reading.window import Window

ATTEMPTS = 5
"""Whole readings of a list that keeps shrinking while it is read."""
MOVING_ATTEMPTS = 10
"""Of one that is steady only once two readings show the same."""
EMPTY_PAGES = 20
"""Pages in a row that may be empty and name a next one all the same."""
SHIFT = 7
"""Rows by which each further reading's pages are shorter, so that others stand at their ends."""

logger = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Form:
    """
    What is known of a list.

    `paged`: every page is known to bring its `pages` object; other lists do where they have more
    than one page. `newest_first`: the date by which the list is sorted, where it is. `since`: the
    parameter by which Intercom leaves out what is older. `key`: the fields that tell one row from
    another. `guess`: parameters that no description has, so that Intercom may refuse them.
    `ceiling`: the rows behind which Intercom shows none. `moves`: the date by which what changes
    jumps to its front.
    """

    paged: bool = False
    newest_first: str | None = None
    since: str | None = None
    key: Sequence[str] = ("id",)
    guess: Mapping[str, str] = field(default_factory=dict)
    ceiling: int | None = None
    moves: str | None = None


class List:
    """A list that is read whole, or down to what is older than the window."""

    def __init__(
        self,
        endpoint: Endpoint,
        client: IntercomClient,
        progress: Progress,
        form: Form,
        tries: int = TRIES,
    ) -> None:
        self.name = progress.name
        self.path = endpoint.path
        self.size = 0
        """Bytes of all pages so far."""
        self._progress = progress
        self._endpoint = endpoint
        self._client = client
        self._form = form
        self._guess = form.guess
        self._tries = tries
        self._lost = 0
        self._failure: IntercomError | None = None

    def batches(self, window: Window) -> Iterator[Batch]:
        """The rows of the list once it was seen whole: the oldest first, where they have a date."""
        date_field, since = self._form.newest_first, self._form.since
        if since is not None and window.start > 0:
            # In which form Intercom takes the time is a guess too; the list is sorted anyway.
            # guard: since before the window
            self._guess = {**self._guess, since: str(window.start - 1)}
        with Spool(date_field, self._form.key) as spool:
            reading = self.fill(spool, window.start if date_field else None)
            counted = len(spool) if not reading.is_cut_short else reading.total
            for batch in spool.batches(window, None if since else counted):
                # Nothing tells when they changed.
                if reading.lost:  # guard: state of a list with losses
                    batch.read = batch.piece = None
                yield batch
        self._tell_what_is_lost(reading)  # guard: losses told

    def rows(self) -> list[Row]:
        """The list at once, where it is known to be short."""
        with Spool(key=self._form.key) as spool:
            self._tell_what_is_lost(self.fill(spool))
            return spool.rows()

    def fill(self, spool: Spool, until: int | None = None) -> "Reading":
        """
        Fill the spool with the list, or with the rows of a sorted list not older than `until`.

        A row that goes while the list is read moves the next one out of sight, and one that changes
        may jump to a page that was read before. The total then shrinks or isn't reached, and the
        list is read again, until two readings find the same rows: then it is the count that errs.
        Where nothing is counted, a page without rows that names a next one is the only sign; and
        what jumped in front of the walk is missed without any, so that two readings must find the
        same rows with the same dates. Raises a `transient_error` when that doesn't end.
        """
        reading: Reading | None = None
        attempts = MOVING_ATTEMPTS if self._form.moves else ATTEMPTS
        for attempt in range(attempts):
            before, found = reading, spool.ids
            # What repeats rows in place of others may show them at the next reading.
            if before is None or not before.repeats or before.has_changed:
                spool.clear()
            reading = self._read_once(attempt % ATTEMPTS, spool, until)
            may_move = self._form.moves is not None and reading.pages > 1
            if may_move and (before is None or before.versions != reading.versions):
                continue  # guard: list that moves
            if reading.is_whole(len(spool)):
                return reading
            # guard: same rows twice
            if before is not None and found == spool.ids and not reading.repeats:
                self._say_what_errs(reading, len(spool))
                return reading
        raise self._unsteady(
            f"they changed, or showed rows in place of others, at each of {attempts} readings"
        )

    def _tell_what_is_lost(self, reading: "Reading") -> None:
        if reading.lost and self._failure is not None:
            raise self._failure.behind(
                f"{self.name}: {reading.lost} rows of {self.path} can't be read; the others were."
            )

    def _unsteady(self, reason: str) -> IntercomError:
        error = IntercomError.of(Trouble.UNSTEADY, self._endpoint.path, reason)
        return error.behind(f"{self.name}:")

    def _read_once(self, attempt: int, spool: Spool, until: int | None) -> "Reading":
        """Read to the end, or down to `until`."""
        shorter = _shorter({**self._endpoint.params, **self._guess}, attempt)
        following: Mapping[str, str] | None = {}
        asked: set[tuple[tuple[str, str], ...]] = set()
        reading = Reading(namer(self._form.key), self._form.moves)
        order = _Order(self._form.newest_first, until)
        self._lost = 0
        empty = 0
        while following is not None:
            page = self._page({**shorter, **following}, is_first=not following)
            self.size += page.size
            self._progress.add(len(page.rows))
            is_progress = reading.note(page)
            reading.lost = self._lost
            spool.add(page.rows)
            if order.is_past(page):
                reading.is_cut_short = True
                return reading
            if page.rows and not is_progress:
                return reading
            # guard: ceiling of a list
            if self._form.ceiling is not None and reading.rows >= self._form.ceiling:
                self._say_what_is_missing(reading)  # guard: ceiling said
                reading.is_cut_short = True
                return reading
            following = page.following  # guard: next page of a list
            token = tuple(sorted((following or {}).items()))
            empty = 0 if page.rows else empty + 1
            reading.has_gaps |= empty > 0 and following is not None
            if token in asked or empty > EMPTY_PAGES:  # guard: token of a list
                raise self._unsteady("they name the same next page twice, or empty ones")
            asked.add(token)
        return reading

    def _page(self, params: Mapping[str, str], *, is_first: bool) -> Page:
        """One page; where a guess is refused, without it, from then on."""
        paged = self._form.paged or not is_first  # guard: pages of a list
        try:
            return self._ask({**self._guess, **params}, paged=paged)
        except IntercomError as error:
            if not (self._guess and is_first and error.refusal):  # guard: refused page length
                raise
            if not error.refusal.is_about_parameters:  # guard: refusal of another kind
                raise
        logger.info(
            "%s: Intercom refuses %s for %s; the list is read without.",
            self.name,
            ", ".join(f"{name}={value}" for name, value in self._guess.items()),
            self._endpoint.path,
        )
        self._guess = {}  # guard: refused once
        kept = {name: value for name, value in params.items() if name != "per_page"}
        return self._ask(kept, paged=paged)

    def _ask(self, params: Mapping[str, str], *, paged: bool) -> Page:
        """A page; what comes of it, where it does not come whole."""
        try:
            return self._endpoint.page(self._client, params, paged=paged, tries=self._tries)
        except IntercomError as failure:
            return self._narrowed(params, failure)

    def _narrowed(self, params: Mapping[str, str], failure: IntercomError) -> Page:
        """The rows that come of a page with a number; raises `failure` where it has none."""
        asked = {"page": "1" if self._form.paged else "", **self._endpoint.params, **params}
        number, length = whole(asked["page"]), whole(asked.get("per_page"))
        is_its_own = failure.may_pass and failure.may_be_the_objects
        if not (number and length and is_its_own) or failure.trouble is Trouble.TIMEOUT:
            raise failure

        def ask(number: int, length: int) -> Page:
            place = {"page": str(number), "per_page": str(length)}
            return self._endpoint.page(
                self._client, {**params, **place}, paged=True, lenient=True, tries=2
            )

        page, lost = narrowed(ask, number, length, failure)
        if lost:
            self._lost += lost
            self._failure = failure
        return page

    def _say_what_errs(self, reading: "Reading", rows: int) -> None:
        if reading.total is not None:
            logger.warning(
                "%s: %s has %d rows where Intercom counts %d.",
                self.name,
                self._endpoint.path,
                rows,
                reading.total,
            )

    def _say_what_is_missing(self, reading: "Reading") -> None:
        if reading.total is None or reading.total > reading.rows:
            counted = "more" if reading.total is None else str(reading.total)
            logger.warning(
                "%s: Intercom shows the first %d rows of %s, and counts %s.",
                self.name,
                reading.rows,
                self._endpoint.path,
                counted,
            )


@dataclass
class Reading:
    """What one reading of a list has shown of it."""

    name_of: Callable[[Mapping[str, Any]], str]
    moves: str | None = None
    total: int | None = None
    """Intercom's own count, on the last page."""
    has_changed: bool = False
    """Whether the count changed between two pages."""
    has_shrunk: bool = False
    rows: int = 0
    pages: int = 0
    repeats: int = 0
    """Rows that came more than once."""
    lost: int = 0
    """Rows that can't be read."""
    has_gaps: bool = False
    """Whether a page without rows named a next one: Intercom may have failed to show them."""
    is_cut_short: bool = False
    """Whether it ended before the list did, as the rest is older."""
    versions: set[int] = field(default_factory=set)
    """Of a list that moves, each row with its date, as hashes."""
    _seen: set[int] = field(default_factory=set)

    def note(self, page: Page) -> bool:
        """Note a page; whether it has a row that none before has shown."""
        if self.total is not None and page.total_count is not None:
            self.has_changed |= page.total_count != self.total
            self.has_shrunk |= page.total_count < self.total  # guard: shrinking list
        self.total = page.total_count
        self.pages += 1
        self.rows += len(page.rows)
        names = [hash(name) for name in map(self.name_of, page.rows) if name]
        new = set(names) - self._seen
        self._seen |= new
        self.repeats += len(names) - len(new)
        if self.moves is not None:
            self.versions |= {
                hash((self.name_of(row), canonical(row.get(self.moves)))) for row in page.rows
            }
        return bool(new) or len(names) < len(page.rows)

    def is_whole(self, found: int) -> bool:
        """Whether a list of which `found` different rows are known was read whole."""
        if self.has_shrunk:
            return False
        if self.is_cut_short or self.total is None:
            return not (self.repeats or self.has_gaps)  # guard: list without a count
        return found + self.lost >= self.total  # guard: count of a list


class _Order:
    """Whether a list that is sorted by a date, newest first, has come to older rows."""

    def __init__(self, date_field: str | None, until: int | None) -> None:
        self._field = date_field
        self._until = until
        self._last: int | None = None
        self._is_sorted = True

    def is_past(self, page: Page) -> bool:
        """True once every row of the pages to come must be older; never if they aren't sorted."""
        if self._field is None or self._until is None:
            return False
        for row in page.rows:
            moment = epoch_seconds(row.get(self._field))
            # guard: sorted list
            if moment is None or (self._last is not None and moment > self._last):
                self._is_sorted = False
                return False
            self._last = moment
        # guard: window's first second
        return self._is_sorted and self._last is not None and self._last < self._until


def _shorter(params: Mapping[str, str], attempt: int) -> dict[str, str]:
    """The page length of another reading, where the list has one to ask for."""
    if not attempt or "per_page" not in params:
        return {}
    return {"per_page": str(int(params["per_page"]) - SHIFT * attempt)}
