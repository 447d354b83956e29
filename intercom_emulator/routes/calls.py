"""
What was said in calls.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/calls
"""

from __future__ import annotations

from intercom_emulator.errors import bad_request
from intercom_emulator.messages import Json, Request
from intercom_emulator.resources import READ_CONVERSATIONS
from intercom_emulator.routes.router import ROUTER
from intercom_emulator.workspace.relations import transcribed
from intercom_emulator.world import World

MAX_CONVERSATIONS = 20


@ROUTER.route("POST", "/calls/search", permissions=READ_CONVERSATIONS, since="2.14")
def search_calls(world: World, request: Request) -> Json:
    """The calls of up to 20 conversations, with their transcripts."""
    asked = request.json.get("conversation_ids") if isinstance(request.json, dict) else None
    if not isinstance(asked, list) or not 1 <= len(asked) <= MAX_CONVERSATIONS:
        message = f"A list of up to {MAX_CONVERSATIONS} conversation IDs is required"
        raise bad_request("conversation_id_limit_exceeded", message)
    wanted = {str(one) for one in asked}
    calls = world.workspace.table("calls").objects()
    found = [transcribed(one) for one in calls if one["conversation_id"] in wanted]
    return {"type": "list", "data": found}
