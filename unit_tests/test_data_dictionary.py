"""The pages that list streams and columns are what their script makes of manifest and schemas."""

import re

import pytest
import yaml

from scripts.data_dictionary import (
    FILLED,
    FOLDER,
    ROOT,
    SECTION,
    Relation,
    filled,
    pages,
    tables,
    type_of,
)
from source_intercom.files import SUGGESTED

TABLES = {table.name: table for table in tables()}


def test_the_pages_are_current() -> None:
    """A column that was added, or a table that was renamed, is on its page."""
    found = {file.name: file.read_text("utf-8") for file in FOLDER.iterdir()}

    assert found == pages(), "run .venv/bin/python -m scripts.data_dictionary"


LINES = re.compile(
    r"erDiagram|    direction LR|    \w+ \{|    \}"
    r'|        \w+ \w+ (PK|FK|PK, FK)( "[\w. ]+")?'
    r'|    \w+ (\|\||\|o|\}o)--o\{ \w+ : "[\w, ]+"'
)
"""What mermaid reads, as it was looked at: https://mermaid.js.org/syntax/entityRelationshipDiagram.html"""


def test_every_diagram_can_be_drawn() -> None:
    """One a page, of lines that mermaid knows; each table of the family is in it."""
    for name, page in pages().items():
        [diagram] = re.findall(r"```mermaid\n(.*?)\n```", page, re.DOTALL)
        odd = [line for line in diagram.splitlines() if not LINES.fullmatch(line)]
        assert odd == []
        for table in re.findall(r"^## (\w+)", page, re.MULTILINE):
            assert f"    {table} {{\n" in diagram, name


def test_a_relation_is_found_at_any_depth() -> None:
    """In a column, in a list of ids, and in the objects of a list; a parent's date is none."""
    teams, parts = TABLES["teams"], TABLES["conversation_parts"]

    assert Relation("admin_ids", ("admins.id",), is_many=True) in teams.foreign_keys
    assert Relation("tags[].id", ("tags.id",), is_many=False) in parts.relations
    assert [each.path for each in parts.foreign_keys] == ["conversation_id"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": ["null", "string"]}, "text"),
        ({"type": ["null", "string"], "format": "date-time"}, "timestamp"),
        ({"type": ["null", "string"], "format": "date"}, "date"),
        ({"type": ["null", "integer"]}, "integer"),
        ({"type": ["null", "array"]}, "JSON array"),
        ({"type": ["null", "object"]}, "JSON object"),
    ],
)
def test_types_are_said_in_few_words(schema: dict[str, object], expected: str) -> None:
    assert type_of(schema) == expected


@pytest.mark.parametrize("page", FILLED)
def test_the_tables_of_streams_are_current(page: str) -> None:
    """In the README by family, in setup.md by permission, on the connector's page by name."""
    text = (ROOT / page).read_text("utf-8")

    assert SECTION.search(text)
    assert text == filled(text), "run .venv/bin/python -m scripts.data_dictionary"


def test_the_readme_counts_right() -> None:
    """How many tables there are, how many of them are suggested, and what they need."""
    readme = (ROOT / "README.md").read_text("utf-8")
    suggested = SUGGESTED.read_text("utf-8").split()
    boxes = {box for name in suggested for box in TABLES[name].permissions}

    assert f"{len(TABLES)}\ntables" in readme
    assert f"the {len(suggested)} suggested streams" in readme
    assert [box for box in boxes if f"*{box}*" not in " ".join(readme.split())] == []


def test_the_page_for_airbyte_has_an_entry_for_each_version() -> None:
    """The same versions as the changelog, the connector's own first."""
    versions = re.findall(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    page = (ROOT / "docs" / "intercom.md").read_text("utf-8").partition("## Changelog")[2]
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text("utf-8"))

    assert re.findall(r"^\| ([\d.]+) \|", page, re.MULTILINE) == versions
    assert versions[0] == metadata["data"]["dockerImageTag"]
