"""What costs a request a conversation: one gate for all of it, one rate limit, little memory."""

import re
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Event, Lock

import pytest

from integration_tests.laboratory import changed, differences, laboratory
from integration_tests.syncing import Connector, config_for, latest, most_memory, sync_in_process
from intercom_emulator import Emulator
from intercom_emulator.settings import Settings

STREAMS = ["conversation_parts", "handling_events", "side_conversation_parts"]
WORKERS = 25
WINDOW = 10
"""Seconds of Intercom's rate limit."""


class UnderWay:
    """
    How many requests wait for an answer at the same time, at most.

    Until two do, each waits for another one for a moment, as answers take no time here.
    """

    def __init__(self, intercom):
        self.most = self._now = 0
        self._lock, self._several = Lock(), Event()
        intercom.before_request(lambda _request: self._begin())
        intercom.after_request(lambda _request, _response: self._change(-1))

    def _begin(self):
        self._change(1)
        self._several.wait(0.1)

    def _change(self, by):
        with self._lock:
            self._now += by
            self.most = max(self.most, self._now)
            if self._now > 1:
                self._several.set()


def busiest_window(intercom):
    """The most requests that came in ten seconds of Intercom's clock."""
    begun = next(iter(intercom.journal)).emulator_time
    windows = Counter(int((entry.emulator_time - begun) // WINDOW) for entry in intercom.journal)
    return max(windows.values())


@pytest.mark.parametrize("limit", [100, 1667])
def test_all_children_share_one_gate_and_one_rate_limit(limit):
    """However many streams ask: no more at once than workers, none refused, every row there."""
    with laboratory("conversations=150,parts=3", Settings(rate_limit=limit)) as intercom:
        for row in [*intercom.workspace.objects("conversations")][:40]:
            intercom.workspace.reply(row["id"])
        under_way = UnderWay(intercom)

        output = sync_in_process(config_for(num_workers=WORKERS), STREAMS)

        assert output.incomplete == set()
        for stream in STREAMS:
            assert differences(latest([output], stream), intercom, stream) == ([], [], [])
        assert len(intercom.journal) > 3 * 150
        assert 1 < under_way.most <= WORKERS
        assert 429 not in {entry.status for entry in intercom.journal}
        assert busiest_window(intercom) <= limit


def test_parts_that_a_side_conversation_counts_and_does_not_show_are_said(caplog):
    """How many Intercom shows at most is documented nowhere; those that it shows come."""

    def count(body):
        for each in body["side_conversations"]:
            each["total_count"] += 5

    with laboratory("tiny") as intercom:
        whole = sync_in_process(config_for(), ["side_conversation_parts"])
        assert "can't be read" not in caplog.text
        route = "GET /conversations/{id}/side_conversations"
        intercom.faults.add(route, custom=changed(count), count=None)

        output = sync_in_process(config_for(), ["side_conversation_parts"])

        assert output.ids("side_conversation_parts") == whole.ids("side_conversation_parts") != []
        told = re.findall(r"shows (\d+) of the (\d+) rows of (\d+);", caplog.text)
        assert {int(counted) - int(shown) for shown, counted, _ in told} == {5}


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_ten_thousand_conversations_children_stay_small(tmp_path, capsys):
    """30,000 requests within Intercom's usual limit, by 25 workers: under 300 MB resident."""
    with Emulator("conversations=10000,parts=10", Settings(latency=0.1)) as intercom:
        config = config_for(num_workers=WORKERS, all_streams=True)
        connector = Connector(tmp_path, intercom.url, config)
        begun = time.monotonic()
        with connector.start(*connector.read_arguments(STREAMS)) as process:
            most, seen = most_memory(process, 10**9, 0)
        entries = intercom.journal.entries()
        asked = Counter(entry.status for entry in entries)
        windows = Counter(int(entry.wall_time // WINDOW) for entry in entries)
        with capsys.disabled():
            sys.stdout.write(
                f"\n{seen} rows by {asked.total()} requests, {asked[429]} of them refused, in "
                f"{time.monotonic() - begun:.0f} s: {most:.0f} MB at most, and up to "
                f"{max(windows.values())} requests in {WINDOW} s.\n"
            )
        assert process.returncode == 0
        assert seen > 100_000 - 1
        assert asked.total() > 30_000
        assert 50 < most < 300
        assert asked[429] < asked.total() / 100
