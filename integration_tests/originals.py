"""The rows that each stream should have, as the workspace itself holds them."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from intercom_emulator import Workspace
from intercom_emulator.resources import RESOURCES
from intercom_emulator.workspace.relations import RELATIONS
from source_intercom.intercom.json_text import canonical
from source_intercom.tables.calls import MOST_PARTS

Row = dict[str, Any]

PARENTS = {
    "contact": "contacts",
    "company": "companies",
    "conversation": "conversations",
    "ticket": "tickets",
    "article": "articles",
}
"""What rows name in `…_id` and date by `…_updated_at`, by what columns call it."""
_ODDLY_NAMED = {
    "data_connector_executions": "data_connector",
    "data_events": "contact",
    "data_event_summaries": "contact",
    "handling_events": "conversation",
    "help_center_redirects": "help_center",
    "office_hours_exceptions": "office_hours_schedule",
    "side_conversation_parts": "conversation",
}

EVENT_DAYS = 90
"""For which data events are listed."""


def parent_of(stream: str) -> str:
    """What a stream's rows hang on, as their columns call it; its name begins with that."""
    return _ODDLY_NAMED.get(stream, stream.partition("_")[0])


def originals(workspace: Workspace, stream: str) -> Iterator[Row]:
    """Every row of a stream in Intercom's own terms; none of a parent that is gone."""
    parent = parent_of(stream) if stream in RELATIONS else ""
    for row in _rows(workspace, stream):
        dates = {
            f"{of}_updated_at": _updated_at(workspace, resource, str(row[f"{of}_id"]))
            for of, resource in PARENTS.items()
            if row.get(f"{of}_id") is not None
        }
        if dates.get(f"{parent}_updated_at", 0) is not None:
            yield {**row, **dates}


def _rows(workspace: Workspace, stream: str) -> Iterable[Row]:
    if stream in _OWN:
        return _OWN[stream](workspace)
    if stream in RESOURCES and RESOURCES[stream].parent is None:
        return workspace.objects(stream)
    return workspace.relations(stream)


def _updated_at(workspace: Workspace, resource: str, name: str) -> Any:
    is_searched = resource != "articles"
    holder = workspace.collection(resource) if is_searched else workspace.table(resource)
    return (holder.get(name) or {}).get("updated_at")


def _newest(stream: str, parent: str) -> Callable[[Workspace], Iterator[Row]]:
    """The parts that Intercom shows: the newest 500 of each parent."""

    def rows(workspace: Workspace) -> Iterator[Row]:
        by_parent = defaultdict(list)
        for part in workspace.relations(stream):
            by_parent[part[parent]].append(part)
        return (part for parts in by_parent.values() for part in parts[-MOST_PARTS:])

    return rows


def _hashed(stream: str, column: str, name: str) -> Callable[[Workspace], Iterator[Row]]:
    """Rows without an id, told apart by the hash of a field."""

    def rows(workspace: Workspace) -> Iterator[Row]:
        for row in workspace.relations(stream):
            yield {**row, column: hashlib.sha256(canonical(row.get(name))).hexdigest()}

    return rows


def _data_attributes(workspace: Workspace) -> Iterator[Row]:
    listed = [*workspace.objects("data_attributes")]
    own = workspace.objects("conversation_attributes")
    listed += [{**row, "model": "conversation"} for row in own]
    for row in listed:
        yield {**row, "key": f"{row['model']}:{row.get('id') or row['full_name']}"}


def _events(workspace: Workspace) -> Iterator[Row]:
    """Those of the last 90 days, which is what Intercom lists."""
    earliest = workspace.clock.now() - EVENT_DAYS * 24 * 3600
    for row in _hashed("data_events", "metadata_hash", "metadata")(workspace):
        if row["created_at"] >= earliest:
            yield row


def _handling_events(workspace: Workspace) -> Iterator[Row]:
    for row in workspace.relations("handling_events"):
        who = row["teammate"]
        yield {**row, "teammate_type": who["type"], "teammate_id": str(who["id"])}


def _admins(workspace: Workspace) -> Iterator[Row]:
    """Without their pictures, which the workspace has and the list shows on request alone."""
    for row in workspace.objects("admins"):
        yield {name: value for name, value in row.items() if name != "avatar"}


def _tickets(workspace: Workspace) -> Iterator[Row]:
    for row in workspace.objects("tickets"):
        yield {**row, "ticket_type_id": row["ticket_type"]["id"]}


def _custom_objects(workspace: Workspace) -> Iterator[Row]:
    """Those of the types that attributes of conversations name."""
    attributes = workspace.objects("conversation_attributes")
    named = {one["reference"]["object_type_id"] for one in attributes if "reference" in one}
    rows = workspace.objects("custom_object_instances")
    return (row for row in rows if row["type"] in named)


_OWN: dict[str, Callable[[Workspace], Iterable[Row]]] = {
    "admins": _admins,
    "content_items": Workspace.content_items,
    "conversation_monitor_evaluations": _hashed(
        "conversation_monitor_evaluations", "evaluated_at_hash", "evaluated_at"
    ),
    "conversation_parts": _newest("conversation_parts", "conversation_id"),
    "custom_object_instances": _custom_objects,
    "data_attributes": _data_attributes,
    "data_events": _events,
    "handling_events": _handling_events,
    "ticket_parts": _newest("ticket_parts", "ticket_id"),
    "tickets": _tickets,
}
