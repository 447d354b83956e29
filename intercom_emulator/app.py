"""
The application: `handle(request) -> response`, without a socket.

In order: the journal's hooks, faults, authentication, rate limit, version, route, permission,
and then the route's own handler.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from itertools import count
from uuid import UUID

from intercom_emulator.errors import Refused, bad_request, error_response, not_found
from intercom_emulator.faults import Faults
from intercom_emulator.journal import Journal
from intercom_emulator.messages import Request, Response
from intercom_emulator.routes import ROUTER
from intercom_emulator.routing import Route, version_order
from intercom_emulator.settings import Settings
from intercom_emulator.tokens import Token, machine_name
from intercom_emulator.workspace import Seed
from intercom_emulator.world import World

Hook = Callable[[Request], object]
AfterHook = Callable[[Request, Response], object]

_GZIP_LEVEL = 1


class App:
    """What happens to a request. One at a time, under the workspace's lock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.journal = Journal()
        self.faults = Faults()
        self.before_hooks: list[Hook] = []
        self.after_hooks: list[AfterHook] = []
        self._request_numbers = count(1)

    def begin_anew(self, seed: Seed) -> None:
        """The workspace as seeded, an empty journal, no faults, no hooks; settings stay."""
        with self.world.workspace.lock:
            self.world.begin_anew(seed)
            self.journal.clear()
            self.faults.clear()
            self.before_hooks.clear()
            self.after_hooks.clear()

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        world = self.world
        for hook in self.before_hooks:
            hook(request)
        with world.workspace.lock:
            now = world.clock.time()
            response = self._respond(request)
            response.hang_seconds += world.settings.latency
            response.headers.setdefault("Date", world.clock.http_date())
            if world.settings.gzip and "gzip" in request.headers.get("accept-encoding", ""):
                _compress(response)
            self.journal.write(request, response, now)
        for after in self.after_hooks:
            after(request, response)
        return response

    def _respond(self, request: Request) -> Response:
        request_id = str(UUID(int=0xC2F0_0000_0000_4000_8000_000000000000 + self._next_number()))
        found = ROUTER.find(request.method, request.path)
        if found is not None:
            request.route, request.path_parameters = found[0].template, found[1]
        authorization = request.headers.get("authorization")
        request.token_name = self.world.tokens.name_of(authorization)
        fault = self.faults.pick(request)

        def proceed() -> Response:
            return self._answer(request, found[0] if found else None, request_id)

        if fault is None:
            return proceed()
        return fault.spoil(request, proceed, request_id)

    def _answer(self, request: Request, route: Route | None, request_id: str) -> Response:
        headers: dict[str, str] = {}
        try:
            if route is not None and route.is_public:
                answer = route.handler(self.world, request)
            else:
                token = self.world.tokens.authenticate(request.headers.get("authorization"))
                headers = self.world.rate_limit.take()
                answer = self._dispatch(request, route, token)
            response = answer if isinstance(answer, Response) else Response.of(answer)
        except Refused as error:
            response = error_response(error, request_id)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = request_id
        if request.version:
            response.headers["Intercom-Version"] = request.version
        return response

    def _dispatch(self, request: Request, route: Route | None, token: Token) -> Response:
        settings = self.world.settings
        request.version = _version(request, settings)
        if route is None:
            raise not_found(f"No such route: {request.method} {request.path}")
        if version_order(request.version) < version_order(route.since):
            message = "Requested resource is not available in current API version."
            raise bad_request("intercom_version_invalid", message)
        if request.route_key in settings.plan_restricted:
            raise Refused(403, "api_plan_restricted", "Active subscription needed.")
        permissions = _permissions_of(route, settings)
        if not token.may(*permissions):
            raise self._missing_scope(permissions[0])
        if settings.strict_parameters:
            unknown = request.query.keys() - route.parameters
            if unknown:
                names = ", ".join(sorted(unknown))
                raise bad_request("parameter_invalid", f"unknown parameters: {names}")
        answer = route.handler(self.world, request)
        return answer if isinstance(answer, Response) else Response.of(answer)

    def _missing_scope(self, scope: str) -> Refused:
        if self.world.settings.missing_scope_status == 401:  # noqa: PLR2004
            return Refused(401, "token_unauthorized", "Not authorized to access resource")
        return Refused(403, "forbidden", f"You do not have the required scope ({scope})")

    def _next_number(self) -> int:
        return next(self._request_numbers)


def _version(request: Request, settings: Settings) -> str:
    """The version that is asked for, or that is set on the app. Raises 400."""
    version = request.headers.get("intercom-version") or settings.default_version
    if version not in settings.versions:
        message = f"Requested version {version} is not supported"
        raise bad_request("intercom_version_invalid", message)
    return version


def _permissions_of(route: Route, settings: Settings) -> tuple[str, ...]:
    """What a token must have one of, by the settings or by the route."""
    own = settings.permissions.get(f"{route.method} {route.template}")
    return route.permissions if own is None else (machine_name(own),)


def _compress(response: Response) -> None:
    if response.body and "Content-Encoding" not in response.headers:
        response.body = gzip.compress(response.body, _GZIP_LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
