"""The emulator as a whole: what a test holds in its hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from intercom_emulator import control
from intercom_emulator.app import AfterHook, App, Hook
from intercom_emulator.clock import Clock
from intercom_emulator.faults import Faults
from intercom_emulator.in_process import patched_sessions
from intercom_emulator.journal import Journal
from intercom_emulator.messages import Request, Response
from intercom_emulator.seed import make_seed
from intercom_emulator.server import Server
from intercom_emulator.settings import Settings
from intercom_emulator.tokens import Tokens
from intercom_emulator.workspace import Seed, Workspace
from intercom_emulator.world import World

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
        self.token = DEFAULT_TOKEN
        self._seed_name = seed
        self._server = Server(host, port)
        self._base_url: str | None = None
        settings = settings or Settings()
        self.world = World(self._seed(settings), settings)
        self.tokens.add("default", value=DEFAULT_TOKEN)
        self.app = App(self.world)

    @property
    def settings(self) -> Settings:
        """Its switches, all of which may be turned while it runs."""
        return self.world.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self.world.settings = settings

    @property
    def clock(self) -> Clock:
        """The time it tells."""
        return self.world.clock

    @property
    def tokens(self) -> Tokens:
        """Who may ask."""
        return self.world.tokens

    @property
    def workspace(self) -> Workspace:
        """The records, and the verbs that change them."""
        return self.world.workspace

    @property
    def journal(self) -> Journal:
        """What was asked."""
        return self.app.journal

    @property
    def faults(self) -> Faults:
        """The trouble in force."""
        return self.app.faults

    @property
    def before_hooks(self) -> list[Hook]:
        """What is called before each request is answered."""
        return self.app.before_hooks

    @property
    def url(self) -> str:
        """Where it listens, or the URL it stands for in process."""
        return self._base_url or self._server.url

    @property
    def scroll_is_open(self) -> bool:
        """Whether somebody holds the workspace's one companies scroll."""
        return self.world.scroll.is_open

    def handle(self, request: Request) -> Response:
        """Answer one request, Intercom's or the control's."""
        if not request.path.startswith(control.PREFIX):
            return self.app.handle(request)
        with self.workspace.lock:
            return control.answer(self.app, self.reset, request)

    def start(self) -> Self:
        """Serve on a thread of its own; returns once the socket listens."""
        self._server.start(self.handle)
        return self

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def wait(self) -> None:
        """Serve until the process is told to end."""
        self._server.wait()

    def reset(self) -> None:
        """Begin anew from the seed: records, clock, journal, faults, hooks; settings stay."""
        self.app.begin_anew(self._seed(self.settings))

    def _seed(self, settings: Settings) -> Seed:
        if isinstance(self._seed_name, str):
            return make_seed(self._seed_name, settings.ticket_ids)
        return self._seed_name

    def before_request(self, hook: Hook) -> Hook:
        """Call `hook(request)` before each request is answered; usable as a decorator."""
        self.before_hooks.append(hook)
        return hook

    def after_request(self, hook: AfterHook) -> AfterHook:
        """Call `hook(request, response)` after each request was answered."""
        self.app.after_hooks.append(hook)
        return hook

    @contextmanager
    def in_process(self, base_url: str = "https://api.intercom.io") -> Iterator[Self]:
        """Answer the `requests` sessions of this process that call `base_url`, no socket."""
        with patched_sessions(base_url, self.handle):
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
