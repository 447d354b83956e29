"""
An Intercom for Airbyte's standard suite.

It stands here, beside the package, because `airbyte-cdk connector test` writes a suite of its own
into .tmp/ and runs that.
"""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from intercom_emulator import Emulator


@pytest.fixture(scope="class", autouse=True)
def _intercom_of_the_standard_suite(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A tiny workspace, which every connector of a standard suite is pointed to."""
    if not hasattr(request.cls, "get_scenarios"):
        yield
        return
    with Emulator(seed="tiny") as emulator, pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERCOM_API_BASE_URL", emulator.url)
        if docker := shutil.which("docker"):
            # The suite's image tests call a plain `docker run`, which would not reach the emulator.
            shim = tmp_path_factory.mktemp("bin") / "docker"
            shim.write_text(
                "#!/bin/sh\n"
                f'[ "$1" = run ] || exec {docker} "$@"\n'
                "shift\n"
                f'exec {docker} run --network host --env INTERCOM_API_BASE_URL "$@"\n'
            )
            shim.chmod(0o755)
            patch.setenv("PATH", str(shim.parent), prepend=":")
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests of an image where nothing could run it."""
    of_images = [item for item in items if item.get_closest_marker("image_tests")]
    if of_images and not _has_engine():
        for item in of_images:
            item.add_marker(pytest.mark.skip(reason="no Docker engine runs here"))


def _has_engine() -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    return subprocess.run([docker, "version"], capture_output=True, check=False).returncode == 0  # noqa: S603
