"""docs/guarantees.md names code, tests, trials and mutations: all of them exist."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from integration_tests.mutations import MUTATIONS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "guarantees.md").read_text()
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
SYMBOL = re.compile(r"`([\w/]+\.py)` `([\w.]+)`")


def section(title):
    """The text below a heading, up to the next of its kind."""
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def names_of(tree):
    """What a module or class defines, the contents of its classes with a dot."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for name in names_of(node)}
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found |= {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
    return found


def full_path(file):
    """A test file as the page names it: those without a folder lie in integration_tests."""
    return file if "/" in file else f"integration_tests/{file}"


def trials():
    """The tests of each trial, by what their docstrings say."""
    found = defaultdict(set)
    for folder in ("unit_tests", "integration_tests"):
        for path in ROOT.joinpath(folder).rglob("test_*.py"):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef) and path.parent.name != "emulator":
                    said = re.findall(r"\bT(\d+)\b", ast.get_docstring(node) or "")
                    for number in set(map(int, said)) - {0}:
                        found[number].add((path.relative_to(ROOT).as_posix(), node.name))
    return found


@pytest.mark.parametrize(("file", "name"), sorted(set(TEST.findall(TEXT))))
def test_every_test_exists(file, name):
    """A guarantee whose test was renamed or removed has none."""
    assert name in names_of(ast.parse((ROOT / full_path(file)).read_text()))


@pytest.mark.parametrize(("file", "name"), sorted(set(SYMBOL.findall(TEXT))))
def test_every_line_of_code_exists(file, name):
    """So has one whose code was."""
    assert name in names_of(ast.parse((ROOT / "source_intercom" / file).read_text()))


def test_every_trial_is_listed_with_its_tests():
    """The trials of the reference, each with the tests whose docstrings name it."""
    rows = re.findall(r"^\| T(\d+) \|(.*)$", section("The trials"), re.MULTILINE)
    listed = {
        int(number): {(full_path(file), name) for file, name in TEST.findall(row)}
        for number, row in rows
    }

    assert list(listed) == list(range(1, 49))
    assert {number: tests for number, tests in listed.items() if tests} == trials()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mutation_applies(mutation):
    """The guard that it breaks stands in the code, once."""
    text = (ROOT / "source_intercom" / mutation.file).read_text()

    assert text.count(mutation.old) == 1


def test_every_mutation_is_listed():
    """The table is that of the command, row by row."""
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", section("The mutations"), re.MULTILINE)

    assert rows[1:] == [each.name for each in MUTATIONS]
