"""The commands that the documents show, and what each says of how it is tried."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("docs", "examples", "benchmarks", "intercom_emulator", "intercom_load")
SHELLS = {"sh", "bash", "shell", "console"}
NEEDS = (
    "a real account",
    "an Airbyte platform",
    "a Docker engine",
    "a database server",
    "an idle machine",
)
HOW_TO_MARK = f"""\
Nothing says how these commands are tried. Put one of these lines right above their fences:
  <!-- run -->                                    they run here, in a checkout, on the emulator
  <!-- run by integration_tests/test_demo.py -->  that test runs them (::test_name may follow)
  <!-- needs … -->                                they can't run here, for want of
                                                  {", ".join(NEEDS)}
"""

_FENCE = re.compile(
    r"(?:^ *<!-- *(?P<mark>[^>\n]*?) *-->\n)?"
    r"^(?P<indent> *)```(?P<kind>[a-z]*)[^\n]*\n(?P<code>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)
_PROGRAM = re.compile(
    r"^ *(?:\$ )?(?:make|docker|pip|curl|git|abctl|terraform|dbt|\.venv/bin/\S+|python3? -m) \S"
)


@dataclass(frozen=True)
class Command:
    """A fence of shell commands in a document, and the comment above it."""

    document: str
    line: int
    mark: str
    code: str

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.document}:{self.line}"

    @property
    def runs(self) -> bool:
        """Whether it is to be run as it stands."""
        return self.mark == "run"

    @property
    def test(self) -> str | None:
        """The test that runs it, where one does."""
        return self.mark.removeprefix("run by ") if self.mark.startswith("run by ") else None

    @property
    def need(self) -> str | None:
        """What it can't be run without here, where there is such a thing."""
        return self.mark.removeprefix("needs ") if self.mark.startswith("needs ") else None


def documents() -> list[Path]:
    """Every page of the project."""
    pages = [*ROOT.glob("*.md")]
    for folder in FOLDERS:
        pages += (ROOT / folder).rglob("*.md")
    return sorted(pages)


def commands(name: str, text: str) -> Iterator[Command]:
    """The fences of shell commands in a page."""
    for fence in _FENCE.finditer(text):
        if fence["kind"] in SHELLS:
            typed = fence["code"].splitlines(keepends=True)
            lines = [line.removeprefix(fence["indent"]) for line in typed]
            if fence["kind"] == "console":  # what it prints stands beneath
                lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
            line = text.count("\n", 0, fence.start("kind")) + 1
            yield Command(name, line, fence["mark"] or "", "".join(lines))


def unfenced(name: str, text: str) -> list[str]:
    """Where commands stand in a block that is no shell's: indented, or a fence without a kind."""
    kept = _FENCE.sub(
        lambda fence: "\n" * fence[0].count("\n") if fence["kind"] else fence[0], text
    )
    fenced, found = False, []
    for number, line in enumerate(kept.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif (fenced or line.startswith("    ")) and _PROGRAM.match(line):
            found.append(f"{name}:{number}")
    return found


def is_tried(command: Command) -> bool:
    """Whether its mark says how, and names nothing that doesn't exist."""
    if not command.test:
        return command.mark == "run" or command.need in NEEDS
    path, _, name = command.test.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    return not name or f"def {name}(" in file.read_text("utf-8")
