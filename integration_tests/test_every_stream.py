"""Each stream alone and all of them together hold what the workspace does."""

import pytest

from integration_tests.laboratory import differences, laboratory
from integration_tests.syncing import catalog, config_for, latest, sync_in_process
from intercom_emulator.settings import Settings

STREAMS = [each["name"] for each in catalog()["streams"]]


@pytest.fixture(scope="module")
def read():
    """A workspace that takes no parameter but those it knows, and one sync of all streams."""
    with laboratory("tiny", Settings(strict_parameters=True)) as intercom:
        yield intercom, sync_in_process(config_for(), STREAMS)


@pytest.mark.parametrize("stream", STREAMS)
def test_every_row_of_a_stream_is_the_workspaces(read, stream):
    """Each row once, under a key without nulls, and none of an empty stream."""
    intercom, output = read
    ids = output.ids(stream)

    assert output.statuses[stream] == "COMPLETE"
    assert ids
    assert len(ids) == len(set(ids))
    assert all(None not in (key if isinstance(key, tuple) else (key,)) for key in ids)
    assert differences(latest([output], stream), intercom, stream) == ([], [], [])
