"""What can happen to a workspace, and that the API tells the truth about it."""

import pytest


def everything(client, what: str) -> dict[str, dict]:
    key = "data" if what == "contacts" else "conversations"
    return {one["id"]: one for one in client.updated_after(what, 0, per_page=150).json()[key]}


def test_objects_are_what_the_api_shows(client):
    """The truth of the workspace equals what a client can read."""
    workspace = client.emulator.workspace
    workspace.live(events=40, seconds=600, rng_seed=3)

    assert everything(client, "contacts") == {
        one["id"]: one for one in workspace.objects("contacts")
    }
    assert client.get("/companies/scroll").json()["data"] == list(workspace.objects("companies"))
    assert client.get("/tags").json()["data"] == list(workspace.objects("tags"))
    assert client.get("/data_attributes", include_archived="true").json()["data"] == list(
        workspace.objects("data_attributes")
    )
    shown = client.get("/articles", per_page=250).json()["data"]
    assert {one["id"]: one for one in shown} == {
        one["id"]: one for one in workspace.objects("articles")
    }
    for one in workspace.objects("conversations"):
        listed = everything(client, "conversations")[one["id"]]
        assert one == {**listed, "conversation_parts": one["conversation_parts"]}
        parts = client.get(f"/conversations/{one['id']}").json()["conversation_parts"]
        assert one["conversation_parts"]["conversation_parts"][-500:] == parts["conversation_parts"]


def test_contacts_change(client):
    """Create, update, quiet update, tag, note, company, archive and delete."""
    workspace, clock = client.emulator.workspace, client.emulator.clock
    created = workspace.create_contact(name="Ann", email="ann@example.com")
    path = f"/contacts/{created['id']}"
    assert "example.com" == client.get(path).json()["email_domain"]

    clock.advance(10)
    workspace.update("contacts", created["id"], name="Anna")
    assert ("Anna", clock.now()) == tuple(
        client.get(path).json()[k] for k in ("name", "updated_at")
    )
    clock.advance(10)
    workspace.update("contacts", created["id"], touch=False, name="Anne")
    assert ("Anne", clock.now() - 10) == tuple(
        client.get(path).json()[k] for k in ("name", "updated_at")
    )

    company = workspace.create("companies", name="New")
    workspace.attach_company(created["id"], company["id"])
    workspace.tag_contact(created["id"], "103")
    workspace.add_note(created["id"], "<p>Hi</p>")
    workspace.subscribe(created["id"], "92")
    for name in ("tags", "companies", "notes", "subscriptions"):
        answer = client.get(f"{path}/{name}").json()
        assert 1 == len(answer["companies" if name == "companies" else "data"])
    assert 1 == client.get(f"/companies/{company['id']}").json()["user_count"]
    workspace.untag_contact(created["id"], "103")
    workspace.delete_company(company["id"])
    shown = client.get(path).json()
    assert (0, 0) == (shown["tags"]["total_count"], shown["companies"]["total_count"])

    workspace.archive_contact(created["id"])
    assert 404 == client.get(path).status_code
    workspace.unarchive_contact(created["id"])
    workspace.delete_contact(created["id"])
    assert 404 == client.get(path).status_code
    assert created["id"] not in everything(client, "contacts")


def test_a_companys_tags(client):
    """A tag hangs on a company once, however often it is put there."""
    workspace = client.emulator.workspace
    company_id = workspace.companies.ids.to_id(0)
    for tag_id in ("104", "104"):
        workspace.tag_company(company_id, tag_id)

    tags = client.get(f"/companies/{company_id}").json()["tags"]["tags"]
    assert ["102", "103", "104"] == [tag["id"] for tag in tags]


def test_merging(client):
    """The merged contact is 410 with a Link, out of search, and in the other's history."""
    workspace = client.emulator.workspace
    joe, lead = (workspace.contacts.ids.to_id(n) for n in (0, 2))
    workspace.merge_contacts(lead, joe)
    gone = client.get(f"/contacts/{lead}")

    assert (410, "contact_merged") == client.refusal(gone)
    assert f'</contacts/{joe}>; rel="canonical"' == gone.headers["Link"]
    assert 404 == client.get(f"/contacts/{lead}", {"Intercom-Version": "2.15"}).status_code
    assert lead not in everything(client, "contacts")
    history = client.get(f"/contacts/{joe}", include_merge_history="true").json()["merge_history"]
    assert lead == history[-1]["source_contact_id"]
    assert "merge_history" not in client.get(f"/contacts/{joe}").json()


def test_a_conversations_life(client):
    """Opened, assigned, answered, tagged, closed, rated, reopened, snoozed, deleted."""
    workspace, clock = client.emulator.workspace, client.emulator.clock
    conversation_id = workspace.create_conversation(body="<p>Help</p>")["id"]
    opened_at = clock.now()
    clock.advance(60)
    workspace.assign(conversation_id, team_id="814866", admin_id="991267460")
    clock.advance(60)
    workspace.reply(conversation_id, body="<p>Sure</p>")
    clock.advance(60)
    workspace.reply(conversation_id, body="<p>Thanks</p>", by="contact")
    for _ in range(2):
        workspace.tag_conversation(conversation_id, "103")
    workspace.close(conversation_id)
    workspace.rate(conversation_id, 5, "Nice")
    one = client.get(f"/conversations/{conversation_id}").json()

    assert ("closed", False, 991267460, 814866) == tuple(
        one[k] for k in ("state", "open", "admin_assignee_id", "team_assignee_id")
    )
    parts = one["conversation_parts"]["conversation_parts"]
    assert ["assignment", "comment", "comment", "close"] == [part["part_type"] for part in parts]
    statistics = one["statistics"]
    assert (120, 60, 5) == tuple(
        statistics[k]
        for k in ("time_to_admin_reply", "time_to_assignment", "count_conversation_parts")
    )
    assert opened_at + 180 == one["updated_at"] == one["first_contact_reply"]["created_at"]
    assert ["bug"] == [tag["name"] for tag in one["tags"]["tags"]]
    assert 5 == one["conversation_rating"]["rating"]

    workspace.reopen(conversation_id)
    workspace.snooze(conversation_id, until=opened_at + 999)
    workspace.redact_part(conversation_id, parts[1]["id"])
    one = client.get(f"/conversations/{conversation_id}").json()
    assert ("snoozed", opened_at + 999) == (one["state"], one["snoozed_until"])
    assert 1 == one["statistics"]["count_reopens"]
    assert one["conversation_parts"]["conversation_parts"][1]["redacted"]

    workspace.delete_conversation(conversation_id)
    assert 404 == client.get(f"/conversations/{conversation_id}").status_code
    assert conversation_id == client.get("/conversations/deleted").json()["conversations"][0]["id"]


def test_small_things_change(client):
    """Articles, tags, admins, teams, segments and attributes come, change and go."""
    workspace = client.emulator.workspace
    article = workspace.create("articles", title="New")
    workspace.update("articles", article["id"], title="Newer")
    assert "Newer" == client.get("/articles").json()["data"][0]["title"]
    assert 0 == client.get(f"/articles/{article['id']}").json()["statistics"]["views"]
    workspace.delete("articles", article["id"])
    assert 404 == client.get(f"/articles/{article['id']}").status_code

    workspace.update("tags", "102", name="bills")
    workspace.delete("tags", "103")
    workspace.create("tags", name="new")
    names = [tag["name"] for tag in client.get("/tags").json()["data"]]
    assert ("bills", "new", 18) == (names[0], names[-1], len(names))

    admin = workspace.create("admins", name="Zed", email="zed@example.com")
    workspace.update("admins", admin["id"], name="Zoe")
    assert "Zoe" == client.get(f"/admins/{admin['id']}").json()["name"]
    workspace.delete("admins", admin["id"])
    team = workspace.create("teams", name="Night", admin_ids=[1, 2])
    workspace.update("teams", team["id"], name="Day")
    assert "Day" == client.get("/teams").json()["teams"][-1]["name"]
    workspace.delete("teams", team["id"])
    segment = workspace.create("segments", name="Whales")
    workspace.update("segments", segment["id"], name="Fish")
    assert "Fish" == client.get("/segments").json()["segments"][-1]["name"]
    made = workspace.create(
        "data_attributes", model="company", name="tier", data_type="string", options=["a", "b"]
    )
    assert made in client.get("/data_attributes", model="company").json()["data"]
    workspace.update("data_attributes", made["id"], archived=True)
    assert made["id"] not in [
        one.get("id") for one in client.get("/data_attributes", model="company").json()["data"]
    ]
    ticket = workspace.create_ticket()
    workspace.update("tickets", ticket["id"], open=False)
    closed = client.search("tickets", {"field": "open", "operator": "=", "value": False})
    assert [ticket["id"]] == [one["id"] for one in closed.json()["tickets"]]


def test_a_change_of_nothing(client):
    """Changing what isn't there raises."""
    with pytest.raises(KeyError):
        client.emulator.workspace.update("contacts", "nobody", name="x")


def test_the_same_day_twice(start):
    """Life is reproducible by its seed, moves the clock, and differs by seed."""
    lives = []
    for rng_seed in (1, 1, 2):
        seed = "contacts=50,companies=5,conversations=50,articles=5,tickets=5"
        workspace = start(seed).emulator.workspace
        before = workspace.clock.now()
        happened = workspace.live(events=80, seconds=3600, rng_seed=rng_seed, losses=True)
        assert 80 == sum(happened.values())
        assert {"a_contact_goes", "a_ticket_moves", "contacts_are_merged"} <= happened.keys()
        assert before + 3600 == workspace.clock.now()
        lives.append((happened, list(workspace.objects("conversations"))[-5:]))

    assert lives[0] == lives[1] != lives[2]


def test_hooks_see_each_request(client):
    """Tests can change the workspace at a given moment of a sync."""
    workspace, seen = client.emulator.workspace, []

    @client.emulator.before_request
    def before(request):
        if request.path == "/tags":
            workspace.create("tags", name="just in time")

    client.emulator.after_request(
        lambda request, response: seen.append((request.path, response.status))
    )

    assert "just in time" in client.get("/tags").text
    assert [("/tags", 200)] == seen


def test_reset_begins_anew(client):
    """After a reset the workspace is the seed's again."""
    emulator = client.emulator
    before = emulator.workspace.counts()
    emulator.workspace.live(events=30)
    client.get("/companies/scroll")
    emulator.reset()

    assert before == emulator.workspace.counts()
    assert 0 == len(emulator.journal)
    assert 200 == client.get("/companies/scroll").status_code
