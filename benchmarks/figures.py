"""What is measured, one function a figure; each returns plain JSON for the report."""

from __future__ import annotations

import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import contestants
from benchmarks.contestants import Contestant
from benchmarks.intercom import AMPLE, Intercom, Journal, intercom
from benchmarks.measure import Sync

CORE = ("contacts", "conversations", "conversation_parts")
PAGE, SCROLL_PAGE, PARTS = 150, 100, 6
"""Rows a page of a search and of the scroll, and parts of a conversation unless stated."""
TEN_YEARS_BEFORE = "2014-11-02T00:00:00Z"
"""The emulator's workspaces begin in November 2024."""
MOST_OF_CDK = 100_000
"""Contacts that the CDK's default stack is given; it takes a minute for more."""
MOST_LIMIT = 4000
"""Requests per 10 s, a high limit of Intercom's."""
Result = dict[str, Any]


def pages(rows: int, size: int = PAGE) -> int:
    """How many pages hold so many rows."""
    return -(-rows // size)


def expected(sizes: Mapping[str, int]) -> dict[str, int]:
    """The rows of each stream in a workspace of these sizes; nothing where none are given."""
    if not sizes:
        return {}
    parts = sizes.get("conversations", 0) * sizes.get("parts", PARTS)
    return {**sizes, "conversation_parts": parts}


def seed(sizes: Mapping[str, int]) -> str:
    """The emulator's name for them."""
    return ",".join(f"{name}={size}" for name, size in sizes.items())


class Bench:
    """The contestants, and how long things may take."""

    def __init__(
        self,
        scratch: Path,
        bundle: Path | None,
        absent: Mapping[str, str],
        *,
        quick: bool,
        rounds: int,
        against: Path | None = None,
    ) -> None:
        self.scratch = scratch
        self.absent = absent
        """Why peers are missing, by name."""
        self.against = against
        """Another checkout of this project, to be compared with."""
        self.door = scratch if bundle is not None else None
        """Where contestants meet Intercom under its own name; None on plain loopback."""
        self.quick = quick
        self.rounds = 1 if quick else rounds
        self.connector = contestants.connector(bundle)
        self.cdk = contestants.cdk_default(bundle)
        peers = [contestants.airbyte(), contestants.singer(bundle)]
        self.peers = [peer for peer in peers if peer.name not in absent]

    def run(
        self,
        who: Contestant,
        server: Intercom,
        streams: Sequence[str],
        sizes: Mapping[str, int],
        *,
        latency: float = 0.0,
        rate_limit: int = AMPLE,
        cut_off: float | None = None,
        **options: Any,
    ) -> Result:
        """
        One sync of the untouched workspace, with what its journal and its output tell.

        `latency`: seconds a request. `rate_limit`: requests per 10 s. `cut_off`: seconds after
        which the sync is ended. `options`: of its config. Sizes are bytes, times are seconds.
        """
        server.begin()
        url = None if server.is_behind_tls else server.url
        try:
            who.catalog(self.scratch, streams, url)
        except (subprocess.CalledProcessError, ValueError) as error:
            if not who.is_peer:
                raise
            print(f"  {who.title} does not run: {error}", flush=True)
            return {"who": who.name, "streams": list(streams), "failure": str(error)}
        server.begin(latency=latency, rate_limit=rate_limit)
        sync = who.sync(self.scratch, streams, url, cut_off=cut_off, **options)
        was_cut = cut_off is not None and sync.wall >= cut_off
        result: Result = {
            "who": who.name,
            "streams": list(streams),
            "sizes": dict(sizes),
            "failed": sync.exit_code != 0 and not was_cut,
            "options": options,
            **_told(sync, server.journal(), streams, sizes, rate_limit, is_whole=cut_off is None),
        }
        _say(who, result, is_cut=cut_off is not None)
        return result


def _told(
    sync: Sync,
    journal: Journal,
    streams: Sequence[str],
    sizes: Mapping[str, int],
    rate_limit: int,
    *,
    is_whole: bool,
) -> Result:
    """What a sync's output and its journal tell."""
    result: Result = {
        "wall": sync.wall,
        "cpu": sync.cpu,
        "peak": sync.peak,
        "first_record": sync.first_record,
        "rows": dict(sync.rows),
        "requests": journal.requests,
        "by_route": dict(journal.keys),
        "refused": journal.refused,
        "errors": sync.errors[:3],
    }
    if is_whole:
        whole = expected(sizes)
        counted = [name for name in streams if name in {*CORE, "companies"} & whole.keys()]
        result["lost"] = sum(whole[name] - sync.distinct(name) for name in counted)
        result["tenths"] = journal.tenths()
    if rate_limit != AMPLE:
        result |= {
            "limit": rate_limit,
            "share": journal.share(rate_limit),
            "per_second": journal.per_second(),
        }
    return result


def _say(who: Contestant, run: Result, *, is_cut: bool) -> None:
    print(
        f"  {who.title}: {run['wall']:.1f} s, {run['cpu']:.1f} s CPU, "
        f"{sum(run['rows'].values())} rows, {run['requests']} requests, {run['peak'] / 1e6:.0f} MB"
        + (f", {run['share']:.1%} of the limit" if is_cut and "share" in run else "")
        + (f", LOST {run['lost']}" if run.get("lost") else "")
        + (", FAILED" if run["failed"] else ""),
        flush=True,
    )


def limits(bench: Bench) -> Result:
    """The share of the rate limit, while there is more work than time; requests per 10 s."""
    sizes = {"contacts": 60_000, "conversations": 60_000}
    plan = [(bench.connector, limit) for limit in (170, 1667, MOST_LIMIT)]
    if not bench.quick:
        plan += [(who, 1667) for who in (*bench.peers[:1], bench.cdk)]
    cut_off = 36.0 if bench.quick else 46.0
    runs = []
    with intercom(seed(sizes), door=bench.door) as server:
        for who, limit in plan:
            print(f"  {limit:,} per 10 s")
            runs.append(
                bench.run(who, server, CORE, sizes, latency=0.3, rate_limit=limit, cut_off=cut_off)
            )
    return {"runs": runs}


def wall(bench: Bench) -> Result:
    """
    Contacts, conversations and their parts at 250 ms a request, side by side.

    Only the connector and the peer of the goal run in every round: the others take minutes.
    """
    sizes = {"contacts": 3_000, "conversations": 400}
    if bench.quick:
        sizes = {"contacts": 1_500, "conversations": 80}
    runs = []
    with intercom(seed(sizes), door=bench.door) as server:
        for number in range(bench.rounds):
            peers = [peer for peer in bench.peers if number == 0 or peer.name == "airbyte"]
            for who in (bench.connector, *peers, *([bench.cdk] if number == 0 else [])):
                runs.append(bench.run(who, server, CORE, sizes, latency=0.25, rate_limit=1667))  # noqa: PERF401
    return {"runs": runs, "sizes": sizes}


def cpu(bench: Bench) -> Result:
    """CPU of a contact: what it takes beyond a sync of almost nothing, in the same round."""
    few, many = 150, 15_000 if bench.quick else 90_000
    runs: list[Result] = []
    for _ in range(bench.rounds):
        for size in (few, many):
            sizes = {"contacts": size}
            with intercom(seed(sizes), door=bench.door) as server:
                for who in (bench.connector, bench.cdk, *bench.peers):
                    runs.append(bench.run(who, server, CORE[:1], sizes))  # noqa: PERF401
    return {"runs": runs, "few": few, "many": many}


def throughput(bench: Bench) -> Result:
    """Records a second with no latency at all."""
    contacts = {"contacts": 30_000 if bench.quick else 100_000}
    conversations = {"conversations": 2_000 if bench.quick else 8_000}
    runs = []
    for sizes, streams in ((contacts, CORE[:1]), (conversations, CORE[1:])):
        with intercom(seed(sizes)) as server:
            runs += [
                bench.run(bench.connector, server, streams, sizes) for _ in range(bench.rounds)
            ]
    return {"runs": runs}


def requests_of_first_sync(bench: Bench) -> Result:
    """Requests against the least there could be, with ten and more years without a row before."""
    sizes = {"contacts": 60_000, "conversations": 3_000, "companies": 5_000}
    streams = [*CORE, "companies"]
    ideal = (
        pages(sizes["contacts"])
        + pages(sizes["conversations"])
        + sizes["conversations"]
        + pages(sizes["companies"], SCROLL_PAGE)
    )
    starts: tuple[dict[str, Any], ...] = ({"start_date": TEN_YEARS_BEFORE}, {})
    with intercom(seed(sizes)) as server:
        runs = [bench.run(bench.connector, server, streams, sizes, **start) for start in starts]
        alone = {
            "+".join(chosen): bench.run(bench.connector, server, chosen, sizes)["requests"]
            for chosen in (CORE[:1], CORE[1:2], CORE[2:], CORE[1:])
        }
    return {"runs": runs, "ideal": ideal, "alone": alone, "sizes": sizes}


def growth(bench: Bench) -> Result:
    """Time, requests and memory from small to large."""
    contacts = [10_000, 30_000] if bench.quick else [10_000, 100_000, 1_000_000]
    conversations = [200, 600] if bench.quick else [200, 2_000, 20_000]
    plan = [({"contacts": size}, CORE[:1]) for size in contacts]
    plan += [({"conversations": size, "parts": 50}, CORE[2:]) for size in conversations]
    runs = []
    with ExitStack() as stack:
        servers = [stack.enter_context(intercom(seed(sizes))) for sizes, _ in plan]
        for number in range(bench.rounds):
            for server, (sizes, streams) in zip(servers, plan, strict=True):
                runs.append(bench.run(bench.connector, server, streams, sizes))
                if number == 0 and 0 < sizes.get("contacts", 0) <= MOST_OF_CDK:
                    runs.append(bench.run(bench.cdk, server, streams, sizes))
    return {"runs": runs}


def hot_day(bench: Bench) -> Result:
    """The same contacts, spread over two years or half of them within one hour."""
    sizes = [{"contacts": 15_000 if bench.quick else 60_000, "hot_day": hot} for hot in (0, 1)]
    with intercom(seed(sizes[0])) as even, intercom(seed(sizes[1])) as hot:
        runs = [
            bench.run(bench.connector, server, CORE[:1], size, latency=0.25, rate_limit=1667)
            for _ in range(bench.rounds)
            for server, size in zip((even, hot), sizes, strict=True)
        ]
    return {"runs": runs}


def half_a_million(bench: Bench) -> Result:
    """A conversation's cost to the 500,000th: a quarter of an hour, so only by --only."""
    sizes = {"conversations": 50_000 if bench.quick else 500_000, "parts": 2}
    with intercom(seed(sizes)) as server:
        return {"runs": [bench.run(bench.connector, server, CORE[2:], sizes)]}


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Median, least, greatest."""
    return statistics.median(values), min(values), max(values)


FIGURES: dict[str, Callable[[Bench], Result]] = {
    "limits": limits,
    "wall": wall,
    "hot_day": hot_day,
    "cpu": cpu,
    "throughput": throughput,
    "requests": requests_of_first_sync,
    "growth": growth,
}
ON_REQUEST: dict[str, Callable[[Bench], Result]] = {"half_a_million": half_a_million}
