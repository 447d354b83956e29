"""
Runs the connector's executable, each time as a process of its own, and reads what it says.

Rows are passed on as the bytes that they are: 100,000 of them cost less than half a second.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Self

from intercom_load.config_file import may_be_renewed
from intercom_load.errors import LoadError, TryLater
from intercom_load.spool import writing_to_disk

SOURCE_NAME = "source-intercom"
PIPE_BYTES = 1 << 20
ENDS_WITHIN = 2.0
"""Seconds that the connector gets to end once it has been told to."""

_ROW = re.compile(rb'\{"type":"RECORD","record":\{"stream":"([^"\\]+)","data":(?=\{)')
_TAIL = re.compile(rb',"emitted_at":\d+\}\}\n')

Message = dict[str, Any]
Row = tuple[str, bytes]
"""A stream's name, and one of its rows as JSON."""


def find_connector() -> Path:
    """Return the connector beside this Python, else on PATH; never one from the network."""
    beside = Path(sys.executable).with_name(SOURCE_NAME)
    found = str(beside) if beside.exists() else shutil.which(SOURCE_NAME)
    if found is None:
        raise LoadError(
            f"The connector {SOURCE_NAME} is not installed in this environment; "
            "install this project with `pip install '.[load]'`."
        )
    return Path(found)


def suggested_streams() -> list[str]:
    """Return the streams that the connector suggests, from the list that it is installed with."""
    package = find_spec("source_intercom")  # which imports nothing: the CDK would take a second
    if package is None or package.origin is None:
        raise LoadError("The package source_intercom is not installed beside the loader.")
    listed = Path(package.origin).with_name("suggested_streams.txt")
    return listed.read_text(encoding="utf-8").split()


class Process:
    """One run of the connector, which ends with the context that it is entered as."""

    def __init__(self, executable: Path, command: str, folder: Path, **files: object) -> None:
        self.command = command
        self._stderr = folder / f"{command}.stderr"
        arguments = [str(executable), command]
        with writing_to_disk():
            for name, content in files.items():
                path = folder / f"{name}.json"
                path.write_text(json.dumps(content), encoding="utf-8")
                arguments += [f"--{name}", str(path)]
            with self._stderr.open("wb") as stderr:
                self._process = subprocess.Popen(  # noqa: S603 - the connector that was found
                    arguments,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    bufsize=PIPE_BYTES,
                    # What it leaves when it is ended, such as its own copy of the config, goes too.
                    env={**os.environ, "TMPDIR": str(folder)},
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """End the process, which could not end while its pipe is full and open."""
        with suppress(OSError):
            self._lines.close()
        self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __iter__(self) -> Iterator[Row | Message]:
        """Yield what it says, up to its end or half a message, behind which nothing counts."""
        for line in self._lines:
            message = parsed(line)
            if message is not None:
                yield message
            elif line.startswith(b'{"type"'):
                return

    @property
    def last_words(self) -> str:
        """The last line of its stderr."""
        lines = self._stderr.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "nothing"

    @property
    def _lines(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        return self._process.stdout


class Connector:
    """
    The connector with one configuration.

    `folder` is for the files that it is started with. `save` is told of a config whose token the
    connector has renewed: the old one may be void. `warn` gets each WARN and ERROR of its log.
    """

    def __init__(
        self,
        executable: Path,
        config: Mapping[str, Any],
        folder: Path,
        save: Callable[[Mapping[str, Any]], None] = lambda _config: None,
        warn: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._executable = executable
        self._config = config
        self._folder = folder
        self._save = save
        self._warn = warn

    @property
    def start_date(self) -> str | None:
        """The time before which the config leaves rows out, if it does."""
        return self._config.get("start_date")

    def checked_streams(self) -> dict[str, Message]:
        """
        Return the streams by name, as its catalog describes them, once it has accepted its config.

        Raises a LoadError in its own words. Both processes start at once, a second each, but not
        where a check may renew a token, which then serves to discover.
        """
        with ExitStack() as processes:
            discovery = None
            if not may_be_renewed(self._config):
                discovery = processes.enter_context(self._started("discover"))
            status, error = self._answer(self._started("check"), "connectionStatus")
            if status["status"] != "SUCCEEDED":
                kind = type(error) if error is not None else LoadError
                raise kind(_sentence(_unquoted(status.get("message") or "The check failed")))
            catalog, _ = self._answer(discovery or self._started("discover"), "catalog")
            return {stream["name"]: stream for stream in catalog["streams"]}

    def read(self, catalog: Message, state: list[Message]) -> Generator[Row | Message, None, None]:
        """
        Yield the rows and messages of one sync; closing the generator ends the connector.

        Ends quietly when the connector dies: what was wholly read is told by stream statuses.
        """
        with self._started("read", catalog=catalog, state=state) as process:
            yield from self._heard(process)

    def _started(self, command: str, **files: object) -> Process:
        return Process(self._executable, command, self._folder, config=self._config, **files)

    def _answer(self, process: Process, key: str) -> tuple[Message, LoadError | None]:
        """Return the one message that has this key, and the error that was said before it."""
        error: LoadError | None = None
        with process:
            for message in self._heard(process):
                if isinstance(message, dict):
                    if key in message:
                        return message[key], error
                    error = error_of(message) or error
        if error is not None:
            raise type(error)(_sentence(str(error)))
        raise LoadError(
            f"The connector ended without an answer to {process.command}; the last line of its "
            f"stderr: {process.last_words}"
        )

    def _heard(self, process: Process) -> Iterator[Row | Message]:
        """Yield what a process says, once its warnings and a renewed config have been passed on."""
        for message in process:
            if isinstance(message, dict):
                control = message.get("control") or {}
                if renewed := (control.get("connectorConfig") or {}).get("config"):
                    self._config = renewed
                    self._save(renewed)
                log = message.get("log") or {}
                if log.get("level") in ("WARN", "ERROR", "FATAL"):
                    first_line = log.get("message", "").strip().partition("\n")[0]
                    self._warn(f"{log['level']} {first_line}")
            yield message


def parsed(line: bytes) -> Row | Message | None:
    """Return a row or another message; None for what is no message, such as half of one."""
    if found := _ROW.match(line):
        end = line.rfind(b',"emitted_at":')
        if _TAIL.fullmatch(line, end):
            return found[1].decode(), line[found.end() : end]
    try:
        message = json.loads(line)
    except ValueError:
        return None
    if not isinstance(message, dict):
        return None
    if record := message.get("record"):
        return record["stream"], json.dumps(record["data"], separators=(",", ":")).encode()
    return message


def error_of(message: Message) -> LoadError | None:
    """Return the user's sentence in a trace of type ERROR, None in any other message."""
    error = (message.get("trace") or {}).get("error") or {}
    for_users, internal = error.get("message"), error.get("internal_message")
    if internal and (not for_users or for_users.startswith("Something went wrong")):
        for_users = f"The connector failed unexpectedly: {internal}"
    if not for_users:
        return None
    return (TryLater if error.get("failure_type") == "transient_error" else LoadError)(for_users)


def _unquoted(text: str) -> str:
    """Undo the repr in which the CDK sends the message of a failed check."""
    if text[:1] in "'\"" and text[:1] == text[-1:]:
        with suppress(SyntaxError, ValueError):
            return str(ast.literal_eval(text))
    return text


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
