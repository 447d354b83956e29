"""
Random histories of a workspace and its syncs, as plain data that hypothesis can shrink.

    law: after any history and one quiet sync more, what was emitted is the workspace: the last row
         of each key, and of relations the current ones; objects that are gone excepted. And
         whatever stream ended COMPLETE before is whole by then.

A history is a world (zone, search, lag, workers), the streams that are read, and steps; playing.py
plays it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from integration_tests.families import FAMILIES
from integration_tests.laboratory import DAY, MARGIN
from integration_tests.troubles import KINDS, STATUSES, Trouble
from integration_tests.worlds import World

ZONES = ("Pacific/Pago_Pago", "UTC", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Auckland")
BEGINNINGS = (
    datetime(2026, 3, 10, 9, 58, tzinfo=UTC),
    datetime(2025, 9, 27, 13, 45, tzinfo=UTC),  # Auckland's clocks go forward at 14:00
    datetime(2026, 4, 4, 13, 45, tzinfo=UTC),  # and back
)
REFUSALS = (400, 403, 422, 500)
MOST_FAMILIES, MOST_STREAMS = 2, 5


@dataclass(frozen=True)
class Change:
    """One deed (deeds.py), or the same to many objects in the same second."""

    deed: str
    pick: int
    many: int = 1


@dataclass(frozen=True)
class Pause:
    """Time passes: so many seconds, or until so many seconds after the workspace's midnight."""

    seconds: int
    from_midnight: bool = False


@dataclass(frozen=True)
class Poison:
    """An object that can't be read at one of the routes for single ones, from now on."""

    route: int
    pick: int
    status: int


@dataclass(frozen=True)
class Cure:
    """Every object can be read again."""


@dataclass(frozen=True)
class Sync:
    """One sync: with trouble, changes at each of its requests, and its death at a message."""

    troubles: tuple[Trouble, ...] = ()
    live: tuple[Change, ...] = ()
    killed_at: float | None = None
    """The share of its messages that reached the platform; None if it lived."""
    left_out: tuple[str, ...] = ()
    """The streams that are not selected in it."""
    ignores_sort: bool = False


Step = Change | Pause | Poison | Cure | Sync


@dataclass(frozen=True)
class History:
    """
    A world, the streams that are read of it, and what happens.

    `whole`: the streams whose tables are written anew. `before`: the deeds of long ago.
    """

    world: World
    streams: tuple[str, ...]
    steps: tuple[Step, ...]
    whole: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()


Drawn = TypeVar("Drawn")

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
_POISONS = st.builds(Poison, st.integers(0, 5), st.integers(0, 50), st.sampled_from(REFUSALS))
_TROUBLES = st.builds(
    Trouble,
    route=st.integers(0, 7),
    kind=st.sampled_from(KINDS),
    status=st.sampled_from(STATUSES),
    after=st.integers(0, 8),
    count=st.sampled_from([1, 2, 3, 30]),
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
        ticket_ids=draw(st.sampled_from(["conversation", "own"])),
        merge_limit=draw(st.sampled_from([None, 10])),
    )


def _changes(deeds: tuple[str, ...]) -> SearchStrategy[Change]:
    return st.builds(
        Change,
        st.sampled_from(deeds),
        st.integers(0, 8) | st.integers(0, 50),
        st.sampled_from([1, 1, 1, 4, 20]),
    )


def _some(values: SearchStrategy[Drawn], most: int) -> SearchStrategy[tuple[Drawn, ...]]:
    """None of them as often as a few."""
    return st.one_of(st.just(()), st.lists(values, max_size=most).map(tuple))


def _syncs(streams: tuple[str, ...], deeds: tuple[str, ...]) -> SearchStrategy[Sync]:
    # One stream at least is selected.
    left_out = st.just(()) if len(streams) < 2 else _some(st.sampled_from(streams[1:]), 3)
    return st.builds(
        Sync,
        troubles=_some(_TROUBLES, 2),
        live=_some(_changes(deeds), 12),
        killed_at=st.one_of(st.none(), st.floats(0, 1)),
        left_out=left_out,
        ignores_sort=st.sampled_from([False, False, False, True]),
    )


def _steps(streams: tuple[str, ...], deeds: tuple[str, ...]) -> SearchStrategy[Step]:
    kinds: dict[str, SearchStrategy[Step]] = {
        "change": _changes(deeds),
        "sync": _syncs(streams, deeds),
        "pause": _PAUSES,
        "poison": _POISONS,
        "cure": st.just(Cure()),
    }
    often = ("change", "sync", "poison", "sync", "pause", "change", "sync", "cure", "pause")
    return st.sampled_from(often).flatmap(kinds.__getitem__)


@st.composite
def histories(
    draw: DrawFn,
    families: tuple[str, ...] = tuple(FAMILIES),
    streams_of_them: tuple[str, ...] = (),
) -> History:
    """Histories of a few streams of one or two families: of any, unless they are named."""
    named = st.lists(st.sampled_from(families), min_size=1, max_size=MOST_FAMILIES, unique=True)
    chosen = [FAMILIES[name] for name in draw(named)]
    known = streams_of_them or tuple(
        dict.fromkeys(name for each in chosen for name in each.streams)
    )
    streams = tuple(
        draw(st.lists(st.sampled_from(known), min_size=1, max_size=MOST_STREAMS, unique=True))
    )
    deeds = tuple(dict.fromkeys(deed for each in chosen for deed in each.deeds))
    whole = frozenset(draw(_some(st.sampled_from(streams), 3)))
    steps = draw(st.lists(_steps(streams, deeds), min_size=4, max_size=14))
    before = tuple(deed for deed in deeds if not deed.startswith(("delete", "merge_many")))
    return History(draw(_worlds()), streams, tuple(steps), whole, before)
