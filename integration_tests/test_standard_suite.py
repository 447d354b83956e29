"""Airbyte's own suite for sources, in process and (`make image-test`) on the Docker image.

acceptance-test-config.yml says which configs run which verb. The image tests call a plain
`docker run`, which would not reach the emulator: a `docker` of ours, first on PATH, lets it.
"""

import json
import shutil
from collections.abc import Iterator
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


@pytest.fixture(scope="module", autouse=True)
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A tiny workspace, which every connector of this module is pointed to."""
    with Emulator(seed="tiny") as emulator, pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERCOM_API_BASE_URL", emulator.url)
        if docker := shutil.which("docker"):
            shim = tmp_path_factory.mktemp("bin") / "docker"
            shim.write_text(
                "#!/bin/sh\n"
                f'[ "$1" = run ] || exec {docker} "$@"\n'
                "shift\n"
                f'exec {docker} run --network host --env INTERCOM_API_BASE_URL "$@"\n'
            )
            shim.chmod(0o755)
            patch.setenv("PATH", str(shim.parent), prepend=":")
        yield emulator


class TestStandardSuite(SourceTestSuiteBase):
    """The suite's defaults guess names and folders from the name of the checkout."""

    connector = SourceIntercom
    connector_name = "source-intercom"

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        """Where metadata.yaml and acceptance-test-config.yml are."""
        return ROOT


def test_state_from_the_future_is_no_error() -> None:
    """The suite does not run the incremental section, for which Airbyte keeps such a state."""
    config = json.loads((FIXTURES / "sample_config.json").read_text())
    catalog = ConfiguredAirbyteCatalogSerializer.load(
        json.loads((FIXTURES / "configured_catalog.json").read_text())
    )
    state = [
        AirbyteStateMessageSerializer.load(message)
        for message in json.loads((FIXTURES / "abnormal_state.json").read_text())
    ]

    output = read(SourceIntercom(), config, catalog, state)

    assert output.errors == []
    assert "2222" not in str(output.most_recent_state)
