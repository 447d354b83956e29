"""Where Intercom lists something: path, envelopes, permission, and what every request brings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from source_intercom.http.client import TRIES, IntercomClient
from source_intercom.intercom.pages import OddRows, Page, parse_page

Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Endpoint:
    """
    One list of Intercom's.

    `record_keys`: the envelopes that it is known to come in. `permission`: the box to tick in
    Intercom's Developer Hub. `version`: another Intercom-Version than the connector's own. `body`
    of a POST takes the parameters of a page, below `paging` where that is a key of it. `wrap`: the
    field that a row of plain text gets.
    """

    path: str
    record_keys: tuple[str, ...]
    permission: str | None
    params: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    version: str | None = None
    body: Mapping[str, Any] | None = None
    paging: str | None = None
    wrap: str | None = None

    def ask(
        self,
        client: IntercomClient,
        parse: Callable[[bytes], Parsed],
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        tries: int = TRIES,
    ) -> Parsed:
        """What `parse` makes of the answer. Raises `IntercomError`."""
        return client.send(
            self.method,
            self.path,
            params={**self.params, **(params or {})},
            json=json,
            parse=parse,
            permission=self.permission,
            version=self.version,
            tries=tries,
        )

    def page(
        self,
        client: IntercomClient,
        params: Mapping[str, str] | None = None,
        *,
        paged: bool = False,
        lenient: bool = False,
        tries: int = TRIES,
    ) -> Page:
        """
        One page.

        `paged`: it is known to say where it is in the list's pages. `lenient`: a row that is no
        object is an empty one, and costs the page nothing; and so it is at a second answer.
        """
        parse_rows = partial(parse_page, record_keys=self.record_keys, paged=paged, wrap=self.wrap)
        is_lenient = lenient

        def parse(content: bytes) -> Page:
            nonlocal is_lenient
            try:
                return parse_rows(content, lenient=is_lenient)
            except OddRows:
                is_lenient = True
                raise

        if self.body is None:
            return self.ask(client, parse, params=params, tries=tries)
        place = {name: _number(value) for name, value in (params or {}).items()}
        held = {self.paging: {**self.body.get(self.paging, {}), **place}} if self.paging else place
        return self.ask(client, parse, json={**self.body, **held}, tries=tries)


def _number(value: str) -> str | int:
    return int(value) if value.isdecimal() else value
