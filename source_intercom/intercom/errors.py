"""
What Intercom's refusals mean, and what the person who reads them can do.

Status codes: https://developers.intercom.com/docs/references/rest-api/errors/http-responses
Codes: https://developers.intercom.com/docs/references/rest-api/errors/error-codes
"""

from dataclasses import dataclass, replace
from enum import Enum
from http import HTTPStatus

from source_intercom.intercom.json_text import from_almost_json

UNKNOWN = "unknown"
"""The permission of what Intercom names none for."""


class Remedy(Enum):
    """Who can end the trouble: the user's settings, a little time, or we."""

    CONFIGURE = "config_error"
    WAIT = "transient_error"
    REPORT = "system_error"


REFUSALS = range(400, 500)
"""Statuses that are believed at once only in Intercom's own words."""


@dataclass(frozen=True)
class Refusal:
    """One answer of Intercom's that is no data: what it was, whom it concerns, what to do."""

    status: int
    code: str | None
    request_id: str | None
    remedy: Remedy
    sentence: str

    @property
    def is_own(self) -> bool:
        """Whether Intercom itself has written it; proxies and load balancers write HTML."""
        return self.code is not None

    @property
    def is_retriable(self) -> bool:
        """
        Whether the same request may well succeed in a while.

        A load balancer's 403, which users have met, says nothing of permissions, and its 404
        nothing of what was asked for.
        """
        # guard: words of Intercom's own
        return self.remedy is Remedy.WAIT or (not self.is_own and self.status in REFUSALS)

    @property
    def is_about_parameters(self) -> bool:
        """Whether one may have been at fault, such as a page longer than Intercom makes them."""
        return self.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}

    @property
    def is_gone(self) -> bool:
        """Whether the object asked for exists no more (or never did)."""
        return self.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

    @property
    def may_be_the_objects(self) -> bool:
        """Whether another object may be answered: no token and no rate limit is at fault."""
        # guard: trouble of one object
        return self.status != HTTPStatus.TOO_MANY_REQUESTS and self.code not in TOKEN_CODES

    @property
    def reason(self) -> str:
        """Status and code, such as "HTTP 422, parameter_invalid"."""
        return f"HTTP {self.status}" + (f", {self.code}" if self.code else "")


@dataclass(frozen=True)
class Meaning:
    """What a range of statuses means, or some codes wherever they come."""

    statuses: range
    codes: frozenset[str] | None
    remedy: Remedy
    sentence: str
    """`{box}` stands for the permission to tick in Intercom's Developer Hub."""


ANY = range(100, 600)
TOKEN_CODES = frozenset(
    {
        "token_revoked",
        "token_blocked",
        "token_not_found",
        "token_expired",
        "missing_authorization",
    }
)
"""Codes of a 401 that speak of the token itself; `unauthorized` may mean a missing permission."""

BAD_TOKEN = Meaning(
    range(401, 402),
    TOKEN_CODES,
    Remedy.CONFIGURE,
    "Intercom does not accept the access token: re-authenticate the connection, or paste a new "
    "token from the Developer Hub (your app > Configure > Authentication), and check its region.",
)
NO_PERMISSION = (
    "Intercom refuses this to the access token: tick {box} in the Developer Hub (your app > "
    "Configure > Authentication) and re-authenticate the connection, or deselect the stream."
)
REFUSED_HERE = (
    "Intercom refuses this to the access token: tick {box} in the Developer Hub (your app > "
    "Configure > Authentication) or deselect the stream; if it refuses every stream, "
    "re-authenticate the connection and check its region."
)
NOT_IN_PLAN = (
    "The Intercom plan of this workspace does not include this part of the API: ask the "
    "workspace's owner to change the plan, or deselect the stream."
)
WRONG_HOST = (
    "Intercom redirects to another host, where the token is not sent: choose the region of your "
    "workspace."
)
NO_VERSION = (
    "Intercom does not let this app use the version of its API that the stream needs: deselect the "
    "stream, or let the app use it in the Developer Hub (your app > Configure > Authentication)."
)
GONE = (
    "Intercom does not know what was asked for: run the sync again, and report it if that does "
    "not help."
)
NOT_INTERCOMS = (
    "This refusal is not in Intercom's own words: check whether a proxy answers in its place, or "
    "run the sync again later."
)
LIMITED = (
    "Intercom's rate limit stayed exhausted: another integration of this workspace uses it up; "
    "run the sync at another time, or less often."
)
FAILING = "Intercom's servers keep failing: run the sync again later."
REFUSED = "Intercom refused a request of the connector's: please report it."
REFUSED_RENEWAL = (
    "Intercom does not renew the access token, which has expired or was revoked: re-authenticate "
    "the connection."
)

NOT_OWN = Meaning(REFUSALS, None, Remedy.WAIT, NOT_INTERCOMS)

MEANINGS = (
    BAD_TOKEN,
    Meaning(ANY, frozenset({"api_plan_restricted"}), Remedy.CONFIGURE, NOT_IN_PLAN),
    Meaning(ANY, frozenset({"intercom_version_invalid"}), Remedy.CONFIGURE, NO_VERSION),
    Meaning(range(300, 400), None, Remedy.CONFIGURE, WRONG_HOST),
    Meaning(range(401, 402), None, Remedy.CONFIGURE, REFUSED_HERE),
    Meaning(range(402, 403), None, Remedy.CONFIGURE, NOT_IN_PLAN),
    Meaning(range(403, 404), None, Remedy.CONFIGURE, NO_PERMISSION),
    Meaning(range(404, 405), None, Remedy.REPORT, GONE),
    Meaning(range(408, 409), None, Remedy.WAIT, FAILING),
    Meaning(range(410, 411), None, Remedy.REPORT, GONE),
    Meaning(range(429, 430), None, Remedy.WAIT, LIMITED),
    Meaning(range(500, 600), None, Remedy.WAIT, FAILING),
    Meaning(ANY, None, Remedy.REPORT, REFUSED),
)
"""The first that fits counts."""


class Trouble(Enum):
    """What kept an answer away, or made it none; each may pass, and each is tried again."""

    TLS = (
        "There is no trusted TLS connection to Intercom for {request}: check the proxy and its "
        "certificates."
    )
    PROXY = "The proxy refuses the connection to Intercom for {request}: check its settings."
    TIMEOUT = (
        "Intercom did not answer {request} in time: check the network, or run the sync again later."
    )
    CONNECTION = (
        "Can't connect to Intercom for {request}: check the network, its DNS and the firewall."
    )
    BROKEN_OFF = (
        "Intercom's answer to {request} broke off: check the network, or run the sync again later."
    )
    UNREADABLE = (
        "Intercom's answer to {request} can't be read ({reason}): check whether a proxy answers in "
        "Intercom's place, or run the sync again later."
    )
    UNSTEADY = "The pages of {request} do not add up ({reason}): run the sync again later."
    KEYLESS = (
        "Intercom sent rows of {request} without a {reason} that can be a key: please report it."
    )

    def sentence(self, request: str, reason: str = "") -> str:
        """What went wrong with a request, such as GET /me, and what can be done about it."""
        return self.value.format(request=request, reason=reason)


def read_refusal(status: int, content: bytes, permission: str | None = None) -> Refusal:
    """
    The meaning of a status that is not 200, whatever its body is (error.list, HTML, nothing).

    `permission` is the box to tick for the list that was asked for; None where any token that
    Intercom accepts may ask.
    """
    code, request_id = _error_list(content)
    meaning = next(
        each
        for each in MEANINGS
        if status in each.statuses and (each.codes is None or code in each.codes)
    )
    if meaning.sentence is REFUSED_HERE and permission is None:
        meaning = BAD_TOKEN
    if meaning.sentence in {GONE, REFUSED} and code is None and status in REFUSALS:
        meaning = NOT_OWN
    sentence = meaning.sentence.format(box=_box(permission))
    refusal = Refusal(status, code, request_id, meaning.remedy, sentence)
    return replace(refusal, sentence=f"{sentence.removesuffix('.')} ({refusal.reason}).")


def _box(permission: str | None) -> str:
    if permission == UNKNOWN:
        return "the permission for it, which Intercom's documentation does not name,"
    return f'"{permission}"' if permission else "its permissions"


def _error_list(content: bytes) -> tuple[str | None, str | None]:
    """Code and request id of {"type":"error.list","request_id":…,"errors":[{"code":…}]}."""
    try:
        body, _ = from_almost_json(content)
        errors = body.get("errors") or [{}]
        code, request_id = errors[0].get("code"), body.get("request_id")
    except (ValueError, RecursionError, AttributeError, IndexError, KeyError, TypeError):
        return None, None
    return _text(code), _text(request_id)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
