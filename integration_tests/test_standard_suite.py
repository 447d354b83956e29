"""Airbyte's own suite for sources, in process and (`make image-test`) on the Docker image.

acceptance-test-config.yml says which configs run which verb, and conftest.py of the root serves
them an Intercom.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from airbyte_cdk.models import AirbyteStateMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.test.entrypoint_wrapper import read
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase

from intercom_emulator import Emulator
from source_intercom import SourceIntercom

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "integration_tests"

pytest_plugins = ["airbyte_cdk.test.standard_tests.pytest_hooks"]


class TestStandardSuite(SourceTestSuiteBase):
    """The suite's defaults guess names and folders from the name of the checkout."""

    connector = SourceIntercom
    connector_name = "source-intercom"

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        """Where metadata.yaml and acceptance-test-config.yml are."""
        return ROOT


def test_state_from_the_future_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite does not run the incremental section, for which Airbyte keeps such a state."""
    config = json.loads((FIXTURES / "sample_config.json").read_text())
    catalog = ConfiguredAirbyteCatalogSerializer.load(
        json.loads((FIXTURES / "configured_catalog.json").read_text())
    )
    state = [
        AirbyteStateMessageSerializer.load(message)
        for message in json.loads((FIXTURES / "abnormal_state.json").read_text())
    ]

    with Emulator(seed="tiny") as emulator:
        monkeypatch.setenv("INTERCOM_API_BASE_URL", emulator.url)
        output = read(SourceIntercom(), config, catalog, state)

    assert output.errors == []
    assert "2222" not in str(output.most_recent_state)


def test_airbytes_own_command_passes(tmp_path: Path) -> None:
    """`airbyte-cdk connector test` needs a checkout of the connector's name, and nothing more."""
    checkout = tmp_path / "source-intercom"
    checkout.joinpath("integration_tests").mkdir(parents=True)
    for name in ("pyproject.toml", "conftest.py", "metadata.yaml", "acceptance-test-config.yml"):
        shutil.copy(ROOT / name, checkout)
    for path in FIXTURES.glob("*.json"):
        shutil.copy(path, checkout / "integration_tests")

    run = subprocess.run(
        [
            Path(sys.executable).with_name("airbyte-cdk"),
            "connector",
            "test",
            "--pytest-arg=-mnot image_tests",
        ],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert "9 passed" in run.stdout
