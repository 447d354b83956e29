"""docs/schema is what its script makes of the manifest and the schemas."""

import pytest

from scripts.data_dictionary import FOLDER, Relation, pages, tables, type_of

TABLES = {table.name: table for table in tables()}


def test_the_pages_are_current() -> None:
    """A column that was added, or a table that was renamed, is on its page."""
    found = {file.name: file.read_text("utf-8") for file in FOLDER.iterdir()}

    assert found == pages(), "run .venv/bin/python -m scripts.data_dictionary"


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
