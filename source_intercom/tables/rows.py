"""
How the rows of a table lie in what is read: a row of its own, or entries of a parent's nested list.

    {of: contact, at: [tags, data], fields: {tag_id: id}}
      in a contact     {"id": "a1", "updated_at": 5, "tags": {"data": [{"id": "7", "url": "…"}]}}
      makes the rows   {"contact_id": "a1", "contact_updated_at": 5, "read_at": "…", "tag_id": "7"}

The first three are their head, which a parent gives to all of its rows: of these columns, a table
has those that its schema declares.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from source_intercom.intercom.json_text import canonical
from source_intercom.intercom.pages import Row, whole

Path = tuple[str, ...]
READ_AT = "read_at"
"""The instant at which a parent was read: the same for all of its rows, later at each reading."""


@dataclass(frozen=True)
class Rows:
    """
    What the manifest says of a table's rows.

    `of`: what the parent is called in columns. `at`: the lists that hold the entries; without one,
    the row is the parent itself. `fields`: the columns that are taken of an entry, by its fields;
    without, all but those to `drop`, which other tables have. `label`: a column that says in which
    list the entry's id stands; where Intercom cuts several of them, a `sign` of the entry tells.
    `keys`: the column of an entry's key, where entries lie in a map. `made`: columns of fields that
    lie deeper. `hashed`: columns that tell entries without an id apart. `most`: the entries behind
    which Intercom shows none.
    """

    of: str | None = None
    at: tuple[Path, ...] = ()
    fields: Mapping[str, str] | None = None
    label: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    sign: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keys: str | None = None
    made: Mapping[str, Path] = field(default_factory=dict)
    hashed: Mapping[str, Path] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    most: int | None = None
    columns: frozenset[str] = frozenset()

    @classmethod
    def declared(cls, given: Mapping[str, Any], columns: Iterable[str]) -> Self:
        """Those that a manifest gives, for a table of these columns."""
        at = given.get("at", [])
        return cls(
            of=given.get("of"),
            at=tuple(map(tuple, [at] if at and isinstance(at[0], str) else at)),
            fields=given.get("fields"),
            label={
                column: {name: tuple(path) for name, path in lists.items()}
                for column, lists in given.get("label", {}).items()
            },
            sign=given.get("sign", {}),
            keys=given.get("keys"),
            made={column: tuple(path) for column, path in given.get("made", {}).items()},
            hashed={column: tuple(path) for column, path in given.get("hashed", {}).items()},
            drop=tuple(given.get("drop", ())),
            most=given.get("most"),
            columns=frozenset(columns),
        )

    @cached_property
    def are_parents(self) -> bool:
        """Whether each row that is read is one of the table's own."""
        return not self.at

    @cached_property
    def head_columns(self) -> Mapping[str, str]:
        """The columns that a parent gives to all of its rows, each with the parent's own field."""
        named = {f"{self.of}_id": "id", f"{self.of}_updated_at": "updated_at"}
        if self.are_parents:
            return {}
        return {column: name for column, name in named.items() if column in self.columns}

    @cached_property
    def head_kind(self) -> frozenset[str]:
        """Equal for tables to which a parent gives the same."""
        return frozenset(self.head_columns) | (self.columns & {READ_AT})

    @cached_property
    def head_key(self) -> Sequence[str]:
        """What no head may lack."""
        return [column for column, name in self.head_columns.items() if name == "id"]

    def head(self, parent: Row, read_at: str) -> Row:
        """What a parent gives to all of its rows."""
        head: Row = {}
        for column, name in self.head_columns.items():
            head[column] = parent.get(name)
        if READ_AT in self.columns:
            head[READ_AT] = read_at  # guard: instant of a reading
        return head

    def of_parent(self, parent: Row, read_at: str) -> list[Row]:
        """The rows that one parent brings, without their head."""
        if self.are_parents:
            return [self._itself(parent, read_at)]
        rows: list[Row] = []
        for path, labels in self._lists:
            entries = self._entries(found_at(parent, path))
            if entries and labels is None:
                rows += self.of_entries(entries, parent)
            elif entries:
                rows += self._bare(entries, labels)
        return rows

    def of_entries(self, entries: Sequence[Row], parent: Row) -> list[Row]:
        """The rows that entries of a parent become, wherever they were read; without their head."""
        rows = self._bare(entries)
        for column, lists in self.label.items() if rows else ():
            ids = {name: self._ids(parent, path) for name, path in lists.items()}
            cut = [
                name
                for name, path in lists.items()
                if _is_cut_off(found_at(parent, path[:-1]), path[-1])
            ]
            for row, entry in zip(rows, entries, strict=True):
                row[column] = self._labelled(column, ids, cut, entry)
        return rows

    def lean(self, parent: Row) -> Row:
        """Of a parent what its rows are made of: its own table changes and keeps the rest."""
        names = {"id", "updated_at", *(path[0] for path in self.at)}
        names |= {path[0] for lists in self.label.values() for path in lists.values()}
        return {name: parent[name] for name in names if name in parent}

    def are_cut_off(self, parent: Row) -> bool:
        """Whether a nested list says that there is more of it than it shows."""
        for path, name in self._holders:  # noqa: SIM110 a generator costs more than the look
            if _is_cut_off(found_at(parent, path), name):
                return True
        return False

    def are_left_out(self, parent: Row) -> bool:
        """Whether a parent says nothing of its nested lists, not even that they are null."""
        for path in self.at:  # noqa: SIM110 the same
            if path[0] in parent:
                return False
        return True  # guard: list left out

    @cached_property
    def _holders(self) -> Sequence[tuple[Path, str]]:
        """Where the objects are that have the lists, and the name of the list in each."""
        return [(path[:-1], path[-1]) for path in self.at]

    def shown(self, parent: Row) -> int:
        """How many entries the nested lists hold."""
        shown = 0
        for path in self.at:
            listed = found_at(parent, path)
            if type(listed) is list:
                shown += len(listed)
        return shown

    def counted(self, parent: Row) -> int:
        """How many entries the nested lists say that there are."""
        holders = [found_at(parent, path) for path, _ in self._holders]
        return sum(whole(each.get("total_count")) or 0 for each in holders if type(each) is dict)

    def _itself(self, parent: Row, read_at: str) -> Row:
        for column, path in self.made.items():
            parent[column] = found_at(parent, path)
        for name in self.drop:
            parent.pop(name, None)
        if READ_AT in self.columns:
            parent[READ_AT] = read_at
        return parent

    def _entries(self, listed: Any) -> list[Row]:
        if type(listed) is dict and self.keys:
            named = [(name, each) for name, each in listed.items() if type(each) is dict]
            return [{**each, self.keys: name} for name, each in named]
        if type(listed) is not list:
            return []
        for each in listed:
            if type(each) is not dict:
                return [each if type(each) is dict else {"id": each} for each in listed]
        return listed

    @cached_property
    def _lists(self) -> Sequence[tuple[Path, Row | None]]:
        """Each list with the labels of its entries; None where they lie in other lists."""
        found: list[tuple[Path, Row | None]] = []
        for path in self.at:
            labels: Row = {
                column: name
                for column, lists in self.label.items()
                for name, its in lists.items()
                if its == path
            }
            found.append((path, labels if len(labels) == len(self.label) else None))
        return found

    def _bare(self, entries: Sequence[Row], labels: Row | None = None) -> list[Row]:
        """What is taken of entries; in loops, which cost less than what is shorter."""
        rows = []
        for entry in entries:
            if self.fields is None:
                row = self._whole(entry)
            else:
                row = {}
                for column, name in self.fields.items():
                    row[column] = entry.get(name)
            if labels:
                row.update(labels)
            rows.append(row)
        return rows

    def _whole(self, entry: Row) -> Row:
        row = {name: value for name, value in entry.items() if name not in self.drop}
        for column, path in self.made.items():
            row[column] = found_at(entry, path)
        for column, path in self.hashed.items():
            row[column] = hashlib.sha256(canonical(found_at(entry, path))).hexdigest()
        return row

    def _labelled(
        self, column: str, ids: Mapping[str, set[str]], cut: Sequence[str], entry: Row
    ) -> str | None:
        """What no list shows stands behind the end of the one that is cut off, if one is."""
        own = str(entry.get("id"))
        by_list = next((name for name in ids if own in ids[name]), None)
        if by_list is None and len(cut) == 1:  # guard: list of an entry
            return cut[0]
        if by_list is not None or column not in self.sign:
            return by_list
        signs = self.sign[column]
        return signs.get(str(entry.get(signs["field"])))

    @staticmethod
    def _ids(parent: Row, path: Path) -> set[str]:
        listed = found_at(parent, path)
        entries = listed if isinstance(listed, list) else []
        return {str(each.get("id") if isinstance(each, dict) else each) for each in entries}


def _is_cut_off(holder: Any, name: str) -> bool:
    if type(holder) is not dict:
        return False
    listed, counted = holder.get(name), holder.get("total_count")
    shown = len(listed) if type(listed) is list else 0
    # guard: cut-off list
    return holder.get("has_more") is True or (counted != shown and (whole(counted) or 0) > shown)


def found_at(row: Any, path: Sequence[str]) -> Any:
    """What lies at a path in a row; None where nothing does."""
    for name in path:
        row = row.get(name) if type(row) is dict else None
    return row
