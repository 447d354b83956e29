"""
Random histories of a workspace and its syncs, and the law that each of them must obey.

    law: everything emitted, deduplicated by primary key with the last one winning, equals the
         workspace after a last quiet sync past the index lag; objects that are gone excepted.

A history is plain data, so that hypothesis can shrink it: a world (zone, search, lag, workers),
the streams read, and steps. `play` tells what was violated; [] is the answer to prove.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from integration_tests.laboratory import (
    DAY,
    INCREMENTAL,
    MARGIN,
    companies_at,
    contacts_at,
    conversations_at,
    differences,
    laboratory,
    repeated,
    small_pages,
)
from integration_tests.syncing import Output, config_for, sync_in_process
from intercom_emulator import Emulator, shapes
from intercom_emulator.messages import Request
from intercom_emulator.settings import Settings
from intercom_emulator.workspace import Seed
from source_intercom.intercom.timestamps import epoch_seconds

ROUTES = {
    "contacts": ["POST /contacts/search"],
    "companies": ["GET /companies/scroll"],
    "conversations": ["POST /conversations/search"],
    "conversation_parts": ["POST /conversations/search", "GET /conversations/{id}"],
    "articles": ["GET /articles"],
}
ZONES = ("Pacific/Pago_Pago", "UTC", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Auckland")
BEGINNINGS = (
    datetime(2026, 3, 10, 9, 58, tzinfo=UTC),
    datetime(2025, 9, 27, 13, 45, tzinfo=UTC),  # Auckland's clocks go forward at 14:00
    datetime(2026, 4, 4, 13, 45, tzinfo=UTC),  # and back
)
KINDS = ("status", "reset", "truncated", "cut", "html", "empty", "broken_gzip", "hang")
ENVELOPES = ("wrong_envelope", "error_list")
STATUSES = (429, 500, 502, 503, 504)
BEFORE_HISTORY = -1
"""The state of a sync that read nothing: the second before the first one."""


class SyncFunction(Protocol):
    """A connector: the real one, or one that is known to lose records."""

    def __call__(
        self, config: dict[str, Any], streams: list[str], state: list[dict[str, Any]]
    ) -> Output: ...


@dataclass(frozen=True)
class World:
    """What doesn't change while a history runs."""

    begin: int
    zone: str
    dates: str
    bounds: str
    bodies: str
    lag: int
    workers: int
    lookback: int
    page_size: int
    rate_limit: int | None
    ages: tuple[int, ...]
    """How many seconds before the beginning the workspace's objects changed last."""


@dataclass(frozen=True)
class Change:
    """One object changes, or many of a kind in the same second."""

    verb: str
    pick: int
    many: int = 1


@dataclass(frozen=True)
class Pause:
    """Time passes: so many seconds, or until so many seconds after the workspace's midnight."""

    seconds: int
    from_midnight: bool = False


@dataclass(frozen=True)
class Trouble:
    """A fault on one of the routes that are read."""

    route: int
    kind: str
    status: int
    after: int
    count: int


@dataclass(frozen=True)
class Sync:
    """One sync: with trouble, changes at each of its requests, and its death at a message."""

    troubles: tuple[Trouble, ...] = ()
    live: tuple[Change, ...] = ()
    killed_at: float | None = None
    """The share of its messages that reached the platform; None if it lived."""


Step = Change | Pause | Sync


@dataclass(frozen=True)
class History:
    """A world, the streams that are read of it, and what happens."""

    world: World
    streams: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass
class Tally:
    """What a run of many histories amounted to."""

    histories: int = 0
    syncs: int = 0
    killed: int = 0
    broken_off: int = 0
    changes: int = 0
    requests: int = 0
    rows: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{value:,} {name}" for name, value in vars(self).items())


@dataclass
class _Play:
    history: History
    intercom: Emulator
    sync: SyncFunction
    tally: Tally
    outputs: list[Output] = field(default_factory=list)
    state: list[dict[str, Any]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    made: int = 0

    def run(self) -> list[str]:
        for step in self.history.steps:
            match step:
                case Change():
                    self.change(step)
                case Pause():
                    self.pause(step)
                case Sync():
                    self.read(step)
        self.intercom.clock.advance(self.history.world.lag + 1)
        self.read(Sync(), is_last=True)
        for stream in self.history.streams:
            self.compare(stream)
        return self.violations

    # The law

    def compare(self, stream: str) -> None:
        table = {row["id"]: row for output in self.outputs for row in output.records(stream)}
        missing, stale, gone = differences(table, self.intercom, stream)
        if missing:
            self.violations.append(f"{stream}: {len(missing)} missing: {missing[:5]}")
        if stale:
            self.violations.append(f"{stream}: {len(stale)} stale: {stale[:5]}")
        invented = [
            name
            for name in gone
            if name not in self.gone and table[name].get("conversation_id") not in self.gone
        ]
        if invented:
            self.violations.append(f"{stream}: {len(invented)} rows of nothing: {invented[:5]}")

    # Steps

    def pause(self, pause: Pause) -> None:
        clock = self.intercom.clock
        if not pause.from_midnight:
            clock.advance(pause.seconds)
            return
        zone = ZoneInfo(self.history.world.zone)
        here = datetime.fromtimestamp(clock.now(), UTC).astimezone(zone)
        midnight = datetime(here.year, here.month, here.day, tzinfo=zone) + timedelta(days=1)
        clock.set(max(clock.time(), midnight.timestamp() + pause.seconds))

    def read(self, sync: Sync, *, is_last: bool = False) -> None:
        world, streams = self.history.world, list(self.history.streams)
        intercom = self.intercom
        routes = [route for stream in streams for route in ROUTES[stream]]
        for trouble in sync.troubles:
            intercom.faults.add(
                routes[trouble.route % len(routes)],
                kind=trouble.kind,  # type: ignore[arg-type]
                status=trouble.status,
                after=trouble.after,
                count=trouble.count,
                seconds=1_000,
            )
        live = iter(sync.live)

        def change(_request: Request) -> None:
            with intercom.workspace.lock:
                one = next(live, None)
                if one is not None:
                    intercom.clock.advance(one.pick % 40)
                    self.change(one)

        if sync.live:
            intercom.before_request(change)
        asked = len(intercom.journal)
        before = {name: self._cursor(name) for name in streams}
        output = self.sync(
            config_for(num_workers=world.workers, lookback_window=world.lookback),
            streams,
            self.state,
        )
        if change in intercom.before_hooks:
            intercom.before_hooks.remove(change)
        intercom.faults.clear()
        self._check(sync, output, is_last=is_last)
        if sync.killed_at is not None:
            output = output.upto(int(len(output.messages) * sync.killed_at))
        self.outputs.append(output)
        self.state = output.state(self.state)
        for name in streams:
            now = self._cursor(name)
            if now < before[name] or now > intercom.clock.now():
                self.violations.append(f"{name}: state went from {before[name]} to {now}")
        self._count(sync, output, len(intercom.journal) - asked)

    def _check(self, sync: Sync, output: Output, *, is_last: bool) -> None:
        if sync.troubles:
            return
        # A list that loses rows during each reading of it is given up, and says so.
        shrinks = any(one.verb.startswith("delete") for one in sync.live)
        if (output.incomplete or output.exit_code) and not shrinks:
            self.violations.append(f"not COMPLETE for nothing: {output.errors}")
        world = self.history.world
        # Where waits let a late index catch up, an object comes as it was and as it is.
        is_still = not sync.live and not (world.lag and world.rate_limit)
        for stream in self.history.streams:
            if is_still and repeated(output, stream):
                self.violations.append(f"{stream}: rows came twice in one sync")
        if is_last and not {*self.history.streams} <= output.statuses.keys():
            self.violations.append("a stream was left out")

    def _count(self, sync: Sync, output: Output, requests: int) -> None:
        self.tally.syncs += 1
        self.tally.killed += sync.killed_at is not None
        self.tally.broken_off += bool(output.incomplete)
        self.tally.requests += requests
        self.tally.rows += sum(len(output.records(name)) for name in self.history.streams)

    def _cursor(self, stream: str) -> int:
        for each in self.state:
            if each["stream"]["stream_descriptor"]["name"] == stream:
                for name in ("updated_at", "conversation_updated_at"):
                    if name in each["stream"]["stream_state"]:
                        return epoch_seconds(each["stream"]["stream_state"][name]) or 0
        return BEFORE_HISTORY

    # Changes

    def change(self, change: Change) -> None:
        for number in range(change.many):
            self.tally.changes += 1
            getattr(self, f"_{change.verb}")(change.pick + number)

    def _pick(self, name: str, pick: int) -> str | None:
        """The id of an existing object, or None where there is none."""
        workspace = self.intercom.workspace
        if name == "articles":
            ids = sorted(one["id"] for one in workspace.objects(name))
        else:
            holder = workspace.collection(name)
            ids = [holder.ids.to_id(ordinal) for ordinal in holder.truth.ordinals()]
        return ids[pick % len(ids)] if ids else None

    def _label(self) -> str:
        self.made += 1
        return f"change {self.made}"

    def _create_contact(self, _pick: int) -> None:
        self.intercom.workspace.create_contact(name=self._label())

    def _update_contact(self, pick: int) -> None:
        if name := self._pick("contacts", pick):
            self.intercom.workspace.update("contacts", name, name=self._label())

    def _tag_contact(self, pick: int) -> None:
        if name := self._pick("contacts", pick):
            self.intercom.workspace.tag_contact(name, str(pick % 15))

    def _delete_contact(self, pick: int) -> None:
        if name := self._pick("contacts", pick):
            self.intercom.workspace.delete_contact(name)
            self.gone.add(name)

    def _merge_contacts(self, pick: int) -> None:
        name, other = self._pick("contacts", pick), self._pick("contacts", pick + 1)
        if name and other and name != other:
            self.intercom.workspace.merge_contacts(name, other)
            self.gone.add(name)

    def _archive_contact(self, pick: int) -> None:
        archived = self.intercom.workspace.archived_contacts
        if pick % 2 and archived:
            name = sorted(archived)[pick % len(archived)]
            self.intercom.workspace.unarchive_contact(name)
            self.gone.discard(name)
        elif name := self._pick("contacts", pick):
            self.intercom.workspace.archive_contact(name)
            self.gone.add(name)

    def _create_company(self, _pick: int) -> None:
        self.intercom.workspace.create("companies", name=self._label())

    def _update_company(self, pick: int) -> None:
        if name := self._pick("companies", pick):
            self.intercom.workspace.update("companies", name, name=self._label())

    def _attach_company(self, pick: int) -> None:
        contact, company = self._pick("contacts", pick), self._pick("companies", pick)
        if contact and company:
            self.intercom.workspace.attach_company(contact, company)

    def _delete_company(self, pick: int) -> None:
        if name := self._pick("companies", pick):
            self.intercom.workspace.delete_company(name)
            self.gone.add(name)

    def _create_conversation(self, _pick: int) -> None:
        self.intercom.workspace.create_conversation(body=self._label())

    def _update_conversation(self, pick: int) -> None:
        if name := self._pick("conversations", pick):
            self.intercom.workspace.update("conversations", name, title=self._label())

    def _reply(self, pick: int) -> None:
        if name := self._pick("conversations", pick):
            self.intercom.workspace.reply(name, body=self._label())

    def _close(self, pick: int) -> None:
        if name := self._pick("conversations", pick):
            self.intercom.workspace.close(name)

    def _delete_conversation(self, pick: int) -> None:
        if name := self._pick("conversations", pick):
            self.intercom.workspace.delete_conversation(name)
            self.gone.add(name)

    def _create_article(self, _pick: int) -> None:
        self.intercom.workspace.create("articles", title=self._label())

    def _update_article(self, pick: int) -> None:
        if name := self._pick("articles", pick):
            self.intercom.workspace.update("articles", name, title=self._label())

    def _delete_article(self, pick: int) -> None:
        if name := self._pick("articles", pick):
            self.intercom.workspace.delete("articles", name)
            self.gone.add(name)


VERBS = {
    "contacts": (
        "create_contact",
        "update_contact",
        "tag_contact",
        "delete_contact",
        "merge_contacts",
        "archive_contact",
    ),
    "companies": ("create_company", "update_company", "attach_company", "delete_company"),
    "conversations": (
        "create_conversation",
        "update_conversation",
        "reply",
        "close",
        "delete_conversation",
    ),
    "articles": ("create_article", "update_article", "delete_article"),
}
VERBS["conversation_parts"] = VERBS["conversations"]


@contextmanager
def _workspace(world: World) -> Iterator[Emulator]:
    moments = [world.begin - age for age in world.ages]
    seed = Seed(
        now=world.begin,
        contacts=contacts_at(moments),
        companies=companies_at(moments),
        conversations=conversations_at(moments, parts=2),
        articles=[
            shapes.article(str(39 + number), moment - DAY, updated_at=moment)
            for number, moment in enumerate(moments)
        ],
    )
    settings = Settings(
        timezone=world.zone,
        contact_search_dates=world.dates,  # type: ignore[arg-type]
        conversation_bounds=world.bounds,  # type: ignore[arg-type]
        search_bodies=world.bodies,  # type: ignore[arg-type]
        index_lag=world.lag,
        rate_limit=world.rate_limit,
        scroll_page_size=world.page_size,
    )
    with laboratory(seed, settings) as intercom, small_pages(world.page_size):

        @intercom.before_request
        def few_articles(request: Request) -> None:
            if request.path == "/articles":
                size = f"per_page={world.page_size}"
                request.query_string = request.query_string.replace("per_page=250", size)

        yield intercom


def play(
    history: History,
    tally: Tally,
    connector: Callable[[Emulator], SyncFunction] = lambda _intercom: sync_in_process,
) -> list[str]:
    """What a history violated, in words; [] where the law held."""
    tally.histories += 1
    with _workspace(history.world) as intercom:
        return _Play(history, intercom, connector(intercom), tally).run()


# Strategies

_AGES = st.one_of(
    st.integers(0, 2 * MARGIN),
    st.integers(0, 3 * DAY),
    st.integers(0, 90 * DAY),
    st.just(2 * DAY),
)
_PAUSES = st.one_of(
    st.sampled_from([1, 59, 61, 600, MARGIN - 1, MARGIN, MARGIN + 1, 3600, 6 * 3600, DAY]).map(
        Pause
    ),
    st.integers(-2, 2).map(lambda seconds: Pause(seconds, from_midnight=True)),
)


@st.composite
def _worlds(draw: DrawFn) -> World:
    return World(
        begin=int(draw(st.sampled_from(BEGINNINGS)).timestamp()),
        zone=draw(st.sampled_from(ZONES)),
        dates=draw(st.sampled_from(["workspace_day", "utc_day", "exact"])),
        bounds=draw(st.sampled_from(["exclusive", "inclusive"])),
        bodies=draw(st.sampled_from(["indexed", "current"])),
        lag=draw(st.sampled_from([0, 4, 300, MARGIN - 10])),
        workers=draw(st.sampled_from([1, 2, 20, 40])),
        lookback=draw(st.sampled_from([0, 0, 0, 1])),
        page_size=draw(st.sampled_from([3, 5, 10])),
        rate_limit=draw(st.sampled_from([None, 1667, 7])),
        ages=tuple(draw(st.one_of(st.just([]), st.lists(_AGES, min_size=15, max_size=60)))),
    )


@st.composite
def _changes(draw: DrawFn, streams: tuple[str, ...]) -> Change:
    verbs = [verb for stream in streams for verb in VERBS[stream]]
    many = draw(st.sampled_from([1, 1, 1, 4, 20]))
    return Change(draw(st.sampled_from(verbs)), draw(st.integers(0, 50)), many)


_TROUBLES = st.builds(
    Trouble,
    route=st.integers(0, 3),
    kind=st.sampled_from((*KINDS, *ENVELOPES, "missing_pages", "status", "status")),
    status=st.sampled_from(STATUSES),
    after=st.integers(0, 8),
    count=st.sampled_from([1, 2, 3, 30]),
)


def _syncs(streams: tuple[str, ...]) -> SearchStrategy[Sync]:
    return st.builds(
        Sync,
        troubles=st.one_of(st.just(()), st.lists(_TROUBLES, max_size=2).map(tuple)),
        live=st.one_of(st.just(()), st.lists(_changes(streams), max_size=12).map(tuple)),
        killed_at=st.one_of(st.none(), st.floats(0, 1)),
    )


@st.composite
def histories(draw: DrawFn, streams: tuple[str, ...] = INCREMENTAL) -> History:
    """Histories of one or two of these streams."""
    chosen = draw(st.lists(st.sampled_from(streams), min_size=1, max_size=2, unique=True))
    names = tuple(chosen)
    step: Callable[..., SearchStrategy[Step]] = st.one_of
    steps = draw(st.lists(step(_changes(names), _PAUSES, _syncs(names)), min_size=4, max_size=14))
    return History(draw(_worlds()), names, tuple(steps))
