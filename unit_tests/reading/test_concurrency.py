"""Concurrency: as many requests as keep the consumer busy."""

import heapq
import itertools
import random

import pytest

from source_intercom.reading.concurrency import Concurrency


def settled(latency, work, most=160, answers=4000, servers=1_000):
    """
    Requests at once, on average, and the share of time in which the consumer worked.

    Answers take `latency(n)` at one of some servers, and are consumed in `work`.
    """
    now = [0.0]
    concurrency = Concurrency(most, clock=lambda: now[0])
    free, arrivals, asked, numbers = [0.0] * servers, [], 0, itertools.count()

    def ask():
        nonlocal asked
        while asked < concurrency.value:
            begins = max(now[0], heapq.heappop(free))
            ends = begins + latency(next(numbers))
            heapq.heappush(free, ends)
            heapq.heappush(arrivals, (ends, ends - now[0]))
            asked += 1

    seen, worked = [], 0.0
    for _ in range(answers):
        concurrency.work_ends()
        ask()
        arrival, took = heapq.heappop(arrivals)
        asked -= 1
        has_waited = arrival > now[0]
        now[0] = max(now[0], arrival)
        concurrency.work_begins(took, has_waited=has_waited)
        now[0] += work
        worked += work
        seen.append(concurrency.value)
    return sum(seen[answers // 2 :]) / (answers // 2), worked / now[0]


def steady(seconds):
    return lambda _number: seconds


@pytest.mark.parametrize("most", [1, 2, 40])
def test_never_more_than_allowed(most):
    assert settled(steady(1.0), 0.001, most)[0] == most


def test_long_latency_is_filled():
    """0.3 s an answer, 10 ms to consume it: 30 at once at the least."""
    many, busy = settled(steady(0.3), 0.01)

    assert 30 <= many <= 60
    assert busy > 0.95


def test_latency_that_varies_is_filled():
    """Most answers take 0.2 to 0.8 s, and a few three seconds."""
    dice = random.Random(1)
    _, busy = settled(lambda _: 3.0 if dice.random() < 0.02 else dice.uniform(0.2, 0.8), 0.01)

    assert busy > 0.9


def test_few_where_intercom_is_faster_than_we_are():
    assert settled(steady(0.001), 0.01)[0] == 2


def test_few_where_intercom_is_as_slow_as_we_are():
    """Asking one busy server for more at once makes it answer no faster."""
    assert settled(steady(0.01), 0.01, servers=1)[0] <= 10


def test_answers_that_are_consumed_at_once_are_asked_for_as_many_as_may_be():
    assert settled(steady(0.3), 0.0001)[0] == 160
