"""
Tables that share a reading, against their parent's table alone, and all streams against ten.

With another checkout (`--against FOLDER`, where `make install` has run), its connector takes turns
with this one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import contestants
from benchmarks.contestants import Contestant
from benchmarks.figures import CORE, Bench, Result, seed
from benchmarks.intercom import intercom
from integration_tests.syncing import CORE_STREAMS

CONTACTS = ("contacts", "contact_tags", "contact_companies", "contact_subscriptions")
MERGES = "contact_merges"
FAMILIES = {
    "tickets": ("tickets", "ticket_parts", "ticket_contacts", "ticket_linked_objects"),
    "conversations": (
        "conversations",
        "conversation_contacts",
        "conversation_tags",
        "conversation_teammates",
        "conversation_linked_objects",
    ),
    "companies": ("companies", "company_tags", "company_segments"),
}
BEFORE = "before"


def families(bench: Bench) -> Result:
    """Contacts with four relations against contacts alone; walks; all streams against ten."""
    few = bench.quick
    people = {"contacts": 8_000 if few else 40_000, "contact_tags": 3, "contact_companies": 1}
    people |= {"contact_subscriptions": 2, "merged": 10, "companies": 2_000}
    runs: list[Result] = []
    with intercom(seed(people)) as server:
        for _ in range(bench.rounds):
            for streams in (CONTACTS[:1], (*CONTACTS, MERGES)):
                runs.append(bench.run(bench.connector, server, streams, people))  # noqa: PERF401
    return {"runs": runs, "walks": _walks(bench, few=few), "memory": _memory(bench, few=few)}


def _walks(bench: Bench, *, few: bool) -> dict[str, list[int]]:
    """By family, the requests of its first stream alone and those of all."""
    sizes = {"companies": 1_000, "conversations": 1_500, "tickets": 300 if few else 1_500}
    with intercom(seed({**sizes, "company_tags": 2, "conversation_tags": 2})) as server:
        return {
            name: [
                bench.run(bench.connector, server, chosen, {})["requests"]
                for chosen in (streams[:1], streams)
            ]
            for name, streams in FAMILIES.items()
        }


def _memory(bench: Bench, *, few: bool) -> dict[str, list[int]]:
    """Peak bytes with the ten streams, and with all that are offered."""
    sizes = {"contacts": 20_000, "companies": 5_000, "conversations": 3_000, "tickets": 1_000}
    if few:
        sizes = {name: size // 10 for name, size in sizes.items()}
    extra = {"contact_tags": 3, "contact_subscriptions": 2, "merged": 10, "company_tags": 2}
    peaks: dict[str, list[int]] = {"ten": [], "all": []}
    with intercom(seed({**sizes, **extra, "conversation_tags": 2})) as server:
        server.begin()
        offered = _offered(bench.connector, bench.scratch, server.url)
        for _ in range(bench.rounds):
            for name, streams in (("ten", CORE_STREAMS), ("all", offered)):
                peaks[name].append(bench.run(bench.connector, server, streams, {})["peak"])
    return {**peaks, "streams": [len(CORE_STREAMS), len(offered)]}


def _offered(who: Contestant, scratch: Path, url: str) -> list[str]:
    who.catalog(scratch, [], url)
    return who.offered(scratch)


def against(bench: Bench) -> Result:
    """The connector of another checkout beside this one: CPU, first record, memory, requests."""
    if bench.against is None:
        raise SystemExit("--only against needs --against FOLDER, another checkout's.")
    before = contestants.checkout(BEFORE, bench.against)
    few, many = 150, 15_000 if bench.quick else 60_000
    runs: list[Result] = []
    for _ in range(bench.rounds):
        for size in (few, many):
            sizes = {"contacts": size}
            with intercom(seed(sizes)) as server:
                for who in (bench.connector, before):
                    runs.append(bench.run(who, server, CORE[:1], sizes))  # noqa: PERF401
        sizes = {"contacts": 3_000, "conversations": 400}
        with intercom(seed(sizes)) as server:
            for who in (bench.connector, before):
                runs.append(bench.run(who, server, CORE, sizes, latency=0.25))  # noqa: PERF401
    return {"runs": runs, "few": few, "many": many}


def completing(by_route: Counter[str] | dict[str, int]) -> int:
    """How many of the requests were made for one contact alone."""
    return sum(count for route, count in by_route.items() if "/contacts/{" in route)


def pairs(result: Result, streams: Sequence[int]) -> list[tuple[Any, Any]]:
    """The runs with so many streams and so many, round by round."""
    one, other = (
        [run for run in result["runs"] if len(run["streams"]) == count] for count in streams
    )
    return list(zip(one, other, strict=True))
