"""The emulator's modules build on each other in one direction."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import intercom_emulator

ROOT = Path(intercom_emulator.__file__).parent
SOURCES = {
    ".".join((*path.relative_to(ROOT).parent.parts, path.stem)).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
    if path != ROOT / "__init__.py"
}
"""By name within the package. The package itself, a shop window, is left out."""


def imports(path: Path) -> Iterator[str]:
    """The package's own modules that a file imports, for types only or for good."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("intercom_emulator"):
            inner = (node.module or "").removeprefix("intercom_emulator").lstrip(".")
            for alias in node.names:
                longer = f"{inner}.{alias.name}".lstrip(".")
                yield longer if longer in SOURCES else inner


def reached(name: str) -> set[str]:
    """The modules that a module stands on."""
    seen, left = set(), [name]
    while left:
        for other in imports(SOURCES[left.pop()]):
            if other and other not in seen:
                seen.add(other)
                left.append(other)
    return seen


def test_no_module_imports_itself_by_a_detour():
    """There is an order in which each module comes after all that it imports."""
    graph = {name: set(imports(path)) - {"", name} for name, path in SOURCES.items()}

    assert SOURCES.keys() <= set(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("emulator", "app"),
        ("app", "routes"),
        ("routes", "world"),
        ("world", "workspace"),
        ("workspace", "resources"),
        ("resources", "shapes"),
        ("workspace", "records"),
        ("records", "messages"),
    ],
)
def test_the_layers_lie_as_they_are_named(upper, lower):
    """The upper layer stands on the lower one, never the other way round."""
    assert lower in reached(upper)
    assert upper not in reached(lower)
