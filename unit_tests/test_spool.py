"""The file between a list and its destination, where it can't be written."""

import tempfile
from pathlib import Path

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_intercom.components.spool import Spool


def test_a_temporary_folder_that_takes_nothing_is_one_sentence(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")

    with pytest.raises(AirbyteTracedException, match="make room there, or set TMPDIR") as raised:
        Spool()

    assert raised.value.failure_type is FailureType.system_error


def test_a_disk_that_is_full_is_one_sentence():
    """Where the file is written, and not when it is closed."""
    with Spool() as spool:
        spool._file.close()
        spool._file = Path("/dev/full").open("wb")  # noqa: SIM115 closed below

        with pytest.raises(AirbyteTracedException, match="No space left on device"):
            spool.add([{"id": "1"}])
        spool._file.raw.close()
