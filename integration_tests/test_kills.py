"""Kills: from whatever state reached the platform, nothing is lost and little is read again."""

import fcntl
import json
import random
import signal
import sys
import termios
import time

import pytest

from integration_tests.laboratory import (
    DAY,
    INCREMENTAL,
    MARGIN,
    SEARCHES,
    conversations_at,
    differences,
    incremental_workspace,
    laboratory,
    repeated,
    small_pages,
)
from integration_tests.syncing import Connector, Output, config_for, latest, sync_in_process
from intercom_emulator import Emulator
from intercom_emulator.workspace import Seed

BEGIN = 1_790_000_000
PROCESSED = ["conversations", "conversation_parts"]
FULL = 60_000
"""Bytes that a pipe holds, about."""
AGAIN = 5_000
"""Rows of a stream that may be read again after a kill."""


@pytest.mark.parametrize("stream", INCREMENTAL)
@pytest.mark.parametrize("workers", [1, 20])
def test_t37_a_kill_behind_any_message_loses_nothing(stream, workers):
    """T37: every prefix of a sync's messages, and the sync that goes on from its state."""
    with laboratory(incremental_workspace(BEGIN, 60)) as intercom, small_pages(5):
        whole = sync_in_process(config_for(num_workers=workers), [stream])
        ends = [
            number
            for number, message in enumerate(whole.messages)
            if message["type"] in {"STATE", "RECORD"}
        ]
        for count in random.Random(1).sample(ends, min(14, len(ends))):
            killed = whole.upto(count)
            second = sync_in_process(config_for(num_workers=workers), [stream], killed.state())

            table = latest([killed, second], stream)
            assert differences(table, intercom, stream) == ([], [], [])


@pytest.mark.parametrize("stream", SEARCHES)
@pytest.mark.parametrize("workers", [1, 20])
def test_t37_every_state_of_a_backfill_covers_only_what_was_emitted(stream, workers):
    """T37: whatever state is the last to arrive, the rows behind it complete the table."""
    with laboratory(incremental_workspace(BEGIN, 200)) as intercom, small_pages(8, 20, 1):
        whole = sync_in_process(config_for(num_workers=workers), [stream])
        states = [n for n, message in enumerate(whole.messages) if message["type"] == "STATE"]

        assert len(states) > 5
        for number in states[::3]:
            killed = whole.upto(number + 1)
            second = sync_in_process(config_for(num_workers=workers), [stream], killed.state())
            table = latest([killed, second], stream)
            assert differences(table, intercom, stream) == ([], [], [])


@pytest.mark.parametrize("stream", ["conversations", "conversation_parts"])
def test_a_sync_that_goes_on_reads_nothing_twice(stream):
    """No state of a sync lists a slice beside the pieces that it was cut into."""
    ages = [2 * DAY] * 3 + [3_327, 3_313, 1_656, 13, 7, 2, 1] + [0] * 12
    moments = [BEGIN - age for age in ages]
    with laboratory(Seed(now=BEGIN, conversations=conversations_at(moments, 2))), small_pages(5):
        whole = sync_in_process(config_for(num_workers=2), [stream])
        states = [n for n, message in enumerate(whole.messages) if message["type"] == "STATE"]

        for number in states:
            state = whole.upto(number + 1).state()
            assert (
                repeated(sync_in_process(config_for(num_workers=2), [stream], state), stream) == 0
            )


@pytest.mark.parametrize(
    ("seed", "stream", "workers", "rows"),
    [
        ("conversations=8000", "conversations", 20, 8_000),
        ("conversations=9000,shared_second=8500", "conversations", 1, 9_000),
        ("conversations=9000,shared_second=8500", "conversations", 20, 9_000),
        ("conversations=6000,shared_second=5800,parts=1", "conversation_parts", 20, 6_000),
        ("conversations=30,parts=500", "conversation_parts", 20, 15_000),
        ("tickets=30,ticket_parts=500", "ticket_parts", 20, 15_000),
        ("contacts=8000,hot_day=1", "contacts", 1, 8_000),
        ("companies=8000", "companies", 20, 8_000),
        ("articles=8000", "articles", 20, 8_000),
    ],
)
def test_t37_a_kill_costs_at_most_5000_rows(seed, stream, workers, rows):
    """T37: many rows, most of them in one second or one hour: what is read again is bounded."""
    config = config_for(num_workers=workers)
    with laboratory(seed):
        whole = sync_in_process(config, [stream])
        for share in (0.5, 0.95):
            killed = whole.upto(int(len(whole.messages) * share))
            second = sync_in_process(config, [stream], killed.state())

            assert len({*killed.ids(stream), *second.ids(stream)}) == rows
            assert len(killed.ids(stream)) + len(second.ids(stream)) - rows <= AGAIN


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    "seed", ["conversations=100000", "conversations=100000,shared_second=50000"]
)
def test_t37_a_kill_costs_at_most_5000_rows_of_100000(seed):
    """T37 at size: 100,000 conversations, and 50,000 of them in one second."""
    with laboratory(seed):
        whole = sync_in_process(config_for(), ["conversations"])
        for share in (0.25, 0.5, 0.75):
            killed = whole.upto(int(len(whole.messages) * share))
            second = sync_in_process(config_for(), ["conversations"], killed.state())

            assert len({*killed.ids("conversations"), *second.ids("conversations")}) == 100_000
            again = len(killed.ids("conversations")) + len(second.ids("conversations")) - 100_000
            assert again <= AGAIN


def read_some(process, rows):
    """The messages that a process wrote until so many records had come."""
    output, seen = Output(), 0
    for line in process.stdout:
        if line.startswith("{"):
            output.messages.append(json.loads(line))
            seen += output.messages[-1]["type"] == "RECORD"
        if seen >= rows:
            return output
    return output


def rest_of(process, *, ends_cleanly):
    """What was still in the pipe, whole lines only."""
    lines = process.stdout.read().splitlines(keepends=True)
    assert lines[-1].endswith("\n") or not ends_cleanly
    return [json.loads(each) for each in lines if each.startswith("{") and each.endswith("}\n")]


@pytest.fixture(scope="module")
def intercom():
    with Emulator("conversations=1000,parts=3") as running:
        yield running


@pytest.fixture(scope="module")
def connector(intercom, tmp_path_factory):
    """The connector as a process, its catalog discovered once."""
    connector = Connector(tmp_path_factory.mktemp("connector"), intercom.url, config_for())
    catalog = connector.discover()
    connector.discover = lambda: catalog
    return connector


def held(pipe):
    """Bytes that wait in a pipe for their reader."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def ended_by(connector, number, rows):
    """What a process wrote that got a signal behind so many rows, and its exit code."""
    with connector.start(*connector.read_arguments(PROCESSED)) as process:
        output = read_some(process, rows)
        process.send_signal(number)
        output.messages += rest_of(process, ends_cleanly=number != signal.SIGKILL)
        return output, process.wait(timeout=20)


@pytest.mark.parametrize("rows", [1, 1_500])
def test_t37_sigkill_of_the_process_loses_nothing(connector, intercom, rows):
    """T37: a real SIGKILL among 1,000 conversations and their parts; the next sync completes."""
    killed, code = ended_by(connector, signal.SIGKILL, rows)

    second = connector.read(PROCESSED, killed.state())

    assert (code, second.exit_code) == (-signal.SIGKILL, 0)
    for stream in PROCESSED:
        table = latest([killed, second], stream)
        assert differences(table, intercom, stream) == ([], [], [])


@pytest.mark.parametrize("rows", [1, 800])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sigterm_ends_cleanly(connector, intercom, rows, number):
    """It ends the process in mid-sync behind a whole line, as Ctrl-C does; the next goes on."""
    # What a shell runs in the background ignores Ctrl-C, and would hand that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    begun = time.monotonic()
    killed, code = ended_by(connector, number, rows)

    assert time.monotonic() - begun < 60
    assert code == 128 + number
    second = connector.read(PROCESSED, killed.state())
    for stream in PROCESSED:
        table = latest([killed, second], stream)
        assert differences(table, intercom, stream) == ([], [], [])


def test_sigterm_in_the_midst_of_a_line_waits_for_its_end(connector):
    """The pipe is full, so a line is half written until somebody reads on."""
    with connector.start(*connector.read_arguments(PROCESSED)) as process:
        pipe = process.stdout.fileno()
        before, waiting = -1, 0
        while waiting < FULL or waiting > before:
            time.sleep(0.05)
            before, waiting = waiting, held(pipe)
        process.send_signal(signal.SIGTERM)
        rest_of(process, ends_cleanly=True)
        assert process.wait(timeout=20) == 128 + signal.SIGTERM


def test_a_reader_that_leaves_ends_the_process(connector):
    """`read | head`: workers that nobody reads from any more keep nothing alive."""
    with connector.start(*connector.read_arguments(PROCESSED)) as process:
        next(line for line in process.stdout if "RECORD" in line)
        process.stdout.close()
        assert process.wait(timeout=20) == 1


def test_ctrl_c_ends_cleanly(connector):
    """SIGINT with the queue full: the process ends at once."""
    # What a shell runs in the background ignores it, and would hand that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with connector.start(*connector.read_arguments(PROCESSED)) as process:
        next(line for line in process.stdout if "RECORD" in line)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(timeout=20) == 128 + signal.SIGINT


@pytest.mark.parametrize("kind", ["hang", "status"])
def test_sigterm_ends_a_wait_for_intercom(connector, intercom, kind):
    """SIGTERM while every worker waits ends the process within seconds."""
    intercom.faults.add("POST /conversations/search", kind=kind, seconds=600, count=None)
    try:
        with connector.start(*connector.read_arguments(PROCESSED)) as process:
            next(line for line in process.stdout if "STARTED" in line)
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
            assert process.wait(timeout=10) == 128 + signal.SIGTERM
    finally:
        intercom.faults.clear()


def test_an_interrupted_sync_leaves_the_margin_to_the_next():
    """What the index learns late between a break-off and its continuation is found."""
    seed = Seed(now=BEGIN, conversations=conversations_at([BEGIN - DAY - n for n in range(40)]))
    with laboratory(seed) as intercom, small_pages(5):
        intercom.settings.index_lag = MARGIN - 60
        name = next(intercom.workspace.objects("conversations"))["id"]
        intercom.workspace.update("conversations", name, title="late")
        # The first lane breaks off, as does the one that comes from the other side; those that
        # took the rest of its slice read to the end.
        when = lambda request: (  # noqa: E731
            ">" not in str(request.json["query"]) or "descending" in str(request.json["sort"])
        )
        route = SEARCHES["conversations"]
        intercom.faults.add(route, status=500, count=None, after=1, when=when)
        first = sync_in_process(config_for(num_workers=1), ["conversations"])
        intercom.faults.clear()
        intercom.clock.advance(MARGIN)
        second = sync_in_process(config_for(), ["conversations"], first.state())

        assert first.incomplete == {"conversations"}
        assert len(first.ids("conversations")) > 10
        table = latest([first, second], "conversations")
        assert differences(table, intercom, "conversations") == ([], [], [])


@pytest.mark.parametrize("stream", ["contacts", "conversations"])
def test_a_late_index_never_moves_the_state_too_far(stream):
    """A row that the index sorts by its old date but shows with its new one is no position."""
    with small_pages(5, 1_000):
        for number in range(7):
            with laboratory(incremental_workspace(BEGIN, 20)) as intercom:
                intercom.settings.index_lag = 600
                intercom.settings.search_bodies = "current"
                names = [one["id"] for one in intercom.workspace.objects(stream)]
                intercom.workspace.update(stream, names[-1 - number], title="x")
                intercom.clock.advance(300)
                whole = sync_in_process(config_for(num_workers=1), [stream])
                states = [n for n, one in enumerate(whole.messages) if one["type"] == "STATE"]
                intercom.clock.advance(600)
                for end in states:
                    killed = whole.upto(end + 1)
                    second = sync_in_process(config_for(), [stream], killed.state())

                    table = latest([killed, second], stream)
                    assert differences(table, intercom, stream) == ([], [], [])
