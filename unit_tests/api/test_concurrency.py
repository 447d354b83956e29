"""Concurrency: as many requests as keep the consumer busy."""

import pytest

from source_intercom.api.concurrency import Concurrency


def settled(latency, work, most=160, answers=4000):
    """Requests at once, on average, once answers that take `latency` are consumed in `work`."""
    concurrency = Concurrency(most)
    arrivals, now, seen = [latency] * concurrency.value, 0.0, []
    for _ in range(answers):
        arrival = arrivals.pop(0)
        concurrency.observe(has_waited=arrival > now)
        now = max(now, arrival) + work
        arrivals += [now + latency] * (concurrency.value - len(arrivals))
        seen.append(concurrency.value)
    return sum(seen[answers // 2 :]) / (answers // 2)


@pytest.mark.parametrize("most", [1, 2, 40])
def test_never_more_than_allowed(most):
    assert settled(1.0, 0.001, most) == most


def test_long_latency_is_filled():
    """0.3 s an answer, 10 ms to consume it: 30 at once at the least."""
    assert 30 <= settled(0.3, 0.01) <= 120


def test_few_where_intercom_is_faster_than_we_are():
    assert settled(0.001, 0.01) == 2


def test_answers_that_are_consumed_at_once_are_asked_for_as_many_as_may_be():
    assert settled(0.3, 0.0001) == 160
