"""The object that a path names, on the way to what hangs on it."""

from __future__ import annotations

from intercom_emulator.errors import Refused, not_found
from intercom_emulator.messages import Json, Request
from intercom_emulator.records import View
from intercom_emulator.routing import version_order
from intercom_emulator.search import Predicate
from intercom_emulator.world import World

_REDIRECTING = version_order("2.16")


def contact_of(world: World, request: Request, contact_id: str) -> Json:
    """A contact. Raises 404, or 410 when it was merged into another."""
    contact = world.workspace.contacts.get(contact_id)
    if contact is not None:
        return contact
    merged_into = world.workspace.merged_contacts.get(contact_id)
    if merged_into is not None and version_order(request.version) >= _REDIRECTING:
        message = "This contact has been merged. See the 'Link' header for the canonical contact."
        link = f'</contacts/{merged_into}>; rel="canonical"'
        raise Refused(410, "contact_merged", message, {"Link": link})
    raise not_found("User Not Found")


def company_of(world: World, company_id: str) -> Json:
    """A company by Intercom's id. Raises 404."""
    company = world.workspace.companies.get(company_id)
    if company is None:
        raise not_found("Company Not Found", "company_not_found")
    return company


def conversation_of(world: World, request: Request, conversation_id: str) -> Json:
    """A conversation that the token may see. Raises 404."""
    conversations = world.workspace.conversations
    ordinal = conversations.ids.to_ordinal(conversation_id)
    one = conversations.truth.document(ordinal)
    visible = visible_conversations(world, request)
    if one is None or (visible is not None and not visible[1](conversations.truth, ordinal)):
        raise not_found()
    return one


def visible_conversations(world: World, request: Request) -> tuple[str, Predicate] | None:
    """
    The condition under which a token sees a conversation.

    Tickets among them need "Read tickets" and are silently absent without it
    (unversioned change of July 2024, https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/unversioned-changes).
    """
    token_name = request.token_name
    if token_name is None or world.tokens.get(token_name).may("read_tickets"):
        return None

    def predicate(view: View, ordinal: int) -> bool:
        return (view.document(ordinal) or {}).get("ticket") is None

    return "no tickets", predicate


def existing(world: World, request: Request, resource: str, object_id: str) -> None:
    """Refuse what hangs on an object that isn't there."""
    match resource:
        case "contacts":
            contact_of(world, request, object_id)
        case "companies":
            company_of(world, object_id)
        case "conversations":
            conversation_of(world, request, object_id)
        case "custom_object_types":
            if object_id not in world.workspace.custom_object_types():
                raise not_found("Object type not found")
        case _:
            if object_id not in world.workspace.table(resource):
                raise not_found()
