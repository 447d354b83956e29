"""
The OAuth exchange.

https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from intercom_emulator.messages import Json, Request
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.world import World


@ROUTER.route("POST", "/auth/eagle/token", is_public=True)
def exchange_token(world: World, request: Request) -> Json:
    """A code or refresh token, as JSON or as a form, for an access token."""
    form = request.json
    if not isinstance(form, dict):
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    return world.tokens.exchange({**request.query, **form})
