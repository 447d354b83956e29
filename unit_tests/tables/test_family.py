"""Families: what several tables have not read, as one window."""

from hypothesis import given
from hypothesis import strategies as st

from source_intercom.reading.window import Slice, Window
from source_intercom.tables.family import together

END = 9
numbers = st.integers(0, END)
edges = st.tuples(numbers, numbers).map(sorted)
slices = st.builds(
    lambda dates, created: Slice(*dates, created and tuple(created)), edges, st.none() | edges
)


def window_of(pieces):
    return Window(min(piece.start for piece in pieces), END, tuple(pieces), None)


def moments_of(pieces):
    """The pairs of dates that slices hold."""
    every = [(changed, created) for changed in range(END + 1) for created in range(END + 1)]
    return {moment for moment in every if any(piece.holds(*moment) for piece in pieces)}


@given(st.lists(st.lists(slices, min_size=1, max_size=3).map(window_of), min_size=1, max_size=3))
def test_what_any_table_has_not_read_is_read(windows):
    """To the second, wherever the tables' windows begin and whatever of them is cut by creation."""
    whole = together(windows)

    unread = [piece for window in windows for piece in window.slices]
    assert moments_of(whole.slices) == moments_of(unread)
    assert whole.start == min(window.start for window in windows)
