"""
Run the benchmark: `python -m benchmarks [--quick] [--only limits,wall] [--rounds 3]`.

Each figure's measurements are kept in build/benchmarks, so that one can be measured again; the
report is written when all have been, of one commit. A run of all forgets those of runs before.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import contestants, namespace, report
from benchmarks.families import against, families
from benchmarks.figures import FIGURES, Bench, Result
from benchmarks.figures import ON_REQUEST as FIGURES_ON_REQUEST
from benchmarks.loads import install_pyairbyte, loads

ON_REQUEST = FIGURES_ON_REQUEST | {"loads": loads, "families": families, "against": against}
KEPT = contestants.ROOT / "build" / "benchmarks"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small volumes, one round, no report")
    parser.add_argument("--only", help=f"some figures, by comma: {', '.join(FIGURES | ON_REQUEST)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peers", action="store_true", help="measure the connector alone")
    parser.add_argument("--no-report", action="store_true", help="leave docs/benchmarks as it is")
    parser.add_argument("--against", type=Path, help="another checkout, for --only against")
    return parser.parse_args()


def main() -> None:
    """Measure what was asked for, keep it, and write the report from all that is kept."""
    arguments = _arguments()
    kept = KEPT / ("quick" if arguments.quick else "full")
    if not arguments.only:
        shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True, exist_ok=True)
    bench = _bench(arguments)
    for name in arguments.only.split(",") if arguments.only else FIGURES:
        measure = (FIGURES | ON_REQUEST)[name]
        print(f"{name}: {(measure.__doc__ or '').strip().splitlines()[0]}", flush=True)
        before = os.getloadavg()[0]
        measured = measure(bench) | {
            "date": datetime.now(UTC).isoformat(timespec="minutes"),
            "commit": _commit(),
            "load": [before, os.getloadavg()[0]],
            "absent": bench.absent,
        }
        (kept / f"{name}.json").write_text(json.dumps(measured))
    found = _found(kept)
    print(report.table(found))
    missing = FIGURES.keys() - found.keys()
    if not (arguments.quick or arguments.no_report):
        for name in report.APART.keys() & found.keys():
            report.write_apart(name, {name: found[name]})
    if arguments.quick:
        print("Volumes of --quick are too small for the goals: the start weighs too much in them.")
    elif missing:
        print(f"No report, for of this commit these are missing: {', '.join(sorted(missing))}.")
    elif not arguments.no_report:
        report.write(found)


def _bench(arguments: argparse.Namespace) -> Bench:
    """The contestants, within a network namespace of their own where peers take part."""
    scratch = KEPT / "scratch"
    absent = {"airbyte": "left out by --no-peers", "singer": "left out by --no-peers"}
    bundle = None
    if namespace.is_inside():
        absent = contestants.absent_peers()
        bundle = namespace.set_up(scratch, contestants.trusted_bundles(absent))
    else:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        if "loads" in (arguments.only or ""):
            install_pyairbyte()
        if not arguments.no_peers:
            contestants.install_peers()
            reason = namespace.enter()  # which returns only if it fails
            absent = dict.fromkeys(contestants.PACKAGES, reason)
    for name, reason in absent.items():
        print(f"Without {contestants.PACKAGES[name]}: {reason}.")
    return Bench(
        scratch,
        bundle,
        absent,
        quick=arguments.quick,
        rounds=arguments.rounds,
        against=arguments.against,
    )


def _found(kept: Path) -> dict[str, Result]:
    """What is kept of this commit's measurements, in the order of the table."""
    commit = _commit()
    paths = {name: kept / f"{name}.json" for name in FIGURES | ON_REQUEST}
    read = {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}
    return {name: result for name, result in read.items() if result.get("commit") == commit}


def _commit() -> str:
    """The commit that was measured, with a plus where the connector differs from it."""
    command = ["git", "describe", "--always", "--abbrev=7", "--exclude=*", "--dirty=+"]
    answer = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=contestants.ROOT
    )
    return answer.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
