"""
Runs the connector's executable, each time as a process of its own, and reads what it says.

Rows are passed on as the bytes that they are: 100,000 of them cost less than half a second.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

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

    def check(self) -> None:
        """Return if the connector accepts its config, else raise its own words."""
        for message in self._answers("check"):
            if status := message.get("connectionStatus"):
                if status["status"] == "SUCCEEDED":
                    return
                raise self._kind(_sentence(_unquoted(status.get("message") or "The check failed")))
        raise self._silence("check")

    def discover(self) -> dict[str, Message]:
        """Return the streams by name, as the connector's catalog describes them."""
        for message in self._answers("discover"):
            if catalog := message.get("catalog"):
                return {stream["name"]: stream for stream in catalog["streams"]}
        raise self._silence("discover")

    def read(self, catalog: Message, state: list[Message]) -> Generator[Row | Message, None, None]:
        """
        Yield the rows and messages of one sync; closing the generator ends the connector.

        Ends quietly when the connector dies: what was wholly read is told by stream statuses.
        """
        return self._messages("read", catalog=catalog, state=state)

    def _answers(self, command: str) -> Generator[Message, None, None]:
        self._said: str | None = None
        self._kind: type[LoadError] = LoadError
        with closing(self._messages(command)) as messages:
            for message in messages:
                if isinstance(message, dict):
                    if error := error_of(message):
                        self._said, self._kind = str(error), type(error)
                    yield message

    def _silence(self, command: str) -> LoadError:
        """What to raise where no answer came: the connector's error, else the end of its stderr."""
        said = self._said or f"The connector ended without an answer to {command}"
        if self._said is None and (lines := self._stderr.read_text("utf-8", "replace").split("\n")):
            said += f": {lines[-2] if len(lines) > 1 else lines[-1]}"
        return self._kind(_sentence(said))

    @property
    def _stderr(self) -> Path:
        return self._folder / "connector.stderr"

    def _messages(self, command: str, **files: object) -> Generator[Row | Message, None, None]:
        arguments = [str(self._executable), command]
        with writing_to_disk():
            for name, content in {"config": self._config, **files}.items():
                path = self._folder / f"{name}.json"
                path.write_text(json.dumps(content), encoding="utf-8")
                arguments += [f"--{name}", str(path)]
            stderr = self._stderr.open("wb")
        with (
            stderr,
            subprocess.Popen(  # noqa: S603 - the connector that was found
                arguments, stdout=subprocess.PIPE, stderr=stderr, bufsize=PIPE_BYTES
            ) as process,
        ):
            assert process.stdout is not None  # noqa: S101 - asked for a pipe above
            try:
                yield from self._read(process.stdout)
            finally:
                _end(process, process.stdout)

    def _read(self, lines: IO[bytes]) -> Generator[Row | Message, None, None]:
        for line in lines:
            message = parsed(line)
            if message is None:
                if line.startswith(b'{"type"'):
                    return  # half a record, which no state behind it may vouch for
                continue
            if isinstance(message, dict):
                self._listen(message)
            yield message

    def _listen(self, message: Message) -> None:
        control = message.get("control") or {}
        if renewed := (control.get("connectorConfig") or {}).get("config"):
            self._config = renewed
            self._save(renewed)
        log = message.get("log") or {}
        if log.get("level") in ("WARN", "ERROR", "FATAL"):
            self._warn(f"{log['level']} {log.get('message', '').strip().split(chr(10))[0]}")


def _end(process: subprocess.Popen[bytes], stdout: IO[bytes]) -> None:
    """End the process, which could not end while its pipe is full and open."""
    with suppress(OSError):
        stdout.close()
    process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()


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
