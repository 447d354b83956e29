"""All streams there are, and what the workspace has of each with what is asked for on request."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from integration_tests.originals import originals
from integration_tests.syncing import Output, catalog, config_for, sync_in_process
from intercom_emulator import Emulator, Workspace

Row = dict[str, Any]

DECLARED = {each["name"]: each for each in catalog()["streams"]}
STREAMS = [*DECLARED]
KEYS = {
    name: [column for (column,) in each["source_defined_primary_key"]]
    for name, each in DECLARED.items()
}
DICTIONARIES = {"ticket_states", "ticket_type_attributes", "ticket_types"}
"""Tables that other rows point into, so that archived rows come too."""
LEFT_OUT = {
    # A contact's own list has ids alone, and what only some rows could fill is no column.
    "contact_tags": {"applied_at", "applied_by"},
    # What another column or table says.
    "company_notes": {"company"},
    "contact_merges": {"type"},
    "contact_notes": {"contact"},
    "conversations": {"conversation_parts"},
    "ticket_states": {"ticket_types"},
    "ticket_types": {"ticket_type_attributes"},
    "tickets": {"ticket_parts", "ticket_type"},
}


def everything(intercom: Emulator, streams: Iterable[str] = STREAMS) -> Output:
    """One sync of all streams."""
    types = sorted(intercom.workspace.custom_object_types())
    return sync_in_process(config_for(all_streams=True, custom_objects=types), streams)


def truth(workspace: Workspace, stream: str) -> list[Row]:
    """What the workspace has of a stream now, with what Intercom shows of it on request."""
    columns = DECLARED[stream]["json_schema"]["properties"]
    left_out = LEFT_OUT.get(stream, set())
    rows = _ON_REQUEST.get(stream, lambda workspace: originals(workspace, stream))(workspace)
    return [
        {
            name: value
            for name, value in row.items()
            # What has no such column is told of the rows' parents all the same.
            if name not in left_out and (name in columns or not name.endswith("_updated_at"))
        }
        for row in rows
        if stream in DICTIONARIES or row.get("archived") is not True
    ]


def _contacts(workspace: Workspace) -> Iterator[Row]:
    histories = _by(workspace.relations("contact_merges"), "contact_id")
    for one in workspace.objects("contacts"):
        history = {"merge_history": histories[one["id"]]} if one["role"] == "user" else {}
        yield {**one, **history}


def _conversations(workspace: Workspace) -> Iterator[Row]:
    asked_for = {
        name: _by(workspace.relations(f"conversation_{name}"), "conversation_id")
        for name in ("monitor_evaluations", "scorecards")
    }
    for one in workspace.objects("conversations"):
        yield {**one, **{name: rows[one["id"]] for name, rows in asked_for.items()}}


def _by(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.pop(key)].append(row)
    return found


def _hidden(stream: str, show: Callable[[Row], Row]) -> Callable[[Workspace], Iterator[Row]]:
    """Objects with what `show` makes of all that the workspace knows of one."""

    def rows(workspace: Workspace) -> Iterator[Row]:
        for one in workspace.objects(stream):
            yield {**one, **show(workspace.table(stream).get(one["id"]) or {})}

    return rows


def _segments(workspace: Workspace) -> Iterator[Row]:
    members = _by(workspace.relations("contact_segments"), "segment_id")
    for one in workspace.objects("segments"):
        yield {**one, "count": len(members[one["id"]])}


_ON_REQUEST: dict[str, Callable[[Workspace], Iterable[Row]]] = {
    "admins": _hidden("admins", lambda admin: {"avatar": admin["_avatar"]}),
    "contacts": _contacts,
    "conversations": _conversations,
    "custom_object_instances": lambda workspace: workspace.objects("custom_object_instances"),
    "data_connectors": _hidden("data_connectors", lambda connector: connector["_detail"]),
    "segments": _segments,
}
