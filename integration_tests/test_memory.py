"""Memory: bounded by bytes, however large the rows and however slow the destination."""

from pathlib import Path

import pytest

from integration_tests.laboratory import laboratory
from integration_tests.syncing import Connector, config_for, most_memory, sync_in_process
from intercom_emulator import Emulator


def run(folder, seed, rows, pause, streams=("conversations",)):
    with Emulator(seed) as intercom:
        connector = Connector(folder, intercom.url, config_for())
        with connector.start(*connector.read_arguments(streams)) as process:
            try:
                return most_memory(process, rows, pause)
            finally:
                process.kill()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_large_conversations_behind_a_slow_reader_stay_small(tmp_path):
    """4,000 of 100,000 conversations of 90 KB, read slower than they come: under 300 MB."""
    most, seen = run(tmp_path, "conversations=100000,conversation_bytes=90000", 4_000, 0.3)

    assert seen == 4_000
    assert 50 < most < 250


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_long_threads_behind_a_slow_reader_stay_small(tmp_path):
    """20 of 2,000 conversations with 500 parts and 1 MB each, read slowly: under 300 MB."""
    seed = "conversations=2000,parts=500,part_bytes=2000"
    most, seen = run(tmp_path, seed, 10_000, 0.1, ["conversation_parts"])

    assert seen == 10_000
    assert 50 < most < 300


def test_large_conversations_come_in_small_pages():
    """Of rows of 90 KB, no more are asked for than make 4 MB; and all come."""
    with laboratory("conversations=400,conversation_bytes=90000") as intercom:
        output = sync_in_process(config_for(), ["conversations"])

        asked = intercom.journal.entries("POST /conversations/search")
        sizes = [one.body["pagination"]["per_page"] for one in asked]
        assert len(set(output.ids("conversations"))) == 400
        assert max(sizes[1:]) * 90_000 < 4_000_000


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_t23_memory_does_not_grow_with_the_number_of_parts(tmp_path):
    """T23: 40,000 parts of one sync take no more than its first 5,000, but for 40 MB."""
    seed, parts = "conversations=400,parts=100", ("conversation_parts",)
    few, _ = run(tmp_path, seed, 5_000, 0, parts)
    many, seen = run(tmp_path, seed, 40_000, 0, parts)

    assert seen == 40_000
    assert 50 < many < few + 40


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_t23_a_million_parts_stay_small(tmp_path):
    """T23 at size: a million parts in 10,000 conversations, under 300 MB resident."""
    seed, parts = "conversations=10000,parts=100", ("conversation_parts",)
    most, seen = run(tmp_path, seed, 1_000_000, 0, parts)

    assert seen == 1_000_000
    assert 50 < most < 250


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("stream", ["conversations", "conversation_parts"])
def test_100000_large_conversations_stay_small(tmp_path, stream):
    """100,000 conversations of 90 KB with a slow reader: under 300 MB resident."""
    seed = "conversations=100000,conversation_bytes=90000,parts=1"
    most, seen = run(tmp_path, seed, 100_000, 0.01, [stream])

    assert seen == 100_000
    assert 50 < most < 250
