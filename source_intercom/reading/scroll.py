"""
Companies: one scroll, read to its end at full speed, handed over afterwards.

Python, because a scroll lives for an idle minute and can't be resumed: read page by page behind a
slow destination it dies, and the CDK's paginators can't tell its 404 from the end.
https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/companies/scrolloverallcompanies
"""

import logging
from collections.abc import Iterator
from typing import NamedTuple

from source_intercom.http.client import IntercomClient, IntercomError
from source_intercom.intercom.errors import Remedy
from source_intercom.intercom.pages import MalformedAnswer, Page, parse_object, parse_page, whole
from source_intercom.reading.batch import Batch
from source_intercom.reading.endpoint import Endpoint
from source_intercom.reading.progress import Progress
from source_intercom.reading.spool import Spool
from source_intercom.reading.window import Window

ATTEMPTS = 5  # guard: scrolls begun
"""Scrolls that are begun, at most, to read one to its end."""
EXISTS_TRIES = 5
EXISTS_SECONDS = 65.0  # guard: somebody's scroll
"""A scroll that somebody left open dies after an idle minute."""
SHORT_SECONDS = EXISTS_SECONDS
"""Until a scroll that came out short is begun anew: it is closed by then, and the trouble over."""
FULL_PAGE = 100
"""Rows of a full page, as reported for the scroll over users."""
MAYBE_ENDED = "it ended, or expired, behind a page that was not full"
"""
Intercom documents an empty page as the end; Singer's tap has seen a 404 behind a short page. No
description says how long a full page is, so a 404 is believed only where the companies were counted
or a second scroll ends behind as many.
"""
NO_MORE = "it ended, or broke off, with an answer that names no next page"
"""
Intercom's SDKs take a null for a page, and a page without its token, for the end. It is believed
where exactly as many companies were counted, or a second scroll ends in the same way.
"""

logger = logging.getLogger("airbyte")


class Attempt(NamedTuple):
    """What one scroll came to: what broke it off, None at its end, and the companies it brought."""

    trouble: str | None
    ids: frozenset[int]


class Scroll:
    """
    A scroll over all companies.

    `count_path`: a list whose total_count must be reached, where the token may read it. It leaves
    out companies without contacts, so the scroll may well bring more.
    """

    def __init__(
        self, endpoint: Endpoint, client: IntercomClient, progress: Progress, *, count_path: str
    ) -> None:
        self.name = progress.name
        self._progress = progress
        self._endpoint = endpoint
        self._client = client
        self._count_path = count_path

    def batches(self, window: Window) -> Iterator[Batch]:
        """Every company, the oldest change first, once the scroll was seen to its end."""
        with Spool("updated_at") as spool:
            self.fill(spool)  # guard: scroll first
            yield from spool.batches(window, len(spool))

    def fill(self, spool: Spool) -> None:
        """
        Fill the spool with a scroll that was seen to its end.

        One that comes out short is believed, with a warning, if the next one ends behind the same
        companies, and not behind none: then it is the count that errs. Raises a `transient_error`
        after ATTEMPTS scrolls that broke off or came out short.
        """
        expected = self._count()
        before: Attempt | None = None
        for number in range(1, ATTEMPTS + 1):
            spool.clear()  # guard: broken scroll
            trouble = self._scroll(spool, lenient=number > 1)
            if expected is not None and len(spool) < expected:
                # Companies may have been deleted since; then the count has shrunk as well.
                expected = self._count()
            attempt = Attempt(trouble, spool.ids)
            if self._is_whole(attempt, expected, is_confirmed=attempt == before):
                return
            before = attempt
            trouble = trouble or f"it brought {len(spool)} companies of at least {expected}"
            logger.info("Scroll %d of %d is not whole: %s.", number, ATTEMPTS, trouble)
            if number < ATTEMPTS:
                self._client.sleep(SHORT_SECONDS)
        raise IntercomError(
            f"The scroll over all companies broke off {ATTEMPTS} times ({trouble}): run the sync "
            "again later.",
            Remedy.WAIT,
        )

    def _is_whole(self, attempt: Attempt, expected: int | None, *, is_confirmed: bool) -> bool:
        """Whether a scroll brought everything; `is_confirmed`: the one before ended like it."""
        trouble, found = attempt.trouble, len(attempt.ids)
        if trouble == NO_MORE:
            # guard: end without a page
            return found == expected or (is_confirmed and found >= (expected or 0))
        if trouble not in {None, MAYBE_ENDED}:
            return False
        if expected is None:
            return trouble is None or is_confirmed
        if found >= expected:
            return True
        if trouble is None and is_confirmed and found:  # guard: confirmed scroll
            logger.warning(
                "%s: two scrolls ended behind the same %d companies where Intercom counts %d.",
                self.name,
                found,
                expected,
            )
            return True
        return False

    def _scroll(self, spool: Spool, *, lenient: bool) -> str | None:
        """
        Read one scroll; None at its end, else what broke it off.

        `lenient`: a row that is none does not, for the others.
        """
        page: Page | None = self._first_page()
        while page is not None and page.rows:
            self._progress.add(len(page.rows))
            if not spool.add(page.rows):  # guard: repeated page
                return "a page showed nothing but what it had shown before"
            token, is_full = page.body.get("scroll_param"), len(page.rows) >= FULL_PAGE
            if not token:
                return NO_MORE
            try:
                page = self._next_page(str(token), lenient=lenient)
            except IntercomError as error:
                # Never asked twice: if only the answer got lost, the scroll has moved on.
                if error.is_gone:
                    return "it expired" if is_full else MAYBE_ENDED  # guard: expired scroll
                if error.may_pass:
                    return error.fact
                raise
        return NO_MORE if page is None else None

    def _first_page(self) -> Page:
        for number in range(EXISTS_TRIES):
            try:
                # One that was opened by a page with a row that is none is in its own way.
                return self._endpoint.page(self._client, lenient=number > 0)
            except IntercomError as error:
                # guard: code of a scroll
                if error.refusal is None or error.refusal.code != "scroll_exists":
                    raise
            logger.info("Another scroll is open; waiting %.0f s for its end.", EXISTS_SECONDS)
            self._client.sleep(EXISTS_SECONDS)
        raise IntercomError(
            "Another scroll over this workspace's companies stays open: another connection or "
            "integration is reading companies; let it end, then run the sync again.",
            Remedy.WAIT,
        )

    def _next_page(self, token: str, *, lenient: bool) -> Page | None:
        """The page behind a token; None where there is no list in the answer at all."""

        def parse(content: bytes) -> Page | None:
            if content.strip() in {b"", b"null"} or parse_object(content).get("data", ()) is None:
                return None
            return parse_page(content, self._endpoint.record_keys, lenient=lenient)

        # guard: page asked once
        return self._endpoint.ask(self._client, parse, params={"scroll_param": token}, tries=1)

    def _count(self) -> int | None:
        """How many companies with contacts there are; None where the token may not ask."""
        try:
            return self._client.send(
                "POST", self._count_path, params={"per_page": "1"}, parse=_total_count, tries=2
            )
        except IntercomError:
            return None


def _total_count(content: bytes) -> int:
    total = whole(parse_object(content).get("total_count"))
    if total is None:
        raise MalformedAnswer("there is no total_count")
    return total
