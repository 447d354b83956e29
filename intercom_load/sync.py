"""Follows the messages of one sync, and hands batches to the writer."""

from collections.abc import Iterable, Mapping

from intercom_load.connector import Message, Row, error_of
from intercom_load.errors import LoadError, TryLater
from intercom_load.progress import Progress
from intercom_load.stream_load import StreamLoad
from intercom_load.writer import Writer


class Sync:
    """What the connector has said so far of the streams that it reads."""

    def __init__(self, loads: Mapping[str, StreamLoad], writer: Writer, progress: Progress) -> None:
        self._loads = loads
        self._writer = writer
        self._progress = progress
        self._open = dict(loads)
        self._given_up: dict[str, StreamLoad] = {}
        self._said: dict[str | None, LoadError] = {}

    def follow(self, messages: Iterable[Row | Message]) -> None:
        """Read to the end; streams that the connector has not completed are given up."""
        for message in messages:
            if isinstance(message, tuple):
                self._follow_row(*message)
            elif message.get("type") == "STATE":
                self._follow_state(message["state"])
            elif message.get("type") == "TRACE":
                self._follow_trace(message)
        for each in list(self._open.values()):
            self._give_up(each)
        for each in self._loads.values():
            self._writer.put(each.rest())
        self._explain()

    def _follow_row(self, stream: str, row: bytes) -> None:
        if stream in self._loads and stream not in self._given_up:
            self._loads[stream].add(row)
            self._progress.row_read(stream)

    def _follow_state(self, state: Message) -> None:
        stream = state["stream"]["stream_descriptor"]["name"]
        if stream in self._loads and stream not in self._given_up:
            self._writer.put(self._loads[stream].checkpoint(state))

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
        self._given_up[each.stream] = each
        self._writer.put(each.rest())
        each.seconds = self._progress.stream_ended(each.stream, "failed")

    def _explain(self) -> None:
        """Say why streams were given up: some errors come behind the end of their stream."""
        stopped = TryLater("The connector stopped before this stream was complete")
        for each in self._given_up.values():
            each.trouble = self._said.get(each.stream) or self._said.get(None) or stopped
        for each in self._loads.values():
            if altered := each.spool.altered_rows:
                self._progress.warn(
                    f"WARN {each.stream}: {altered:,} row(s) hold a character that no database "
                    "takes; it is U+FFFD there."
                )
