"""
Breaks each guard of the connector, one at a time, and shows that a test notices.

    python -m integration_tests.mutations            all of them, in copies of the tree
    python -m integration_tests.mutations margin     those whose guard, or its breaking, says so

A guard is a line of source_intercom/ that a comment names, at its end or alone above it:

    SAFETY_MARGIN = 15 * 60  # guard: safety margin

A mutation puts other code in that line's place, and names the test that fails then. What stands
around the line may be worded anew; where the line itself is, `flaws` tells what no longer fits.
"""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "source_intercom"
FOLDERS = (PACKAGE, "intercom_emulator", "integration_tests", "unit_tests", "docs")
HEAVIEST = "airbyte_cdk.sources.declarative.yaml_declarative_source"
"""Imported once, and not for each mutant: nothing of ours, which would then be no mutant."""
MARKER = re.compile(r"# guard: (.+)$")
CRASHES = re.compile(r"^E .*\b(NameError|AttributeError|ImportError|SyntaxError)\b", re.MULTILINE)
"""A mutant that can't run was not caught: it shows nothing of what it breaks."""


@dataclass(frozen=True)
class Mutation:
    """
    One guard, broken.

    `becomes` stands in place of the guard's line, which goes where it is empty. `broken` says in
    words what that does, and `test` is the one that fails: of this folder, or of unit_tests/.
    """

    guard: str
    broken: str
    becomes: str
    test: str


@dataclass(frozen=True)
class Guard:
    """A marked line: where it stands, counted from 0."""

    file: str
    number: int

    def broken(self, text: str, becomes: str) -> str:
        """A module with other code in place of the line."""
        lines = text.splitlines(keepends=True)
        line = lines[self.number]
        put = indent(dedent(becomes).strip("\n") + "\n", line[: len(line) - len(line.lstrip())])
        return "".join(
            [*lines[: self.number], *([put] if becomes else []), *lines[self.number + 1 :]]
        )


def sources(root: Path = ROOT) -> dict[str, str]:
    """The text of each module, by its path below the package."""
    package = root / PACKAGE
    found = {
        path.relative_to(package).as_posix(): path.read_text() for path in package.rglob("*.py")
    }
    return dict(sorted(found.items()))


def guards(texts: dict[str, str]) -> Iterator[tuple[str, Guard]]:
    """Each marker's name and its line."""
    for file, text in texts.items():
        for number, line in enumerate(text.splitlines()):
            if marker := MARKER.search(line):
                stands_alone = line.lstrip().startswith("#")
                yield marker[1], Guard(file, number + stands_alone)


def _read() -> Iterator[Mutation]:
    for guard, those in tomllib.loads(Path(__file__).with_suffix(".toml").read_text()).items():
        for each in those:
            yield Mutation(guard, **each)


MUTATIONS = tuple(_read())


def flaws(guard: Guard, mutation: Mutation, texts: dict[str, str]) -> list[str]:
    """Why a mutant would crash rather than go wrong; nothing for one that shows what it should."""
    text = texts[guard.file]
    mutant = guard.broken(text, mutation.becomes)
    try:
        tree = ast.parse(mutant)
    except SyntaxError as error:
        return [f"it does not parse: {error}"]
    if ast.dump(tree) == ast.dump(ast.parse(text)):
        return ["it changes nothing"]
    known = set(re.findall(r"\w+", "\n".join(texts.values())))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return [f"nothing has a {name}" for name in sorted(names - known)]


def undefined(folder: Path) -> list[str]:
    """The names that no module of a folder defines, as ruff finds them."""
    command = ["ruff", "check", "--isolated", "--select", "F821,F823", "--output-format", "concise"]
    ruff = Path(sys.executable).with_name(command[0])
    done = subprocess.run([ruff, *command[1:], folder], capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if re.search(r" F82[13] ", line)]


def outcome_of(code: int, said: str, test: str) -> str:
    """What a test said of a mutant: its own failure, or why that proves nothing."""
    if code == 0:
        return "SURVIVED"
    if crash := CRASHES.search(said):
        return f"CRASHED: {crash[0]}"
    if "Timeout" in said and "short test summary" not in said:
        return f"{test} (never ends)"
    if failed := re.search(r"^FAILED (\S+::.+?)(?: - |$)", said, re.MULTILINE):
        return failed[1].removeprefix("integration_tests/")
    return f"NO TEST RAN: {said[-300:]}"


class Copy:
    """A copy of the tree, in which one test at a time runs, in a fork of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._said = folder / "said"
        for name in FOLDERS:
            shutil.copytree(ROOT / name, folder / name)
        for name in ("pyproject.toml", "main.py"):
            shutil.copy(ROOT / name, folder / name)

    def start(self, file: str, mutant: str, test: str) -> int:
        """Begin a test of a mutant; the process that runs it."""
        (self._folder / PACKAGE / file).write_text(mutant)
        process = os.fork()
        if process == 0:
            self._run(test if test.startswith("unit_tests/") else f"integration_tests/{test}")
        return process

    def end(self, file: str, text: str) -> str:
        """Put back what was broken; what the test said."""
        (self._folder / PACKAGE / file).write_text(text)
        return self._said.read_text()

    def _run(self, node: str) -> NoReturn:
        said = os.open(self._said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.chdir(self._folder)
        sys.path[0] = str(self._folder)
        for name in [each for each in sys.modules if each.startswith("integration_tests")]:
            del sys.modules[name]
        options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "-m", "not soak"]
        options += ["--timeout", "90", "--timeout-method", "thread"]
        code = pytest.main([*options, node])
        sys.stdout.flush()
        os._exit(code)


def run(mutations: Sequence[Mutation], jobs: int) -> Iterator[tuple[Mutation, str]]:
    """What each mutation comes to, as it is known; as many at a time as there are jobs."""
    importlib.import_module(HEAVIEST)
    texts = sources()
    places = dict(guards(texts))
    waiting, running = deque(mutations), dict[int, tuple[Mutation, Copy]]()
    with tempfile.TemporaryDirectory() as name:
        free = [Copy(Path(name) / str(number)) for number in range(jobs)]
        while waiting or running:
            while waiting and free:
                mutation, copy = waiting.popleft(), free.pop()
                guard = places[mutation.guard]
                mutant = guard.broken(texts[guard.file], mutation.becomes)
                running[copy.start(guard.file, mutant, mutation.test)] = mutation, copy
            process, status = os.wait()
            mutation, copy = running.pop(process)
            file = places[mutation.guard].file
            said = copy.end(file, texts[file])
            free.append(copy)
            yield mutation, outcome_of(os.waitstatus_to_exitcode(status), said, mutation.test)


def main(words: list[str]) -> int:
    """Print each mutation and the test that fails; 1 if one survived, crashed, or has no line."""
    chosen = [
        each
        for each in MUTATIONS
        if not words or any(word in f"{each.guard} {each.broken}" for word in words)
    ]
    unnoticed = 0
    for mutation, outcome in run(chosen, jobs=os.cpu_count() or 1):
        unnoticed += "::" not in outcome.partition(" ")[0]
        sys.stdout.write(f"{mutation.guard}: {mutation.broken}\n    {outcome}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(chosen)} mutations, {unnoticed} unnoticed\n")
    return min(unnoticed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
