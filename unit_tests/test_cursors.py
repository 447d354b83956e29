"""WindowCursor: whatever becomes of its slices, the state lists exactly what was not emitted."""

from airbyte_cdk.sources.message import InMemoryMessageRepository
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from source_intercom.api.slices import SAFETY_MARGIN, Slice
from source_intercom.api.timestamps import epoch_seconds
from source_intercom.components.cursors import WindowCursor

LAST = 300
"""The last second of the window that a state may claim."""


class Slices(RuleBasedStateMachine):
    """Slices that are read from either end, cut, moved against each other, and closed."""

    def __init__(self):
        super().__init__()
        self.cursor = WindowCursor("contacts", "updated_at", {}, InMemoryMessageRepository())
        window, numbered = self.cursor.open(LAST + SAFETY_MARGIN, 0, 0)
        self.window_end = window.end
        self.slices = dict(numbered)

    def pick(self, data):
        return data.draw(st.sampled_from(sorted(self.slices)))

    @precondition(lambda self: self.slices)
    @rule(data=st.data(), newest_first=st.booleans())
    def read_up_to_a_position(self, data, newest_first):
        number = self.pick(data)
        piece = self.slices[number]
        position = data.draw(st.integers(piece.start, piece.end))
        self.cursor.narrow(number, position, newest_first=newest_first)
        self.slices[number] = (
            piece.between(piece.start, position)
            if newest_first
            else piece.between(position, piece.end)
        )

    @precondition(lambda self: self.slices)
    @rule(data=st.data(), far_end=st.booleans())
    def cut(self, data, far_end):
        number = self.pick(data)
        piece = self.slices.pop(number)
        at = data.draw(st.integers(piece.start, piece.end))
        part = piece.between(at, piece.end) if far_end else piece.between(piece.start, at)
        self.slices.update(self.cursor.cut(number, part, [part]))
        kept = piece.without(part)
        if kept is not None:
            self.slices[number] = kept

    @precondition(lambda self: len(self.slices) > 1)
    @rule(data=st.data())
    def shift(self, data):
        touching = [
            (lower, upper)
            for lower, below in self.slices.items()
            for upper, above in self.slices.items()
            if below.touches(above) and below.start < below.end
        ]
        if not touching:
            return
        lower, upper = data.draw(st.sampled_from(touching))
        below, above = self.slices[lower], self.slices[upper]
        edge = data.draw(st.integers(below.start + 1, below.end))
        self.cursor.shift(lower, upper, edge)
        self.slices[lower] = below.between(below.start, edge - 1)
        self.slices[upper] = above.between(edge, above.end)

    @precondition(lambda self: len(self.slices) > 1)
    @rule(data=st.data())
    def close(self, data):
        number = self.pick(data)
        self.cursor.close(number)
        del self.slices[number]

    @invariant()
    def the_state_lists_what_is_unread(self):
        pieces = [Slice(piece.start, min(piece.end, LAST)) for piece in self.slices.values()]
        expected = sorted((each.start, each.end) for each in pieces if each.start <= each.end)
        listed = [tuple(map(epoch_seconds, entry)) for entry in self.cursor.state["unread"]]
        assert sorted(listed) == expected


TestSlices = Slices.TestCase
TestSlices.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)


def cursor_of(seconds):
    cursor = WindowCursor("contacts", "updated_at", {}, InMemoryMessageRepository())
    _, numbered = cursor.open(seconds, 0, 0)
    return cursor, numbered


def test_a_slice_ordered_by_creation_takes_the_place_of_its_part():
    """The moment by creation, the rest by changes: together what the part was."""
    cursor, numbered = cursor_of(LAST + SAFETY_MARGIN)
    moment, rest = Slice(100, 100).by_creation(), Slice(101, LAST)

    cursor.cut(1, Slice(100, numbered[1].end), [moment, rest])

    assert [len(entry) for entry in cursor.state["unread"]] == [2, 4, 2]


def test_rows_emitted_late_narrow_nothing_that_another_slice_has_taken():
    """Parts are emitted behind the walk: by then the slice may have been cut, or be gone."""
    cursor, numbered = cursor_of(LAST + SAFETY_MARGIN)
    added = cursor.cut(1, Slice(50, numbered[1].end), [Slice(50, numbered[1].end)])

    cursor.narrow(1, 50, newest_first=False)
    cursor.narrow(1, 70, newest_first=False)
    cursor.close(1)

    (number,) = added
    assert number == 2
    assert [epoch_seconds(entry[0]) for entry in cursor.state["unread"]] == [50]
