"""Intercom's clock, and the instants that order what was read."""

import pytest

from source_intercom.http.clock import IntercomClock
from source_intercom.intercom.pages import MalformedAnswer

DATE = 1_790_000_000


def test_each_instant_is_later_than_the_one_before():
    """Though no clock moves: the rows of a later reading are told by it."""
    clock = IntercomClock(lambda: 5.0)
    clock.note(DATE)

    instants = [clock.instant() for _ in range(5)]

    assert instants == sorted(set(instants))


def test_an_instant_is_intercoms_and_not_ours():
    """A machine whose clock is years off must not make its rows the latest for ever."""
    clock = IntercomClock(lambda: 5.0)
    clock.note(DATE)

    assert clock.instant().startswith("2026-09-21T14:13:20.")


def test_syncs_within_one_second_of_intercoms_keep_their_order():
    """Two processes, one after the other: our own hour orders what Intercom's second does not."""
    ours = iter([40_000.0, 40_000.0, 40_000.004, 40_000.004])
    instants = []
    for _ in range(2):
        clock = IntercomClock(lambda: next(ours))
        clock.note(DATE)
        instants.append(clock.instant())

    assert instants == sorted(set(instants))


def test_a_date_before_the_first_is_refused():
    """Then the first, which a sync claims, may lie in the future."""
    clock = IntercomClock()
    clock.note(DATE)
    clock.note(DATE - 60)

    with pytest.raises(MalformedAnswer, match="earlier than that of the first"):
        clock.note(DATE - 61)
    assert (clock.first, clock.last) == (DATE, DATE)
