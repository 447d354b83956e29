"""Fixtures of the emulator's own tests: everything in process, the clock stopped."""

from collections.abc import Callable, Iterator

import pytest
import requests

from intercom_emulator import Emulator, Settings

BASE_URL = "https://api.intercom.io"


class Client:
    """A small client that knows nothing but HTTP."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.headers = {
            "Authorization": f"Bearer {emulator.token}",
            "Intercom-Version": "2.16",
        }

    def get(self, path: str, headers: dict | None = None, **query) -> requests.Response:
        url = self.emulator.url + path
        return self.session.get(url, params=query, headers={**self.headers, **(headers or {})})

    def post(self, path: str, body: object = None, **query) -> requests.Response:
        url = self.emulator.url + path
        return self.session.post(url, json=body, params=query, headers=self.headers)

    def search(self, what: str, query: dict, **pagination) -> requests.Response:
        body = {
            "query": query,
            "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": pagination,
        }
        return self.post(f"/{what}/search", body)

    def updated_after(self, what: str, epoch: int, **pagination) -> requests.Response:
        """The search of every incremental sync, in ascending order."""
        query = {"field": "updated_at", "operator": ">", "value": epoch}
        return self.search(what, query, **pagination)

    def refusal(self, response: requests.Response) -> tuple[int, str]:
        """Status and code of an error.list."""
        body = response.json()
        assert body["type"] == "error.list"
        return response.status_code, body["errors"][0]["code"]


@pytest.fixture
def start() -> Iterator[Callable[..., Client]]:
    """Start emulators in process; they end with the test."""
    opened = []

    def start_one(seed="tiny", **settings) -> Client:
        emulator = Emulator(seed, Settings(**settings))
        emulator.clock.freeze()
        context = emulator.in_process(BASE_URL)
        context.__enter__()
        opened.append(context)
        return Client(emulator)

    yield start_one
    for context in reversed(opened):
        context.__exit__(None, None, None)


@pytest.fixture
def client(start) -> Client:
    """A client of the tiny workspace."""
    return start()
