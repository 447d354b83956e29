"""
One load: check, discover, read, and commit stream by stream.

What is in the warehouse is consistent at every instant, whatever kills the load:

* a stream that the connector reads incrementally is merged by primary key at its checkpoints, rows
  and the state that vouches for them in one transaction;
* a stream that is read whole (or `full_refresh`) replaces its rows in one transaction, and only
  when the connector has said that the stream is complete: otherwise the old rows stay.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from intercom_load.columns import columns_of
from intercom_load.connector import Connector, Message, Row, suggested_streams
from intercom_load.destination import Batch, Destination, Table
from intercom_load.errors import LoadError, UsageError
from intercom_load.progress import Progress, StreamResult
from intercom_load.spool import Spool
from intercom_load.stream_load import COMMIT_BYTES, StreamLoad
from intercom_load.sync import Sync
from intercom_load.writer import Writer, Written

SUGGESTED, ALL = "suggested", "all"
"""Words that stand for many streams."""


def load(
    connector: Connector,
    destination: Destination,
    progress: Progress,
    folder: Path,
    *,
    streams: Sequence[str] = (SUGGESTED,),
    table_prefix: str = "",
    full_refresh: bool = False,
    commit_bytes: int = COMMIT_BYTES,
) -> list[StreamResult]:
    """
    Bring the tables of the streams up to date; one result a stream, in their order.

    A stream that fails has an `error` and does not stop the others. Raises LoadError when nothing
    can be read or written at all; the warehouse is not changed before the connector's check has
    passed. Rows on their way lie in `folder`.
    """
    known = connector.checked_streams()
    chosen = [
        _configured(known[name], full_refresh=full_refresh) for name in _names(known, streams)
    ]
    loads = {
        one["stream"]["name"]: _stream_load(one, table_prefix, folder, commit_bytes)
        for one in chosen
    }
    progress.begin(loads)
    saved = destination.states([each.table for each in loads.values()])
    states = [json.loads(saved[name]) for name in loads if loads[name].merges and name in saved]
    writer = Writer(destination, _reporter(loads, progress))
    with closing(connector.read({"streams": chosen}, states)) as messages:
        _follow(messages, loads, writer, progress)
    return [
        each.result(destination.count(each.table), connector.start_date) for each in loads.values()
    ]


def _follow(
    messages: Iterable[Row | Message],
    loads: Mapping[str, StreamLoad],
    writer: Writer,
    progress: Progress,
) -> None:
    """Write what a sync says, to its end; nothing of it goes on behind an error."""
    try:
        Sync(loads, writer, progress).follow(messages)
        writer.finish()
    except BaseException:
        writer.abandon()
        raise
    finally:
        for each in loads.values():
            each.spool.close()


def _names(known: Mapping[str, Message], wanted: Iterable[str]) -> list[str]:
    """Return the streams that are meant, each once."""
    meant: list[str] = []
    for name in wanted:
        if name == SUGGESTED:
            meant += suggested_streams()
        else:
            meant += known if name == ALL else [name]
    if unknown := [name for name in meant if name not in known]:
        raise UsageError(
            f"There is no stream {', '.join(unknown)}; choose from {', '.join(sorted(known))}."
        )
    return list(dict.fromkeys(meant))


def _configured(stream: Message, *, full_refresh: bool) -> Message:
    """Return what to read; `overwrite` marks the streams whose rows are to be replaced."""
    incremental = "incremental" in stream["supported_sync_modes"]
    merges = incremental and not full_refresh
    return {
        "stream": stream,
        "sync_mode": "incremental" if incremental else "full_refresh",
        "destination_sync_mode": "append_dedup" if merges else "overwrite",
        "cursor_field": stream.get("default_cursor_field"),
        "primary_key": stream.get("source_defined_primary_key"),
    }


def _stream_load(
    configured: Message, table_prefix: str, folder: Path, commit_bytes: int
) -> StreamLoad:
    stream = configured["stream"]
    name, schema = stream["name"], stream["json_schema"]
    table = Table(
        stream=name,
        name=f"{table_prefix}{name}",
        columns=columns_of(schema),
        keys=tuple(path[0] for path in configured["primary_key"] or ()),
        description=schema.get("description") or f"{name} of Intercom, by intercom-load",
    )
    is_incremental = configured["sync_mode"] == "incremental"
    return StreamLoad(
        table,
        Spool(folder, name),
        cursor=".".join(configured["cursor_field"] or ()) if is_incremental else None,
        merges=configured["destination_sync_mode"] == "append_dedup",
        commit_bytes=commit_bytes,
    )


def _reporter(loads: Mapping[str, StreamLoad], progress: Progress) -> Written:
    """Return what the writer tells of each batch, in its own thread."""

    def written(batch: Batch, remarks: list[str], error: LoadError | None) -> None:
        each = loads[batch.table.stream]
        for remark in remarks:
            progress.warn(f"WARN {remark}")
        if error is not None:
            each.trouble = error
            each.seconds = progress.stream_ended(each.stream, "failed")
        elif batch.read_until is not None:
            each.seconds = progress.stream_ended(each.stream, "done")

    return written
