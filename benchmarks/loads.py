"""
Loads into a warehouse, beside the connector that writes to a file and plain PyAirbyte.

PyAirbyte is a peer in an environment of its own; PostgreSQL is the tests' server. Every round runs
them all, so that ratios hold on a machine that others use.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import Any

from benchmarks import contestants, measure
from benchmarks.figures import Bench, Result, seed
from benchmarks.intercom import intercom
from integration_tests.postgres_server import postgres_server

PYAIRBYTE = "airbyte==0.71.3"
LARGE = 500_000
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

PLAIN_PYAIRBYTE = """
import json, sys, airbyte
executable, config, folder = sys.argv[1:]
source = airbyte.get_source(
    "source-intercom", config=json.load(open(config)), local_executable=executable,
    streams=["contacts"],
)
source.read(cache=airbyte.caches.DuckDBCache(db_path=folder + "/pyairbyte.duckdb"))
"""


@dataclass
class Spent:
    """What one command took; `own` CPU is its own process's, without the connector's."""

    wall: float
    cpu: float
    own: float
    peak: int
    exit_code: int


def spent(command: Sequence[str], environment: Mapping[str, str], output: Path) -> Spent:
    """Run a command to its end; its stdout goes to a file. Seconds, and bytes at most at once."""
    peak, done = [0], Event()
    began = perf_counter()
    with (
        output.open("wb") as stdout,
        output.with_suffix(".log").open("wb") as stderr,
        subprocess.Popen(
            command, stdout=stdout, stderr=stderr, env=measure.whole(environment)
        ) as process,
    ):
        watch = Thread(target=_watch, args=(process.pid, peak, done))
        watch.start()
        # Of the process before it is reaped: rusage would add its children.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        own = _own_cpu(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        done.set()
        watch.join()
    return Spent(wall, usage.ru_utime + usage.ru_stime, own, peak[0], process.returncode)


def _own_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _watch(pid: int, peak: list[int], done: Event) -> None:
    statm = Path(f"/proc/{pid}/statm")
    while not done.wait(0.05):
        with suppress(OSError):
            peak[0] = max(peak[0], int(statm.read_text().split()[1]) * _PAGE)


def install_pyairbyte() -> Path:
    """Return the Python of an environment that has PyAirbyte, made once."""
    home = contestants.PEERS / "pyairbyte"
    if not (home / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "--quiet", PYAIRBYTE], check=True)
        (home / "installed").touch()
    return home / "bin" / "python"


class _Loads:
    """The command lines that are compared, over one workspace."""

    def __init__(self, bench: Bench, url: str, postgres: str, folder: Path) -> None:
        self._environment = {
            "INTERCOM_API_BASE_URL": url,
            "AIRBYTE_OFFLINE_MODE": "1",
            "DO_NOT_TRACK": "1",
        }
        self._folder = folder
        connector = bench.connector
        self._config = folder / "config.json"
        self._config.write_text(json.dumps(connector.config))
        catalog = folder / "catalog.json"
        catalog.write_text(json.dumps(connector.catalog(bench.scratch, ["contacts"], url)))
        here = [str(Path(sys.executable)), "-m", "intercom_load", "--streams", "contacts"]
        loader = [*here, "--config", str(self._config), "--quiet", "--to"]
        read = [*connector.command, "read", "--config", str(self._config), "--catalog"]
        script = [str(install_pyairbyte()), "-c", PLAIN_PYAIRBYTE, connector.command[0]]
        self.commands = {
            "connector": [*read, str(catalog)],
            "duckdb": [*loader, f"duckdb:///{folder}/ours.duckdb"],
            "postgres": [*loader, postgres, "--schema", folder.name.lower()],
            "pyairbyte": [*script, str(self._config), str(folder)],
        }

    def run(self, who: str, what: str) -> dict[str, Any]:
        """Run one of them, as `what`: a first load, or one that finds nothing."""
        result = spent(self.commands[who], self._environment, self._folder / f"{who}.out")
        print(
            f"  {who}, {what}: {result.wall:.1f} s, {result.own:.1f} s own CPU, "
            f"{result.peak / 1e6:.0f} MB" + (" FAILED" if result.exit_code else ""),
            flush=True,
        )
        return {"who": who, "what": what, "failed": result.exit_code != 0, **vars(result)}


@contextmanager
def _workspace(bench: Bench, contacts: int, postgres: str) -> Iterator[_Loads]:
    with (
        intercom(seed({"contacts": contacts})) as server,
        tempfile.TemporaryDirectory(prefix="loads", dir=bench.scratch) as folder,
    ):
        server.begin()
        yield _Loads(bench, server.url, postgres, Path(folder))


def loads(bench: Bench) -> Result:
    """Contacts into DuckDB and PostgreSQL, and a second load that finds nothing."""
    many = 20_000 if bench.quick else 100_000
    runs = []
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server()).url()
        for _ in range(bench.rounds):
            with _workspace(bench, many, postgres) as each:
                for what in ("first", "nothing new"):
                    names = ("connector", "duckdb", "postgres", "pyairbyte")
                    runs += [each.run(who, what) for who in names[what != "first" :]]
        if not bench.quick:
            with _workspace(bench, LARGE, postgres) as each:
                runs += [each.run("connector", "large"), each.run("duckdb", "large")]
    return {"runs": runs, "contacts": many, "large": LARGE}
