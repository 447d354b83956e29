"""The law, under random histories: nothing that was ever in the workspace is lost, or stale."""

import gc
import logging
import os
import sys
import time

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from integration_tests.bad_twin import BadTwin, each_history
from integration_tests.families import FAMILIES
from integration_tests.histories import History, histories
from integration_tests.laboratory import INCREMENTAL
from integration_tests.playing import Tally, play
from integration_tests.syncing import catalog

EXAMPLES = 40
"""Of each group in the short run."""
GROUPS = {
    "contacts": ("contacts", "events", "segments"),
    "companies": ("companies", "gone"),
    "conversations": ("conversations", "conversation_details"),
    "tickets": ("tickets", "ticket_types", "conversations"),
    "articles": ("articles", "macros"),
    "lists": tuple(FAMILIES),
}
MOST_UNTIL_LOST = 2_000
"""What is drawn depends on the modules that happen to be loaded, so some may take long to lose."""
CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


class Lost(Exception):
    """What the bad twin is to do."""


@pytest.fixture(autouse=True)
def _quiet_log():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_stream_is_part_of_histories():
    """No stream of the catalog is left out of the families that histories are drawn from."""
    known = {name for each in FAMILIES.values() for name in each.streams}

    assert known == {each["name"] for each in catalog()["streams"]}


@pytest.mark.parametrize("group", GROUPS)
def test_no_history_loses_a_record(group):
    """After any history, the last row of each key and what holds of relations is the workspace."""
    tally = Tally()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=CALM,
    )
    @given(history=histories(GROUPS[group]))
    def law(history: History) -> None:
        assert play(history, tally) == []

    law()
    assert tally.syncs > EXAMPLES


@pytest.mark.parametrize("stream", INCREMENTAL)
def test_the_same_histories_lose_records_of_a_connector_as_they_are_today(stream):
    """The incumbent's query, options and state: the law catches it in each stream."""

    def law(history: History) -> None:
        if any(" missing" in each for each in play(history, Tally(), BadTwin)):
            raise Lost

    with pytest.raises(Lost):
        each_history(stream, law, MOST_UNTIL_LOST)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_no_history_loses_a_record_for_hours(capsys):
    """The same for SOAK_MINUTES (60): ever new histories, then a summary."""
    tally, begun = Tally(), time.monotonic()
    ends = begun + 60 * float(os.environ.get("SOAK_MINUTES", "60"))
    first = number = int(os.environ.get("SOAK_SEED", str(time.time_ns() % 10**9)))
    while time.monotonic() < ends:

        @seed(number)
        @settings(max_examples=50, deadline=None, database=None, suppress_health_check=CALM)
        @given(history=histories())
        def law(history: History) -> None:
            assert play(history, tally) == []

        law()
        gc.collect()
        number += 1
        with capsys.disabled():
            minutes = (time.monotonic() - begun) / 60
            sys.stderr.write(f"\r{minutes:.1f} min, SOAK_SEED={first}: {tally}, no violation")
