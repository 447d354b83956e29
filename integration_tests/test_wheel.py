"""The one line that docs/load.md installs the loader by, in an environment that has nothing."""

import json
import os
import subprocess
import venv
from pathlib import Path

import pytest

from intercom_emulator import Emulator

ROOT = Path(__file__).parents[1]


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_the_wheel_loads_from_an_empty_environment(tmp_path):
    """Built by `make wheel`, installed by pip with its extra, run outside of the checkout."""
    venv.create(tmp_path / "loader", with_pip=True)
    subprocess.run(["make", "wheel"], cwd=ROOT, check=True)
    [wheel] = (ROOT / "dist").glob("*.whl")
    programs = tmp_path / "loader" / "bin"
    subprocess.run([programs / "pip", "install", "--quiet", f"{wheel}[load]"], check=True)
    config = {"credentials": {"auth_type": "access_token", "access_token": "emulator-token"}}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")

    with Emulator(seed="tiny") as emulator:
        done = subprocess.run(
            [programs / "intercom-load", "--config", "config.json", "--quiet", "--json"],
            cwd=tmp_path,
            env={**os.environ, "INTERCOM_API_BASE_URL": emulator.url},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["streams"]) >= 10
    assert (tmp_path / "intercom.duckdb").exists()
