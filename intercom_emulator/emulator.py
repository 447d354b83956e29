"""The emulator as a whole: what a test holds in its hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from intercom_emulator.app import AfterHook, App, Hook
from intercom_emulator.clock import Clock
from intercom_emulator.faults import Faults
from intercom_emulator.in_process import patched_sessions
from intercom_emulator.journal import Journal
from intercom_emulator.rate_limit import RateLimit
from intercom_emulator.seed import make_seed
from intercom_emulator.server import Server
from intercom_emulator.settings import Settings
from intercom_emulator.tokens import Tokens
from intercom_emulator.workspace import Seed, Workspace

DEFAULT_TOKEN = "emulator-token"  # noqa: S105 - public on purpose


class Emulator:
    """
    A local Intercom.

        with Emulator(seed="tiny") as emulator:
            requests.get(emulator.url + "/me", headers={"Authorization": "Bearer emulator-token"})

    or, without a socket, for the `requests` sessions of this process:

        with Emulator(seed="tiny").in_process("https://api.intercom.io") as emulator:
            …
    """

    def __init__(
        self,
        seed: str | Seed = "tiny",
        settings: Settings | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.settings = settings or Settings()
        self.token = DEFAULT_TOKEN
        self.journal = Journal()
        self.faults = Faults()
        self.before_hooks: list[Hook] = []
        self.after_hooks: list[AfterHook] = []
        self._seed_name = seed
        self._server = Server(host, port)
        self._base_url: str | None = None
        begin = make_seed(seed) if isinstance(seed, str) else seed
        self.clock = Clock(begin.now)
        self.tokens = Tokens(self.clock, lambda: self.settings)
        self.rate_limit = RateLimit(self.clock, lambda: self.settings)
        self.workspace = Workspace(begin, self.clock, lambda: self.settings)
        self.tokens.add("default", value=DEFAULT_TOKEN)
        self.app = App(self)

    @property
    def url(self) -> str:
        """Where it listens, or the URL it stands for in process."""
        return self._base_url or self._server.url

    @property
    def scroll_is_open(self) -> bool:
        """Whether somebody holds the workspace's one companies scroll."""
        return self.app.scroll.is_open

    def start(self) -> Self:
        """Serve on a thread of its own; returns once the socket listens."""
        self._server.start(self.app)
        return self

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def wait(self) -> None:
        """Serve until the process is told to end."""
        self._server.wait()

    def reset(self) -> None:
        """Begin anew from the seed: records, clock, journal, faults, hooks; settings stay."""
        begin = make_seed(self._seed_name) if isinstance(self._seed_name, str) else self._seed_name
        with self.workspace.lock:
            self.clock.set(begin.now)
            self.workspace = Workspace(begin, self.clock, lambda: self.settings)
            self.app.scroll.close()
            self.rate_limit.reset()
            self.journal.clear()
            self.faults.clear()
            self.before_hooks.clear()
            self.after_hooks.clear()

    def before_request(self, hook: Hook) -> Hook:
        """Call `hook(request)` before each request is answered; usable as a decorator."""
        self.before_hooks.append(hook)
        return hook

    def after_request(self, hook: AfterHook) -> AfterHook:
        """Call `hook(request, response)` after each request was answered."""
        self.after_hooks.append(hook)
        return hook

    @contextmanager
    def in_process(self, base_url: str = "https://api.intercom.io") -> Iterator[Self]:
        """Answer the `requests` sessions of this process that call `base_url`, no socket."""
        with patched_sessions(base_url, self.app.handle):
            self._base_url = base_url
            try:
                yield self
            finally:
                self._base_url = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
