"""One sync as a process: how long, how much CPU and memory, which rows."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import orjson

BYTECODE = Path(__file__).parents[1] / "build" / "benchmarks" / "bytecode"
_BUFFER = 1 << 20
_RECORD = re.compile(rb'\{"type": ?"RECORD", ?"record": ?\{"stream": ?"(\w+)"')
_ID = re.compile(rb'"id": ?"([^"]+)"')
_SINGER = re.compile(rb'\{"type": ?"RECORD", ?"stream": ?"(\w+)"')
_ERROR = re.compile(rb'"type": ?"ERROR"')
_WATCH_SECONDS = 0.1


@dataclass
class Sync:
    """What one sync took, and what it brought."""

    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    """The most memory it held, in bytes (VmHWM, read while it runs)."""
    first_record: float | None = None
    exit_code: int | None = None
    rows: Counter[str] = field(default_factory=Counter)
    ids: dict[str, set[bytes]] = field(default_factory=dict)
    """The distinct ids of each stream."""
    errors: list[str] = field(default_factory=list)
    """What it said went wrong."""

    def distinct(self, stream: str) -> int:
        """How many different rows of a stream came."""
        return len(self.ids.get(stream, ()))


def sync(
    command: list[str],
    environment: Mapping[str, str],
    *,
    log: Path,
    cut_off: float | None = None,
) -> Sync:
    """
    Run a sync to its end, or for `cut_off` seconds, and read all that it writes.

    The reader looks for ids at the start of a line, which costs it a twentieth of a core where
    the connector takes a whole one.
    """
    result, done = Sync(), Event()
    began = time.perf_counter()
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=_BUFFER,
            env=whole(environment),
            cwd=log.parent,
        ) as process,
    ):
        watch = Thread(target=_watch, args=(process, result, done, cut_off))
        watch.start()
        _read(process, result, began)
        done.set()
        watch.join()
        # VmHWM is gone with the process, rusage isn't; its own maximum would count our memory.
        _, status, usage = os.wait4(process.pid, 0)
        result.wall = time.perf_counter() - began
        process.returncode = result.exit_code = os.waitstatus_to_exitcode(status)
    result.cpu = usage.ru_utime + usage.ru_stime
    return result


def _read(process: subprocess.Popen[bytes], result: Sync, began: float) -> None:
    for line in process.stdout or ():
        found = _RECORD.match(line)
        if found is not None:
            number = _ID.search(line, found.end())
            name = number[1] if number is not None else b""
        else:
            found = _SINGER.match(line)
            if found is None:
                if _ERROR.search(line):
                    result.errors.append(line.decode()[:2000])
                continue
            name = str(orjson.loads(line)["record"].get("id")).encode()
        if result.first_record is None:
            result.first_record = time.perf_counter() - began
        stream = found[1].decode()
        result.rows[stream] += 1
        result.ids.setdefault(stream, set()).add(name)


def _watch(
    process: subprocess.Popen[bytes], result: Sync, done: Event, cut_off: float | None
) -> None:
    began = time.perf_counter()
    status = Path(f"/proc/{process.pid}/status")
    while not done.wait(_WATCH_SECONDS):
        if cut_off is not None and time.perf_counter() - began > cut_off:
            os.kill(process.pid, signal.SIGTERM)  # Popen.terminate might reap it
            cut_off = None
        try:
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        except OSError:
            return
        if found is not None:
            result.peak = max(result.peak, int(found[1]) * 1024)


def output(command: list[str], environment: Mapping[str, str]) -> bytes:
    """What a short command prints."""
    return subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=whole(environment),
    ).stdout


def whole(environment: Mapping[str, str]) -> dict[str, str]:
    """
    The environment of this process with more, and Python's own settings as they come.

    A shell may tell Python to write no bytecode or to buffer nothing, which users don't. Bytecode
    goes to build/, for `make install` compiles none and peers come compiled.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPYCACHEPREFIX": str(BYTECODE), **environment}
