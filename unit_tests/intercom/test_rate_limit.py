import heapq
from collections import Counter
from email.utils import formatdate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from source_intercom.intercom.rate_limit import UNKNOWN_LIMIT, WINDOW_SECONDS, Budget, RateLimit


class Clock:
    """Our clock; waiting moves it."""

    def __init__(self):
        self.now = 1000.0
        self.waited = 0.0

    def __call__(self):
        return self.now

    def wait(self, _condition, seconds):
        self.now += seconds
        self.waited += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def budget(clock):
    return Budget(clock, clock.wait)


def headers(remaining, reset, date, limit=100):
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(reset),
        "Date": formatdate(date, usegmt=True),
    }


@pytest.mark.parametrize("broken", [{}, {"X-RateLimit-Limit": "many"}])
def test_missing_or_odd_headers_are_no_rate_limit(broken):
    """A response without numbers says nothing."""
    assert RateLimit.from_headers(broken) is None


def test_t22_nothing_waits_while_requests_are_left(clock, budget):
    """T22: no header, no sleep: a window's worth of requests goes out at once."""
    for _ in range(UNKNOWN_LIMIT):
        budget.acquire()
        budget.update({})

    assert clock.waited == 0


def test_an_empty_window_is_waited_out(clock, budget):
    """After the last request of a window the next one waits for its end."""
    for _ in range(UNKNOWN_LIMIT + 1):
        budget.acquire()

    assert clock.waited == WINDOW_SECONDS


@pytest.mark.parametrize("skew", [0, 3600, -3600])
def test_t24_a_refusal_waits_for_the_reset_on_intercoms_clock(clock, budget, skew):
    """T24: the reset is compared with Intercom's own Date, so an hour's skew changes nothing."""
    server = 1_762_074_000 + skew
    budget.acquire()
    budget.update(headers(0, server + 4, server), refused=True)

    budget.acquire()

    assert clock.waited == pytest.approx(4)


def test_t24_a_refusal_without_headers_waits_too(clock, budget):
    """T24: a 429 that says nothing empties the window all the same."""
    budget.acquire()
    budget.update({}, refused=True)

    budget.acquire()

    assert clock.waited >= 1


def test_another_user_of_the_limit_is_made_room_for(clock, budget):
    """What others used of a window is missing from what is left for us."""
    server = 1_762_074_000
    budget.acquire()
    budget.update(headers(3, server + 5, server))

    for _ in range(3):
        budget.acquire()
    assert clock.waited == 0
    budget.acquire()

    assert clock.waited == pytest.approx(5)


def test_a_larger_limit_is_used(clock, budget):
    """The limit is learnt, not assumed: 1,667 requests go into one window."""
    server = 1_762_074_000
    budget.acquire()
    budget.update(headers(1666, server + 10, server, limit=1667))

    for _ in range(1666):
        budget.acquire()

    assert clock.waited == 0


def test_refusals_are_told_at_once_and_every_half_minute(clock, budget):
    """Two minutes of 429s are five lines, each with what was waited and what will be."""
    told = []
    for _ in range(13):
        budget.acquire()
        server = 1_762_074_000 + int(clock.now)
        budget.update(headers(0, server + 10, server), refused=True)
        told.append(budget.wait_to_tell())

    assert [each for each in told if each] == [(0, 10), (30, 10), (60, 10), (90, 10), (120, 10)]


def test_a_wait_that_has_ended_is_told_no_more(clock, budget):
    """Refusals of the next minute are a wait of their own, told no oftener than the first."""
    budget.acquire()
    budget.update({}, refused=True)
    assert budget.wait_to_tell() == (0, 10)

    budget.acquire()
    budget.update({"Date": "x"})
    assert budget.wait_to_tell() is None

    clock.now += 60
    budget.acquire()
    budget.update({}, refused=True)
    assert budget.wait_to_tell() == (0, 10)


def test_the_default_pace_is_told_once(budget):
    """Where no answer has named a limit; never where one has."""
    server = 1_762_074_000
    assert budget.is_pace_to_tell()
    assert not budget.is_pace_to_tell()

    learnt = Budget()
    learnt.acquire()
    learnt.update(headers(3, server + 5, server))
    assert not learnt.is_pace_to_tell()


class Parked(Exception):
    """Raised instead of a wait, with its seconds."""


def windows_used(delays, *, limit, workers, requests):
    """
    How many requests came to Intercom in each of its windows, where `workers` sent `requests`.

    `delays` are seconds, taken in turn: how late a request arrives, and how late its answer.
    """
    now, sent, used = 0.0, 0, Counter()

    def wait(_condition, seconds):
        raise Parked(seconds)

    def later(kind, seconds, worker, answer=None):
        heapq.heappush(events, (now + seconds, len(used) + sent, kind, worker, answer))

    def delay():
        delays.append(delays.pop(0))
        return delays[-1]

    budget = Budget(lambda: now, wait)
    events = [(0.1 * worker, worker, "sends", worker, None) for worker in range(workers)]
    while events:
        now, _, kind, worker, answer = heapq.heappop(events)
        if kind == "sends" and sent < requests:
            try:
                budget.acquire()
            except Parked as parked:
                later("sends", min(parked.args[0], 0.5), worker)
            else:
                sent += 1
                later("arrives", delay(), worker)
        elif kind == "arrives":
            window = int(now // WINDOW_SECONDS)
            used[window] += 1
            left = limit - used[window]
            said = headers(max(left, 0), int((window + 1) * WINDOW_SECONDS), int(now), limit)
            later("is answered", delay(), worker, (said, left < 0))
        elif kind == "is answered":
            said, refused = answer
            budget.update(said, refused=refused)
            later("sends", 0, worker)
    return used


@given(
    delays=st.lists(st.sampled_from([0.0, 0.05, 0.3, 1.0, 4.0, 9.0]), min_size=1, max_size=30),
    limit=st.sampled_from([30, 100]),
)
@example(delays=[0.2, 0.2, 0.2, 0.2, 9.0], limit=100)
def test_no_window_of_intercoms_is_overdrawn_however_late_requests_come(delays, limit):
    """What was sent in one window may be counted in the next, so room is kept for it there."""
    used = windows_used(delays, limit=limit, workers=25, requests=400)

    assert used.total() == 400
    assert max(used.values()) <= limit


def test_a_late_answer_of_a_window_that_is_over_leaves_the_next_one_whole(clock, budget):
    """That nothing remained of the old window says nothing of the new one."""
    server = 1_762_074_000
    budget.acquire()
    budget.update(headers(1, server + 5, server))
    budget.acquire()

    clock.now += 5
    budget.acquire()
    budget.update(headers(0, server + 5, server + 4))
    for _ in range(98):
        budget.acquire()

    assert clock.waited == 0
