"""The seeds: always the same, believable, and made as they are read where they are big."""

from collections import Counter
from functools import cache
from statistics import median

import pytest

from intercom_emulator import Emulator
from intercom_emulator.seed import make_seed
from intercom_emulator.seeds.office import NOW
from intercom_emulator.seeds.sized import HOT_HOUR, SHARED_SECOND
from intercom_emulator.shapes import public


@cache
def workspace_of(name):
    """A workspace that is only read; making one takes a while."""
    return Emulator(name).workspace


@pytest.mark.parametrize("name", ["tiny", "demo", "contacts=20,companies=3,conversations=5"])
def test_a_seed_is_always_the_same(name):
    """Two workspaces of one seed hold the same records."""
    again = make_seed(name)
    for what in ("contacts", "companies", "conversations", "tickets"):
        records, collection = getattr(again, what), getattr(workspace_of(name), what)
        assert len(records) == len(collection)
        assert all(records.document(n) == collection.truth.document(n) for n in range(len(records)))
    for what, objects in again.objects.items():
        if what not in ("ticket_types", "ticket_states") and objects:
            assert [public(one) for one in objects] == list(workspace_of(name).objects(what))


@pytest.mark.parametrize("name", ["tiny", "demo", "contacts=500,companies=30,conversations=300"])
def test_records_are_in_order(name):
    """Ids are unique, nothing changed before it was made or after now, references exist."""
    workspace = workspace_of(name)
    for what in ("contacts", "companies", "conversations"):
        records = list(workspace.objects(what))
        assert len(records) == len({one["id"] for one in records})
        assert all(one["created_at"] <= one["updated_at"] <= NOW for one in records)
    parts = list(workspace.relations("conversation_parts"))
    assert len(parts) == len({one["id"] for one in parts})
    for one in workspace.objects("conversations"):
        assert all(contact["id"] in workspace.contacts for contact in one["contacts"]["contacts"])
        moments = [part["created_at"] for part in one["conversation_parts"]["conversation_parts"]]
        assert sorted(moments) == moments
        assert all(one["created_at"] <= moment <= one["updated_at"] for moment in moments)
    members = Counter(
        entry["id"] for one in workspace.objects("contacts") for entry in one["companies"]["data"]
    )
    if name != "tiny":
        assert all(
            one["user_count"] == members[one["id"]] for one in workspace.objects("companies")
        )


def test_tiny_hits_the_corners():
    """What the tiny workspace promises."""
    workspace = workspace_of("tiny")
    contacts = list(workspace.objects("contacts"))
    assert {"user", "lead"} == {one["role"] for one in contacts}
    assert any(one["tags"]["has_more"] for one in contacts)
    assert any(one["email"] is None for one in contacts)
    assert any(one["user_count"] == 0 for one in workspace.objects("companies"))
    conversations = list(workspace.objects("conversations"))
    assert 600 == max(one["conversation_parts"]["total_count"] for one in conversations)
    assert any(one["admin_assignee_id"] == 0 for one in conversations)
    assert any(one["source"] is None for one in conversations)
    attributes = list(workspace.objects("data_attributes"))
    assert {"string", "integer", "float", "boolean", "date"} == {
        one["data_type"] for one in attributes
    }
    assert any(one["archived"] for one in attributes)
    assert len(attributes) > len({one["name"] for one in attributes})


def test_the_demo_answers_an_analysts_questions():
    """Teams reply at different speeds, plans differ, some conversations are still open."""
    workspace = workspace_of("demo")
    conversations = list(workspace.objects("conversations"))
    replies: dict[int, list[int]] = {}
    for one in conversations:
        seconds = one["statistics"].get("time_to_admin_reply")
        if seconds is not None:
            replies.setdefault(one["team_assignee_id"], []).append(seconds)
    speeds = {team: median(seconds) for team, seconds in replies.items()}
    assert 5 == len(speeds)
    assert speeds[814866] > 3 * speeds[814865]
    assert 60 < sum(one["open"] for one in conversations) < 400
    assert {"Free", "Starter", "Pro", "Enterprise"} == {
        one["plan"]["name"] for one in workspace.objects("companies")
    }
    filled = Counter(name for one in conversations for name in one["custom_attributes"])
    attributes = {one["name"] for one in workspace.objects("conversation_attributes")}
    assert {"Kind", "Summary", "Refund amount", "Escalated", "Due"} <= filled.keys() <= attributes
    counts = workspace.counts()
    assert (3000, 400, 2150, 120) == tuple(
        counts[name] for name in ("contacts", "companies", "conversations", "articles")
    )


@pytest.mark.parametrize("name", ["tiny", "demo"])
def test_no_resource_is_empty(name):
    """There is something of everything, so that every table can be filled."""
    assert [] == [what for what, count in workspace_of(name).counts().items() if not count]


def test_sized_workspaces():
    """Sizes, the hot hour, the shared second, and long conversations."""
    workspace = Emulator(
        "contacts=1000,companies=7,conversations=50,hot_day=1,shared_second=20,"
        "conversation_bytes=90000,parts=3,part_bytes=1000,years=5"
    ).workspace
    contacts = list(workspace.objects("contacts"))
    assert 500 <= sum(HOT_HOUR <= one["updated_at"] < HOT_HOUR + 3600 for one in contacts) <= 510
    assert 4.9 * 365 * 86_400 < NOW - min(one["created_at"] for one in contacts)
    assert 2200 < len(workspace.contacts.truth.body(5)) < 2800
    conversations = list(workspace.objects("conversations"))
    assert 20 == sum(one["updated_at"] == SHARED_SECOND for one in conversations)
    assert 90_000 < len(workspace.conversations.truth.body(0)) < 92_000
    assert 3 == conversations[0]["conversation_parts"]["total_count"]
    assert 1000 < len(conversations[0]["conversation_parts"]["conversation_parts"][0]["body"])


def test_sized_relations():
    """So many tags, companies, choices, notes, merges, parts and links as were asked for."""
    workspace = Emulator(
        "contacts=40,companies=7,conversations=20,tickets=10,contact_tags=12,contact_companies=3,"
        "contact_subscriptions=2,contact_notes=2,contact_segments=1,data_events=2,merged=10,"
        "company_tags=2,company_segments=1,conversation_tags=2,conversation_links=1,"
        "handling_events=2,side_conversations=1,ticket_parts=50,activity_logs=30"
    ).workspace
    expected = {
        "company_segments": 7,
        "company_tags": 14,
        "contact_companies": 120,
        "contact_merges": 4,
        "contact_notes": 80,
        "contact_segments": 40,
        "contact_subscriptions": 80,
        "contact_tags": 480,
        "conversation_linked_objects": 20,
        "conversation_parts": 20 * 6 + 10 * 50,
        "conversation_tags": 40,
        "data_events": 80,
        "handling_events": 40,
        "side_conversation_parts": 40,
        "ticket_parts": 500,
    }
    assert expected == {name: sum(1 for _ in workspace.relations(name)) for name in expected}
    assert (30, 20, 30) == (
        len(list(workspace.objects("activity_logs"))),
        sum(one["ticket"] is None for one in workspace.objects("conversations")),
        len(list(workspace.objects("conversations"))),
    )
    contacts = list(workspace.objects("contacts"))
    assert {(10, 12)} == {
        (len(one["tags"]["data"]), one["tags"]["total_count"]) for one in contacts
    }
    moments = [
        (
            one["created_at"],
            one["updated_at"],
            one["ticket_parts"]["ticket_parts"][-1]["created_at"],
        )
        for one in workspace.objects("tickets")
    ]
    assert all(last < NOW for _, _, last in moments)
    assert {True, False} == {updated < last for _, updated, last in moments}


def test_what_is_made_up_can_change():
    """A note or event that exists as a formula only can be followed by others, and deleted."""
    workspace = Emulator("contacts=3,contact_notes=2,conversations=2,handling_events=1").workspace
    first = workspace.contacts.ids.to_id(0)
    workspace.add_note(first, "<p>Third</p>")
    (doomed, *_) = workspace.table("notes").of(first)
    workspace.delete("notes", doomed["id"])
    workspace.pause("501")

    assert [2, 2, 2] == [
        sum(one["contact_id"] == contact["id"] for one in workspace.relations("contact_notes"))
        for contact in workspace.objects("contacts")
    ]
    assert 3 == len(list(workspace.objects("handling_events")))


def test_made_up_records_can_change():
    """A record that exists as a formula only can be changed and deleted."""
    workspace = Emulator("contacts=10,companies=2").workspace
    first, second = (workspace.contacts.ids.to_id(n) for n in (0, 1))
    workspace.update("contacts", first, name="Changed")
    workspace.delete_contact(second)
    created = workspace.create_contact()
    names = {one["id"]: one["name"] for one in workspace.objects("contacts")}

    assert 10 == len(names) == len(workspace.contacts)
    assert "Changed" == names[first]
    assert second not in names
    assert created["id"] in names


@pytest.mark.parametrize("name", ["huge", "contacts=1,shoes=2"])
def test_unknown_seeds(name):
    """A seed that doesn't exist says which do."""
    with pytest.raises(ValueError, match="unknown"):
        make_seed(name)
