"""
The application: `handle(request) -> response`, without a socket.

In order: the journal's hooks, faults, authentication, rate limit, version, route, permission,
and then the route's own handler.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

from intercom_emulator.control import answer as answer_control
from intercom_emulator.errors import IntercomError, bad_request, error_response, not_found
from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.records import View
from intercom_emulator.routes import ROUTER
from intercom_emulator.scroll import Scroll
from intercom_emulator.search import Searcher

if TYPE_CHECKING:
    from intercom_emulator.emulator import Emulator
    from intercom_emulator.routing import Route
    from intercom_emulator.settings import Settings
    from intercom_emulator.tokens import Token
    from intercom_emulator.workspace import Workspace

CONTROL_PREFIX = "/_emulator"
_GZIP_LEVEL = 1


def version_order(version: str) -> tuple[int, ...]:
    """Versions as numbers, so that 2.9 comes before 2.11."""
    return tuple(int(number) for number in version.split("."))


class App:
    """What happens to a request. One at a time, under the workspace's lock."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.scroll = Scroll(emulator.clock, lambda: emulator.settings)
        self.searcher = Searcher()
        self.listed_companies: tuple[View, int, list[Json]] | None = None
        self._request_numbers = count(1)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.emulator.settings

    @property
    def workspace(self) -> Workspace:
        """The workspace."""
        return self.emulator.workspace

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.startswith(CONTROL_PREFIX):
            with self.workspace.lock:
                return answer_control(self.emulator, request)
        for hook in self.emulator.before_hooks:
            hook(request)
        with self.workspace.lock:
            now = self.emulator.clock.time()
            response = self._respond(request)
            response.hang_seconds += self.settings.latency
            response.headers.setdefault("Date", self.emulator.clock.http_date())
            if self.settings.gzip and "gzip" in request.headers.get("accept-encoding", ""):
                _compress(response)
            self.emulator.journal.write(request, response, now)
        for after in self.emulator.after_hooks:
            after(request, response)
        return response

    def _respond(self, request: Request) -> Response:
        request_id = str(UUID(int=0xC2F0_0000_0000_4000_8000_000000000000 + self._next_number()))
        found = ROUTER.find(request.method, request.path)
        if found is not None:
            request.route, request.path_parameters = found[0].template, found[1]
        authorization = request.headers.get("authorization")
        request.token_name = self.emulator.tokens.name_of(authorization)
        fault = self.emulator.faults.pick(request)

        def proceed() -> Response:
            return self._answer(request, found[0] if found else None, request_id)

        if fault is None:
            return proceed()
        return fault.spoil(request, proceed, request_id)

    def _answer(self, request: Request, route: Route | None, request_id: str) -> Response:
        headers: dict[str, str] = {}
        try:
            if route is not None and route.is_public:
                answer = route.handler(self, request)
            else:
                token = self.emulator.tokens.authenticate(request.headers.get("authorization"))
                headers = self.emulator.rate_limit.take()
                answer = self._dispatch(request, route, token)
            response = answer if isinstance(answer, Response) else Response.of(answer)
        except IntercomError as error:
            response = error_response(error, request_id)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = request_id
        if request.version:
            response.headers["Intercom-Version"] = request.version
        return response

    def _dispatch(self, request: Request, route: Route | None, token: Token) -> Response:
        settings = self.settings
        version = request.headers.get("intercom-version") or settings.default_version
        if version not in settings.versions:
            message = f"Requested version {version} is not supported"
            raise bad_request("intercom_version_invalid", message)
        request.version = version
        if route is None:
            message = f"No such route: {request.method} {request.path}"
            raise not_found(message)
        if version_order(version) < version_order(route.since):
            message = "Requested resource is not available in current API version."
            raise bad_request("intercom_version_invalid", message)
        if request.route_key in settings.plan_restricted:
            raise IntercomError(403, "api_plan_restricted", "Active subscription needed.")
        if not token.may(*route.permissions):
            raise self._missing_scope(route)
        if settings.strict_parameters:
            unknown = request.query.keys() - route.parameters
            if unknown:
                message = f"unknown parameters: {', '.join(sorted(unknown))}"
                raise bad_request("parameter_invalid", message)
        answer = route.handler(self, request)
        return answer if isinstance(answer, Response) else Response.of(answer)

    def _missing_scope(self, route: Route) -> IntercomError:
        scope = route.permissions[0]
        if self.settings.missing_scope_status == 401:  # noqa: PLR2004
            return IntercomError(401, "token_unauthorized", "Not authorized to access resource")
        return IntercomError(403, "forbidden", f"You do not have the required scope ({scope})")

    def _next_number(self) -> int:
        return next(self._request_numbers)


def _compress(response: Response) -> None:
    if response.body and "Content-Encoding" not in response.headers:
        response.body = gzip.compress(response.body, _GZIP_LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"


Hook = Callable[[Request], object]
AfterHook = Callable[[Request, Response], object]
