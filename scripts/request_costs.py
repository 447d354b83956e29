"""What a sync of each stream costs in requests, in a few words, as the manifest has it."""

from collections.abc import Mapping
from typing import Any

from source_intercom.reading.lanes import PAGE_SIZE
from source_intercom.reading.logs import PAGE_SIZE as LOGS_A_PAGE
from source_intercom.reading.scroll import FULL_PAGE
from source_intercom.tables.odd_retrievers import (
    AT_ONCE,
    ActivityLogsRetriever,
    CustomObjectsRetriever,
    DataAttributesRetriever,
    TranscriptsRetriever,
    WorkspaceRetriever,
)
from source_intercom.tables.retrievers import ScrollRetriever, SearchRetriever, TableRetriever


def requests_of(name: str, retrievers: Mapping[str, TableRetriever]) -> str:
    """What a sync of one stream costs, where `retrievers` are those of all streams by name."""
    retriever = retrievers[name]
    if not retriever.rows.get("at"):
        return _of_source(retriever, name.replace("_", " "))
    parents = (
        other
        for other, each in retrievers.items()
        if each.source == retriever.source and each.rows.get("at") in (None, ["self"])
        if other != name
    )
    parent = next(parents, None)
    shared = f"none beside `{parent}`" if parent else _of_source(retriever)
    if retriever.rest is None:
        return shared
    of = retriever.rows.get("of", name.removesuffix("s"))
    calls = _of_calls(retriever.rest, of.replace("_", " "))
    return f"{shared}, {calls}"


def _of_source(retriever: TableRetriever, rows: str = "") -> str:
    """What reading the rows themselves costs; `rows`: what they are called, if not by the path."""
    a_page = {**retriever.params, **getattr(retriever, "guess", {})}.get("per_page")
    length = str(a_page)
    match retriever:
        case SearchRetriever():
            which = " that changed" if retriever.cursor_field else ", of all"
            cost = f"1 for {PAGE_SIZE} {_last(retriever.path, -2)}{which}"
        case ScrollRetriever():
            cost = f"1 for {FULL_PAGE} {_last(retriever.path, -2)}, of all"
        case ActivityLogsRetriever():
            cost = f"1 for {LOGS_A_PAGE} that are new"
        case TranscriptsRetriever():
            cost = f"1 for {length} calls, 1 for {AT_ONCE} conversations with calls"
        case CustomObjectsRetriever():
            cost = f"1 for {length} of each type"
        case DataAttributesRetriever():
            cost = "3"
        case WorkspaceRetriever():
            cost = "none"
        case _ if a_page and retriever.cursor_field:
            cost = f"1 for {length} that are new"
        case _:
            cost = f"1 for {length} {rows or _last(retriever.path, -1)}, of all" if a_page else "1"
    return cost


def _of_calls(rest: Mapping[str, Any], parent: str) -> str:
    """What the calls for parents cost."""
    when = rest.get("when")
    which = {
        None: "each",
        "more": "each whose list is cut",
        "longest": "each whose list is as long as can be",
    }.get(when if isinstance(when, str | None) else "", "each that has any")
    pagination = rest.get("body", {}).get("pagination", {})
    a_page = {**pagination, **rest.get("params", {}), **rest.get("guess", {})}.get("per_page")
    length = f", {a_page} rows a page" if a_page else ""
    first, _, others = which.partition(" ")
    return f"1 for {first} {parent} {others}".rstrip() + length


def _last(path: str, number: int) -> str:
    return path.split("/")[number].replace("_", " ")
