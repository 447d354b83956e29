"""Intercom's own Python client reads the demo workspace."""

from collections.abc import Iterator

import httpx
import pytest
from intercom import Intercom
from intercom.types import CursorPages, MultipleFilterSearchRequest, SingleFilterSearchRequest
from intercom.types.starting_after_paging import StartingAfterPaging

from intercom_emulator import Emulator

EVERYTHING = SingleFilterSearchRequest(field="created_at", operator=">", value="0")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """The demo behind a socket, for the client brings its own HTTP library."""
    with Emulator("demo") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def sdk(emulator: Emulator) -> Iterator[Intercom]:
    """The client as a customer makes it."""
    with httpx.Client() as connections:
        yield Intercom(token=emulator.token, base_url=emulator.url, httpx_client=connections)


def ids(objects) -> set[str]:
    return {one.id if hasattr(one, "id") else one["id"] for one in objects}


def search(endpoint) -> list:
    """Search page by page: the client's own iterator over contacts never ends."""
    found, cursor = [], None
    while True:
        page = endpoint.search(
            query=MultipleFilterSearchRequest(operator="AND", value=[EVERYTHING]),
            pagination=StartingAfterPaging(per_page=150, starting_after=cursor),
        )
        found += page.items
        pages: CursorPages = page.response.pages
        if pages.next is None:
            return found
        cursor = pages.next.starting_after


@pytest.mark.parametrize("name", ["contacts", "conversations", "tickets"])
def test_searches(emulator, sdk, name):
    """The client finds every object that can be searched."""
    assert ids(search(getattr(sdk, name))) == ids(emulator.workspace.objects(name))


def test_lists(emulator, sdk):
    """The client lists what has no pages and what has numbered ones."""
    listed = {
        "admins": sdk.admins.list().admins,
        "articles": sdk.articles.list(),
        "segments": sdk.segments.list().segments,
        "tags": sdk.tags.list().data,
        "teams": sdk.teams.list().teams,
    }

    for name, objects in listed.items():
        assert ids(objects) == ids(emulator.workspace.objects(name)), name
    assert len(sdk.data_attributes.list(include_archived=True).data) == len(
        list(emulator.workspace.objects("data_attributes"))
    )


def test_the_companies_scroll(emulator, sdk):
    """The client scrolls to the end and stops there."""
    assert ids(sdk.companies.scroll()) == ids(emulator.workspace.objects("companies"))


def test_a_contact_and_what_hangs_on_it(emulator, sdk):
    """The client reads a contact's tags and companies, whole and under the keys that it knows."""
    many_tags = next(
        one for one in emulator.workspace.objects("contacts") if one["tags"]["has_more"]
    )
    member = next(one for one in emulator.workspace.objects("contacts") if one["companies"]["data"])

    assert many_tags["tags"]["total_count"] == len(
        sdk.contacts.list_attached_tags(many_tags["id"]).data
    )
    assert ids(member["companies"]["data"]) == ids(
        sdk.contacts.list_attached_companies(member["id"])
    )
    assert many_tags["email"] == sdk.contacts.find(many_tags["id"]).email


def test_one_of_each(emulator, sdk):
    """The client reads a conversation with its parts, an article, an admin, and who it is."""
    conversation = next(iter(emulator.workspace.objects("conversations")))
    found = sdk.conversations.find(conversation["id"])

    assert ids(conversation["conversation_parts"]["conversation_parts"]) == ids(
        found.conversation_parts.conversation_parts
    )
    assert conversation["custom_attributes"] == found.custom_attributes
    assert "39" == sdk.articles.find(39).id
    assert "991267459" == sdk.admins.find(991267459).id
    assert "emu1ator" == sdk.admins.identify().app.id_code


def test_single_objects(emulator, sdk):
    """The client finds a tag, team, segment, ticket, collection and help center by its id."""
    workspace = emulator.workspace
    found = {
        "collections": sdk.help_centers.collections.find(18),
        "help_centers": sdk.help_centers.find(79),
        "segments": sdk.segments.find(next(workspace.objects("segments"))["id"]),
        "tags": sdk.tags.find("102"),
        "teams": sdk.teams.find("814865"),
        "ticket_types": sdk.ticket_types.get("95"),
        "tickets": sdk.tickets.get(next(workspace.objects("tickets"))["id"]),
    }

    for name, one in found.items():
        assert one.id in ids(workspace.objects(name)), name


def test_settings(emulator, sdk):
    """The client lists ticket types, subscription types, collections, news and the like."""
    # The client was made when these were described as a bare array.
    emulator.settings.bare_lists.add("GET /away_status_reasons")
    listed = {
        "away_status_reasons": sdk.away_status_reasons.list_away_status_reasons(),
        "collections": sdk.help_centers.collections.list(),
        "help_centers": sdk.help_centers.list().items,  # its iterator asks for page after page
        "internal_articles": sdk.internal_articles.list_internal_articles().data,
        "news_items": sdk.news.items.list().data,
        "newsfeeds": sdk.news.feeds.list().data,
        "subscription_types": sdk.subscription_types.list().data,
        "ticket_states": sdk.ticket_states.list_ticket_states().data,
        "ticket_types": sdk.ticket_types.list().data,
    }

    for name, objects in listed.items():
        assert ids(objects) == ids(emulator.workspace.objects(name)), name


def test_what_hangs_on_companies_and_contacts(emulator, sdk):
    """The client reads members and segments, choices, notes, and a contact by its own id."""
    workspace = emulator.workspace
    members = list(workspace.relations("contact_companies"))
    company_id = members[-1]["company_id"]
    segments = {
        one["segment_id"]
        for one in workspace.relations("company_segments")
        if one["company_id"] == company_id
    }
    contact = next(one for one in workspace.objects("contacts") if one["notes"]["data"])

    assert {one["contact_id"] for one in members if one["company_id"] == company_id} == ids(
        sdk.companies.list_attached_contacts(company_id).data
    )
    assert segments == ids(sdk.companies.list_attached_segments(company_id).data)
    assert ids(sdk.contacts.list_attached_segments(contact["id"]).data)
    assert ids(contact["notes"]["data"]) == ids(sdk.notes.list(contact["id"]))
    by_its_own = sdk.contacts.show_contact_by_external_id(contact["external_id"])
    assert contact["id"] == by_its_own.id
