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
from intercom_load.connector import Connector, Message, Row, error_of, suggested_streams
from intercom_load.destination import Batch, Destination, Table
from intercom_load.errors import LoadError, TryLater, UsageError
from intercom_load.progress import Progress, StreamResult
from intercom_load.spool import Spool
from intercom_load.stream_load import COMMIT_BYTES, StreamLoad
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
    # One behind the other: a check may renew a token that then serves to discover.
    connector.check()
    known = connector.discover()
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
    try:
        with closing(connector.read({"streams": chosen}, states)) as messages:
            _Sync(loads, writer, progress).follow(messages)
        writer.finish()
    except BaseException:
        writer.abandon()
        raise
    finally:
        for each in loads.values():
            each.spool.close()
    return [
        _result(each, destination.count(each.table), connector.start_date)
        for each in loads.values()
    ]


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


def _result(each: StreamLoad, rows: int | None, start_date: str | None) -> StreamResult:
    trouble = each.trouble
    error = None
    if trouble is not None:
        said = str(trouble).rstrip(".")
        error = (
            f"{said}. What was committed is kept; run again to go on from there."
            if each.merges and each.rows_read
            else f"{said}. Its table is as it was; run again when this is solved."
        )
    return StreamResult(
        each.stream,
        each.table.name,
        rows_read=each.rows_read,
        rows_in_table=rows,
        rows_in_intercom=each.counted,
        seconds=each.seconds,
        read_until=None if trouble else each.read_until,
        error=error,
        exit_code=trouble.exit_code if trouble else 0,
        remark=_difference(each, rows, start_date),
    )


def _difference(each: StreamLoad, rows: int | None, start_date: str | None) -> str | None:
    """Say why the table has other rows than Intercom counts, if it has."""
    if each.counted is None or rows is None or each.trouble or rows == each.counted:
        return None
    if rows > each.counted:
        return (
            f"{each.stream}: {rows - each.counted:,} rows of the table are no longer counted by "
            "Intercom: deleted, merged or archived since they were read."
            + (" --full-refresh removes them." if each.merges else "")
        )
    if start_date:
        return (
            f"{each.stream}: Intercom counts {each.counted - rows:,} rows more; those that last "
            f"changed before start_date ({start_date}) are left out."
        )
    return (
        f"{each.stream}: Intercom counts {each.counted - rows:,} rows more than it shows; "
        "docs/load.md tells why that can be."
    )


class _Sync:
    """Follows the messages of one sync and hands batches to the writer."""

    def __init__(self, loads: Mapping[str, StreamLoad], writer: Writer, progress: Progress) -> None:
        self._loads = loads
        self._writer = writer
        self._progress = progress
        self._open = dict(loads)
        self._given_up: list[StreamLoad] = []
        self._said: dict[str | None, LoadError] = {}

    def follow(self, messages: Iterable[Row | Message]) -> None:
        """Read to the end; streams that the connector has not completed are given up."""
        for message in messages:
            if isinstance(message, tuple):
                stream, row = message
                if stream in self._open:
                    self._loads[stream].add(row)
                    self._progress.row_read(stream)
            elif message.get("type") == "STATE":
                self._follow_state(message["state"])
            elif message.get("type") == "TRACE":
                self._follow_trace(message)
        for each in list(self._open.values()):
            self._give_up(each)
        self._explain()

    def _explain(self) -> None:
        """Say why streams were given up: some errors come behind the end of their stream."""
        stopped = TryLater("The connector stopped before this stream was complete")
        for each in self._given_up:
            each.trouble = self._said.get(each.stream) or self._said.get(None) or stopped
        for each in self._loads.values():
            if altered := each.spool.altered_rows:
                self._progress.warn(
                    f"WARN {each.stream}: {altered:,} row(s) hold a character that no database "
                    "takes; it is U+FFFD there."
                )

    def _follow_state(self, state: Message) -> None:
        each = self._loads.get(state["stream"]["stream_descriptor"]["name"])
        if each is not None and each not in self._given_up:
            self._writer.put(each.checkpoint(state))

    def _follow_trace(self, message: Message) -> None:
        trace = message["trace"]
        if error := error_of(message):
            about = trace["error"].get("stream_descriptor") or {}
            self._said[about.get("name")] = error
        if estimate := trace.get("estimate"):
            self._count(estimate)
        if status := trace.get("stream_status"):
            each = self._open.get(status["stream_descriptor"]["name"])
            if each is None:
                return
            if status["status"] == "STARTED":
                each.begin(trace.get("emitted_at") or 0)
                self._progress.stream_started(each.stream)
            elif status["status"] == "COMPLETE":
                del self._open[each.stream]
                self._writer.put(each.complete())
            elif status["status"] == "INCOMPLETE":
                self._give_up(each)

    def _count(self, estimate: Message) -> None:
        each = self._loads.get(estimate.get("name") or "")
        if each is not None and estimate.get("row_estimate") is not None:
            each.counted = int(estimate["row_estimate"])

    def _give_up(self, each: StreamLoad) -> None:
        del self._open[each.stream]
        self._given_up.append(each)
        self._writer.put(each.give_up())
        each.seconds = self._progress.stream_ended(each.stream, "failed")
