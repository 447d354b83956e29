"""What Intercom's documents leave open is a switch, and each reading of it can be had."""

import pytest

from intercom_emulator.workspace import COMPANY_IDS, CONTACT_IDS
from intercom_emulator.workspace.relations import RELATIONS


def one_ticket(client) -> dict:
    query = {"field": "updated_at", "operator": ">", "value": 0}
    body = client.search("tickets", query, per_page=150).json()
    return next(one for one in body["tickets"] if one["ticket_id"] == "2")


def test_ticket_ids(start):
    """A ticket has the id of its conversation, or one of its own, and so have new ones."""
    for form, known in (("conversation", {"505", "510"}), ("own", {"9000001", "9000002"})):
        client = start(ticket_ids=form)
        workspace = client.emulator.workspace
        made = workspace.create_ticket()
        twin = made["_conversation_id"]
        ids = {one["id"] for one in workspace.objects("tickets")}
        assert known <= ids
        assert (form == "conversation") == (made["id"] == twin)
        assert made["id"] == client.get(f"/tickets/{made['id']}").json()["id"]
        conversation = client.get(f"/conversations/{twin}").json()
        assert made["id"] == conversation["ticket"]["id"]


@pytest.mark.parametrize("moves", [True, False])
def test_what_moves_a_ticket(client, moves):
    """Parts and states move the conversation; the ticket only where that is set."""
    emulator = client.emulator
    emulator.settings.moves_updated_at ^= {"ticket_parts", "ticket_states"} if moves else set()
    before = one_ticket(client)
    emulator.clock.advance(60)
    emulator.workspace.reply_ticket(before["id"])
    replied = one_ticket(client)
    emulator.clock.advance(60)
    emulator.workspace.change_ticket_state(before["id"], "8540")
    resolved = one_ticket(client)
    twin = client.get(f"/conversations/{before['id']}").json()

    assert moves == (replied["updated_at"] > before["updated_at"])
    assert moves == (resolved["updated_at"] > replied["updated_at"])
    assert emulator.clock.now() == twin["updated_at"]
    assert "resolved" == resolved["ticket_state"]["category"]
    assert (
        resolved["ticket_parts"]["ticket_parts"][-1]["id"]
        == (twin["conversation_parts"]["conversation_parts"][-1]["id"])
    )


CONTACT, LEAD, COMPANY = CONTACT_IDS.to_id(3), CONTACT_IDS.to_id(2), COMPANY_IDS.to_id(5)
SEGMENT = "6762f25c1bb69f9f2193bc01"
VERBS = {
    "company_members": ("companies", COMPANY, "attach_company", (CONTACT, COMPANY)),
    "company_notes": ("companies", COMPANY, "add_company_note", (COMPANY, "x")),
    "company_segments": ("companies", COMPANY, "segment_company", (COMPANY, SEGMENT)),
    "company_tags": ("companies", COMPANY, "tag_company", (COMPANY, "110")),
    "contact_companies": ("contacts", CONTACT, "attach_company", (CONTACT, COMPANY)),
    "contact_merges": ("contacts", CONTACT, "merge_contacts", (LEAD, CONTACT)),
    "contact_notes": ("contacts", CONTACT, "add_note", (CONTACT, "x")),
    "contact_segments": ("contacts", CONTACT, "join_segment", (CONTACT, SEGMENT)),
    "contact_subscriptions": ("contacts", CONTACT, "subscribe", (CONTACT, "92")),
    "contact_tags": ("contacts", CONTACT, "tag_contact", (CONTACT, "110")),
    "conversation_linked_objects": ("conversations", "501", "link", ("501", "505")),
    "conversation_monitor_evaluations": ("conversations", "501", "evaluate", ("501", "31")),
    "conversation_scorecards": ("conversations", "501", "grade", ("501", "41")),
    "conversation_tags": ("conversations", "501", "tag_conversation", ("501", "110")),
    "data_events": ("contacts", CONTACT, "track_event", (CONTACT, "signed_in")),
    "ticket_linked_objects": ("tickets", "505", "link", ("501", "505")),
}


@pytest.mark.parametrize("what", VERBS)
@pytest.mark.parametrize("moves", [True, False])
def test_what_moves_an_object(client, what, moves):
    """Whether a verb moves `updated_at` is set by the name of what it does."""
    emulator = client.emulator
    resource, record_id, verb, arguments = VERBS[what]
    emulator.settings.moves_updated_at = {what} if moves else VERBS.keys() - {what}
    emulator.clock.advance(60)
    getattr(emulator.workspace, verb)(*arguments)

    one = emulator.workspace.collection(resource).get(record_id)
    assert moves == (emulator.clock.now() == one["updated_at"])


@pytest.mark.parametrize("what", ["contacts", "conversations", "tickets"])
def test_page_lengths_of_searches(client, what):
    """The longest page of a search may be shorter than peers have seen, or longer."""
    settings, route = client.emulator.settings, f"POST /{what}/search"
    settings.per_page_maximum[route], settings.per_page_refusal = 20, 422
    assert 422 == client.updated_after(what, 0, per_page=21).status_code
    settings.per_page_maximum[route] = 300
    assert 200 == client.updated_after(what, 0, per_page=300).status_code


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/admins/activity_logs", {"created_at_after": "soon"}),
        ("/content/search", {"updated_at_after": "soon"}),
        ("/data_connectors/12345/execution_results", {"start_ts": "soon"}),
        ("/events", {"type": "user", "intercom_user_id": CONTACT_IDS.to_id(0), "before": "x"}),
        (f"/contacts/{CONTACT_IDS.to_id(0)}/merge_history", {"order": "up"}),
        ("/conversations/deleted", {"order": "up"}),
    ],
)
def test_nonsense_is_refused(client, path, query):
    """A parameter that means nothing is 400, never an error of the emulator."""
    assert (400, "parameter_invalid") == client.refusal(client.get(path, **query))


def test_keys_of_lists(start):
    """A list's key is documented in two ways, or the list is a bare array."""
    client = start(
        list_keys={"GET /ticket_types": "ticket_types", "GET /contacts/deleted": "contacts"},
        bare_lists={"GET /away_status_reasons"},
        ticket_type_attributes_key="ticket_type_attributes",
    )
    types = client.get("/ticket_types").json()["ticket_types"]
    assert 9 == len(types[0]["ticket_type_attributes"]["ticket_type_attributes"])
    deleted = client.get("/contacts/deleted", {"Intercom-Version": "2.17"}).json()
    assert 10 == len(deleted["contacts"])
    assert 5 == len(client.get("/away_status_reasons").json())
    kind = one_ticket(client)["ticket_type"]["ticket_type_attributes"]
    assert 9 == len(kind["ticket_type_attributes"])


def test_teammates(start):
    """The teammates of a conversation are under `admins`, or under `teammates`."""
    query = {"field": "id", "operator": "=", "value": "502"}
    for key in ("admins", "teammates"):
        client = start(conversation_teammates_key=key)
        for one in (
            client.search("conversations", query).json()["conversations"][0],
            client.get("/conversations/502").json(),
        ):
            assert {"type", key} == one["teammates"].keys()


def test_page_numbers(client):
    """Numbers of pages become text once a page is asked for, where that is set."""
    assert 1 == client.get("/internal_articles").json()["pages"]["page"]
    assert "1" == client.get("/internal_articles", page=1).json()["pages"]["page"]
    assert 1 == client.get("/news/news_items", page=1).json()["pages"]["page"]
    client.emulator.settings.string_page_numbers.add("GET /news/news_items")
    assert "1" == client.get("/news/news_items", page=1).json()["pages"]["page"]
    client.emulator.settings.pages_next = "absent"
    assert "next" not in client.get("/news/news_items", page=1).json()["pages"]


def test_article_statistics(start):
    """One number has two names."""
    for key in ("conversations", "conversions"):
        client = start(article_conversions_key=key)
        statistics = client.get("/articles/39").json()["statistics"]
        assert 10 == statistics[key]
        assert 1 == len(statistics.keys() & {"conversations", "conversions"})


def test_cut_lists(start):
    """Merge histories, choices and links may be cut, or not."""
    client = start(merge_history_limit=5, subscriptions_limit=None, linked_objects_limit=1)
    ids = client.emulator.workspace.contacts.ids
    collector, chooser = ids.to_id(1), ids.to_id(7)
    merged = client.get(f"/contacts/{collector}", include_merge_history="true").json()
    assert 5 == len(merged["merge_history"])
    choices = client.get(f"/contacts/{chooser}").json()["opted_in_subscription_types"]
    assert (11, False) == (len(choices["data"]), choices["has_more"])
    client.emulator.settings.subscriptions_limit = 3
    choices = client.get(f"/contacts/{chooser}").json()["opted_in_subscription_types"]
    assert (3, 11, True) == (len(choices["data"]), choices["total_count"], choices["has_more"])
    for one in (client.get("/conversations/506").json(), client.get("/tickets/505").json()):
        links = one["linked_objects"]
        assert (1, 2, True) == (len(links["data"]), links["total_count"], links["has_more"])


def test_retention(client):
    """Old rows are forgotten, where that is set."""
    settings = client.emulator.settings
    settings.retention_days = {
        "activity_logs": 30,
        "contact_activities": 30,
        "data_connector_executions": 5,
        "deleted_conversations": 1,
    }
    assert 2 == client.get("/conversations/deleted").json()["total_count"]
    logs = client.get("/admins/activity_logs", created_at_after=0).json()["activity_logs"]
    assert 4 == len(logs)
    path = "/data_connectors/12345/execution_results"
    assert 15 == len(client.get(path, start_ts=0, per_page=30).json()["data"])
    activities = client.get("/contacts/activities", {"Intercom-Version": "Preview"}).json()
    assert 2 == len(activities["data"])


def test_activity_logs(client):
    """Long ranges may be too much; whether the ends belong to a range is open."""
    settings, now = client.emulator.settings, client.emulator.clock.now()
    path = "/admins/activity_logs/search"
    moments = [one["created_at"] for one in client.emulator.workspace.objects("activity_logs")]
    whole = {"created_at_after": moments[0], "created_at_before": moments[-1]}
    assert 13 == len(client.post(path, whole).json()["activity_logs"])
    settings.activity_log_bounds = "exclusive"
    assert 11 == len(client.post(path, whole).json()["activity_logs"])
    settings.activity_log_days = 30
    assert 500 == client.post(path, whole).status_code
    short = {"created_at_after": now - 29 * 86_400}
    assert 200 == client.post(path, short).status_code


def test_activity_logs_page_by_url(client):
    """The next page's URL names neither the range nor the types: they belong into the body."""
    body = {"created_at_after": 0, "event_types": ["role_change", "app_name_change"]}
    first = client.post("/admins/activity_logs/search", {**body, "per_page": 4}).json()
    url = first["pages"]["next"]
    assert "created_at" not in url
    second = client.session.post(url, json=body, headers=client.headers).json()

    seen = [*first["activity_logs"], *second["activity_logs"]]
    assert 8 == len({one["id"] for one in seen})


def test_macros(client):
    """Hidden macros may be listed or not; changes are asked for by either form of time."""
    settings = client.emulator.settings
    assert 51 == len(client.get("/macros", per_page=150).json()["data"])
    some = client.get("/macros", per_page=150).json()["data"][4]
    changed = client.get("/macros", updated_since=1_785_872_000, per_page=150).json()["data"]
    assert 0 < len(changed) < 51
    settings.macros_since = "iso"
    changed = client.get("/macros", updated_since=some["updated_at"], per_page=150).json()["data"]
    assert 5 == len(changed)
    settings.macros_listed = "visible"
    assert 39 == len(client.get("/macros", per_page=150).json()["data"])


def test_content_without_a_term(start):
    """It may be all there is, or the newest of it."""
    client = start(content_search_lists="recent")

    assert 10 == client.get("/content/search").json()["total_count"]
    assert 10 < client.get("/content/search", query="e").json()["total_count"]


def test_oldest_first(client):
    """Lists whose order nobody knows may be turned round."""
    contact = client.emulator.workspace.contacts.ids.to_id(1)
    query = {"type": "user", "intercom_user_id": contact}
    newest = [one["created_at"] for one in client.get("/events", **query).json()["events"]]
    calls = [one["id"] for one in client.get("/calls").json()["data"]]
    client.emulator.settings.oldest_first |= {"data_events", "calls"}
    oldest = [one["created_at"] for one in client.get("/events", **query).json()["events"]]

    assert newest == sorted(newest, reverse=True)
    assert oldest == sorted(oldest)
    assert calls[0] > client.get("/calls").json()["data"][0]["id"]


def test_permissions_nobody_knows(client):
    """The permission of a route may be another than the supposed one."""
    client.emulator.settings.permissions["GET /calls"] = "Read events"
    value = client.emulator.tokens.add("agent", permissions=["read_conversations"])
    client.headers["Authorization"] = f"Bearer {value}"
    assert (403, "forbidden") == client.refusal(client.get("/calls"))
    client.emulator.tokens.set_permissions("agent", ["read_events"])
    assert 200 == client.get("/calls").status_code


@pytest.mark.parametrize("listed", [True, False])
def test_deleted_tickets(start, listed):
    """The list of deleted conversations may name tickets, or not."""
    client = start(deleted_tickets_listed=listed)
    client.emulator.workspace.delete_ticket("510")
    ids = {one["id"] for one in client.get("/conversations/deleted").json()["conversations"]}

    assert listed == ("510" in ids)
    assert 404 == client.get("/conversations/510").status_code
    assert 404 == client.get("/tickets/510").status_code


def test_escaped_addresses(client):
    """Addresses of contacts that are gone are in HTML's words unless asked otherwise."""
    headers = {"Intercom-Version": "2.17"}
    path = "/contacts/deleted"
    escaped = client.get(path, headers, per_page=150).json()["data"]
    plain = client.get(path, headers, per_page=150, escape_identity="false").json()["data"]

    assert any("&#x27;" in (one["email"] or "") for one in escaped)
    assert any("'" in (one["email"] or "") for one in plain)


def test_names_that_move_are_known(client):
    """Each name in the set is that of a relation, or told in the setting's own words."""
    others = {"company_members", "ticket_states"}

    assert client.emulator.settings.moves_updated_at <= RELATIONS.keys() | others
    assert VERBS.keys() - {"company_members"} <= RELATIONS.keys()
