"""docs/adding-a-stream.md: each snippet stands in the project as it stands on the page."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "adding-a-stream.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```(python|yaml)\n(.*?)```", PAGE, re.DOTALL)
FILES = {
    "yaml": ["source_intercom/manifest.yaml"],
    "python": [
        "intercom_emulator/resources.py",
        "intercom_emulator/workspace/relations.py",
        "unit_tests/test_schemas.py",
    ],
}


@pytest.mark.parametrize(("kind", "snippet"), SNIPPETS)
def test_a_snippet_stands_where_the_page_says(kind: str, snippet: str) -> None:
    """What is told to be written is what was written."""
    assert any(snippet in (ROOT / name).read_text(encoding="utf-8") for name in FILES[kind])


def test_every_path_on_the_page_is_there() -> None:
    """Files and folders of the project, in backticks."""
    named = re.findall(r"`((?:source_intercom|intercom_emulator|unit_tests|scripts)/[^`]*)`", PAGE)
    missing = [name for name in named if not (ROOT / name).exists()]

    assert named
    assert missing == []
