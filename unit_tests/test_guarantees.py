"""docs/evidence.md names promises, code, guards, tests and trials: all of them exist."""

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from integration_tests.mutations import (
    MUTATIONS,
    Guard,
    Mutation,
    flaws,
    guards,
    sources,
    undefined,
)

ROOT = Path(__file__).parents[1]
PROMISES = (ROOT / "docs" / "guarantees.md").read_text()
EVIDENCE = (ROOT / "docs" / "evidence.md").read_text()
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
SYMBOL = re.compile(r"`([\w/]+\.py)` `([\w.]+)`")
GUARD = re.compile(r"\b_([^_`]+)_\b")
SOURCES = sources()
GUARDS = list(guards(SOURCES))
WIDEST = 110


def section(title):
    """The text below a heading, up to the next of its kind."""
    return EVIDENCE.split(f"\n## {title}\n")[1].split("\n## ")[0]


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


def test_every_promise_has_its_evidence():
    """The promises of the one page are the first headings of the other, in their order."""
    promises = re.findall(r"^### (\d+\. .+)$", PROMISES, re.MULTILINE)

    assert re.findall(r"^## (\d+\. .+)$", EVIDENCE, re.MULTILINE) == promises != []


@pytest.mark.parametrize(("file", "name"), sorted(set(TEST.findall(EVIDENCE))))
def test_every_test_exists(file, name):
    """A promise whose test was renamed or removed has none."""
    assert name in names_of(ast.parse((ROOT / full_path(file)).read_text()))


@pytest.mark.parametrize(("file", "name"), sorted(set(SYMBOL.findall(EVIDENCE))))
def test_every_line_of_code_exists(file, name):
    """So has one whose code was."""
    assert name in names_of(ast.parse(SOURCES[file]))


def test_every_trial_is_listed_with_its_tests():
    """The trials of the reference, each with the tests whose docstrings name it."""
    rows = re.split(r"^- \*\*T(\d+)\*\* ", section("The trials"), flags=re.MULTILINE)[1:]
    listed = {
        int(number): {(full_path(file), name) for file, name in TEST.findall(row)}
        for number, row in zip(rows[::2], rows[1::2], strict=True)
    }

    assert list(listed) == list(range(1, 49))
    assert {number: tests for number, tests in listed.items() if tests} == trials()


@pytest.mark.parametrize("page", [PROMISES, EVIDENCE], ids=["guarantees", "evidence"])
def test_pages_fit_a_screen(page):
    """But for names of tests, which can't be broken."""
    wide = [line for line in page.splitlines() if len(line) > WIDEST and "::" not in line]

    assert wide == []


def test_every_guard_has_a_mutation_and_a_promise():
    """One marker for each name, and for each marker what breaks it and which promise needs it."""
    names = Counter(name for name, _ in GUARDS)

    assert [name for name, many in names.items() if many > 1] == []
    assert {each.guard for each in MUTATIONS} == names.keys()
    assert Counter(GUARD.findall(EVIDENCE)) == names


@pytest.mark.parametrize(
    "mutation", MUTATIONS, ids=lambda mutation: f"{mutation.guard}: {mutation.broken}"
)
def test_every_mutant_could_run(mutation):
    """It parses, uses attributes that something has, and is not what stands there anyway."""
    assert flaws(dict(GUARDS)[mutation.guard], mutation, SOURCES) == []


def test_no_mutant_uses_an_undefined_name(tmp_path):
    """A mutant that crashes would be caught by any test, and show nothing."""
    places = dict(GUARDS)
    for number, each in enumerate(MUTATIONS):
        guard = places[each.guard]
        mutant = guard.broken(SOURCES[guard.file], each.becomes)
        (tmp_path / f"{number}_{Path(guard.file).name}").write_text(mutant)

    assert undefined(tmp_path) == []


def test_every_mutation_names_a_test():
    """By its file and name; what stands in brackets is one of its cases."""
    for each in MUTATIONS:
        file, _, name = each.test.partition("::")
        tree = ast.parse((ROOT / full_path(file)).read_text())
        assert name.partition("[")[0] in names_of(tree), each


@pytest.mark.parametrize(
    ("becomes", "flaw"),
    [
        ("return a +", "it does not parse"),
        ("return a.nothing_has_it", "nothing has a nothing_has_it"),
        ("return a.real", "it changes nothing"),
        ("return a.imag", None),
    ],
)
def test_a_mutant_that_shows_nothing_is_told(becomes, flaw):
    """The checks above can fail."""
    texts = {"a.py": "def f(a):\n    return a.real  # guard: the real\n", "b.py": "x.imag\n"}
    ((_, guard),) = guards(texts)

    found = flaws(guard, Mutation("the real", "", becomes, ""), texts)

    assert [each.partition(":")[0] for each in found] == ([flaw] if flaw else [])


def test_undefined_names_are_found(tmp_path):
    """As ruff tells them."""
    tmp_path.joinpath("a.py").write_text("def f():\n    return nowhere\n")

    assert len(undefined(tmp_path)) == 1


def test_a_guard_is_the_line_of_its_marker_or_the_one_below():
    """What stands around it may change."""
    text = (
        "def f():\n    # guard: above\n    return 1\n\n\ndef g():\n    return 2  # guard: beside\n"
    )
    above, beside = dict(guards({"a.py": text})).values()

    assert above.broken(text, "return 3") == text.replace("return 1", "return 3")
    assert beside == Guard("a.py", 6)
    assert beside.broken(text, "if f:\n    pass\nreturn 4") == text.replace(
        "    return 2  # guard: beside\n", "    if f:\n        pass\n    return 4\n"
    )
    assert beside.broken(text, "") == text.removesuffix("    return 2  # guard: beside\n")
