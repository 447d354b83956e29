"""Intercom's own description beside the facts that this project keeps of it."""

import pytest

from scripts.intercom_facts import FILE, as_text, facts, read
from unit_tests.described import DESCRIPTION

needs_the_document = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason=f"{DESCRIPTION.name} does not lie beside the project"
)


@needs_the_document
def test_facts_are_current() -> None:
    """The file of facts is what its script makes of Intercom's document."""
    current = as_text(facts(read(DESCRIPTION)))

    assert current == FILE.read_text(encoding="utf-8"), "run scripts/intercom_facts.py"
