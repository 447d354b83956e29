"""WindowCursor: whatever is read, and in which order, the state lists exactly what was not."""

from airbyte_cdk.sources.message import InMemoryMessageRepository
from hypothesis import given
from hypothesis import strategies as st

from source_intercom.intercom.timestamps import epoch_seconds
from source_intercom.reading.window import SAFETY_MARGIN, Slice
from source_intercom.tables.cursor import WindowCursor

LAST = 300
"""The last second of the window that a state may claim."""
seconds = st.integers(-5, LAST + SAFETY_MARGIN)


def cursor_of(end=LAST + SAFETY_MARGIN, saved=None):
    cursor = WindowCursor("contacts", "updated_at", saved or {}, InMemoryMessageRepository())
    cursor.open(end, 0, 0)
    return cursor


def listed(cursor):
    return [tuple(map(epoch_seconds, entry)) for entry in cursor.state.get("unread", [])]


@given(st.lists(st.tuples(seconds, seconds).map(sorted), max_size=12))
def test_the_state_lists_what_was_not_read(reads):
    """Whatever overlaps, and in whatever order it comes."""
    cursor = cursor_of()
    for start, end in reads:
        cursor.emitted(Slice(start, end))

    unread = set(range(LAST + SAFETY_MARGIN + 1))
    for start, end in reads:
        unread -= set(range(start, end + 1))
    found = {moment for start, end in listed(cursor) for moment in range(start, end + 1)}
    assert found == {moment for moment in unread if moment <= LAST}


def test_a_moment_that_is_read_by_creation_is_listed_by_creation():
    """What lies around it is read; of it the creations that were not."""
    cursor = cursor_of()

    cursor.emitted(Slice(0, 99))
    cursor.emitted(Slice(101, LAST + SAFETY_MARGIN))
    cursor.emitted(Slice(100, 100, (0, 49)))

    ((start, end, low, high),) = listed(cursor)
    assert (start, end, low) == (100, 100, 50)
    assert high > 2 * 10**11


def test_a_second_that_is_kept_stays_unread():
    """Though all around it is read, and it as well."""
    cursor = cursor_of()

    cursor.keep(50)
    cursor.emitted(Slice(0, LAST + SAFETY_MARGIN))

    assert listed(cursor) == [(50, 50)]


def test_nothing_is_claimed_where_nothing_is_proven():
    """A batch may bring rows and prove nothing."""
    cursor = cursor_of()
    before = cursor.state

    cursor.emitted(None)

    assert cursor.state == before
