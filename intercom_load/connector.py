"""
Runs the connector's executable through PyAirbyte and reads what it says.

PyAirbyte's own `Source.read` is not used: it swallows error messages, takes a connector that was
terminated for one that finished, and keeps every row back until the whole sync has ended.
"""

import ast
import contextlib
import io
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import airbyte
import orjson
from airbyte.exceptions import AirbyteSubprocessFailedError

from intercom_load.errors import LoadError

SOURCE_NAME = "source-intercom"

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

Message = dict[str, Any]


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


class Connector:
    """
    The connector with one configuration; every call is a process of its own.

    `save` is told of a config whose token the connector has renewed: the old one may be void.
    """

    def __init__(
        self,
        executable: Path,
        config: Mapping[str, Any],
        save: Callable[[Mapping[str, Any]], None] = lambda _config: None,
    ) -> None:
        with contextlib.redirect_stderr(io.StringIO()):  # PyAirbyte says where it found it
            source = airbyte.get_source(SOURCE_NAME, local_executable=executable)
        self._executor = source.executor
        self._config = config
        self._save = save

    def check(self) -> None:
        """Return if the connector accepts its config, else raise its own words."""
        error = f"The connector ended without an answer; run `{SOURCE_NAME} check` to see why"
        for message in self._messages("check"):
            if status := message.get("connectionStatus"):
                if status["status"] == "SUCCEEDED":
                    return
                raise LoadError(_sentence(_unquoted(status.get("message") or error)))
            error = error_text(message) or error
        raise LoadError(_sentence(error))

    def discover(self) -> dict[str, Message]:
        """Return the streams by name, as the connector's catalog describes them."""
        error = f"The connector ended without a catalog; run `{SOURCE_NAME} discover` to see why"
        for message in self._messages("discover"):
            if catalog := message.get("catalog"):
                return {stream["name"]: stream for stream in catalog["streams"]}
            error = error_text(message) or error
        raise LoadError(_sentence(error))

    def read(self, catalog: Message, state: list[Message]) -> Generator[Message, None, None]:
        """
        Yield every message of one sync; closing the generator ends the connector.

        Ends quietly when the connector dies: what was wholly read is told by stream statuses.
        """
        return self._messages("read", catalog=catalog, state=state)

    def _messages(self, command: str, **files: object) -> Generator[Message, None, None]:
        with tempfile.TemporaryDirectory(prefix="intercom-load-") as folder:  # readable by us only
            arguments = [command]
            for name, content in {"config": self._config, **files}.items():
                path = Path(folder, f"{name}.json")
                path.write_text(json.dumps(content), encoding="utf-8")
                arguments += [f"--{name}", str(path)]
            with contextlib.suppress(AirbyteSubprocessFailedError):
                lines = self._executor.execute(arguments, suppress_stderr=True)
                with contextlib.closing(lines):  # type: ignore[type-var]
                    for line in lines:
                        if (message := _parsed(line)) is not None:
                            self._follow_control(message)
                            yield message
                        elif line.startswith('{"type"'):
                            return  # half a record, which no state behind it may vouch for

    def _follow_control(self, message: Message) -> None:
        control = message.get("control") or {}
        if renewed := (control.get("connectorConfig") or {}).get("config"):
            self._config = renewed
            self._save(renewed)


def error_text(message: Message) -> str | None:
    """Return the user's sentence in a trace of type ERROR, None in any other message."""
    trace = message.get("trace") or {}
    error = trace.get("error") or {}
    for_users, internal = error.get("message"), error.get("internal_message")
    if internal and (not for_users or for_users.startswith("Something went wrong")):
        return f"The connector failed unexpectedly: {internal}"
    return for_users or None


def _parsed(line: str) -> Message | None:
    """Return one message, or None for another line. NUL, which no database takes, is left out."""
    if "\\u0000" in line:
        line = _NUL.sub(r"\1", line)
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return message if isinstance(message, dict) else None


def _unquoted(text: str) -> str:
    """Undo the repr in which the CDK sends the message of a failed check."""
    if text[:1] in "'\"" and text[:1] == text[-1:]:
        with contextlib.suppress(SyntaxError, ValueError):
            return str(ast.literal_eval(text))
    return text


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
