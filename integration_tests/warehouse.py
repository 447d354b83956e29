"""What the tables of a warehouse hold after syncs, and what of their relations still holds."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from integration_tests.syncing import Key, Output, key_of

Row = dict[str, Any]
Table = dict[Key, Row]

ENDS: dict[str, tuple[str, str, Sequence[tuple[str, str]]]] = {
    "contact_tags": ("contacts", "contact_id", [("tags", "data")]),
    "contact_companies": ("contacts", "contact_id", [("companies", "data")]),
    "contact_notes": ("contacts", "contact_id", [("notes", "data")]),
    "contact_subscriptions": (
        "contacts",
        "contact_id",
        [("opted_in_subscription_types", "data"), ("opted_out_subscription_types", "data")],
    ),
    "conversation_contacts": ("conversations", "conversation_id", [("contacts", "contacts")]),
    "conversation_tags": ("conversations", "conversation_id", [("tags", "tags")]),
    "conversation_teammates": (
        "conversations",
        "conversation_id",
        [("teammates", "admins"), ("teammates", "teammates")],
    ),
    "conversation_linked_objects": (
        "conversations",
        "conversation_id",
        [("linked_objects", "data")],
    ),
    "ticket_contacts": ("tickets", "ticket_id", [("contacts", "contacts")]),
    "ticket_linked_objects": ("tickets", "ticket_id", [("linked_objects", "data")]),
}
"""
Relations whose rows can end: the parent's stream, its column, and where it lists its entries.

docs/relations.md has the same in SQL.
"""


class Warehouse:
    """Tables by stream; those of `whole` are written anew by each sync that completes them."""

    def __init__(self, whole: Collection[str]) -> None:
        self._whole = whole
        self.tables: dict[str, Table] = defaultdict(dict)

    def take(self, output: Output, streams: Collection[str], *, is_over: bool) -> None:
        """Write the rows of a sync; `is_over`: it came to its end, so that its status counts."""
        for stream in streams:
            rows = {key_of(stream)(row): row for row in output.records(stream)}
            if stream not in self._whole:
                self.tables[stream] |= rows
            elif is_over and output.statuses.get(stream) == "COMPLETE":
                self.tables[stream] = rows

    def current(self, stream: str) -> Table:
        """The rows of a table that still hold."""
        table = self.tables[stream]
        if stream not in ENDS:
            return table
        of, column, paths = ENDS[stream]
        parents = self.tables.get(of, {})
        latest: dict[str, str] = {}
        for row in table.values():
            latest[row[column]] = max(row["read_at"], latest.get(row[column], ""))
        return {
            key: row
            for key, row in table.items()
            if row["read_at"] == latest[row[column]]
            and not _has_none(parents.get(row[column]), row["read_at"], paths)
        }


def _has_none(parent: Row | None, read_at: str, paths: Sequence[tuple[str, str]]) -> bool:
    """Whether a parent's newer row says that there are no entries any more."""
    if parent is None or parent["read_at"] <= read_at:
        return False
    return not any((parent.get(name) or {}).get(entries) for name, entries in paths)
