"""
One request for one parent: what completes a nested list, or stands in no list at all.

    rest: {path: "/contacts/{id}/tags", record_keys: [data], when: more}
    rest: {path: "/conversations/{id}", at: [conversation_parts, conversation_parts]}
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote

from source_intercom.http.client import TRIES, IntercomClient, IntercomError
from source_intercom.intercom.errors import Trouble
from source_intercom.intercom.pages import MalformedAnswer, Row, are_rows, parse_object, whole
from source_intercom.reading.endpoint import Endpoint
from source_intercom.reading.lists import Form, List
from source_intercom.reading.progress import Progress
from source_intercom.reading.window import Window
from source_intercom.tables.rows import Path, Rows, found_at

MOST_PARTS = 500
"""Intercom returns the newest 500 parts of a conversation or ticket, and no way to older ones."""
SHORTEST_CUT = 10
"""https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/contact"""
SHORT_TRIES = 3
SHORT_SECONDS = 2.0
"""Until an answer that is short of its count is asked for again: a replica may be behind."""

logger = logging.getLogger("airbyte")


class Answer(NamedTuple):
    """The entries of one parent, the parent as the answer shows it, and how many bytes it took."""

    entries: Sequence[Row]
    parent: Row
    size: int


class Longest:
    """
    The longest of the nested lists that were seen.

    A list that is cut at a length which nobody knows is never shorter than another one, and the
    shortest length at which Intercom is known to cut any is ten.
    """

    def __init__(self) -> None:
        self._length = SHORTEST_CUT

    def may_be_cut(self, length: int) -> bool:
        """Whether no list has been longer than this one."""
        self._length = max(self._length, length)
        return length == self._length  # guard: longest list


@dataclass(frozen=True)
class Call:
    """
    A request that is made for each parent that needs it; the answer is a list below the parent.

    `when`: "more" for parents whose nested list is cut off, "longest" for those whose list may be,
    without a word of it, or a path to something that those have which are asked for; all of them
    without. `entries` lie deeper in what is listed, `of` a field, and get the fields to `keep` of
    it. {id} in path, parameters and body is the parent's, {start} and {end} are those of the
    table's window. The other fields are those of Endpoint and List.
    """

    path: str
    record_keys: tuple[str, ...] = ("data",)
    permission: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    paging: str | None = None
    paged: bool = False
    guess: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ("id",)
    when: str | Path | None = None
    entries: Mapping[str, Any] | None = None
    window: Window | None = None
    longest: Longest = field(default_factory=Longest, compare=False)

    def is_needed(self, parent: Row, rows: Rows) -> bool:
        """Whether the parent's own row does not say all."""
        if self.when is None:
            return True
        if self.when == "longest":
            return self.longest.may_be_cut(rows.shown(parent))
        if isinstance(self.when, str):
            return rows.are_cut_off(parent) or rows.are_left_out(parent)  # guard: completing call
        return bool(found_at(parent, self.when))

    def endpoint(self, parent: Row) -> Endpoint:
        """Where one parent's answer is."""
        words: dict[str, Any] = {"id": str(parent["id"])}
        if self.window is not None:
            words |= {"start": self.window.start, "end": self.window.end}
        path, _, query = self.path.partition("?")
        return Endpoint(
            path.format(id=quote(words["id"], safe="")),
            self.record_keys,
            self.permission,
            _filled({**dict(parse_qsl(query)), **self.params}, words),
            method="GET" if self.body is None else "POST",
            body=_filled(self.body, words),
            paging=self.paging,
        )

    def ask(self, client: IntercomClient, parent: Row, rows: Rows, tries: int = TRIES) -> Answer:
        """
        What Intercom answers for one parent. Raises `IntercomError`.

        An answer with fewer entries than the parent's row counts is asked for once more.
        """
        expected = rows.counted(parent) if self.when == "more" else 0  # guard: short completion
        for is_last in (False, True):
            form = Form(self.paged, guess=self.guess, key=self.key)
            reading = List(self.endpoint(parent), client, Progress(self.path), form, tries)
            listed = reading.rows()
            if len(listed) >= expected or is_last:
                break
            client.sleep(SHORT_SECONDS)
        return Answer([*self._entries(listed)], parent, reading.size)

    def _entries(self, listed: Sequence[Row]) -> Iterator[Row]:
        if self.entries is None:
            yield from listed
            return
        for each in listed:
            kept = {name: each.get(name) for name in self.entries["keep"]}
            entries = each.get(self.entries["of"])
            if entries is not None and not are_rows(entries):
                reason = f"there is no list of objects under {self.entries['of']}"
                raise IntercomError.of(Trouble.UNREADABLE, self.path, reason)
            self._look_for_the_rest(each, len(entries or ()))
            for entry in entries or ():
                yield {**entry, **kept}

    def _look_for_the_rest(self, holder: Row, shown: int) -> None:
        """Say where an object counts more entries than it shows: nothing brings the others."""
        counted = whole(holder.get("total_count")) or 0
        if counted > shown:
            names = [str(holder.get(name)) for name in (self.entries or {})["keep"]]
            logger.warning(
                "%s: Intercom shows %d of the %d rows of %s; the others can't be read.",
                self.path,
                shown,
                counted,
                ", ".join(names),
            )


def call_of(given: Mapping[str, Any], permission: str | None) -> Call:
    """The call that a manifest gives: an object's where it says `at`, else a list's."""
    fields: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in given.items()
    }
    fields.setdefault("permission", permission)
    return ObjectCall(**fields) if "at" in fields else Call(**fields)


def _filled(text: Any, words: Mapping[str, Any]) -> Any:
    """Texts, at any depth, with words in their places."""
    if isinstance(text, str):
        return text.format_map(words)
    if isinstance(text, Mapping):
        return {name: _filled(each, words) for name, each in text.items()}
    return text


@dataclass(frozen=True)
class ObjectCall(Call):
    """
    The answer is the parent's own object, whose entries lie `at` a path.

    Without entries, the object itself is the one; a path to an object makes that the one.
    """

    at: Path = ()

    def ask(self, client: IntercomClient, parent: Row, rows: Rows, tries: int = TRIES) -> Answer:
        """
        What Intercom shows of one parent. Raises `IntercomError`.

        Fewer entries than it counts are asked for again; where that doesn't help, and beyond 500,
        that is said with both numbers.
        """
        endpoint, name = self.endpoint(parent), str(parent["id"])
        for attempt in range(1, SHORT_TRIES + 1):
            shown, size = endpoint.ask(
                client, lambda content: (self._parse(content, name), len(content)), tries=tries
            )
            entries = self._shown(shown)
            counted = whole(self._holder(shown).get("total_count")) or 0
            # guard: short thread
            if len(entries) >= min(counted, MOST_PARTS) or attempt == SHORT_TRIES:
                break
            client.sleep(SHORT_SECONDS)
        if len(entries) >= MOST_PARTS:
            # Whether total_count goes beyond what is returned is not documented; the statistics
            # do, and count the first message as well.
            parts = found_at(shown, ("statistics", "count_conversation_parts"))
            counted = max(counted, (whole(parts) or 0) - 1)
        if len(entries) < counted:  # guard: parts beyond 500
            logger.warning(
                "%s %s has %d parts; Intercom returns %d of them (at most the newest %d), so older "
                "ones can't be read.",
                rows.of,
                name,
                counted,
                len(entries),
                MOST_PARTS,
            )
        return Answer(entries, {**parent, **_dated(shown)}, size)

    def _holder(self, shown: Row) -> Row:
        found = found_at(shown, self.at[:-1])
        return found if isinstance(found, dict) else {}

    def _shown(self, shown: Row) -> list[Row]:
        found = self._holder(shown).get(self.at[-1]) if self.at else shown
        if isinstance(found, list):
            return found
        return [found] if isinstance(found, dict) else []

    def _parse(self, content: bytes, name: str) -> Row:
        """The parent's own object. Raises `MalformedAnswer` on another one, or without entries."""
        body = parse_object(content)
        entries = self._holder(body).get(self.at[-1]) if self.at else None
        is_one = len(self.at) <= 1 and (entries is None or isinstance(entries, dict))
        if not (is_one or (len(self.at) > 1 and are_rows(entries))):
            raise MalformedAnswer(f"the object has nothing that can be its {self.at[-1]}")
        if str(body.get("id")) != name:  # guard: another object
            raise MalformedAnswer("it is another object")
        return body


def _dated(shown: Row) -> Row:
    """The date of a parent as it is now, which its entries carry."""
    updated_at = shown.get("updated_at")
    return {"updated_at": updated_at} if updated_at else {}
