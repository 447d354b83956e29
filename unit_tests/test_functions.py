"""Functions stay short enough to be read at once: counted by ast, docstrings included."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "benchmarks",
    "intercom_demo",
    "intercom_emulator",
    "intercom_load",
    "scripts",
    "source_intercom",
)
LONGEST = 40
USUAL = 20
"""Lines of nine functions in ten, at most."""


def lengths(text: str) -> list[tuple[int, str]]:
    """The lines of each function of a module, with its name; the longest first."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, functions)]
    spans = [((node.end_lineno or 0) - node.lineno + 1, node.name) for node in nodes]
    return sorted(spans, reverse=True)


def test_no_function_is_long() -> None:
    """None of any package but the tests; and nine in ten are short."""
    files = [file for package in PACKAGES for file in ROOT.joinpath(package).rglob("*.py")]
    found = sorted(
        (length, f"{file.relative_to(ROOT)}: {name}")
        for file in files
        for length, name in lengths(file.read_text("utf-8"))
    )

    assert [each for each in found if each[0] > LONGEST] == []
    assert found[len(found) * 9 // 10][0] <= USUAL


def test_a_long_function_is_found() -> None:
    """One within another too, as an inner one counts with its outer one."""
    text = "def outer():\n    def inner():\n" + "        x = 1\n" * 3

    assert lengths(text) == [(5, "outer"), (4, "inner")]
