"""
Intercom's own description beside what this project says of it.

Facts may stand here, Intercom's sentences may not.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scripts.intercom_facts import FILE, as_text, facts, read
from unit_tests.described import DESCRIPTION, ROOT

LONGEST_RUN = 7
"""So many words in a row may be Intercom's by chance."""

OURS = {".json", ".md", ".py", ".sql", ".toml", ".yaml"}
"""The kinds of files that hold prose."""

WIRE = ROOT / "intercom_emulator"
"""Its error messages are Intercom's, word for word, as a client gets them."""

needs_the_document = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason=f"{DESCRIPTION.name} does not lie beside the project"
)


@cache
def document() -> dict[str, Any]:
    return read(DESCRIPTION)


def strings(node: Any) -> Iterator[str]:
    """Every text in a JSON document."""
    if isinstance(node, str):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from strings(each)


def runs(text: str) -> Iterator[str]:
    """Each run of words that is too long to be chance, without marks and capitals."""
    words = [re.sub(r"^\W+|\W+$", "", word) for word in text.casefold().split()]
    words = [word for word in words if word]
    for start in range(len(words) - LONGEST_RUN):
        yield " ".join(words[start : start + LONGEST_RUN + 1])


@cache
def intercoms_runs() -> frozenset[str]:
    return frozenset(run for text in strings(document()) for run in runs(text))


def copied(texts: Iterable[str]) -> list[str]:
    """The runs of words in these texts that occur in Intercom's document."""
    return [run for text in texts for run in runs(text) if run in intercoms_runs()]


def our_files() -> Iterator[Path]:
    """All files of this project with prose in them, the generated and hidden ones aside."""
    for entry in sorted(ROOT.iterdir()):
        if not entry.name.startswith(".") and entry.name not in {"build", "dist"}:
            yield from sorted(entry.rglob("*")) if entry.is_dir() else [entry]


def texts_of(path: Path) -> Iterator[str]:
    """The prose of a file: a JSON document's texts one by one, any other file as a whole."""
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        yield from strings(json.loads(content))
    else:
        yield content


@needs_the_document
def test_facts_are_current() -> None:
    """The file of facts is what its script makes of Intercom's document."""
    current = as_text(facts(document()))

    assert current == FILE.read_text(encoding="utf-8"), "run scripts/intercom_facts.py"


@needs_the_document
def test_no_sentence_is_intercoms() -> None:
    """Schemas, documents and code are in our own words."""
    found = {
        str(path.relative_to(ROOT)): runs_found
        for path in our_files()
        if path.suffix in OURS and not (WIRE in path.parents and path.suffix == ".py")
        if (runs_found := copied(texts_of(path)))
    }

    assert found == {}


@needs_the_document
def test_the_comparison_can_fail() -> None:
    """A sentence of Intercom's is found, wrapped and quoted as it may be."""
    sentence = next(text for text in strings(document()) if len(text.split()) > LONGEST_RUN)

    assert copied(["> " + sentence.replace(" ", "\n> ").upper()])
