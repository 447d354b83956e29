"""What can happen to people, tickets and articles, and what every list tells of it."""

import pytest

CONTACT = {"name": "Ann", "email": "ann@example.com", "external_id": "ann"}


def deleted(client) -> dict[str, dict]:
    headers = {"Intercom-Version": "2.17"}
    rows = client.get("/contacts/deleted", headers, per_page=150).json()["data"]
    return {one["id"]: one for one in rows}


def activities(client, contact_id: str) -> list[str]:
    headers = {"Intercom-Version": "Preview"}
    rows = client.get("/contacts/activities", headers, per_page=150).json()["data"]
    return [one["event"] for one in rows if one["contact_id"] == contact_id]


@pytest.mark.parametrize(
    ("verb", "status"), [("archive_contact", "archived"), ("block_contact", "blocked")]
)
def test_a_contact_goes_and_comes_back(client, verb, status):
    """While it is away it is in no list but that of contacts that are gone."""
    workspace = client.emulator.workspace
    one = workspace.create("contacts", **CONTACT)
    getattr(workspace, verb)(one["id"])
    assert status == deleted(client)[one["id"]]["status"]
    assert 404 == client.get(f"/contacts/{one['id']}").status_code
    workspace.unarchive_contact(one["id"])
    assert one["id"] not in deleted(client)
    assert 200 == client.get(f"/contacts/{one['id']}").status_code
    assert ["created"] == activities(client, one["id"])


def test_a_contact_goes_for_good(client):
    """Archived or not, a deleted contact leaves a row without its address."""
    workspace = client.emulator.workspace
    for archive in (True, False):
        one = workspace.create_contact(**CONTACT)
        if archive:
            workspace.archive_contact(one["id"])
        workspace.delete("contacts", one["id"])
        row = deleted(client)[one["id"]]
        assert ("permanently_deleted", None, None) == (
            row["status"],
            row["email"],
            row["external_id"],
        )
        assert ["created", "deleted"] == activities(client, one["id"])


def test_a_lead_becomes_part_of_a_user(client):
    """A merge is told by 410, the history, the list of those gone, and the activities."""
    workspace = client.emulator.workspace
    lead = workspace.create_contact(role="lead")
    user = workspace.create_contact(**CONTACT)
    workspace.convert_lead(lead["id"])
    workspace.merge_contacts(lead["id"], user["id"])

    assert ("merged", user["id"]) == (
        deleted(client)[lead["id"]]["status"],
        deleted(client)[lead["id"]]["merged_into_id"],
    )
    assert ["created", "role_updated"] == activities(client, lead["id"])
    assert ["created", "merged"] == activities(client, user["id"])
    path = f"/contacts/{user['id']}/merge_history"
    assert [lead["id"]] == [one["source_contact_id"] for one in client.get(path).json()["data"]]
    assert 410 == client.get(f"/contacts/{lead['id']}/tags").status_code
    with pytest.raises(KeyError):
        workspace.merge_contacts(user["id"], lead["id"])
    assert 200 == client.get(path).status_code


def test_a_contact_by_the_customers_id(client):
    """Found by external id, or not."""
    made = client.emulator.workspace.create_contact(**CONTACT)

    assert made["id"] == client.get("/contacts/find_by_external_id/ann").json()["id"]
    assert 404 == client.get("/contacts/find_by_external_id/bob").status_code


def test_relations_end(client):
    """What was put on a contact or a company can be taken off again."""
    workspace = client.emulator.workspace
    contact = workspace.create_contact(**CONTACT)["id"]
    company = workspace.create("companies", name="New")["id"]
    segment = next(workspace.objects("segments"))["id"]
    workspace.tag_contact(contact, "102")
    workspace.subscribe(contact, "92")
    workspace.subscribe(contact, "92", opt_in=False)
    workspace.attach_company(contact, company)
    workspace.join_segment(contact, segment)
    note = workspace.add_note(contact, "<p>x</p>")
    workspace.tag_company(company, "102")
    workspace.segment_company(company, segment)
    company_note = workspace.add_company_note(company, "<p>x</p>")

    def told(side: str, one: str) -> dict[str, int]:
        names = ["tags", "notes", "segments", "subscriptions", "companies"]
        names = names if side == "contact" else ["tags", "notes", "segments"]
        return {
            name: sum(row[f"{side}_id"] == one for row in workspace.relations(f"{side}_{name}"))
            for name in names
        }

    assert {1} == set(told("contact", contact).values()) | set(told("company", company).values())
    workspace.untag_contact(contact, "102")
    workspace.unsubscribe(contact, "92")
    workspace.detach_company(contact, company)
    workspace.leave_segment(contact, segment)
    workspace.delete("notes", note["id"])
    workspace.untag_company(company, "102")
    workspace.segment_company(company, segment, is_in=False)
    workspace.delete("company_notes", company_note["id"])
    assert {0} == set(told("contact", contact).values()) | set(told("company", company).values())
    assert 0 == client.get(f"/contacts/{contact}").json()["notes"]["total_count"]
    assert 0 == client.get(f"/companies/{company}").json()["notes"]["total_count"]


def test_a_tickets_life(client):
    """Made of a type, answered by both sides, assigned, moved, linked, unlinked, deleted."""
    workspace = client.emulator.workspace
    made = workspace.create_ticket(type_id="96")
    ticket_id = made["id"]
    path = f"/tickets/{ticket_id}"
    assert ("Refund", "submitted") == (
        client.get(path).json()["ticket_type"]["name"],
        client.get(path).json()["ticket_state"]["category"],
    )
    workspace.reply_ticket(ticket_id, by="contact")
    workspace.reply_ticket(ticket_id)
    workspace.assign_ticket(ticket_id, "991267460")
    workspace.change_ticket_state(ticket_id, "8538")
    shown = client.get(path).json()
    told = [
        (one["part_type"], one["ticket_state"]) for one in shown["ticket_parts"]["ticket_parts"]
    ]
    assert [
        ("comment", "submitted"),
        ("comment", "submitted"),
        ("assignment", "submitted"),
        ("ticket_state_updated_by_admin", "in_progress"),
    ] == told
    assert (991267460, "8537") == (shown["admin_assignee_id"], shown["previous_ticket_state_id"])
    workspace.link("501", ticket_id)
    assert "501" == client.get(path).json()["linked_objects"]["data"][0]["id"]
    linked = client.get("/conversations/501").json()["linked_objects"]["data"]
    assert {"type": "ticket", "id": ticket_id, "category": "Customer"} == linked[0]
    workspace.unlink("501", ticket_id)
    assert [] == client.get(path).json()["linked_objects"]["data"]
    workspace.delete("tickets", ticket_id)
    assert 404 == client.get(path).status_code
    assert 404 == client.get(f"/conversations/{made['_conversation_id']}").status_code


def test_a_ticket_is_a_conversation(client):
    """What is said in the conversation is said in the ticket, under the same id."""
    workspace = client.emulator.workspace
    ticket = workspace.create_ticket()
    part = workspace.reply(ticket["_conversation_id"], body="<p>Hi</p>", by="contact")
    parts = client.get(f"/tickets/{ticket['id']}").json()["ticket_parts"]["ticket_parts"]
    assert [part["id"]] == [one["id"] for one in parts]
    workspace.delete("conversations", ticket["_conversation_id"])
    assert 404 == client.get(f"/tickets/{ticket['id']}").status_code


def test_tickets_without_conversations(start):
    """A ticket that a test brings along needs none, nor types and states."""
    client = start("empty")
    workspace = client.emulator.workspace
    ticket = workspace.create_ticket()
    workspace.update("tickets", ticket["id"], _conversation_id=None)
    workspace.reply_ticket(ticket["id"], by="contact")
    assert 1 == client.get(f"/tickets/{ticket['id']}").json()["ticket_parts"]["total_count"]
    workspace.delete_ticket(ticket["id"])
    assert [] == list(workspace.objects("tickets"))


def test_the_life_of_what_hangs_on_conversations(client):
    """Teammates, tags, pauses, asides, evaluations and scorecards come with their verbs."""
    workspace = client.emulator.workspace
    one = workspace.create_conversation()["id"]
    workspace.reply(one, admin_id="991267460")
    workspace.reply(one, admin_id="991267460")
    workspace.tag_conversation(one, "102")
    workspace.untag_conversation(one, "102")
    workspace.pause(one)
    client.emulator.clock.advance(60)
    workspace.resume(one)
    aside = workspace.start_side_conversation(one)
    workspace.reply_aside(aside["side_conversation_id"])
    workspace.evaluate(one, "31", result="fail")
    workspace.grade(one, "41", score=12.5)

    def told(name: str) -> list[dict]:
        return [row for row in workspace.relations(name) if row["conversation_id"] == one]

    assert ["991267460"] == [row["teammate_id"] for row in told("conversation_teammates")]
    assert [] == told("conversation_tags")
    events = client.get(f"/conversations/{one}/handling_events").json()["handling_events"]
    assert [("paused", "Paused"), ("resumed", None)] == [
        (event["type"], event["reason"]) for event in events
    ]
    asides = client.get(f"/conversations/{one}/side_conversations").json()["side_conversations"]
    assert [2] == [each["total_count"] for each in asides]
    assert [("fail", "31")] == [
        (row["result"], row["monitor_id"]) for row in told("conversation_monitor_evaluations")
    ]
    assert [12.5] == [row["score"] for row in told("conversation_scorecards")]


def test_an_articles_life(client):
    """Tagged, translated, drafted, published; translations and tags don't move it."""
    workspace = client.emulator.workspace
    one = workspace.create("articles", title="New")["id"]
    made_at = client.emulator.clock.now()
    client.emulator.clock.advance(60)
    workspace.tag_article(one, "102")
    workspace.tag_article(one, "103")
    workspace.untag_article(one, "102")
    workspace.translate_article(one, "de", title="Neu")
    workspace.draft_article(one, title="Newer")
    shown = client.get(f"/articles/{one}").json()
    assert ("New", made_at) == (shown["title"], shown["updated_at"])
    assert ["103"] == [tag["id"] for tag in shown["tags"]["tags"]]
    assert "Neu" == shown["translated_content"]["de"]["title"]
    assert "Newer" == client.get(f"/articles/{one}/draft").json()["title"]
    workspace.publish_article(one)
    assert "Newer" == client.get(f"/articles/{one}").json()["title"]
    assert 404 == client.get(f"/articles/{one}/draft").status_code
    versions = client.get(f"/articles/{one}/versions").json()["data"]
    assert ["Newer"] == [version["title"] for version in versions]


def test_events(client):
    """An event is listed, and found by any of the contact's three names."""
    workspace = client.emulator.workspace
    one = workspace.create_contact(**CONTACT)
    workspace.track_event(one["id"], "signed_in", plan="Pro")
    names = ({"intercom_user_id": one["id"]}, {"user_id": "ann"}, {"email": CONTACT["email"]})
    for name in names:
        (event,) = client.get("/events", type="user", **name).json()["events"]
        assert ("signed_in", {"plan": "Pro"}) == (event["event_name"], event["metadata"])
    assert 404 == client.get("/events", type="user", email="nobody").status_code
    assert 400 == client.get("/events", type="user").status_code
    assert 400 == client.get("/events", intercom_user_id=one["id"]).status_code
    path = f"/contacts/{one['id']}/merge_history"
    assert (400, "client_error") == client.refusal(client.get(path, cursor="x"))
