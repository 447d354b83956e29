"""One HTTP request and one HTTP response, free of any server or client library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import orjson

Json = dict[str, Any]


@dataclass
class Request:
    """
    What a client sent. Header names are lower case.

    `route` is the path template ("/contacts/{contact_id}") once the router has found it,
    `base_url` is what absolute `pages.next` URLs start with.
    """

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""
    route: str | None = None
    path_parameters: dict[str, str] = field(default_factory=dict)
    token_name: str | None = None
    version: str = ""

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters; of a repeated one, the last."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @cached_property
    def json(self) -> Any:
        """The parsed JSON body, or None when it is empty or no JSON."""
        if not self.body:
            return None
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    @property
    def route_key(self) -> str:
        """The operation, such as "GET /contacts/{contact_id}"."""
        return f"{self.method} {self.route or self.path}"

    @property
    def per_page(self) -> int | None:
        """The page size the client asked for, in the query or under `pagination`."""
        asked: Any = self.query.get("per_page")
        if asked is None and isinstance(self.json, dict):
            pagination = self.json.get("pagination")
            asked = pagination.get("per_page") if isinstance(pagination, dict) else None
            asked = self.json.get("per_page") if asked is None else asked
        try:
            return int(asked)
        except (TypeError, ValueError):
            return None


@dataclass
class Response:
    """
    What goes back.

    The last three fields are for the wire: seconds of silence before the answer, a connection
    that is reset instead of answered, and a body that stops after so many bytes.
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    hang_seconds: float = 0.0
    reset: bool = False
    cut_after: int | None = None

    @classmethod
    def of(cls, body: Json, status: int = 200) -> Response:
        """Serialise `body` as JSON."""
        return cls(status, orjson.dumps(body))

    @property
    def json(self) -> Any:
        """The parsed body."""
        return orjson.loads(self.body)
