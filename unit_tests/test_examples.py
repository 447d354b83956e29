"""The examples in docstrings, run as they stand there."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "source_intercom").rglob("*.py")
    if ">>> " in path.read_text()
)


def test_a_walk_is_shown() -> None:
    assert "source_intercom.reading.search" in MODULES


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 0
    assert result.failed == 0
