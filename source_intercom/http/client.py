"""
The one door to Intercom: every request of a sync goes through here.

Python, because the CDK's HttpClient writes request and response bodies to its log, takes a broken
body for an empty one, and sends without a time limit. This one parses before it believes, retries
what can be retried, waits for the shared rate limit, and sends the token to one host alone.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import inf
from threading import BoundedSemaphore, Lock
from typing import Any, TypeVar

import requests

from source_intercom.failures import Failure
from source_intercom.http.clock import IntercomClock
from source_intercom.http.credentials import Credentials
from source_intercom.http.tls import Connections
from source_intercom.intercom.errors import REFUSED_RENEWAL, Refusal, Remedy, Trouble, read_refusal
from source_intercom.intercom.grants import TOKEN_PATH, Grant
from source_intercom.intercom.json_text import UNREADABLE, mended
from source_intercom.intercom.pages import MalformedAnswer
from source_intercom.intercom.rate_limit import (
    UNKNOWN_LIMIT,
    WINDOW_SECONDS,
    Budget,
    RateLimit,
    server_seconds,
)

INTERCOM_VERSION = "2.16"
"""Sent with every request: without it, the app's own setting would choose the fields' types."""

CONNECT_SECONDS, READ_SECONDS = 10, 120
CHUNK_BYTES = 1 << 20
"""Of a body, read at once: each read lets other threads run, and requests' own are of 10 KB."""
TRIES = 7
"""Attempts at one request: with doubling waits, a minute of trouble is sat out."""
RATE_LIMIT_TRIES = 40  # guard: rate limit tries
"""429s in a row: at most ten seconds each, so that a sync gives up after some minutes."""
OTHER_GRANTS = 3
"""Newer grants that one request is tried with: tokens may be short-lived, and waits long."""

DEFAULT_PACE = (
    "Intercom's answers name no rate limit: the connector keeps to "
    f"{UNKNOWN_LIMIT} requests in {WINDOW_SECONDS:.0f} seconds."
)

REASONS: Mapping[Trouble | None, str] = {
    Trouble.TIMEOUT: "no answer in time",
    Trouble.BROKEN_OFF: "an unreadable answer",
    Trouble.UNREADABLE: "an unreadable answer",
    Trouble.UNSTEADY: "pages that do not add up",
    Trouble.KEYLESS: "rows without a key",
}
"""The troubles that may be one object's own, in words for a line on it."""

Parsed = TypeVar("Parsed")
logger = logging.getLogger("airbyte")


class IntercomError(Failure):
    """A request that failed for good; its sentence says what to do and quotes no body."""

    def __init__(
        self,
        sentence: str,
        remedy: Remedy,
        refusal: Refusal | None = None,
        trouble: Trouble | None = None,
    ) -> None:
        super().__init__(sentence, remedy, (refusal and refusal.request_id) or "")
        self.refusal = refusal
        self.trouble = trouble

    @classmethod
    def of(cls, trouble: Trouble, request: str, reason: str = "") -> "IntercomError":
        """What kept the answer to a request away, such as GET /me, or made it none."""
        remedy = Remedy.REPORT if trouble is Trouble.KEYLESS else Remedy.WAIT
        return cls(trouble.sentence(request, reason), remedy, trouble=trouble)

    @property
    def fact(self) -> str:
        """The message without its remedy, to stand in another sentence."""
        return self.sentence.partition(": ")[0]

    @property
    def is_gone(self) -> bool:
        """Whether Intercom answered that the object exists no more."""
        return self.refusal is not None and self.refusal.is_gone

    @property
    def may_pass(self) -> bool:
        """Whether waiting may help."""
        is_transient = self.remedy is Remedy.WAIT
        return is_transient or (self.refusal is not None and self.refusal.is_retriable)

    @property
    def may_be_the_objects(self) -> bool:
        """Whether what was asked for may be at fault, rather than the connection or the token."""
        if self.refusal is not None:
            return self.refusal.may_be_the_objects
        return self.trouble in REASONS

    @property
    def reason(self) -> str:
        """The status and code of a refusal, or what else it was: for a line on one object."""
        if self.refusal is not None:
            return self.refusal.reason
        return REASONS.get(self.trouble, "no answer")

    def behind(self, sentence: str) -> "IntercomError":
        """The same error with a sentence before it, which says what it means for a stream."""
        told = f"{sentence} {self.sentence}"
        return IntercomError(told, self.remedy, self.refusal, self.trouble)


class IntercomClient:
    """
    Sends requests to one workspace and returns what `parse` makes of their bodies.

    Safe to use from many threads, of which `most` ask at a time. `save` is told of a renewed grant
    before it is used. `sleep` and `clock` are handed in so that tests need not wait.
    """

    def __init__(
        self,
        base_url: str,
        grant: Grant,
        most: int,
        save: Callable[[Grant], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.base_url = base_url
        self.credentials = Credentials(grant, self._renew, save)
        self.budget = Budget()
        self.clock = IntercomClock(clock)
        self.sleep = sleep
        self._ours = clock
        self._gate = BoundedSemaphore(most)
        self._ends = inf
        self._flaws: set[str] = set()
        self._flaws_lock = Lock()
        self._session = requests.Session()
        self._session.mount(base_url, Connections(most))
        self._session.headers.update(
            {
                "Accept": "application/json",
                "Cache-Control": "no-cache",  # the scroll has one URL for all of its pages
                "Intercom-Version": INTERCOM_VERSION,
                "User-Agent": "airbyte-source-intercom",
            }
        )
        # Requests are signed just before they go; without this, a .netrc would sign them.
        self._session.auth = _unsigned
        # With `stream`, because sending would else read the body, in chunks of its own.
        self._environment = self._session.merge_environment_settings(
            base_url, proxies={}, stream=True, verify=None, cert=None
        )

    def end_within(self, seconds: float) -> None:
        """Give up every request that is not answered in so many seconds from now, tries and all."""
        self._ends = self._ours() + seconds

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        parse: Callable[[bytes], Parsed],
        permission: str | None = None,
        version: str | None = None,
        tries: int = TRIES,
    ) -> Parsed:
        """
        The parsed answer of one request, however often it had to be asked for.

        `version`: another Intercom-Version than the connector's own. Raises `IntercomError`:
        `config_error` or `system_error` at once, `transient_error` after `tries` attempts. `parse`
        raises `MalformedAnswer` on a body that isn't the expected one.
        """
        headers = {"Intercom-Version": version} if version else None
        url = self.base_url + path
        request = self._session.prepare_request(
            requests.Request(method, url, headers=headers, params=params, json=json)
        )
        return self._send(request, parse, f"{method} {path}", permission, tries, is_signed=True)

    def _send(
        self,
        request: requests.PreparedRequest,
        parse: Callable[[bytes], Parsed],
        name: str,
        permission: str | None,
        tries: int,
        *,
        is_signed: bool,
    ) -> Parsed:
        sentence, attempt, refused, grants = Trouble.TIMEOUT.sentence(name), 0, 0, 0
        refusal: Refusal | None = None
        trouble: Trouble | None = Trouble.TIMEOUT
        while attempt < tries and refused < RATE_LIMIT_TRIES and self._seconds_left > 0:
            grant = self._sign(request) if is_signed else None
            refusal = None
            try:
                response, content = self._exchange(request)
                if response.status_code == HTTPStatus.OK:
                    return self._read(content, parse, name)
                refusal = read_refusal(response.status_code, content, permission)
                if grants < OTHER_GRANTS and self._has_another_grant(grant, refusal):
                    grants += 1
                    continue
                if not refusal.is_retriable:  # guard: refusal that stays
                    raise IntercomError(refusal.sentence, refusal.remedy, refusal)
                sentence, trouble = refusal.sentence, None
                if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
                    refused += 1
                    self._wait_out(response, refused)
                    continue
            except MalformedAnswer as error:
                trouble = Trouble.UNREADABLE
                sentence = trouble.sentence(name, str(error))
            except OSError as error:  # a RequestException is one; so is a missing CA bundle
                trouble = _network_trouble(error)
                sentence = trouble.sentence(name)
            attempt += 1
            self._pause_behind(attempt, tries, sentence)
        raise IntercomError(sentence, refusal.remedy if refusal else Remedy.WAIT, refusal, trouble)

    def _pause_behind(self, attempt: int, tries: int, sentence: str) -> None:
        """Say what came of an attempt, and wait the longer the more there were."""
        if attempt < tries:
            logger.info("%s Attempt %d of %d failed.", sentence, attempt, tries)
            self._pause(2 ** (attempt - 1) * random.uniform(0.75, 1.25))  # noqa: S311 jitter

    @property
    def _seconds_left(self) -> float:
        return self._ends - self._ours()

    def _wait_out(self, refused: requests.Response, refusals: int) -> None:
        """Say that a 429 is waited out; where it names no end of its window, wait here."""
        is_unstated = RateLimit.from_headers(refused.headers) is None
        pause = min(2.0**refusals, 10.0) if is_unstated else 0.0
        told = self.budget.wait_to_tell()
        if told is not None:
            logger.warning(
                "Intercom's rate limit is used up (HTTP 429): waiting %.0f s for it, after %.0f s "
                "so far.",
                max(told[1], pause),
                told[0],
            )
        if is_unstated:
            self._pause(pause)

    def _pause(self, seconds: float) -> None:
        self.sleep(min(seconds, max(self._seconds_left, 0.0)))

    def _read(self, content: bytes, parse: Callable[[bytes], Parsed], name: str) -> Parsed:
        """What `parse` makes of a body, or of a body that is not quite JSON, once it is mended."""
        if self.budget.is_pace_to_tell():
            logger.info(DEFAULT_PACE)
        try:
            return parse(content)
        except MalformedAnswer:
            text = mended(content)
            if text is None:  # guard: mended answer
                raise
        with self._flaws_lock:
            # guard: flaw said once
            untold = [flaw for flaw in text.flaws if flaw not in self._flaws]
            self._flaws.update(untold)
        if untold:
            logger.warning(
                "Intercom's answer to %s holds %s, which is not JSON: text that can't be read is "
                "%s in its rows, and what is no number is null. This is said once.",
                name,
                " and ".join(untold),
                UNREADABLE,
            )
        return parse(text.content)

    def _sign(self, request: requests.PreparedRequest) -> Grant:
        grant = self.credentials.current(self.clock.now())
        request.headers["Authorization"] = f"Bearer {grant.access_token.get_secret_value()}"
        return grant

    def _has_another_grant(self, grant: Grant | None, refusal: Refusal) -> bool:
        """Whether a request that was refused for its token may be tried with another one."""
        if grant is None or refusal.status != HTTPStatus.UNAUTHORIZED:
            return False
        has_expired = refusal.code == "token_expired"
        return self.credentials.after_refusal(grant, has_expired=has_expired) is not None

    def _renew(self, grant: Grant) -> Grant:
        """The grant that Intercom gives for another's refresh token."""
        request = self._session.prepare_request(
            requests.Request("POST", self.base_url + TOKEN_PATH, data=grant.request())
        )
        name = f"POST {TOKEN_PATH}"
        logger.info("The access token has expired or was refused; asking for another one.")
        try:
            return self._send(
                request,
                lambda content: grant.renewed(content, self.clock.now()),
                name,
                permission=None,
                tries=TRIES,
                is_signed=False,
            )
        except IntercomError as error:
            if error.may_pass:
                raise
            raise IntercomError(REFUSED_RENEWAL, Remedy.CONFIGURE, error.refusal) from None

    def _exchange(self, request: requests.PreparedRequest) -> tuple[requests.Response, bytes]:
        with self._gate:
            self.budget.acquire()
            response, content = self._transmit(request)
        date = (
            server_seconds(response.headers)
            if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
            else None
        )
        if date is not None:
            self.clock.note(date)
        return response, content

    def _transmit(self, request: requests.PreparedRequest) -> tuple[requests.Response, bytes]:
        # A third of what is left, so that a try that gets lost leaves time for two more.
        patience = max(self._seconds_left, 1.0) / 3
        headers: Mapping[str, str] = {}
        refused = False
        try:
            response = self._session.send(
                request,
                # guard: time limits
                timeout=(min(CONNECT_SECONDS, patience), min(READ_SECONDS, patience)),
                allow_redirects=False,  # guard: no redirect
                **self._environment,
            )
            headers = response.headers
            refused = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
            return response, b"".join(response.iter_content(CHUNK_BYTES))
        except ValueError as error:
            if isinstance(error, OSError):
                raise
            # Such as a Location that is no URL.
            raise MalformedAnswer("its headers are none of HTTP's") from None
        finally:
            self.budget.update(headers, refused=refused)


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _network_trouble(error: OSError) -> Trouble:
    """What an exception means; its own text is left out, which might hold the request's headers."""
    match error:
        case requests.exceptions.SSLError():
            return Trouble.TLS
        case _ if not isinstance(error, requests.RequestException):
            return Trouble.TLS  # requests found no bundle of certificates where it was told to
        case (
            requests.exceptions.ProxyError()
            | requests.exceptions.InvalidURL()  # Intercom's own is checked before
            | requests.exceptions.InvalidSchema()
        ):
            return Trouble.PROXY
        case requests.exceptions.Timeout():
            return Trouble.TIMEOUT
        case requests.exceptions.ConnectionError():
            return Trouble.CONNECTION
        case _:
            return Trouble.BROKEN_OFF
