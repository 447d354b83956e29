"""Which handler answers which request, and what a client needs to be let in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from intercom_emulator.messages import Json, Request, Response
from intercom_emulator.world import World

Handler = Callable[[World, Request], Response | Json]


PREVIEW = "Preview"
_AFTER_ALL = (1000,)


def version_order(version: str) -> tuple[int, ...]:
    """Versions as numbers, so that 2.9 comes before 2.11, and Preview behind all of them."""
    if version == PREVIEW:
        return _AFTER_ALL
    return tuple(int(number) for number in version.split("."))


@dataclass(frozen=True)
class Route:
    """One operation of Intercom's API."""

    method: str
    template: str
    handler: Handler
    permissions: tuple[str, ...] = ()
    since: str = "2.11"
    parameters: frozenset[str] = frozenset()
    is_public: bool = False


class Router:
    """Finds routes: by plain path where there are no parameters, by pattern where there are."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self._plain: dict[tuple[str, str], Route] = {}
        self._patterns: dict[tuple[str, str, int], list[tuple[re.Pattern[str], Route]]] = {}

    def route(
        self,
        method: str,
        template: str,
        *,
        permissions: tuple[str, ...] = (),
        since: str = "2.11",
        parameters: tuple[str, ...] = (),
        is_public: bool = False,
    ) -> Callable[[Handler], Handler]:
        """
        Register a handler.

        `permissions`: any one of them suffices. `since`: the first API version that has it.
        """

        def register(handler: Handler) -> Handler:
            self.add(
                Route(
                    method,
                    template,
                    handler,
                    permissions,
                    since,
                    frozenset(parameters),
                    is_public,
                )
            )
            return handler

        return register

    def add(self, route: Route) -> None:
        """Register a route."""
        self.routes.append(route)
        if "{" in route.template:
            pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.template))
            place = _place(route.method, route.template)
            self._patterns.setdefault(place, []).append((pattern, route))
        else:
            self._plain[route.method, route.template] = route

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a request and its path parameters."""
        plain = self._plain.get((method, path))
        if plain is not None:
            return plain, {}
        for pattern, route in self._patterns.get(_place(method, path), ()):
            found = pattern.fullmatch(path)
            if found is not None:
                return route, found.groupdict()
        return None


def _place(method: str, path: str) -> tuple[str, str, int]:
    """Where to look for a path: its first step and the number of its steps are never parameters."""
    return method, path[1:].partition("/")[0], path.count("/")
