"""
What connectors for Intercom do today, in small: the trials must see it lose records.

    python -m integration_tests.bad_twin      what it and the connector lose in the same histories

The query and the options of the incumbent: slices of 30 days, AND(OR(`>`, `=` start), `<` end);
state is the newest row seen; parts are filtered by their own dates; a 404 ends the scroll; a body
that is no JSON is an empty page.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import requests
from hypothesis import HealthCheck, Phase, given, seed, settings

from integration_tests.families import FAMILIES
from integration_tests.histories import History, histories
from integration_tests.laboratory import BASE_URL, DAY, INCREMENTAL, as_emitted
from integration_tests.playing import SyncFunction, Tally, play
from integration_tests.syncing import Output, sync_in_process
from intercom_emulator import Emulator

STEP = 30 * DAY
TRIES = 5
HISTORIES = 50
"""Of each stream, to see what is lost."""
FAMILY_OF = {
    stream: tuple(name for name, each in FAMILIES.items() if stream in each.streams)
    for stream in INCREMENTAL
}
Row = dict[str, Any]


class BadTwin:
    """A connector that loses records; `now` is its machine's clock."""

    def __init__(self, intercom: Emulator) -> None:
        self._now = intercom.clock.now
        self._headers = {
            "Authorization": f"Bearer {intercom.token}",
            "Intercom-Version": "2.16",
        }

    def __call__(
        self,
        _config: dict[str, Any],
        streams: list[str],
        state: list[dict[str, Any]],
        *,
        whole: frozenset[str],
    ) -> Output:
        """One sync, every stream COMPLETE; those of `whole` from the beginning."""
        output = Output()
        cursors = {
            each["stream"]["stream_descriptor"]["name"]: each["stream"]["stream_state"]
            for each in state
        }
        for stream in streams:
            known = {} if stream in whole else cursors.get(stream, {})
            since = int(known.get("updated_at", 0))
            newest = since
            for row in getattr(self, f"_{stream}")(since):
                if not row["id"]:
                    continue
                newest = max(newest, row["updated_at"])
                record = {"stream": stream, "data": as_emitted(stream, row)}
                output.messages.append({"type": "RECORD", "record": record})
            output.messages += [_state(stream, newest), _complete(stream)]
        return output

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        """The body; {} where there is none, as a decoder has it that takes no for an answer."""
        for _ in range(TRIES):
            try:
                answer = requests.request(
                    method, BASE_URL + path, headers=self._headers, timeout=60, **options
                )
            except requests.RequestException:
                continue
            if answer.status_code == requests.codes.not_found:
                return {}
            if answer.status_code == requests.codes.ok:
                try:
                    return answer.json() or {}
                except requests.JSONDecodeError:
                    return {}
        return {}

    def _search(self, path: str, key: str, since: int) -> Iterator[Row]:
        start = since or self._now() - 4 * STEP
        while start < self._now():
            end = min(start + STEP, self._now())
            yield from self._slice(path, key, start, end)
            start = end

    def _slice(self, path: str, key: str, start: int, end: int) -> Iterator[Row]:
        def bound(operator: str, value: int) -> Row:
            return {"field": "updated_at", "operator": operator, "value": value}

        since = {"operator": "OR", "value": [bound(">", start), bound("=", start)]}
        body: Row = {
            "query": {"operator": "AND", "value": [since, bound("<", end)]},
            "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": {"per_page": 150},
        }
        while True:
            page = self._ask("POST", path, json=body)
            yield from page.get(key, [])
            following = (page.get("pages") or {}).get("next") or {}
            if not following:
                return
            body["pagination"]["starting_after"] = following["starting_after"]

    def _contacts(self, since: int) -> Iterator[Row]:
        return self._search("/contacts/search", "data", since)

    def _conversations(self, since: int) -> Iterator[Row]:
        return self._search("/conversations/search", "conversations", since)

    def _conversation_parts(self, since: int) -> Iterator[Row]:
        for conversation in self._conversations(since):
            detail = self._ask("GET", f"/conversations/{conversation['id']}")
            for part in (detail.get("conversation_parts") or {}).get("conversation_parts", []):
                if part["updated_at"] >= since:
                    yield {
                        **part,
                        "conversation_id": conversation["id"],
                        "conversation_updated_at": conversation["updated_at"],
                    }

    def _companies(self, since: int) -> Iterator[Row]:
        page = self._ask("GET", "/companies/scroll")
        while page.get("data"):
            yield from (row for row in page["data"] if row["updated_at"] >= since)
            parameter = page["scroll_param"]
            page = self._ask("GET", "/companies/scroll", params={"scroll_param": parameter})

    def _articles(self, since: int) -> Iterator[Row]:
        page = self._ask("GET", "/articles", params={"per_page": "250"})
        number = 1
        while page.get("data"):
            yield from (row for row in page["data"] if row["updated_at"] >= since)
            number += 1
            page = self._ask("GET", "/articles", params={"per_page": "250", "page": str(number)})


def _state(stream: str, newest: int) -> Row:
    return {
        "type": "STATE",
        "state": {
            "type": "STREAM",
            "stream": {
                "stream_descriptor": {"name": stream},
                "stream_state": {"updated_at": str(newest)},
            },
        },
    }


def _complete(stream: str) -> Row:
    return {
        "type": "TRACE",
        "trace": {
            "type": "STREAM_STATUS",
            "stream_status": {"stream_descriptor": {"name": stream}, "status": "COMPLETE"},
        },
    }


def each_history(
    stream: str, look: Callable[[History], None], histories_of_it: int = HISTORIES
) -> None:
    """Show the same histories of a stream to whoever asks."""

    @seed(1)
    @settings(
        max_examples=histories_of_it,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(history=histories(FAMILY_OF[stream], (stream,)))
    def law(history: History) -> None:
        look(history)

    law()


def losses(stream: str, connector: Callable[[Emulator], SyncFunction]) -> tuple[int, int, int]:
    """How many histories lost anything, and the rows missing and stale over all of them."""
    found: list[list[str]] = []
    each_history(stream, lambda history: found.append(play(history, Tally(), connector)))
    told = "\n".join(line for each in found for line in each)
    missing, stale = (
        sum(int(number) for number in re.findall(rf": (\d+) {kind}", told))
        for kind in ("missing", "stale")
    )
    lost = [each for each in found if any(" missing" in line or " stale" in line for line in each)]
    return len(lost), missing, stale


def main() -> None:
    """Print a table of what is lost, stream by stream."""
    logging.disable(logging.CRITICAL)
    connectors = {"bad twin": BadTwin, "this connector": lambda _intercom: sync_in_process}
    for stream in INCREMENTAL:
        for name, connector in connectors.items():
            lost, missing, stale = losses(stream, connector)
            row = f"| {stream} | {name} | {lost} of {HISTORIES} | {missing:,} | {stale:,} |"
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
