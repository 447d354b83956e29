"""The pages about streams that people write: what they name is there."""

import re
from pathlib import Path

import pytest

from scripts.data_dictionary import tables

DOCS = Path(__file__).parents[1] / "docs"
TABLES = {table.name: table for table in tables()}
NAME = re.compile(r"`([a-z]+(?:_[a-z]+)*)`")


@pytest.mark.parametrize("page", ["deletions.md", "peers.md"])
def test_every_stream_of_a_table_is_there(page: str) -> None:
    """The tables of these pages name streams, or columns of one."""
    text = (DOCS / page).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    named = {name for line in lines for name in NAME.findall(line)}
    columns = {column for table in TABLES.values() for column in table.columns}

    assert named - TABLES.keys() - columns == set()


def test_the_page_of_peers_counts_right() -> None:
    """How many streams there are, and how many of them tie two tables together."""
    text = (DOCS / "peers.md").read_text("utf-8")
    [(streams, relations)] = re.findall(r"^\| here \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    ties = [
        table.name
        for table in TABLES.values()
        if len({each.path for each in table.foreign_keys} & {*table.key}) > 1
        or any(column.startswith("linked_") for column in table.key)
    ]

    assert int(streams) == len(TABLES)
    assert int(relations) == len(ties), ties


def test_no_stream_is_left_out_of_the_costs() -> None:
    """Each has its line, and says what a sync of it costs."""
    text = (DOCS / "streams.md").read_text("utf-8")
    lines = re.findall(r"^\| \[(\w+)\]\(\S+\) \| ([^|]+) \|", text, re.MULTILINE)

    assert [name for name, _ in lines] == [*TABLES]
    assert all(cost == "none" or re.search(r"\d|none beside", cost) for _, cost in lines)
