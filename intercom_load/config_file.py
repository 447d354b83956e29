"""The connector's config: read from a file or from standard input, and kept when it is renewed."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from intercom_load.errors import LoadError, UsageError

STDIN = "-"
SHORTEST_SECRET = 8  # shorter values, such as a region, are words that sentences need


def read_config(path: str) -> dict[str, Any]:
    """Return the config, or raise a UsageError that says what is wrong with it."""
    name = "on standard input" if path == STDIN else f"file {path}"
    try:
        text = sys.stdin.read() if path == STDIN else Path(path).read_text(encoding="utf-8")
        config = json.loads(text)
    except FileNotFoundError:
        raise UsageError(f"There is no config file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The config {name} cannot be read: {error}.") from None
    except json.JSONDecodeError as error:
        raise UsageError(
            f"The config {name} is not JSON: {error.msg} in line {error.lineno}."
        ) from None
    if not isinstance(config, dict):
        raise UsageError(
            f"The config {name} must hold a JSON object, as `source-intercom spec` describes."
        )
    if path == STDIN and may_be_renewed(config):
        raise UsageError(
            "A config with a refresh_token must be a file: a renewed token is written back to it."
        )
    return config


def write_config(path: str, config: Mapping[str, Any]) -> None:
    """
    Replace the config file by one with a renewed token, or raise a LoadError.

    The file is whole at every instant, and as private as it was.
    """
    target = Path(path).resolve()
    try:
        with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False) as file:
            json.dump(config, file, indent=2, ensure_ascii=False)
        shutil.copymode(target, file.name)
        Path(file.name).replace(target)
    except OSError as error:
        raise LoadError(
            f"Intercom renewed the access token, and {target} cannot be written to keep it: "
            f"{error.strerror}. Make it writable and re-authenticate the connection."
        ) from None


def may_be_renewed(config: Mapping[str, Any]) -> bool:
    """Whether the config has a refresh token, for which Intercom may give a new one."""
    credentials = config.get("credentials")
    return isinstance(credentials, dict) and bool(credentials.get("refresh_token"))


def config_secrets(value: object) -> Iterator[str]:
    """Every string of the config that is long enough to be a token, wherever it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("auth_type", "start_date"):
                yield from config_secrets(inner)
    elif isinstance(value, str) and len(value) >= SHORTEST_SECRET:
        yield value
