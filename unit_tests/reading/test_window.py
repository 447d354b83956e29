from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from source_intercom.reading.window import DAY, SAFETY_MARGIN, Slice, Window, joined, less

T0 = 1_762_074_000
CURSOR = "updated_at"
seconds = st.integers(min_value=1_000_000_000, max_value=T0)


def window_of(state, t0=T0, start_date=0, lookback=0):
    return Window.plan(state, CURSOR, t0, start_date, lookback)


def test_first_sync_reads_all_history():
    """Without a state, everything from the start date to T0 is one slice."""
    assert window_of({}, start_date=5).slices == (Slice(5, T0),)


def test_start_date_after_t0_reads_nothing():
    """A start date that is still to come leaves no slice."""
    assert window_of({}, start_date=T0 + 1).slices == ()


@given(end=seconds, lookback=st.integers(min_value=0, max_value=30 * DAY))
def test_a_whole_sync_is_followed_by_one_that_begins_a_margin_before_its_end(end, lookback):
    """The next window starts no later than T0 - margin - lookback of the one that was read."""
    state = window_of({}, t0=end).state(CURSOR, [])

    following = window_of(state, lookback=lookback)

    assert following.slices == (Slice(min(end, T0) - SAFETY_MARGIN - lookback, T0),)


@given(
    cuts=st.lists(seconds, min_size=1, max_size=6, unique=True),
    unread=st.sets(st.integers(min_value=0, max_value=6)),
    lookback=st.sampled_from([0, DAY]),
)
def test_what_was_unread_is_read_by_the_next_sync(cuts, unread, lookback):
    """Each second is read by the broken-off sync, or by the one that goes on from its state."""
    edges = [*sorted(cuts), T0 + 1]
    pieces = [Slice(low, high - 1) for low, high in pairwise(edges)]
    left = [piece for number, piece in enumerate(pieces) if number in unread]
    first = window_of({}, start_date=edges[0], lookback=lookback)

    second = window_of(first.state(CURSOR, left), t0=T0 + 60, lookback=lookback)

    sure = T0 - SAFETY_MARGIN - lookback
    for piece in left:
        for second_of_it in (piece.start, piece.end):
            assert any(again.start <= second_of_it <= again.end for again in second.slices)
    assert any(again.start <= min(sure + 1, T0) <= again.end for again in second.slices)
    assert max(again.end for again in second.slices) == T0 + 60


def test_a_second_ordered_by_creation_holds_rows_whatever_their_creation():
    """Before 1970, far in the future, or unknown: all that `updated_at` tells is enough."""
    whole = Slice(7, 7).by_creation()

    assert whole.axis == "created_at"
    assert all(whole.holds(7, created_at) for created_at in (3, None, -86_400, 10**12))
    assert not whole.holds(8, 3)


def test_slices_by_creation_survive_the_state():
    """A second that was half emitted goes on in the middle, not at its start."""
    half = Slice(100, 100, (50, 60))
    state = window_of({}).state(CURSOR, [half])

    assert half in window_of(state, t0=T0 + 1).slices


def test_state_in_the_future_is_held_to_the_present():
    """A state past T0 reads from the margin before T0, and says that it did."""
    window = window_of({CURSOR: "2999-01-01T00:00:00Z"})

    assert window.held_back_from is not None
    assert window.slices == (Slice(T0 - SAFETY_MARGIN, T0),)


def test_state_of_another_connector_is_read_from():
    """An epoch, as number or text, is a position too."""
    expected = (Slice(1_700_000_000 - SAFETY_MARGIN, T0),)

    assert window_of({CURSOR: 1_700_000_000}).slices == expected
    assert window_of({CURSOR: "1700000000"}).slices == expected


garbage = st.recursive(
    st.sampled_from(
        [None, True, -1, 0, T0, 10**30, 1.5, "", "x", "2024-01-01T00:00:00Z", "9" * 40]
    ),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from([CURSOR, "unread", "read_until", "slices"]), children, max_size=4
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from([CURSOR, "unread", "read_until", "state"]), garbage, max_size=4)
)
def test_no_state_crashes_or_skips(state):
    """Whatever the state is, a window comes of it that ends at T0."""
    window = window_of(state)

    assert max(piece.end for piece in window.slices) == T0
    assert all(piece.start <= piece.end for piece in window.slices)


@given(
    saved=seconds,
    unread_from=seconds,
    lookback=st.sampled_from([0, DAY]),
)
def test_state_never_moves_backwards_nor_past_t0(saved, unread_from, lookback):
    """However a sync ends, its watermark lies between the one before and T0."""
    before = {CURSOR: saved}
    window = window_of(before, lookback=lookback)

    for left in ([], [Slice(min(unread_from, T0), T0)], list(window.slices)):
        after = window_of(window.state(CURSOR, left), t0=T0, lookback=lookback)
        assert saved <= after.watermark <= T0


creations = st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)).map(
    lambda ends: (min(ends), max(ends))
)
small_slices = st.builds(
    lambda ends, created: Slice(min(ends), max(ends), created),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    creations,
)


def moments_of(slices):
    """Every pair of a change and a creation that slices hold, brute force."""
    return {
        (updated, created)
        for updated in range(10)
        for created in range(10)
        if any(piece.holds(updated, created) for piece in slices)
    }


@given(st.lists(small_slices, max_size=4), st.lists(small_slices, max_size=6))
def test_less_is_what_was_not_read(unread, reads):
    """Exact against brute force, creation included, in whatever order."""
    left = tuple(unread)
    for read in reads:
        left = less(left, read)

    assert moments_of(left) == moments_of(unread) - moments_of(reads)


@given(small_slices, small_slices)
def test_what_is_left_of_a_slice_does_not_overlap(piece, read):
    """Else its rows would be read twice."""
    left = less([piece], read)

    assert sum(len(moments_of([each])) for each in left) == len(moments_of(left))


@given(st.lists(small_slices, max_size=6))
def test_joined_slices_hold_the_same_moments(pieces):
    """Whichever lies within another, as those of several tables may."""
    assert moments_of(joined(pieces)) == moments_of(pieces)
