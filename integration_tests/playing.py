"""A history, played on the emulator and the connector, and the law that it must obey."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from integration_tests.deeds import Deeds
from integration_tests.histories import Change, Cure, History, Pause, Poison, Sync
from integration_tests.laboratory import differing, repeated, truth
from integration_tests.originals import parent_of
from integration_tests.syncing import Output, catalog, config_for, sync_in_process
from integration_tests.troubles import ignore_sort
from integration_tests.warehouse import ENDS, Warehouse
from integration_tests.worlds import opened
from intercom_emulator import Emulator
from intercom_emulator.faults import Fault
from intercom_emulator.messages import Request
from intercom_emulator.routes import ROUTER
from source_intercom import SourceIntercom
from source_intercom.intercom.timestamps import epoch_seconds
from source_intercom.tables.streams import retriever_of
from source_intercom.tables.unsettled import LONGEST_DISTANCE

BEFORE_HISTORY = -1
"""The state of a sync that read nothing: the second before the first one."""
SHRINKS = ("delete", "archive", "block", "merge", "leave", "detach", "untag", "unsubscribe")
"""Deeds that take rows out of a list; one that loses rows at each reading of it is given up."""
ASKED_TWICE = "ticket"
"""One is asked for because its conversation changed, and found because it changed itself."""
CURSORS: dict[str, str] = {
    each["name"]: each["default_cursor_field"][0]
    for each in catalog()["streams"]
    if each["default_cursor_field"]
}
"""Of each stream that has one."""
RETRIEVERS = {each.name: retriever_of(each) for each in SourceIntercom().streams(config_for())}
RESTS = {
    name: f"{'POST' if each.rest.get('body') else 'GET'} {each.rest['path'].partition('?')[0]}"
    for name, each in RETRIEVERS.items()
    if each.rest is not None
}
"""Where a stream asks for single objects."""
OF_TICKETS = ("GET /tickets/{id}", "POST /conversations/search")
ALSO_ASKED = {
    "activity_logs": ("POST /admins/activity_logs/search",),
    "call_transcripts": ("POST /calls/search",),
    "custom_object_instances": (
        "GET /conversations/attributes",
        "GET /custom_object_instances/{type}",
    ),
    "data_attributes": ("GET /conversations/attributes",),
    "ticket_contacts": OF_TICKETS,
    "ticket_linked_objects": OF_TICKETS,
    "ticket_parts": OF_TICKETS,
    "tickets": OF_TICKETS,
}
"""What the manifest doesn't tell."""


def routes_of(stream: str) -> list[str]:
    """What is asked of Intercom for a stream."""
    retriever = RETRIEVERS[stream]
    asked = [f"{retriever.method} {retriever.path}", *ALSO_ASKED.get(stream, ())]
    if stream in RESTS:
        asked.append(RESTS[stream])
    return [route for route in asked if ROUTER.find(*route.split(" ", 1)) is not None]


class SyncFunction(Protocol):
    """A connector: the real one, or one that is known to lose records."""

    def __call__(
        self,
        config: dict[str, Any],
        streams: list[str],
        state: list[dict[str, Any]],
        *,
        whole: frozenset[str],
    ) -> Output: ...


@dataclass
class Tally:
    """What a run of many histories amounted to."""

    histories: int = 0
    syncs: int = 0
    killed: int = 0
    broken_off: int = 0
    poisoned: int = 0
    tables_compared: int = 0
    changes: int = 0
    requests: int = 0
    rows: int = 0

    def __str__(self) -> str:
        return ", ".join(
            f"{value:,} {name.replace('_', ' ')}" for name, value in vars(self).items()
        )


@dataclass(frozen=True)
class Poisoned:
    """An object that can't be read at a route, and the fault that makes it so."""

    route: str
    name: str
    fault: Fault


@dataclass
class _Play:
    history: History
    intercom: Emulator
    sync: SyncFunction
    tally: Tally
    state: list[dict[str, Any]] = field(default_factory=list)
    poisons: list[Poisoned] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    changed_at: float = 0.0
    was_poisoned: bool = False

    def __post_init__(self) -> None:
        self.deeds = Deeds(self.intercom)
        self.whole = self.history.whole | ({*self.history.streams} - CURSORS.keys())
        self.warehouse = Warehouse(self.whole)
        asked = [route for stream in self.history.streams for route in routes_of(stream)]
        self.routes = [*dict.fromkeys(asked)]

    def run(self) -> list[str]:
        for step in self.history.steps:
            match step:
                case Change():
                    self.change(step)
                case Pause():
                    self.pause(step)
                case Poison():
                    self.poison(step)
                case Cure():
                    self.cure()
                case Sync():
                    self.read(step)
        self.cure()
        lag = self.history.world.lag
        self.intercom.clock.advance((LONGEST_DISTANCE if self.was_poisoned else lag) + 1)
        self.read(Sync(), is_last=True)
        self.tally.changes += self.deeds.done
        return self.violations

    # The law

    def compare(self, stream: str, complete: set[str]) -> None:
        """Hold a table against the workspace, but for parents that still wait to be read."""
        self.tally.tables_compared += 1
        table, waiting = self.warehouse.current(stream), self._waiting(stream)
        real = truth(self.intercom, stream)
        missing, stale, extra = differing(table, real)
        for kind, keys in (("missing", missing), ("stale", stale)):
            lost = [key for key in keys if not waiting & _names(stream, key, real[key])]
            if lost:
                self.violations.append(f"{stream}: {len(lost)} {kind}: {lost[:5]}")
        if stream in ENDS and ENDS[stream][0] not in complete:
            return  # what ended is told by the parents' rows alone
        gone = self.deeds.gone | waiting
        invented = [key for key in extra if not gone & _names(stream, key, table[key])]
        if invented:
            self.violations.append(f"{stream}: {len(invented)} rows of nothing: {invented[:5]}")

    def _waiting(self, stream: str) -> set[str]:
        """Parents that could not be read, and are named in the state where there is one."""
        if stream in self.whole:
            return {each.name for each in self.poisons}
        return {*self._state_of(stream).get("unsettled", {})}

    def _check(self, sync: Sync, output: Output, streams: list[str], *, is_last: bool) -> None:
        if sync.troubles or self.poisons:
            return
        shrinks = any(one.deed.startswith(SHRINKS) for one in sync.live)
        if (output.incomplete or output.exit_code) and not shrinks:
            self.violations.append(f"not COMPLETE for nothing: {output.errors}")
        world = self.history.world
        # Where waits let a late index catch up, an object comes as it was and as it is; where it
        # still counts what is gone, a search is walked again.
        is_late = world.lag and (world.rate_limit or self.deeds.gone)
        is_still = not sync.live and not is_late
        for stream in streams:
            # One that an earlier sync could not read may have changed meanwhile.
            is_once = not stream.startswith(ASKED_TWICE)
            is_once &= not self._state_of(stream).get("unsettled")
            if is_still and is_once and repeated(output, stream):
                self.violations.append(f"{stream}: rows came twice in one sync")
        if is_last and not {*streams} <= output.statuses.keys():
            self.violations.append("a stream was left out")

    def _check_poisons(self, hits: list[int], output: Output, streams: list[str]) -> None:
        """What could not be read is in the state of each stream that asked for it and went on."""
        for poisoned, before in zip(self.poisons, hits, strict=True):
            if poisoned.fault.hits == before:
                continue
            self.tally.poisoned += 1
            for stream in streams:
                goes_on = stream not in self.whole and output.statuses.get(stream) == "COMPLETE"
                is_kept = poisoned.name in self._state_of(stream).get("unsettled", {})
                if goes_on and RESTS.get(stream) == poisoned.route and not is_kept:
                    self.violations.append(f"{stream}: {poisoned.name} is not kept")

    # Steps

    def change(self, change: Change) -> None:
        self.changed_at = self.intercom.clock.time()
        self.deeds.do(change.deed, change.pick, many=change.many)

    def pause(self, pause: Pause) -> None:
        clock = self.intercom.clock
        if not pause.from_midnight:
            clock.advance(pause.seconds)
            return
        zone = ZoneInfo(self.history.world.zone)
        here = datetime.fromtimestamp(clock.now(), UTC).astimezone(zone)
        midnight = datetime(here.year, here.month, here.day, tzinfo=zone) + timedelta(days=1)
        clock.set(max(clock.time(), midnight.timestamp() + pause.seconds))

    def poison(self, poison: Poison) -> None:
        single = [route for route in self.routes if "/{id}" in route]
        if not single:
            return
        route = single[poison.route % len(single)]
        resource = route.partition("/{id}")[0].rpartition("/")[2]
        name = self.deeds.pick(resource, poison.pick)
        if name is not None:
            pattern = route.replace("{id}", name)
            fault = self.intercom.faults.add(pattern, status=poison.status, count=None)
            self.poisons.append(Poisoned(route, name, fault))
            self.was_poisoned = True
            # It changes as well, so that it is asked for.
            self.changed_at = self.intercom.clock.time()
            self.intercom.workspace.update(resource, name)

    def cure(self) -> None:
        for poisoned in self.poisons:
            self.intercom.faults.remove(poisoned.fault)
        self.poisons.clear()

    def read(self, sync: Sync, *, is_last: bool = False) -> None:
        streams = [name for name in self.history.streams if name not in sync.left_out]
        begun_at, asked = self.intercom.clock.time(), len(self.intercom.journal)
        before = {name: self._cursor(name) for name in streams}
        hits = [each.fault.hits for each in self.poisons]
        output = self._synced(sync, streams)
        self._check(sync, output, streams, is_last=is_last)
        is_over = sync.killed_at is None
        if sync.killed_at is not None:
            output = output.upto(int(len(output.messages) * sync.killed_at))
        self.warehouse.take(output, streams, is_over=is_over)
        self.state = output.state(self.state)
        for name in streams:
            now = self._cursor(name)
            if now < before[name] or now > self.intercom.clock.now():
                self.violations.append(f"{name}: state went from {before[name]} to {now}")
        if is_over:
            self._check_poisons(hits, output, streams)
        is_settled = not sync.live and begun_at - self.changed_at > self.history.world.lag
        if is_last or (is_over and is_settled):
            self._compare_all(sync, {*streams} - output.incomplete)
        self._count(sync, output, len(self.intercom.journal) - asked)

    def _synced(self, sync: Sync, streams: list[str]) -> Output:
        """What the connector writes while the sync's troubles last."""
        world = self.history.world
        troubles = [each.befall(self.intercom, self.routes) for each in sync.troubles]
        config = config_for(num_workers=world.workers, lookback_window=world.lookback)
        with self._hooked(sync):
            output = self.sync(config, streams, self.state, whole=self.history.whole)
        for fault in troubles:
            self.intercom.faults.remove(fault)
        return output

    def _compare_all(self, sync: Sync, complete: set[str]) -> None:
        for name in sorted(complete):
            # What trouble hid of a table without a state, the log alone names.
            if not (sync.troubles and name in self.whole and name in RESTS):
                self.compare(name, complete)

    @contextmanager
    def _hooked(self, sync: Sync) -> Iterator[None]:
        """What happens at each request of a sync."""
        live = iter(sync.live)

        def change(request: Request) -> None:
            if sync.ignores_sort:
                ignore_sort(request)
            with self.intercom.workspace.lock:
                one = next(live, None)
                if one is not None:
                    self.intercom.clock.advance(one.pick % 40)
                    self.change(one)

        self.intercom.before_request(change)
        try:
            yield
        finally:
            self.intercom.before_hooks.remove(change)

    def _count(self, sync: Sync, output: Output, requests: int) -> None:
        self.tally.syncs += 1
        self.tally.killed += sync.killed_at is not None
        self.tally.broken_off += bool(output.incomplete)
        self.tally.requests += requests
        self.tally.rows += sum(len(output.records(name)) for name in self.history.streams)

    def _state_of(self, stream: str) -> dict[str, Any]:
        for each in self.state:
            if each["stream"]["stream_descriptor"]["name"] == stream:
                found: dict[str, Any] = each["stream"]["stream_state"]
                return found
        return {}

    def _cursor(self, stream: str) -> int:
        state = self._state_of(stream)
        name = CURSORS.get(stream)
        if stream in self.whole or name not in state:
            return BEFORE_HISTORY
        return epoch_seconds(state[name]) or 0


def _names(stream: str, key: Any, row: dict[str, Any]) -> set[str]:
    """The ids by which a row and its parent are known."""
    parts = key if isinstance(key, tuple) else (key,)
    parent = row.get(f"{parent_of(stream)}_id")
    return {str(part) for part in (*parts, parent) if part is not None}


def play(
    history: History,
    tally: Tally,
    connector: Callable[[Emulator], SyncFunction] = lambda _intercom: sync_in_process,
) -> list[str]:
    """What a history violated, in words; [] where the law held."""
    tally.histories += 1
    with opened(history.world, history.streams, history.before) as intercom:
        return _Play(history, intercom, connector(intercom), tally).run()
