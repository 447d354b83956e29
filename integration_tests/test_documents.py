"""Every command of every page: run as it stands, run by a test that is named, or marked."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from integration_tests.documents import HOW_TO_MARK, ROOT, commands, documents, is_tried, unfenced
from intercom_emulator import Emulator

PAGES = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in documents()}
COMMANDS = [command for name, text in PAGES.items() for command in commands(name, text)]
RUN = sorted({command.document for command in COMMANDS if command.runs})

DOCKER = """\
#!/bin/bash
# Stands in for docker: `run` starts the program of the image here, with its folders' real places.
[ "$1" = run ] || exit 0
shift
folders=()
while [ "${1#-}" != "$1" ]; do
    case $1 in
        -v) folders+=("$2"); shift ;;
        --user | --tmpfs | --env) shift ;;
    esac
    shift
done
program=${1%:dev}
shift
arguments=()
for argument in "$@"; do
    for folder in "${folders[@]}"; do
        IFS=: read -r here there _ <<< "$folder"
        argument=${argument//"$there/"/"$here/"}
    done
    arguments+=("$argument")
done
exec "$program" "${arguments[@]}"
"""
SHELL = """\
set -euo pipefail
make() { command make --dry-run "$@"; }  # what targets run, other tests do
"""


@pytest.fixture
def checkout(tmp_path):
    """A folder that has what a checkout has, and keeps what commands leave."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in {line.partition("/")[0] for line in tracked.stdout.splitlines()}:
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture
def environment(tmp_path):
    """That of a reader whose Intercom is the emulator."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "docker").write_text(DOCKER)
    (programs / "docker").chmod(0o755)
    with Emulator(seed="tiny") as emulator:
        yield {
            **os.environ,
            "HOME": str(tmp_path),
            "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "INTERCOM_API_BASE_URL": emulator.url,
        }


@pytest.mark.timeout(900)
@pytest.mark.parametrize("document", RUN)
def test_the_commands_of_a_page_do_what_it_says(document, checkout, environment):
    """One after the other, in a new checkout, with the emulator's token in the config."""
    for command in COMMANDS:
        if command.document == document and command.runs:
            done = subprocess.run(
                ["bash", "-c", SHELL + command.code.replace('"…"', '"emulator-token"')],
                cwd=checkout,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{command.place}\n{done.stdout}\n{done.stderr}"


def test_every_command_is_run_or_says_why_not():
    """A new page may come with any command, and its author is told what to write above it."""
    found = [command.place for command in COMMANDS if not is_tried(command)]

    assert not found, HOW_TO_MARK + "\n".join(found)


def test_commands_stand_in_fences():
    """In an indented block, or a fence without a kind, nobody would find them."""
    found = [place for name, text in PAGES.items() for place in unfenced(name, text)]

    assert not found, f"put these commands into a fence that begins with ```sh: {found}"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.place)
def test_every_command_can_be_typed(command):
    """It is whole as bash reads it; its programs, make targets and files of the project exist."""
    subprocess.run(["bash", "-n"], input=command.code, text=True, check=True)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    typed = re.findall(r"^ *make ((?:[a-z-]+ ?)*)", command.code, re.MULTILINE)

    assert {target for line in typed for target in line.split()} <= targets
    for program in re.findall(r"(?<!\S)\.venv/bin/([\w-]+)", command.code):
        assert (Path(sys.executable).parent / program).exists(), program
    for file in re.findall(r"(?<!\S)((?:docs|scripts|examples)/[\w./-]+\.\w+)", command.code):
        assert (ROOT / file).exists(), file


def test_every_link_leads_somewhere():
    """To a file of the project, and to a heading that it has."""
    broken = []
    for name, text in PAGES.items():
        for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
            path, _, heading = link.partition("#")
            target = (ROOT / name).parent.joinpath(path).resolve() if path else ROOT / name
            if not target.exists() or (heading and heading not in headings(target)):
                broken.append(f"{name}: {link}")

    assert not broken


def headings(page):
    """The anchors that GitHub gives to a page's headings."""
    found = re.findall(r"^#+ (.*)", page.read_text("utf-8"), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", line)) for line in found]
    return {line.strip().lower().replace(" ", "-") for line in plain}


def test_a_command_without_a_mark_is_found():
    """In a list too; and one in an indented block."""
    text = "# A page\n\n1. Type\n\n   ```sh\n   make tea\n   ```\n\n    docker run tea\n"

    [command] = commands("page.md", text)

    assert command.code == "make tea\n"
    assert (command.place, is_tried(command)) == ("page.md:5", False)
    assert unfenced("page.md", text) == ["page.md:9"]


@pytest.mark.parametrize(
    "mark",
    ["", "needs patience", "run by unit_tests/test_tea.py", "run by conftest.py::test_tea", "runs"],
)
def test_a_mark_that_says_nothing_is_found(mark):
    """A need that nobody knows, a test that is none, a slip of the pen."""
    [command] = commands("page.md", f"<!-- {mark} -->\n```sh\nmake tea\n```\n")

    assert not is_tried(command)


def test_of_a_console_only_what_is_typed_counts():
    """What it prints stands beneath."""
    [command] = commands("page.md", "<!-- run -->\n```console\n$ echo a\na\n$ echo b\nb\n```\n")

    assert (command.code, is_tried(command)) == ("echo a\necho b\n", True)
