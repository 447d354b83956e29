"""The connector and its peers, each as the command line that its users start."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from benchmarks import measure

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "build" / "peers"
PACKAGES = {"airbyte": "airbyte-source-intercom==0.8.3", "singer": "tap-intercom==2.2.5"}
START = "2024-01-01T00:00:00Z"
"""Before anything that a workspace of two years holds."""
TOKEN = "emulator-token"  # noqa: S105 - public on purpose


@dataclass
class Contestant:
    """Somebody who can read a workspace."""

    name: str
    title: str
    command: list[str]
    config: dict[str, Any] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    """Arguments of `read` alone."""
    is_singer: bool = False
    is_peer: bool = False
    environment: dict[str, str] = field(default_factory=dict)

    def catalog(self, scratch: Path, streams: Sequence[str], url: str | None) -> dict[str, Any]:
        """What it discovers, with these streams selected."""
        path = scratch / f"{self.name}.catalog.json"
        if not path.exists():
            config = self._write_config(scratch, url, {})
            verb = ["--discover"] if self.is_singer else ["discover"]
            command = [*self.command, *verb, "--config", str(config), *self.extra]
            path.write_bytes(_output(command, self._environment(url)))
        document: dict[str, Any] = orjson.loads(path.read_bytes())
        if self.is_singer:
            for stream in document["streams"]:
                chosen = stream["tap_stream_id"] in streams
                for entry in stream["metadata"]:
                    entry["metadata"]["selected"] = chosen
            return document
        found = {each["name"]: each for each in document["catalog"]["streams"]}
        return {
            "streams": [
                {
                    "stream": found[name],
                    "sync_mode": "incremental",
                    "destination_sync_mode": "append",
                }
                for name in streams
            ]
        }

    def offered(self, scratch: Path) -> list[str]:
        """The streams of its catalog, which has been discovered."""
        document = orjson.loads((scratch / f"{self.name}.catalog.json").read_bytes())
        return [each["name"] for each in document["catalog"]["streams"]]

    def sync(
        self,
        scratch: Path,
        streams: Sequence[str],
        url: str | None,
        *,
        cut_off: float | None = None,
        **options: Any,
    ) -> measure.Sync:
        """Read these streams as a first sync does."""
        config = self._write_config(scratch, url, options)
        catalog = scratch / "catalog.json"
        catalog.write_text(json.dumps(self.catalog(scratch, streams, url)))
        verb = [] if self.is_singer else ["read"]
        paths = ["--config", str(config), "--catalog", str(catalog)]
        return measure.sync(
            [*self.command, *verb, *paths, *self.extra],
            self._environment(url),
            log=scratch / f"{self.name}.log",
            cut_off=cut_off,
        )

    def _environment(self, url: str | None) -> Mapping[str, str]:
        return self.environment | ({"INTERCOM_API_BASE_URL": url} if url else {})

    def _write_config(self, scratch: Path, url: str | None, options: Mapping[str, Any]) -> Path:
        path = scratch / f"{self.name}.config.json"
        base_url = {"base_url": url or "https://api.intercom.io"} if self.extra else {}
        path.write_text(json.dumps({**self.config, **base_url, **options}))
        return path


def _output(command: list[str], environment: Mapping[str, str]) -> bytes:
    """What a short command prints, without log lines before its JSON."""
    answer = measure.output(command, environment)
    lines = [line for line in answer.splitlines() if b'"type":"LOG"' not in line]
    catalogs = [line for line in lines if b'"CATALOG"' in line]
    return catalogs[-1] if catalogs else orjson.dumps(orjson.loads(b"\n".join(lines)))


def connector(bundle: Path | None) -> Contestant:
    """The one of this project."""
    credentials = {"auth_type": "access_token", "access_token": TOKEN}
    return Contestant(
        "connector",
        "this connector",
        [str(Path(sys.executable).with_name("source-intercom"))],
        {"credentials": credentials},
        environment=_trusting(bundle),
    )


def checkout(name: str, folder: Path) -> Contestant:
    """The connector of another checkout of this project."""
    return replace(
        connector(None),
        name=name,
        title=f"the connector in {folder.name}",
        command=[str(folder.resolve() / ".venv" / "bin" / "source-intercom")],
    )


def cdk_default(bundle: Path | None) -> Contestant:
    """The CDK's default stack with the options of Airbyte's newest connector."""
    manifest = Path(__file__).with_name("cdk_default.yaml")
    return Contestant(
        "cdk",
        "the CDK's default stack",
        [str(Path(sys.executable).with_name("source-declarative-manifest"))],
        {"access_token": TOKEN, "start_date": START},
        extra=["--manifest-path", str(manifest)],
        environment=_trusting(bundle),
    )


def airbyte() -> Contestant:
    """The newest connector of Airbyte's that is a Python package."""
    return Contestant(
        "airbyte",
        "airbyte-source-intercom 0.8.3",
        [str(PEERS / "airbyte" / "bin" / "source-intercom")],
        {"access_token": TOKEN, "start_date": START},
        is_peer=True,
    )


def singer(bundle: Path | None) -> Contestant:
    """Singer's tap."""
    return Contestant(
        "singer",
        "tap-intercom 2.2.5",
        [str(PEERS / "singer" / "bin" / "tap-intercom")],
        {"access_token": TOKEN, "start_date": START, "user_agent": "benchmark"},
        is_singer=True,
        is_peer=True,
        environment=_trusting(bundle),
    )


def _trusting(bundle: Path | None) -> dict[str, str]:
    return {"REQUESTS_CA_BUNDLE": str(bundle)} if bundle else {}


def install_peers() -> None:
    """Make an environment for each peer, once; `absent_peers` tells why one could not be made."""
    for name, requirement in PACKAGES.items():
        home = PEERS / name
        mark, failure = home / "installed", home / "failure"
        if mark.exists() and mark.read_text() == requirement:
            continue
        venv.create(home, clear=True, with_pip=True)
        command = [str(home / "bin" / "pip"), "install", "--quiet", requirement]
        answer = subprocess.run(command, check=False, capture_output=True, text=True)
        if answer.returncode == 0:
            mark.write_text(requirement)
            continue
        errors = [line for line in answer.stderr.splitlines() if line.startswith("ERROR")]
        failure.write_text(errors[-1] if errors else f"pip ended with {answer.returncode}")


def absent_peers() -> dict[str, str]:
    """Why a peer has no environment, by its name."""
    return {
        name: f"it could not be installed ({(PEERS / name / 'failure').read_text()})"
        for name in PACKAGES
        if not (PEERS / name / "installed").exists()
    }


def trusted_bundles(absent: Container[str]) -> list[Path]:
    """
    The certificates that a peer trusts whatever REQUESTS_CA_BUNDLE says: certifi's, in its folder.

    Airbyte's sends prepared requests, which the session's environment does not reach.
    """
    if "airbyte" in absent:
        return []
    return list((PEERS / "airbyte").glob("lib/python*/site-packages/certifi/cacert.pem"))
