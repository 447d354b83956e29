"""
Companies: one scroll, read to its end at full speed, emitted afterwards.

Python, because a scroll lives for an idle minute and can't be resumed: read page by page behind a
slow destination it dies, and the CDK's paginators can't tell its 404 from the end.
https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/companies/scrolloverallcompanies
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.types import StreamSlice

from source_intercom.api.errors import Remedy
from source_intercom.api.pages import MalformedAnswer, Page, parse_object, parse_page
from source_intercom.client import IntercomError
from source_intercom.components.base_retriever import IntercomRetriever
from source_intercom.components.spool import Spool

ATTEMPTS = 5
"""Scrolls that are begun, at most, to read one to its end."""
EXISTS_TRIES = 5
EXISTS_SECONDS = 65.0
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


@dataclass
class ScrollRetriever(IntercomRetriever):
    """
    Scrolls over all companies and emits those that changed since the last sync.

    `count_path`: a list whose total_count must be reached, where the token may read it. It leaves
    out companies without contacts, so the scroll may well bring more.
    """

    count_path: str = "/companies/list"

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Every company that changed since the last sync; then the state that says so."""
        yield from self.emit_window(records_schema, lambda spool, _window: self.drain(spool))

    def drain(self, spool: Spool) -> None:
        """
        Fill the spool with a scroll that was seen to its end.

        One that comes out short is believed, with a warning, if the next one ends behind the same
        companies, and not behind none: then it is the count that errs. Raises a `transient_error`
        after ATTEMPTS scrolls that broke off or came out short.
        """
        expected = self._count()
        before: tuple[str | None, frozenset[str]] | None = None
        for attempt in range(1, ATTEMPTS + 1):
            spool.clear()
            trouble = self._scroll(spool)
            if expected is not None and len(spool) < expected:
                # Companies may have been deleted since; then the count has shrunk as well.
                expected = self._count()
            found = (trouble, spool.ids)
            if self._is_whole(trouble, len(spool), expected, is_confirmed=found == before):
                return
            before = found
            trouble = trouble or f"it brought {len(spool)} companies of at least {expected}"
            logger.info("Scroll %d of %d is not whole: %s.", attempt, ATTEMPTS, trouble)
            if attempt < ATTEMPTS:
                self.sync.client.sleep(SHORT_SECONDS)
        message = (
            f"The scroll over all companies broke off {ATTEMPTS} times ({trouble}): run the sync "
            "again later."
        )
        raise IntercomError(message, Remedy.WAIT)

    def _is_whole(
        self, trouble: str | None, found: int, expected: int | None, *, is_confirmed: bool
    ) -> bool:
        """Whether a scroll brought everything; `is_confirmed`: the one before ended like it."""
        if trouble == NO_MORE:
            return found == expected or (is_confirmed and found >= (expected or 0))
        if trouble not in {None, MAYBE_ENDED}:
            return False
        if expected is None:
            return trouble is None or is_confirmed
        if found >= expected:
            return True
        if trouble is None and is_confirmed and found:
            logger.warning(
                "%s: two scrolls ended behind the same %d companies where Intercom counts %d.",
                self.name,
                found,
                expected,
            )
            return True
        return False

    def _scroll(self, spool: Spool) -> str | None:
        """Read one scroll; None at its end, else what broke it off."""
        page: Page | None = self._first_page()
        while page is not None and page.rows:
            self.report(len(page.rows))
            if not spool.add(page.rows):
                return "a page showed nothing but what it had shown before"
            token, is_full = page.body.get("scroll_param"), len(page.rows) >= FULL_PAGE
            if not token:
                return NO_MORE
            try:
                page = self._next_page(str(token))
            except IntercomError as error:
                # Never asked twice: if only the answer got lost, the scroll has moved on.
                if error.is_gone:
                    return "it expired" if is_full else MAYBE_ENDED
                if error.may_pass:
                    return error.fact
                raise
        return NO_MORE if page is None else None

    def _first_page(self) -> Page:
        for _ in range(EXISTS_TRIES):
            try:
                return self.fetch("GET", self.path)
            except IntercomError as error:
                if error.refusal is None or error.refusal.code != "scroll_exists":
                    raise
            logger.info("Another scroll is open; waiting %.0f s for its end.", EXISTS_SECONDS)
            self.sync.client.sleep(EXISTS_SECONDS)
        message = (
            "Another scroll over this workspace's companies stays open: another connection or "
            "integration is reading companies; let it end, then run the sync again."
        )
        raise IntercomError(message, Remedy.WAIT)

    def _next_page(self, token: str) -> Page | None:
        """The page behind a token; None where there is no list in the answer at all."""

        def parse(content: bytes) -> Page | None:
            if content.strip() in {b"", b"null"} or parse_object(content).get("data", ()) is None:
                return None
            return parse_page(content, self.record_keys)

        return self.sync.client.send(
            "GET",
            self.path,
            params={"scroll_param": token},
            parse=parse,
            permission=self.permission,
            tries=1,
        )

    def _count(self) -> int | None:
        """How many companies with contacts there are; None where the token may not ask."""
        try:
            return self.sync.client.send(
                "POST", self.count_path, params={"per_page": "1"}, parse=_total_count, tries=2
            )
        except IntercomError:
            return None


def _total_count(content: bytes) -> int:
    total = parse_object(content).get("total_count")
    if type(total) is not int:
        message = "there is no total_count"
        raise MalformedAnswer(message)
    return total
