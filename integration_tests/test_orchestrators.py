"""The examples of docs/load.md: cron's lines, and Airflow and Dagster in environments of theirs."""

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import duckdb
import psycopg
import pytest

from integration_tests.postgres_server import PASSWORD, postgres_server
from intercom_emulator import Emulator

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "load.md").read_text(encoding="utf-8")
HOMES = ROOT / "build" / "orchestrators"


def example(title):
    """The version that a section of the document names, and its code."""
    section = DOCUMENT.partition(f"### {title}\n")[2].partition("\n##")[0]
    named = re.search(rf"Tried with {title} ([\d.]+\d)", section)
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    return named[1], code[1]


def installed(requirement):
    """The programs of an environment that has this, made once."""
    home = HOMES / requirement
    if not (home / "installed").exists():
        venv.create(home, clear=True, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", requirement], check=True)
        (home / "installed").touch()
    return home / "bin"


@pytest.fixture
def environment(tmp_path):
    """Of a worker: where the loader is, its config, its warehouse."""
    config = {"credentials": {"auth_type": "access_token", "access_token": "emulator-token"}}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with Emulator(seed="contacts=20,conversations=5,parts=3") as emulator:
        yield {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "INTERCOM_API_BASE_URL": emulator.url,
            "INTERCOM_LOAD_CONFIG": str(tmp_path / "config.json"),
            "INTERCOM_LOAD_TO": f"duckdb:///{tmp_path}/x.duckdb",
        }


def loaded(folder):
    """How many tables a load has completed."""
    with duckdb.connect(str(folder / "x.duckdb"), read_only=True) as connection:
        query = "SELECT count(*) FROM _intercom_loads WHERE loaded_at IS NOT NULL"
        [(count,)] = connection.sql(query).fetchall()
        return count


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_airflow_runs_its_example(environment, tmp_path):
    """One run of the DAG, by Airflow's own command for that."""
    version, code = example("Airflow")
    programs = installed(f"apache-airflow=={version}")
    home = tmp_path / "airflow"
    (home / "dags").mkdir(parents=True)
    (home / "dags" / "intercom.py").write_text(code, encoding="utf-8")
    environment |= {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    for arguments in (["db", "migrate"], ["dags", "test", "intercom", "2026-01-01"]):
        done = subprocess.run(
            [programs / "airflow", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    assert loaded(tmp_path) >= 10


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_dagster_runs_its_example(environment, tmp_path):
    """One materialization of the asset."""
    version, code = example("Dagster")
    programs = installed(f"dagster=={version}")
    file = tmp_path / "definitions.py"
    file.write_text(code, encoding="utf-8")

    done = subprocess.run(
        [programs / "dagster", "asset", "materialize", "--select", "intercom", "-f", file],
        env={**environment, "DAGSTER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert loaded(tmp_path) >= 10


def test_cron_runs_its_lines(environment, tmp_path):
    """With nothing in the environment but what they and cron set, and nothing to be mailed."""
    section = DOCUMENT.partition("### cron\n")[2].partition("\n##")[0]
    config, warehouse, entry = re.search(r"```\n(.*?)\n```", section, re.DOTALL)[1].split("\n")
    command = re.fullmatch(r"(?:[\d*]+ +){5}loader +/opt/loader/bin/(.+)", entry)[1]
    with postgres_server() as server:
        place = f"127.0.0.1:{server.port}"
        (tmp_path / ".pgpass").write_text(f"{place}:postgres:loader:{PASSWORD}\n")
        (tmp_path / ".pgpass").chmod(0o600)
        lines = [
            config.replace("/etc/intercom", str(tmp_path)),
            warehouse.replace("db.example.com:5432/warehouse", f"{place}/postgres"),
            f"INTERCOM_API_BASE_URL={environment['INTERCOM_API_BASE_URL']}",
            f"HOME={tmp_path}",
            "PATH=/usr/bin:/bin",
        ]

        done = subprocess.run(
            ["/bin/sh", "-c", f"{Path(sys.executable).parent}/{command}"],
            env=dict(line.split("=", 1) for line in lines),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        with psycopg.connect(server.url()) as connection:
            query = "SELECT count(*) FROM _intercom_loads WHERE loaded_at IS NOT NULL"
            assert connection.execute(query).fetchone()[0] >= 10
