"""docs/relations.md: its view, run by DuckDB and PostgreSQL, holds what is true now."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest

from integration_tests.postgres_server import postgres_server
from integration_tests.test_load import load_into
from intercom_emulator import Emulator
from source_intercom.tables.streams import retriever_of
from unit_tests.described import streams_of_manifest

PAGE = (Path(__file__).parents[1] / "docs" / "relations.md").read_text(encoding="utf-8")
(VIEW,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
LISTS = {
    relation: (parent, column, lists)
    for relation, parent, column, lists in re.findall(
        r"^\| `(\w+)` \| `(\w+)`, `(\w+)` \| `(.+)` \|$", PAGE, re.MULTILINE
    )
} | {
    "contact_subscriptions": (
        "contacts",
        "contact_id",
        "opted_in_subscription_types -> 'data'",
        "opted_out_subscription_types -> 'data'",
    ),
    "conversation_teammates": (
        "conversations",
        "conversation_id",
        "teammates -> 'admins'",
        "teammates -> 'teammates'",
    ),
}
"""By relation: its parent, the column of that, and where the parent lists its entries."""
