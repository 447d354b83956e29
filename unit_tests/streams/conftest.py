"""Intercom's host with canned answers: exact requests are asserted here, behaviour elsewhere."""

from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest
import requests_mock

from integration_tests.syncing import Output, config_for, sync_in_process
from source_intercom.http.client import IntercomClient
from source_intercom.intercom.rate_limit import Budget

NOW = 1_762_074_000
"""2025-11-02T09:00:00Z on Intercom's clock."""
HOST = "https://api.intercom.io"


class Wire:
    """Registers answers and runs syncs; every answer carries Intercom's Date."""

    def __init__(self, mocker: requests_mock.Mocker) -> None:
        self._mocker = mocker
        self.answer("GET", "/me", {"type": "admin", "app": {"region": "US"}})

    def answer(self, method: str, path: str, *bodies: Any, status: int = 200) -> None:
        """Answer requests for a path with these bodies, one after the other, the last for ever."""
        self.on(
            method,
            path,
            [
                {"content" if isinstance(body, bytes) else "json": body, "status_code": status}
                for body in bodies
            ],
        )

    def on(
        self, method: str, path: str, responses: list[dict[str, Any]] | None = None, **one: Any
    ) -> None:
        """Answer requests for a path as requests_mock does, with Intercom's Date."""
        headers = {"Date": formatdate(NOW, usegmt=True)}
        dated = [
            each if "exc" in each else {**each, "headers": headers} for each in responses or [one]
        ]
        self._mocker.register_uri(method, HOST + path, dated)

    def sync(self, stream: str, state: dict[str, Any] | None = None, **options: Any) -> Output:
        """One sync of one stream."""
        saved = {
            "type": "STREAM",
            "stream": {"stream_descriptor": {"name": stream}, "stream_state": state},
        }
        return sync_in_process(config_for(**options), [stream], [saved] if state else None)

    def requests(self, path: str) -> list[Any]:
        """What was asked of a path, in order."""
        return [each for each in self._mocker.request_history if each.path == path]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that the client asked for, none of them waited: they only move its clock."""
    asked: list[float] = []
    original = IntercomClient.__init__

    def without_waiting(self: IntercomClient, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.sleep = asked.append
        self.budget = Budget(lambda: sum(asked), lambda _, seconds: asked.append(seconds))

    monkeypatch.setattr(IntercomClient, "__init__", without_waiting)
    return asked


@pytest.fixture
def wire(waits: list[float]) -> Iterator[Wire]:  # noqa: ARG001 nothing may wait
    with requests_mock.Mocker() as mocker:
        yield Wire(mocker)
