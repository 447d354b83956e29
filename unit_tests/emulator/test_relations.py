"""The truth of relations and children is what a client can gather, cut lists completed."""

import pytest

from intercom_emulator.workspace.relations import RELATIONS


def found(client, what: str, **query) -> list[dict]:
    """Everything that a search finds."""
    key = "data" if what == "contacts" else what
    body = {
        "query": {"field": "updated_at", "operator": ">", "value": 0},
        "pagination": {"per_page": 150},
    }
    return client.post(f"/{what}/search", body, **query).json()[key]


def pairs(client, name: str, parent: str, child: str) -> set[tuple[str, str]]:
    rows = list(client.emulator.workspace.relations(name))
    told = [(one[parent], one[child]) for one in rows]
    assert len(told) == len(set(told))
    return set(told)


@pytest.mark.parametrize("name", RELATIONS)
@pytest.mark.parametrize("seed", ["tiny", "demo"])
def test_each_relation_has_rows(start, name, seed):
    """No relation of a workspace is empty, so none can be compared with nothing."""
    assert list(start(seed).emulator.workspace.relations(name))


@pytest.mark.parametrize(
    ("name", "child", "path", "key"),
    [
        ("contact_tags", "tag_id", "tags", "data"),
        ("contact_companies", "company_id", "companies", "companies"),
        ("contact_subscriptions", "subscription_type_id", "subscriptions", "data"),
        ("contact_segments", "segment_id", "segments", "data"),
    ],
)
def test_relations_of_contacts(client, name, child, path, key):
    """Each contact's own routes list what the relation holds."""
    gathered = {
        (one["id"], entry["id"])
        for one in client.emulator.workspace.objects("contacts")
        for entry in client.get(f"/contacts/{one['id']}/{path}").json()[key]
    }

    assert gathered == pairs(client, name, "contact_id", child)


def test_choices_tell_their_direction(client):
    """Consent is in or out by the list that a contact holds."""
    for one in client.emulator.workspace.relations("contact_subscriptions"):
        contact = client.get(f"/contacts/{one['contact_id']}").json()
        entries = contact[f"opted_{one['consent']}_subscription_types"]
        assert entries["has_more"] or one["subscription_type_id"] in {
            entry["id"] for entry in entries["data"]
        }


def test_segments_by_search(client):
    """A search by segment_id finds the members of each segment."""
    gathered = set()
    for segment in client.emulator.workspace.objects("segments"):
        query = {"field": "segment_id", "operator": "=", "value": segment["id"]}
        gathered |= {
            (one["id"], segment["id"])
            for one in client.search("contacts", query, per_page=150).json()["data"]
        }

    assert gathered == pairs(client, "contact_segments", "contact_id", "segment_id")


def test_merges(client):
    """The search with its flag and the paged route tell the same history."""
    told = [
        {"contact_id": one["id"], **item}
        for one in found(client, "contacts", include_merge_history="true")
        for item in one.get("merge_history", [])
    ]
    paged = []
    for contact_id in {one["contact_id"] for one in told}:
        cursor, path = "0", f"/contacts/{contact_id}/merge_history"
        while cursor is not None:
            body = client.get(path, cursor=cursor, per_page=20, order="asc").json()
            paged += [{"contact_id": contact_id, **item} for item in body["data"]]
            assert body["has_more"] == (body["next_cursor"] is not None)
            cursor = body["next_cursor"]
    truth = sorted(client.emulator.workspace.relations("contact_merges"), key=repr)

    assert truth == sorted(told, key=repr) == sorted(paged, key=repr)


@pytest.mark.parametrize(
    ("what", "name", "path", "child"),
    [
        ("conversations", "conversation_contacts", "contacts.contacts", "contact_id"),
        ("conversations", "conversation_tags", "tags.tags", "tag_id"),
        ("conversations", "conversation_teammates", "teammates.admins", "teammate_id"),
        ("conversations", "conversation_linked_objects", "linked_objects.data", "linked_id"),
        ("tickets", "ticket_contacts", "contacts.contacts", "contact_id"),
        ("tickets", "ticket_linked_objects", "linked_objects.data", "linked_id"),
    ],
)
def test_relations_that_a_search_shows_whole(client, what, name, path, child):
    """The nested lists of a search hold the relation."""
    gathered = set()
    for one in found(client, what):
        entries = one
        for step in path.split("."):
            entries = (entries or {}).get(step)
        gathered |= {(one["id"], entry["id"]) for entry in entries or []}

    assert gathered == pairs(client, name, f"{what[:-1]}_id", child)


def test_relations_of_companies(client):
    """The scroll holds tags and segments, the segments' own route the same ones."""
    rows = client.get("/companies/scroll").json()["data"]
    tags = {(one["id"], tag["id"]) for one in rows for tag in one["tags"]["tags"]}
    segments = {(one["id"], each["id"]) for one in rows for each in one["segments"]["segments"]}
    own = {
        (one["id"], each["id"])
        for one in rows
        for each in client.get(f"/companies/{one['id']}/segments").json()["data"]
    }

    assert tags == pairs(client, "company_tags", "company_id", "tag_id")
    assert segments == own == pairs(client, "company_segments", "company_id", "segment_id")


def test_members_of_a_company(client):
    """A company's contacts are those that name it, page by page."""
    company_id = client.emulator.workspace.companies.ids.to_id(4)
    path, seen, after = f"/companies/{company_id}/contacts", [], {}
    while True:
        body = client.get(path, per_page=1, **after).json()
        seen += [one["id"] for one in body["data"]]
        if body["pages"].get("next") is None:
            break
        after = {"starting_after": body["pages"]["next"]["starting_after"]}
    members = {
        one["contact_id"]
        for one in client.emulator.workspace.relations("contact_companies")
        if one["company_id"] == company_id
    }

    assert len(seen) == body["total_count"] == 3
    assert members == set(seen)


def test_opted_in_rows_of_conversations(client):
    """Evaluations and scorecards come with their flags, and with nothing else."""
    for flag, field in (("monitors", "monitor_evaluations"), ("scorecards", "scorecards")):
        told = [
            {"conversation_id": one["id"], **entry}
            for one in found(client, "conversations", **{f"include_{flag}": "true"})
            for entry in one[field]
        ]
        name = f"conversation_{field}"
        truth = list(client.emulator.workspace.relations(name))
        assert sorted(told, key=repr) == sorted(truth, key=repr)
        assert all(field not in one for one in found(client, "conversations"))


def test_children_of_tickets(client):
    """A ticket shows its newest 500 parts; types and states name each other."""
    workspace = client.emulator.workspace
    truth = list(workspace.relations("ticket_parts"))
    for one in found(client, "tickets"):
        mine = [part["id"] for part in truth if part["ticket_id"] == one["id"]]
        parts = one["ticket_parts"]
        assert mine[-500:] == [part["id"] for part in parts["ticket_parts"]]
        assert len(mine) == parts["total_count"]
    types = client.get("/ticket_types").json()["data"]
    told = [each for one in types for each in one["ticket_type_attributes"]["data"]]
    assert told == list(workspace.relations("ticket_type_attributes"))
    both = {(one["id"], each["id"]) for one in types for each in one["ticket_states"]["data"]}
    states = client.get("/ticket_states").json()["data"]
    reverse = {(each["id"], one["id"]) for one in states for each in one["ticket_types"]["data"]}
    assert both == reverse
    assert both == pairs(client, "ticket_type_states", "ticket_type_id", "ticket_state_id")


def test_children_of_articles(client):
    """Statistics, drafts, translations, collections and tags as an article's routes have them."""
    workspace = client.emulator.workspace
    articles = client.get("/articles").json()["data"]
    statistics = {one["article_id"]: one for one in workspace.relations("article_statistics")}
    drafts = {one["id"]: one for one in workspace.relations("article_drafts")}
    for one in articles:
        own = client.get(f"/articles/{one['id']}").json()["statistics"]
        assert statistics[one["id"]] == {"article_id": one["id"], **own}
        draft = client.get(f"/articles/{one['id']}/draft")
        assert (200 if one["id"] in drafts else 404) == draft.status_code
        assert one["id"] not in drafts or drafts[one["id"]] == draft.json()
    translations = list(workspace.relations("article_translations"))
    assert {("39", "de"), ("39", "id")} == {(t["article_id"], t["locale"]) for t in translations}
    collections = {(one["id"], str(each)) for one in articles for each in one["parent_ids"]}
    assert collections == pairs(client, "article_collections", "article_id", "collection_id")


def test_events_and_their_summaries(client):
    """Events reach back 90 days, summaries to the beginning."""
    workspace = client.emulator.workspace
    told, summed = [], []
    for contact in workspace.objects("contacts"):
        query = {"type": "user", "intercom_user_id": contact["id"]}
        body = client.get("/events", **query, per_page=20).json()
        events = body["events"]
        while "next" in body["pages"]:
            body = client.session.get(body["pages"]["next"], headers=client.headers).json()
            events += body["events"]
        moments = [one["created_at"] for one in events]
        assert moments == sorted(moments, reverse=True)
        told += [{**one, "contact_id": contact["id"]} for one in events]
        summary = client.get("/events", **query, summary="true").json()
        summed += [{"contact_id": contact["id"], **one} for one in summary["events"]]
    truth = list(workspace.relations("data_events"))

    assert summed == list(workspace.relations("data_event_summaries"))
    assert len(truth) == len(told) + 1
    assert all(one in truth for one in told)


def test_transcripts(client):
    """Calls are asked for by up to 20 conversations, and tell what was said."""
    ids = [str(number) for number in range(501, 521)]
    told = client.post("/calls/search", {"conversation_ids": ids}).json()["data"]

    assert told == list(client.emulator.workspace.relations("call_transcripts"))
    assert {"completed", "not_available"} == {one["transcript_status"] for one in told}
    refused = client.post("/calls/search", {"conversation_ids": [*ids, "521"]})
    assert (400, "conversation_id_limit_exceeded") == client.refusal(refused)


def test_the_search_over_all_content(client):
    """Five models in one list, whose ids are unique only within a type."""
    rows = []
    for page in range(1, 20):
        body = client.get("/content/search", page=page, per_page=10).json()
        rows += body["data"]
        if body["pages"]["next"] is None:
            break
    assert body["total_count"] == len(rows)
    assert sorted(rows, key=repr) == sorted(client.emulator.workspace.content_items(), key=repr)
    assert 5 == len({one["type"] for one in rows})
    some = client.get("/content/search", query="SINGLE", content_types="snippet").json()["data"]
    assert {"content_snippet"} == {one["type"] for one in some}
    newer = client.get("/content/search", updated_at_after=client.emulator.clock.now() - 90_000)
    assert ["article"] == [one["type"] for one in newer.json()["data"]]


def test_news_of_a_feed(client):
    """A feed shows its live items, the relation its drafts too."""
    rows = client.get("/news/newsfeeds/202/items").json()["data"]
    told = {one["id"] for one in rows}
    truth = {
        one["news_item_id"]
        for one in client.emulator.workspace.relations("newsfeed_items")
        if one["newsfeed_id"] == "202"
    }

    assert told == truth
    assert all("live" == one["state"] for one in rows)
    assert 404 == client.get("/news/newsfeeds/1/items").status_code


def test_the_workspace_itself(client):
    """It is the `app` of GET /me."""
    assert [client.get("/me").json()["app"]] == list(
        client.emulator.workspace.relations("workspace")
    )


def test_pictures_of_admins(client):
    """Admins show their picture only if asked."""
    plain = client.get("/admins").json()["admins"]
    shown = client.get("/admins", display_avatar="true").json()["admins"]

    assert {None} == {one["avatar"] for one in plain}
    assert {str, type(None)} == {type(one["avatar"]) for one in shown}


def test_executions_of_the_last_hour(client):
    """Without a range come the executions of the last hour; bodies only if asked."""
    path = "/data_connectors/12345/execution_results"
    now = client.emulator.clock.now()
    assert 10 == len(client.get(path, per_page=30).json()["data"])
    assert 22 == len(client.get(path, per_page=30, start_ts=0).json()["data"])
    assert 2 == len(client.get(path, start_ts=now - 90_000, end_ts=now - 590).json()["data"])
    failed = client.get(path, start_ts=0, success="false").json()["data"]
    assert {"3rd_party_error"} == {one["error_type"] for one in failed}
    assert failed == client.get(path, start_ts=0, error_type="3rd_party_error").json()["data"]
    assert "response_body" not in failed[0]
    shown = client.get(path, include_bodies="true").json()["data"]
    assert all("response_body" in one for one in shown)
    assert 400 == client.get(path, start_ts="soon").status_code


def test_versions_by_locale(client):
    """The versions of a translation come by its locale."""
    rows = client.get("/articles/39/versions", locale="de").json()["data"]

    assert ["Anfang"] == [one["title"] for one in rows]
