"""
Write what the documents say of streams and columns.

In docs/schema a diagram of each family of tables and the meaning of each column, and in other pages
the tables of streams.

    python -m scripts.data_dictionary

The families are the headings in the manifest's list of streams. A column whose description begins
with the name of another one, as "contacts.id. The contact.", refers to it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.request_costs import requests_of
from source_intercom.files import SUGGESTED
from source_intercom.intercom.errors import UNKNOWN
from source_intercom.source import MANIFEST, TIER_ON_REQUEST, SourceIntercom
from source_intercom.tables.streams import retriever_of

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "schema"
FILLED = ("README.md", "docs/intercom.md", "docs/setup.md", "docs/streams.md")
"""Pages with a table of streams, each between two comments: <!-- written: families --> is one."""
SECTION = re.compile(r"(<!-- written: (\w+) -->\n).*?(<!-- written\. -->)", re.DOTALL)
HEADING = re.compile(r"^  # ── (.+?) ─+$|\$parameters: {name: (\w+)}", re.MULTILINE)
REFERENCE = re.compile(r"((?:[a-z_]+\.[a-z_]+)(?: or [a-z_]+\.[a-z_]+)*)\. ")
POSITIONS = ("updated_at",)
"""A copy of a parent's column that is no way to find the parent."""
YOURS = ".external_id"
"""Your own id of a contact, which stands beside Intercom's and draws no line."""
DEEPEST = 3
"""Objects within objects within objects, which are other tables' own, are described there."""
WORDS = {
    "string": "text",
    "date-time": "timestamp",
    "object": "JSON object",
    "array": "JSON array",
}
NOTE = "<!-- Written by `python -m scripts.data_dictionary`; a test fails where it is stale. -->"


@dataclass(frozen=True)
class Relation:
    """A column, or a field within one, whose values are those of other tables' columns."""

    path: str
    targets: tuple[str, ...]
    is_many: bool
    """Whether a row holds a list of them."""

    @property
    def tables(self) -> list[str]:
        """The tables that it leads to."""
        return [target.partition(".")[0] for target in self.targets]


@dataclass(frozen=True)
class Described:
    """A table as the connector declares it."""

    name: str
    family: str
    schema: Mapping[str, Any]
    key: tuple[str, ...]
    cursor: str | None
    permissions: tuple[str, ...]
    tier: int
    requests: str
    """What a sync of it costs, in a few words."""

    @property
    def columns(self) -> Mapping[str, Any]:
        """Each column's schema by its name."""
        columns: Mapping[str, Any] = self.schema["properties"]
        return columns

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The schema of each column, and of each field that an object in one has, by its path."""
        return dict(_fields(self.columns))

    @property
    def relations(self) -> list[Relation]:
        """All that refers to other tables."""
        found = []
        for path, field in self.fields.items():
            if reference := REFERENCE.match(field.get("description", "")):
                targets = tuple(reference[1].split(" or "))
                if not targets[0].endswith(POSITIONS):
                    found.append(Relation(path, targets, "array" in field["type"]))
        return found

    @property
    def foreign_keys(self) -> list[Relation]:
        """The columns that lead to a row of another table."""
        return [
            each
            for each in self.relations
            if "." not in each.path and not each.targets[0].endswith(YOURS)
        ]

    @property
    def mode(self) -> str:
        """How it is read."""
        return f"incremental by `{self.cursor}`" if self.cursor else "full refresh"

    @property
    def is_on_request(self) -> bool:
        """Whether it is offered only where the setting `all_streams` is on."""
        return self.tier >= TIER_ON_REQUEST


def tables() -> list[Described]:
    """Every table, in the order of the manifest."""
    families = _families(MANIFEST.read_text("utf-8"))
    config = {"credentials": {"access_token": "none"}}
    found = []
    streams = {each.name: each for each in SourceIntercom().streams(config)}
    retrievers = {name: retriever_of(each) for name, each in streams.items()}  # type: ignore[arg-type]
    for stream in streams.values():
        declared, retriever = stream.as_airbyte_stream(), retrievers[stream.name]
        calls = (retriever.rest or {}).get("permission")
        found.append(
            Described(
                name=stream.name,
                family=families[stream.name],
                schema=stream.get_json_schema(),
                key=tuple(name for (name,) in declared.source_defined_primary_key or []),
                cursor=retriever.cursor_field,
                permissions=(*retriever.permissions, *([calls] if calls else [])),
                tier=retriever.tier,
                requests=requests_of(stream.name, retrievers),
            )
        )
    return found


def pages() -> dict[str, str]:
    """The text of each page by its file's name."""
    every = tables()
    families = dict.fromkeys(table.family for table in every)
    files = {table.name: _file(table.family) for table in every}
    written = {"README.md": _overview(every, families)}
    for family in families:
        members = [each for each in every if each.family == family]
        written[_file(family)] = _page(family, members, files)
    return written


def filled(page: str) -> str:
    """A page with today's tables of streams."""
    written = {
        "costs": _by_cost,
        "families": _by_family,
        "permissions": _by_permission,
        "streams": _by_name,
    }
    return SECTION.sub(lambda found: "".join([found[1], written[found[2]](), found[3]]), page)


def type_of(schema: Mapping[str, Any]) -> str:
    """A column's type in the words of the data dictionary."""
    kind: str = schema.get("format") or schema["type"][-1]
    return WORDS.get(kind, kind)


def _families(manifest: str) -> dict[str, str]:
    found, family = {}, ""
    for heading, name in HEADING.findall(manifest.partition("\nstreams:\n")[2]):
        family = heading or family
        if name:
            found[name] = family
    return found


def _fields(columns: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, column in columns.items():
        path = before + name
        yield path, column
        yield from _fields(column.get("properties", {}), f"{path}.")
        items = column.get("items")
        if isinstance(items, dict):
            yield from _fields(items.get("properties", {}), f"{path}[].")


def _file(family: str) -> str:
    return re.sub(r"\W+", "-", family) + ".md"


def _title(family: str) -> str:
    return family[0].upper() + family[1:]


def _map(shown: Iterable[Described]) -> list[str]:
    """Return a diagram of these tables, where those that only join two others are lines."""
    tables = {table.name: table for table in shown}
    edges: dict[str, list[str]] = {}
    for table in tables.values():
        keys = [each for each in table.foreign_keys if each.path in table.key]
        ends = [each.tables[0] for each in keys]
        if len(ends) > 1 and tables.keys() >= set(ends):
            edges.setdefault(f"    {ends[0]} }}o--o{{ {ends[1]}", []).append(table.name)
            continue
        for relation in table.foreign_keys:
            for target in filter(tables.__contains__, relation.tables):
                edges.setdefault(_line(target, relation, table), []).append(relation.path)
    return _drawn(edges)


def _diagram(members: Iterable[Described]) -> list[str]:
    """Return a diagram of a family: keys, and the columns that lead to other tables."""
    tables = {table.name: table for table in members}
    edges: dict[str, list[str]] = {}
    lines = []
    for table in tables.values():
        foreign = {each.path: " or ".join(each.targets) for each in table.foreign_keys}
        lines.append(f"    {table.name} {{")
        for name in dict.fromkeys([*table.key, *foreign]):
            marks = ", ".join(["PK"] * (name in table.key) + ["FK"] * (name in foreign))
            kind = type_of(table.columns[name]).replace(" ", "_")
            target = f' "{foreign[name]}"' if name in foreign else ""
            lines.append(f"        {kind} {name} {marks}{target}")
        lines.append("    }")
        for relation in table.foreign_keys:
            for target in filter(tables.__contains__, relation.tables):
                edges.setdefault(_line(target, relation, table), []).append(relation.path)
    return _drawn(edges, lines)


def _line(target: str, relation: Relation, table: Described) -> str:
    many = "}o" if relation.is_many else "|o"
    many = "||" if relation.path in table.key else many
    return f"    {target} {many}--o{{ {table.name}"


def _drawn(edges: Mapping[str, Iterable[str]], entities: Iterable[str] = ()) -> list[str]:
    lines = [f'{edge} : "{", ".join(names)}"' for edge, names in edges.items()]
    return ["```mermaid", "erDiagram", "    direction LR", *entities, *lines, "```"]


def _overview(every: list[Described], families: Iterable[str]) -> str:
    suggested = set(SUGGESTED.read_text("utf-8").split())
    lines = [
        "# Tables",
        "",
        NOTE,
        "",
        f"{len(every)} tables with {sum(len(each.columns) for each in every)} columns, and one",
        "more for each custom attribute ([setup.md](../setup.md#custom-attributes)). What DuckDB",
        "and PostgreSQL make of the types: [load.md](../load.md#which-tables-appear).",
        "",
        "The suggested tables, each line named after the column, or the table, that joins them:",
        "",
        *_map(each for each in every if each.name in suggested),
        "",
        "| Family | Tables |",
        "|---|---|",
    ]
    for family in families:
        members = (each.name for each in every if each.family == family)
        links = ", ".join(f"[`{name}`]({_file(family)}#{name})" for name in members)
        lines.append(f"| [{_title(family)}]({_file(family)}) | {links} |")
    return "\n".join(lines) + "\n"


def _meaning(field: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """Return a field's description, with links to the tables that it begins with."""
    said: str = field.get("description", "")
    if reference := REFERENCE.match(said):
        links = (
            f"[`{each}`]({files[each.partition('.')[0]]}#{each.partition('.')[0]})"
            for each in reference[1].split(" or ")
        )
        said = f"{' or '.join(links)}. {said[reference.end() :]}"
    return said.replace("|", "\\|").replace("<", "&lt;")


def _described(title: str, fields: Mapping[str, Any], files: Mapping[str, str]) -> list[str]:
    rows = (
        f"| `{path}` | {type_of(field)} | {_meaning(field, files)} |"
        for path, field in fields.items()
    )
    return ["", f"| {title} | Type | Meaning |", "|---|---|---|", *rows]


def _page(family: str, members: list[Described], files: Mapping[str, str]) -> str:
    lines = [f"# {_title(family)}", "", NOTE, "", *_diagram(members)]
    for table in members:
        permissions = ", ".join(table.permissions)
        facts = [
            f"Key: {', '.join(f'`{name}`' for name in table.key)}",
            table.mode[0].upper() + table.mode[1:],
            f"Permission: {'not documented' if permissions == UNKNOWN else permissions}",
            *["Offered where `all_streams` is on"] * table.is_on_request,
        ]
        lines += ["", f"## {table.name}", "", table.schema["description"], "", ". ".join(facts)]
        lines[-1] += "."
        lines += _described("Column", table.columns, files)
        inside = {
            path: field for path, field in table.fields.items() if 0 < path.count(".") <= DEEPEST
        }
        if inside:
            lines += ["", "<details>", "<summary>Inside its JSON</summary>"]
            lines += [*_described("Field", inside, files), "", "</details>"]
    return "\n".join(lines) + "\n"


def _by_family() -> str:
    suggested = set(SUGGESTED.read_text("utf-8").split())
    columns = ("Family", "Suggested", "Others", "Only with `all_streams`")
    rows: dict[str, list[list[str]]] = {}
    for table in tables():
        column = 0 if table.name in suggested else 2 if table.is_on_request else 1
        rows.setdefault(table.family, [[], [], []])[column].append(f"`{table.name}`")
    return _table(
        columns,
        (
            [f"[{_title(family)}](docs/schema/{_file(family)})", *map(", ".join, cells)]
            for family, cells in rows.items()
        ),
    )


def _by_permission() -> str:
    rows: dict[str, list[str]] = {}
    for table in tables():
        for permission in table.permissions:
            rows.setdefault(permission, []).append(f"`{table.name}`")
    unknown = rows.pop(UNKNOWN)
    documented = [[box, ", ".join(names)] for box, names in rows.items()]
    last = ["Intercom doesn't say; a check tells", ", ".join(unknown)]
    return _table(("Tick", "To read"), [*documented, last])


def _by_name() -> str:
    columns = ("Stream", "Sync mode", "Cursor", "Primary key")
    return _table(
        columns,
        (
            [
                f"[{table.name}](schema/{_file(table.family)}#{table.name})",
                "Full Refresh, Incremental" if table.cursor else "Full Refresh",
                f"`{table.cursor}`" if table.cursor else "",
                ", ".join(f"`{name}`" for name in table.key),
            ]
            for table in tables()
        ),
    )


def _by_cost() -> str:
    columns = ("Stream", "Requests", "Read", "Key", "Permission")
    return _table(
        columns,
        (
            [
                f"[{table.name}](schema/{_file(table.family)}#{table.name})",
                table.requests,
                f"by `{table.cursor}`" if table.cursor else "whole",
                ", ".join(f"`{name}`" for name in table.key),
                ", ".join(table.permissions).replace(UNKNOWN, "not documented"),
            ]
            for table in tables()
        ),
    )


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(columns)
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines).replace("  ", " ")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    for name in FILLED:
        (ROOT / name).write_text(filled((ROOT / name).read_text("utf-8")), encoding="utf-8")
