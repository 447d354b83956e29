"""The file between a list and its destination, where it can't be written."""

import tempfile
from pathlib import Path

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_intercom.reading import spool
from source_intercom.reading.spool import Spool
from source_intercom.reading.window import FOREVER, Slice, Window


def test_a_temporary_folder_that_takes_nothing_is_one_sentence(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    monkeypatch.setattr(spool, "IN_MEMORY", 9)

    with (
        Spool() as full,
        pytest.raises(AirbyteTracedException, match="make room there, or set TMPDIR") as raised,
    ):
        full.add([{"id": "a long one"}])

    assert raised.value.failure_type is FailureType.system_error


def test_a_disk_that_is_full_is_one_sentence():
    """Where the file is written, and not when it is closed."""
    with Spool() as full:
        full._file.close()
        full._file = Path("/dev/full").open("wb")  # noqa: SIM115 closed below

        with pytest.raises(AirbyteTracedException, match="No space left on device"):
            full.add([{"id": "1"}])
        full._file.raw.close()


def rows_of(batches):
    return [(row["id"], row.get("at")) for batch in batches for row in batch.rows]


def test_rows_come_oldest_first_and_vouch_for_what_lies_before_the_next(monkeypatch):
    """Those without a date come before all, and no state vouches for them."""
    monkeypatch.setattr(spool, "ROWS_AT_ONCE", 2)
    window = Window(5, 100, (Slice(5, 100),), 4)
    with Spool("at") as filled:
        filled.add([{"id": n, "at": at} for n, at in enumerate([30, 4, None, 10, 30, 20])])

        batches = [*filled.batches(window)]

    assert rows_of(batches) == [(2, None), (3, 10), (5, 20), (0, 30), (4, 30)]
    assert [batch.read for batch in batches] == [Slice(0, 19), Slice(0, 29), Slice(0, FOREVER)]
    assert [batches[1].read_before(n) for n in range(2)] == [Slice(0, 19), Slice(0, 29)]


def test_an_empty_list_has_been_read():
    """One batch without rows says so."""
    with Spool("at") as empty:
        (batch,) = empty.batches(Window(5, 100, (Slice(5, 100),), 4))

    assert (batch.rows, batch.read) == ([], Slice(0, FOREVER))


@pytest.mark.parametrize(
    ("key", "rows", "different"),
    [
        (["id"], [{"id": 1}, {"id": 1}, {"id": "1"}], 2),
        (["type", "id"], [{"type": "a", "id": 1}, {"type": "b", "id": 1}], 2),
        (["id", "full_name"], [{"full_name": "x"}, {"full_name": "y"}, {"full_name": "x"}], 2),
        (["id"], [{"name": "no key"}, {"name": "nor this"}], 2),
    ],
)
def test_rows_are_told_apart_by_their_key(key, rows, different):
    """Ids may be unique within a type alone, and a row without a key is no repeat."""
    with Spool(key=key) as filled:
        assert filled.add(rows) == different
