"""The table of goals and results, and docs/benchmarks."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks import charts, contestants, families
from benchmarks.figures import CORE, MOST_LIMIT, PARTS, Result, pages, spread

DOCS = contestants.ROOT / "docs" / "benchmarks"
TITLES = {
    "connector": "this connector",
    "airbyte": "airbyte-source-intercom 0.8.3",
    "singer": "tap-intercom 2.2.5",
    "cdk": "the CDK's default stack",
}
MEGABYTE = 1e6
APART = {
    "families": "tables that share a reading, and all streams against ten",
    "against": "this connector beside the one of another checkout",
    "loads": "loads into DuckDB and PostgreSQL beside plain PyAirbyte",
}
"""Figures that have a page of their own."""


@dataclass
class Row:
    """One line of the table."""

    figure: str
    goal: str
    result: str
    met: bool | None
    """None where there is no goal."""

    def cells(self) -> list[str]:
        """What is printed."""
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return [self.figure, self.goal, self.result, met]


def _of(result: Result, who: str) -> list[Result]:
    """The runs of a contestant that ran."""
    return [run for run in result["runs"] if run["who"] == who and "failure" not in run]


def _faults(runs: Iterable[Result]) -> str:
    """What forbids to take a result at its word: rows lost, a sync that failed; "" if nothing."""
    lost, failed = 0, 0
    for run in runs:
        lost = max(lost, run.get("lost", 0))
        failed += run["failed"]
    texts = [f"**{lost} rows lost**"] * (lost > 0) + [f"**{failed} syncs failed**"] * (failed > 0)
    return "".join(f"; {text}" for text in texts)


def _values(runs: Iterable[Result], name: str) -> list[float]:
    return [run[name] for run in runs if run[name] is not None]


def _median(runs: Iterable[Result], name: str) -> float:
    return spread(_values(runs, name))[0]


def _between(values: list[float], form: str = "{:.1f}") -> str:
    median, least, greatest = spread(values)
    text = form.format(median)
    if len(values) == 1:
        return text
    return f"{text} ({form.format(least)} to {form.format(greatest)}, {len(values)} rounds)"


def _limits(result: Result) -> list[Row]:
    rows = []
    for run in (run for who in TITLES for run in _of(result, who)):
        core = run["cpu"] / run["wall"]
        is_whole_core = run["limit"] == MOST_LIMIT and core >= 0.9
        good = (run["share"] >= 0.95 or is_whole_core) and run["refused"] <= 0.005
        goal = "≥ 95 %, ≤ 0.5 % refused"
        if run["limit"] == MOST_LIMIT:
            goal += ", or a whole core"
        is_ours = run["who"] == "connector"
        rows.append(
            Row(
                f"share of {run['limit']:,} requests per 10 s, 300 ms each, {TITLES[run['who']]}",
                goal if is_ours else "",
                f"{run['share']:.1%}, {run['refused']:.2%} refused; {core:.0%} of a core, "
                f"{run['peak'] / MEGABYTE:.0f} MB" + _faults([run]),
                good and not run["failed"] if is_ours else None,
            )
        )
    return rows


def _wall(result: Result) -> list[Row]:
    sizes = result["sizes"]
    ours = _of(result, "connector")
    volume = (
        f"{sizes['contacts']:,} contacts, {sizes['conversations']:,} conversations, "
        f"{sizes['conversations'] * PARTS:,} parts at 250 ms"
    )
    rows = []
    for who in ("airbyte", "singer", "cdk"):
        theirs = _of(result, who)
        if not theirs:
            continue
        ratio = _median(theirs, "wall") / _median(ours, "wall")
        rows.append(
            Row(
                f"wall time of {volume}, against {TITLES[who]}",
                "≥ 10 × faster" if who == "airbyte" else "",
                f"{ratio:.1f} ×: {_between(_values(ours, 'wall'))} s against "
                f"{_between(_values(theirs, 'wall'))} s; requests {ours[0]['requests']:,} against "
                f"{theirs[0]['requests']:,}; lost {ours[0]['lost']} against "
                f"{max(run['lost'] for run in theirs)}",
                ratio >= 10 and not _faults(ours) if who == "airbyte" else None,
            )
        )
    first = _values(ours, "first_record")
    others = "".join(
        f"; {TITLES[who]} {_between(_values(_of(result, who), 'first_record'))} s"
        for who in ("airbyte", "singer", "cdk")
        if _of(result, who)
    )
    text = f"{_between(first)} s{others}"
    return [*rows, Row("the first record, at 250 ms", "≤ 3 s", text, spread(first)[0] <= 3)]


def cpu_by_contestant(result: Result) -> dict[str, list[float]]:
    """Microseconds of CPU for each contact beyond those of a sync of almost none."""
    found = {}
    for who in TITLES:
        runs = _of(result, who)
        small = [run for run in runs if run["sizes"]["contacts"] == result["few"]]
        large = [run for run in runs if run["sizes"]["contacts"] == result["many"]]
        if small and large:
            found[who] = [
                (run["cpu"] - start["cpu"])
                / max(run["rows"]["contacts"] - start["rows"]["contacts"], 1)
                * 1e6
                for start, run in zip(small, large, strict=True)
            ]
    return found


def _cpu(result: Result) -> list[Row]:
    found = cpu_by_contestant(result)
    ours, default = found["connector"], found["cdk"]
    # Round by round: the machine is not as fast in one as in another.
    ratio = spread([theirs / own for theirs, own in zip(default, ours, strict=True)])[0]
    others = "".join(
        f"; {TITLES[who]} {_between(values, '{:.0f}')} µs"
        for who, values in found.items()
        if who not in ("connector", "cdk")
    )
    faults = _faults(_of(result, "connector"))
    text = f"{ratio:.1f} ×: {_between(ours, '{:.0f}')} µs against {_between(default, '{:.0f}')} µs"
    return [
        Row(
            "CPU a contact (2.5 KB), against the CDK's default stack",
            "≥ 4 × less",
            text + others + faults,
            ratio >= 4 and not faults,
        )
    ]


def _throughput(result: Result) -> list[Row]:
    contacts = [run for run in result["runs"] if "contacts" in run["sizes"]]
    talks = [run for run in result["runs"] if "contacts" not in run["sizes"]]
    rows = []
    for figure, goal, runs in (
        ("contacts a second, no latency", 10_000, contacts),
        (f"conversations and their {PARTS} parts each, records a second", 3_000, talks),
    ):
        counts = [sum(run["rows"].values()) for run in runs]
        rates = [count / run["wall"] for count, run in zip(counts, runs, strict=True)]
        later = [
            count / (run["wall"] - run["first_record"])
            for count, run in zip(counts, runs, strict=True)
        ]
        text = (
            f"{_between(rates, '{:,.0f}')} of {counts[0]:,}, start-up included; "
            f"{_between(later, '{:,.0f}')} from the first record on"
        )
        faults = _faults(runs)
        good = spread(rates)[0] >= goal and not faults
        rows.append(Row(figure, f"≥ {goal:,}", text + faults, good))
    return rows


def _requests(result: Result) -> list[Row]:
    ideal = result["ideal"]
    rows = []
    for run in _of(result, "connector"):
        start = run["options"].get("start_date", "1970-01-01 (no `start_date`)")
        ratio = run["requests"] / ideal
        rows.append(
            Row(
                f"requests of a first sync from {start.partition('T')[0]} on, history from 2024-11",
                "≤ 1.05 × ideal",
                f"{ratio:.3f} × ({run['requests']:,} against {ideal:,}); lost {run['lost']}",
                ratio <= 1.05 and not _faults([run]),
            )
        )
    alone = result["alone"]
    least = pages(result["sizes"]["contacts"])
    rows.append(
        Row(
            f"requests of {result['sizes']['contacts']:,} contacts alone",
            "≤ 1.05 × ideal",
            f"{alone['contacts'] / least:.3f} × ({alone['contacts']:,} against {least:,})",
            alone["contacts"] <= 1.05 * least,
        )
    )
    both, parts = alone["conversations+conversation_parts"], alone["conversation_parts"]
    rows.append(
        Row(
            "requests of conversations and parts together",
            "≤ 1 % more than parts alone",
            f"{both / parts - 1:+.2%} ({both:,} against {parts:,}; conversations alone "
            f"{alone['conversations']:,})",
            both <= parts * 1.01,
        )
    )
    return rows


def _growth(result: Result) -> list[Row]:
    ours = _of(result, "connector")
    contacts = [run for run in ours if "contacts" in run["sizes"]]
    talks = [run for run in ours if "conversations" in run["sizes"]]
    rows = []
    for name, runs in (("contacts", contacts), ("conversation_parts", talks)):
        text = ", ".join(
            f"{max(_values(same, 'peak')) / MEGABYTE:.0f} MB at {same[0]['rows'][name]:,}"
            for same in _by_size(runs)
        )
        good = max(_values(runs, "peak")) <= 250 * MEGABYTE and not _faults(runs)
        rows.append(Row(f"peak memory, {name}", "≤ 250 MB, flat", text + _faults(runs), good))
    for name, runs in (("contacts", contacts), ("conversations", talks)):
        # From size to size, so that the start-up, which all of them pay once, drops out.
        found = [(same[0]["sizes"][name], same) for same in _by_size(runs)]
        steps = [
            (_median(large, "wall") - _median(small, "wall")) / (most - least) * 1e6
            for (least, small), (most, large) in pairwise(found)
        ]
        asked = [_median(same, "requests") / size for size, same in found]
        text = ", ".join(f"{step:,.0f}" for step in steps)
        sizes = " → ".join(f"{size:,}" for size, _ in found)
        note = f" ({runs[0]['sizes']['parts']} parts each)" if name == "conversations" else ""
        rows.append(
            Row(
                f"growth of {name}, {sizes}{note}",
                "linear",
                f"{text} µs each from size to size; "
                f"{', '.join(f'{each:.4f}' for each in asked)} requests each",
                steps[-1] <= 1.25 * steps[0] and asked[-1] <= 1.05 * asked[0],
            )
        )
    rows.append(_pace(_by_size(talks)[-1]))
    return rows


def _by_size(runs: Iterable[Result]) -> list[list[Result]]:
    """Runs of the same workspace together, from small to large."""
    together: dict[tuple[int, ...], list[Result]] = {}
    for run in runs:
        together.setdefault(tuple(run["sizes"].values()), []).append(run)
    return [together[size] for size in sorted(together)]


def _pace(runs: list[Result]) -> Row:
    """Whether late conversations cost what early ones do; the first tenth holds the start-up."""
    sizes = runs[0]["sizes"]
    each_tenth = zip(*(run["tenths"] for run in runs), strict=True)
    tenths = [1e7 * spread(seconds)[0] / sizes["conversations"] for seconds in each_tenth]
    early, late = sum(tenths[1:4]) / 3, sum(tenths[7:]) / 3
    return Row(
        f"the same for the first and the last of {sizes['conversations']:,} conversations "
        f"({sizes['parts']} parts each)",
        "the same",
        f"{early:,.0f} µs in tenths 2 to 4, {late:,.0f} µs in tenths 8 to 10; "
        f"{max(_values(runs, 'peak')) / MEGABYTE:.0f} MB" + _faults(runs),
        late <= 1.25 * early and not _faults(runs),
    )


def _half_a_million(result: Result) -> list[Row]:
    return [_pace(_of(result, "connector"))]


def _hot_day(result: Result) -> list[Row]:
    even, hot = (
        [run for run in _of(result, "connector") if run["sizes"]["hot_day"] == is_hot]
        for is_hot in (0, 1)
    )
    ratio = _median(hot, "wall") / _median(even, "wall")
    faults = _faults([*even, *hot])
    return [
        Row(
            f"a hot day: half of {even[0]['sizes']['contacts']:,} contacts within one hour, 250 ms",
            "≤ 1.5 × the time",
            f"{ratio:.2f} ×: {_between(_values(hot, 'wall'))} s against "
            f"{_between(_values(even, 'wall'))} s; requests {hot[0]['requests']:,} against "
            f"{even[0]['requests']:,}" + faults,
            ratio <= 1.5 and not faults,
        )
    ]


def _loads(result: Result) -> list[Row]:
    """Round by round: the machine is not as fast in one as in another."""

    def of(who: str, what: str) -> list[Result]:
        return [run for run in result["runs"] if (run["who"], run["what"]) == (who, what)]

    alone, plain = of("connector", "first"), of("pyairbyte", "first")
    rows = []
    for who, title, goal in (("duckdb", "DuckDB", 1.5), ("postgres", "PostgreSQL", 2.0)):
        ours = of(who, "first")
        ratio = _ratio(ours, alone)
        own, peak = _median(ours, "own"), max(_values(ours, "peak")) / MEGABYTE
        is_light = who != "duckdb" or (own <= 5 and peak <= 400)
        rows.append(
            Row(
                f"{result['contacts']:,} contacts into {title}",
                f"≤ {goal} × the connector alone"
                + ("; ≤ 5 s own CPU, ≤ 400 MB" if who == "duckdb" else ""),
                f"{ratio:.2f} ×: {_between(_values(ours, 'wall'))} s against "
                f"{_between(_values(alone, 'wall'))} s, plain PyAirbyte into DuckDB "
                f"{_between(_values(plain, 'wall'))} s; own CPU {_between(_values(ours, 'own'))} s "
                f"against {_between(_values(plain, 'own'))} s; {peak:.0f} MB against "
                f"{max(_values(plain, 'peak')) / MEGABYTE:.0f} MB" + _faults(ours),
                ratio <= goal and is_light and not _faults(ours),
            )
        )
    rows += [
        _nothing_new(of(who, "nothing new"), of("pyairbyte", "nothing new"), title)
        for who, title in (("duckdb", "DuckDB"), ("postgres", "PostgreSQL"))
    ]
    if large := of("duckdb", "large"):
        times = _median(large, "wall") / _median(of("duckdb", "first"), "wall")
        rows.append(_large(result, large, of("connector", "large"), times))
    return rows


def _nothing_new(ours: list[Result], other: list[Result], title: str) -> Row:
    wall, peak = _median(ours, "wall"), max(_values(ours, "peak")) / MEGABYTE
    theirs = max(_values(other, "peak")) / MEGABYTE
    return Row(
        f"a load into {title} that finds nothing",
        "≤ 4 s, ≤ 200 MB",
        f"{_between(_values(ours, 'wall'))} s against {_between(_values(other, 'wall'))} s; "
        f"{peak:.0f} MB against {theirs:.0f} MB" + _faults(ours),
        wall <= 4 and peak <= 200 and not _faults(ours),
    )


def _large(result: Result, ours: list[Result], alone: list[Result], times: float) -> Row:
    peak = max(_values(ours, "peak")) / MEGABYTE
    growth = result["large"] / result["contacts"]
    return Row(
        f"{result['large']:,} contacts into DuckDB",
        "linear; ≤ 500 MB",
        f"{_between(_values(ours, 'wall'))} s, {times:.1f} × the time of {result['contacts']:,}, "
        f"and {_ratio(ours, alone):.2f} × the connector alone; {peak:.0f} MB" + _faults(ours),
        times <= 1.25 * growth and peak <= 500 and not _faults(ours),
    )


def _ratio(runs: list[Result], others: list[Result]) -> float:
    pairs = zip(runs, others, strict=True)
    return spread([one["wall"] / other["wall"] for one, other in pairs])[0]


def _families(result: Result) -> list[Row]:
    """Completing calls, which are made for one contact each, are counted apart."""
    both = families.pairs(result, (1, len(families.CONTACTS) + 1))
    contacts = both[0][0]["rows"]["contacts"]
    asked = [
        (other["requests"] - families.completing(other["by_route"])) / one["requests"]
        for one, other in both
    ]
    spent = [other["cpu"] / one["cpu"] for one, other in both]
    faults = _faults([run for pair in both for run in pair])
    figure = f"{contacts:,} contacts with four relations, against contacts alone"
    calls = families.completing(both[0][1]["by_route"])
    rows = [
        Row(
            f"requests of {figure}",
            "≤ 1.02 ×",
            f"{max(asked):.3f} × ({both[0][1]['requests'] - calls:,} against "
            f"{both[0][0]['requests']:,}, and {calls} completing calls)" + faults,
            max(asked) <= 1.02 and not faults,
        ),
        Row(
            f"CPU of {figure}",
            "≤ 1.4 ×",
            f"{_between(spent, '{:.2f}')} × for {sum(both[0][1]['rows'].values()):,} rows" + faults,
            spread(spent)[0] <= 1.4 and not faults,
        ),
    ]
    return [*rows, *map(_walk, result["walks"].items()), _memory(result["memory"])]


def _walk(family: tuple[str, tuple[int, int]]) -> Row:
    name, (alone, together) = family
    figure = f"requests of {len(families.FAMILIES[name])} tables of {name}, against {name} alone"
    # A walk is cut by what comes first, so that its pages are one more or less.
    return Row(figure, "one walk", f"{together:,} against {alone:,}", together <= alone + 2)


def _memory(peaks: Mapping[str, list[int]]) -> Row:
    ten, offered = (spread(peaks[name])[0] / MEGABYTE for name in ("ten", "all"))
    few, many = peaks["streams"]
    return Row(
        f"peak memory of {many} streams, against {few}",
        "+ 40 MB",
        f"{offered:.0f} MB against {ten:.0f} MB",
        offered <= ten + 40,
    )


def _against(result: Result) -> list[Row]:
    """What another checkout takes, in the same rounds."""
    ours, theirs = (_of(result, who) for who in ("connector", families.BEFORE))

    def per_contact(runs: list[Result]) -> list[float]:
        few = [run for run in runs if run["sizes"] == {"contacts": result["few"]}]
        many = [run for run in runs if run["sizes"] == {"contacts": result["many"]}]
        rows = result["many"] - result["few"]
        return [
            (more["cpu"] - less["cpu"]) / rows * 1e6 for less, more in zip(few, many, strict=True)
        ]

    rows = [_beside("CPU a contact", per_contact(ours), per_contact(theirs), "{:.0f} µs")]
    core = [[run for run in runs if "conversations" in run["sizes"]] for runs in (ours, theirs)]
    many = [
        [run for run in runs if run["rows"].get("contacts") == result["many"]]
        for runs in (ours, theirs)
    ]
    for figure, (own, other), name, form, unit in (
        ("first record at 250 ms", core, "first_record", "{:.2f} s", 1.0),
        ("peak memory of contacts", many, "peak", "{:.0f} MB", MEGABYTE),
        ("requests of a first sync", core, "requests", "{:.0f}", 1.0),
    ):
        measured = [value / unit for value in _values(own, name)]
        rows.append(_beside(figure, measured, [v / unit for v in _values(other, name)], form))
    return rows


def _beside(figure: str, ours: list[float], theirs: list[float], form: str) -> Row:
    """Ours is not above theirs by more than the spread of both."""
    low, high = spread(theirs)[1:]
    slack = max(high - low, spread(ours)[2] - spread(ours)[1])
    return Row(
        f"{figure}, against another checkout",
        "not above, by more than the spread",
        f"{_between(ours, form)} against {_between(theirs, form)}",
        spread(ours)[0] <= spread(theirs)[0] + slack,
    )


ROWS: dict[str, Callable[[Result], list[Row]]] = {
    "limits": _limits,
    "wall": _wall,
    "cpu": _cpu,
    "throughput": _throughput,
    "requests": _requests,
    "growth": _growth,
    "half_a_million": _half_a_million,
    "hot_day": _hot_day,
    "loads": _loads,
    "families": _families,
    "against": _against,
}


def rows(found: Mapping[str, Result]) -> list[Row]:
    """The table, as far as it was measured."""
    return [row for name, make in ROWS.items() if name in found for row in make(found[name])]


def table(found: Mapping[str, Result]) -> str:
    """The table in Markdown."""
    head = ["| figure | goal | result | met |", "|---|---|---|---|"]
    return "\n".join([*head, *("| " + " | ".join(row.cells()) + " |" for row in rows(found))])


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}"
    )


def _absences(found: Mapping[str, Result]) -> str:
    """Why a peer is missing from the table, if one is."""
    reasons = {
        contestants.PACKAGES[name]: reason
        for result in found.values()
        for name, reason in result["absent"].items()
    } | {
        TITLES[run["who"]]: f"it does not run: {run['failure']}"
        for result in found.values()
        for run in result["runs"]
        if "failure" in run
    }
    return "".join(f"\nMissing: `{name}`; {reason}.\n" for name, reason in reasons.items())


def write(found: Mapping[str, Result]) -> None:
    """docs/benchmarks: the table with what is needed to judge it, and the charts."""
    DOCS.mkdir(parents=True, exist_ok=True)
    drawn = _draw(found)
    text = f"""# Benchmarks

Written by `make bench`; not by hand. As root, on Linux, with nothing else running.

{table(found)}
{_absences(found)}
Machine: {_machine()}. The emulator, the connector or peer and the reader of its output share it.
Medians; in brackets the least and the greatest. Requests are those of the emulator's journal, rows
those that came out; lost is what the workspace holds and no row brought. A share of a rate limit
is that of the 10-second windows that a sync worked through whole. CPU a contact is what a sync of
many takes beyond a sync of 150.

{_when(found)}

{chr(10).join(f"![{name}]({name}.svg)" for name in drawn)}

The peers are `airbyte-source-intercom` 0.8.3 and `tap-intercom` 2.2.5 from the package index,
unmodified, under Intercom's own name over TLS in a network namespace of the benchmark's own, and
the CDK's default stack with the options of Airbyte's newest connector
(`benchmarks/cdk_default.yaml`). The connector meets Intercom in the same way where it is compared
with them. All take turns.
"""
    if (DOCS / "profile.md").exists():
        text += "\n[profile.md](profile.md) tells where the time goes, and what limits the rest.\n"
    for name, what in APART.items():
        if (DOCS / f"{name}.md").exists():
            text += f"\n[{name}.md]({name}.md): {what}.\n"
    (DOCS / "README.md").write_text(text)


def write_apart(name: str, found: Mapping[str, Result]) -> None:
    """A page of a figure that is measured by itself, when somebody asks for it."""
    command = f"python -m benchmarks --only {name} --no-peers"
    command += " --against FOLDER" if name == "against" else ""
    text = f"""# {APART[name][0].upper()}{APART[name][1:]}

Written by `{command}`; not by hand. On Linux, with nothing else running.

{table(found)}

Machine: {_machine()}. The emulator, the connector and the reader of its output share it.
Medians; in brackets the least and the greatest.

{_when(found)}
"""
    (DOCS / f"{name}.md").write_text(text)


def _when(found: Mapping[str, Result]) -> str:
    lines = "\n".join(
        f"| {name} | {each['date']} | {each['commit']} | "
        f"{each['load'][0]:.1f} → {each['load'][1]:.1f} |"
        for name, each in found.items()
    )
    head = "| figure | measured (UTC) | commit | load average before → after |"
    return f"{head}\n|---|---|---|---|\n{lines}"


def _walls(runs: Iterable[Result], stream: str) -> list[tuple[float, float]]:
    """Rows and seconds of each size."""
    return [(same[0]["rows"][stream], _median(same, "wall")) for same in _by_size(runs)]


def _draw(found: Mapping[str, Result]) -> list[str]:
    drawn = {}
    if "limits" in found:
        series = {}
        for run in (run for who in TITLES for run in _of(found["limits"], who)):
            name = "" if run["who"] == "connector" else f"{run['who']}, "
            name += f"{run['limit']:,} per 10 s"
            counts, limit = run["per_second"], run["limit"]
            series[name] = [
                (float(second), sum(counts[second - 10 : second]) / limit)
                for second in range(10, len(counts) + 1)
            ]
        title = "Share of the rate limit used in the last 10 seconds, 300 ms a request"
        drawn["share-of-limit"] = charts.shares(title, series)
    if "growth" in found:
        series = {}
        for who in TITLES:
            runs = [run for run in _of(found["growth"], who) if CORE[0] in run["streams"]]
            if runs:
                series[f"contacts, {who}"] = _walls(runs, "contacts")
        runs = [run for run in found["growth"]["runs"] if CORE[2] in run["streams"]]
        series["parts, connector"] = _walls(runs, CORE[2])
        drawn["time-against-size"] = charts.growth("Time against size, no latency", series, "rows")
    if "cpu" in found:
        values = {
            TITLES[who]: spread(each)[0] for who, each in cpu_by_contestant(found["cpu"]).items()
        }
        drawn["cpu"] = charts.bars("CPU of a contact", values, "µs")
    for name, drawing in drawn.items():
        (DOCS / f"{name}.svg").write_text(drawing)
    return list(drawn)
