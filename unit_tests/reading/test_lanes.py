"""Lanes: where a slice may be cut, what its pages prove, and that no second falls between two."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from source_intercom.reading.batch import Batch
from source_intercom.reading.lanes import Lane, Placed
from source_intercom.reading.window import DAY, Slice

SETTLED = 10**9
moments = st.integers(min_value=0, max_value=60 * DAY)
narrowest = st.sampled_from([1, 3600, 3 * DAY])


def rows_at(moments):
    return [{"id": str(n), "updated_at": moment} for n, moment in enumerate(moments)]


def page_of(moments, settled=SETTLED):
    return Placed.of(rows_at(moments), "updated_at", settled)


def lane_of(low, high, *, newest_first=False, left=0, search=None):
    piece = Slice(low, high)
    return Lane(piece, search=search or piece, newest_first=newest_first, left=left)


@st.composite
def lanes_under_way(draw):
    """A lane behind a page whose rows are in order, and that page."""
    low, high = sorted((draw(moments), draw(moments)))
    found = draw(st.lists(st.integers(low, high), min_size=1, max_size=9))
    newest_first = draw(st.booleans())
    page = page_of(sorted(found, reverse=newest_first))
    lane = lane_of(low, high, newest_first=newest_first, left=draw(st.integers(0, 10**6)))
    lane.trail.follow(page)
    return lane, page


def seconds_of(pieces):
    """Pieces as one span of seconds; fails where two of them overlap or leave a gap."""
    ordered = sorted(pieces, key=lambda piece: piece.start)
    for before, after in pairwise(ordered):
        assert before.end + 1 == after.start
    return ordered[0].start, ordered[-1].end


@given(lanes_under_way(), narrowest)
def test_what_a_lane_gives_away_and_what_it_keeps_are_all_that_was_unread(under_way, narrowest):
    """The far half of what is left, each half wide enough, in either direction."""
    lane, page = under_way

    rest = lane.rest(page, narrowest)
    assume(rest is not None)

    kept = lane.unread.without(rest)
    assert seconds_of([kept, rest]) == (lane.unread.start, lane.unread.end)
    assert min(kept.end - kept.start, rest.end - rest.start) + 1 >= narrowest
    assert (rest.start < kept.start) == lane.newest_first


@given(lanes_under_way(), narrowest)
def test_a_moment_ordered_by_creation_and_the_rest_are_all_that_was_unread(under_way, narrowest):
    """The last row's moment lies in the piece that is ordered by creation."""
    lane, _ = under_way

    moment, *rest = lane.by_creation(narrowest)

    assert seconds_of([moment, *rest]) == (lane.unread.start, lane.unread.end)
    assert moment.axis == "created_at"
    assert moment.start <= lane.trail.last <= moment.end


@given(lanes_under_way(), st.data(), moments)
def test_a_lane_takes_only_what_the_one_below_has_not_read(under_way, data, high):
    """Both still touch, and what was emitted below stays below."""
    below, _ = under_way
    lane = lane_of(below.piece.end + 1, below.piece.end + 1 + high)
    before = [below.piece, lane.piece]
    first = data.draw(st.integers(below.piece.start, lane.piece.end))

    lane.take_from([lane, below], page_of([first, first + 1]))

    assert seconds_of([below.piece, lane.piece]) == seconds_of(before)
    if [below.piece, lane.piece] == before:
        assert first <= below.trail.last or first >= lane.piece.start or below.newest_first
    else:
        assert lane.piece.start == first
        assert below.trail.last < first


def test_rows_that_have_not_settled_stay_with_one_lane():
    """No lane could tell that it is past them, as a late index may sort them anywhere."""
    lane = lane_of(0, 100, left=10_000)
    page = page_of([10, 20], settled=30)
    lane.trail.follow(page)

    rest = lane.rest(page, 1)

    assert rest.start <= 31
    assert rest.end == 100


@pytest.mark.parametrize("newest_first", [False, True])
def test_one_value_proves_no_order(newest_first):
    """Two do: before that, an ignored sort would look the same."""
    lane = lane_of(0, 100, newest_first=newest_first)
    lane.trail.follow(page_of([50, 50]))
    assert (lane.is_proven, lane.unread) == (False, Slice(0, 100))

    lane.trail.follow(page_of([40 if newest_first else 60]))

    assert lane.is_proven
    assert lane.unread == (Slice(0, 40) if newest_first else Slice(60, 100))


@pytest.mark.parametrize("spoilt", [[40, 30], [40, None, 50]])
def test_rows_out_of_order_or_without_a_date_prove_nothing(spoilt):
    """The slice is then read to the end of its search."""
    lane = lane_of(0, 45)
    lane.trail.follow(page_of([10, 20]))
    lane.trail.follow(page_of(spoilt))

    assert not lane.is_proven
    assert not lane.is_past
    assert lane.unread == Slice(0, 45)


def test_a_row_that_changed_lately_is_no_position():
    """It may be sorted by the date that it had before."""
    lane = lane_of(0, 100)
    lane.trail.follow(page_of([10, 20, 95], settled=50))

    assert lane.trail.last == 20


@pytest.mark.parametrize(("moment", "expected"), [(9, False), (10, True), (20, True), (21, False)])
def test_a_page_of_one_moment_is_stuck_within_the_piece_alone(moment, expected):
    """Inclusive bounds show the second before the piece, which is none of this lane's."""
    lane = lane_of(10, 20)
    page = page_of([moment] * 3)
    lane.trail.follow(page)

    assert lane.is_stuck(page) is expected


@pytest.mark.parametrize("before", [[], [25], [20, 20]])
def test_a_lane_is_stuck_where_a_search_for_the_rest_finds_nothing_emitted_again(before):
    """The first moment may fill pages, but not behind rows of others that prove nothing."""
    lane = lane_of(10, 30, newest_first=True)
    lane.trail.follow(page_of(before, settled=20))
    page = page_of([20] * 3, settled=20)
    lane.trail.follow(page)

    assert lane.is_stuck(page) is (before != [25])


def test_what_was_emitted_of_the_last_value_is_handed_on():
    """A search for the rest finds it again, on however many pages it came."""
    lane = lane_of(0, 100)
    rows = rows_at([5, 7, 7, 7, 7, 8])
    for found in (rows[:2], rows[2:4], rows[4:5]):
        lane.trail.follow(Placed.of(found, "updated_at", SETTLED))
    after = Lane(Slice(7, 100), search=Slice(7, 100), emitted=lane.already_emitted)

    assert after.due(Placed.of(rows, "updated_at", SETTLED), 100) == [5]


def test_a_row_that_changed_since_it_was_emitted_is_due_again():
    """What was handed on is one version of an object, not the object."""
    lane = lane_of(0, 100)
    lane.trail.follow(page_of([7]))
    after = Lane(Slice(7, 100), search=Slice(7, 100), emitted=lane.already_emitted)

    assert len(after.due(page_of([9]), 100)) == 1


def test_rows_newer_than_the_window_belong_to_no_slice_and_are_due():
    """Newer than its own end, in the walk that reads what changed meanwhile."""
    page = page_of([50, 101])

    assert len(lane_of(0, 40).due(page, 100)) == 1
    assert len(Lane(Slice(60, 90), search=Slice(60, 90), is_claimed=False).due(page, 80)) == 1


def test_rows_seen_in_front_of_the_piece_are_not_taken_for_emitted():
    """A search by day finds them; a lane that takes them over from the one below must emit them."""
    lane = lane_of(50, 100, search=Slice(0, 100))
    lane.trail.follow(page_of([30, 40, 40]))

    assert lane.already_emitted == frozenset()


def test_a_lane_whose_search_begins_before_its_piece_keeps_its_piece():
    """What it has seen lies in front of it still, so nothing of it can be taken."""
    below, above = lane_of(60, 100, search=Slice(0, 100)), lane_of(101, 200)
    below.trail.follow(page_of([10, 20]))

    above.take_from([below], page_of([50, 150]))

    assert (below.piece, above.piece) == (Slice(60, 100), Slice(101, 200))


@given(lanes_under_way())
def test_what_was_read_and_what_was_not_are_the_piece(under_way):
    """The state is told the one, and the next lane is given the other."""
    lane, _ = under_way

    pieces = [each for each in (lane.read, lane.unread) if each is not None]

    assert seconds_of(pieces) == (lane.piece.start, lane.piece.end)


@given(lanes_under_way())
def test_within_a_page_less_is_read_than_behind_it(under_way):
    """Rows that become thousands each are vouched for one by one, and in order."""
    lane, page = under_way
    assume(lane.is_proven)
    positions = lane.positions(page)
    batch = Batch(
        list(page.rows), page.moments, lane.read, lane.piece, positions, lane.newest_first
    )

    for number in range(len(page.rows)):
        read = batch.read_before(number)
        unread = [each for each in page.moments[number:] if each is not None]
        assert read is None or not any(read.holds(each) for each in unread)


def test_a_row_that_has_not_settled_is_no_position_within_a_page():
    """It may be sorted by the date that it had before; the next that is sure tells."""
    lane = lane_of(0, 100)
    page = page_of([10, 95, 20], settled=50)
    lane.trail.follow(page)

    assert lane.positions(page) == [10, 20, 20]
