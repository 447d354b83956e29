"""What Intercom's description of its API says, as the tests use it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from scripts.intercom_facts import FILE

ROOT = Path(__file__).resolve().parents[1]

DESCRIPTION = ROOT.parent / "shared" / "intercom-openapi-2.16.yaml"
"""
Intercom's own document, which isn't part of the project and lies beside it in few places.

https://github.com/intercom/Intercom-OpenAPI/blob/main/descriptions/2.16/api.intercom.io.yaml
"""


@cache
def facts() -> dict[str, Any]:
    """The facts: {"servers": […], "operations": {"GET /me": …}, "schemas": {"admin": …}}."""
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))

    return content
