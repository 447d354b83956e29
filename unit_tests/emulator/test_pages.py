"""Pages of every kind: cursors, numbers, URLs, limits, and the nested lists of ten."""

import pytest


def test_cursor_pages_end_without_next(client):
    """A cursor route names the next page as an object and then leaves `next` out."""
    first = client.updated_after("contacts", 0, per_page=5).json()
    assert {"page", "starting_after"} == first["pages"]["next"].keys()
    assert (1, 2, 9) == (
        first["pages"]["page"],
        first["pages"]["total_pages"],
        first["total_count"],
    )

    after = first["pages"]["next"]["starting_after"]
    last = client.updated_after("contacts", 0, per_page=5, starting_after=after).json()
    assert "next" not in last["pages"]
    assert (2, 4) == (last["pages"]["page"], len(last["data"]))


def test_a_full_last_page_has_no_next(client):
    """When the last page is exactly full, no empty page follows."""
    body = client.updated_after("contacts", 0, per_page=9).json()

    assert 9 == len(body["data"])
    assert "next" not in body["pages"]


def test_nothing_found_has_no_pages(client):
    """No hits: total_pages 0."""
    body = client.updated_after("contacts", 4_000_000_000).json()

    assert (0, 0, []) == (body["total_count"], body["pages"]["total_pages"], body["data"])


@pytest.mark.parametrize(
    ("form", "end"), [("object", "null"), ("object", "absent"), ("url", "null"), ("url", "absent")]
)
@pytest.mark.parametrize("scope", ["everywhere", "route"])
def test_forms_of_next(start, form, end, scope):
    """`pages.next` takes the form that is set, everywhere or for a route."""
    route = "GET /articles"
    client = start(
        pages_next=form if scope == "everywhere" else {route: form},
        pages_end=end if scope == "everywhere" else {route: end},
    )
    first = client.get("/articles", per_page=3).json()["pages"]["next"]
    last = client.get("/articles", per_page=3, page=2).json()["pages"]

    assert (str if form == "url" else dict) is type(first)
    assert ("next" in last) == (end == "null")
    if form == "url":
        assert "https://api.intercom.io/articles?per_page=3&page=2" == first


def test_next_urls_may_name_another_host(start):
    """The trap of T46: an absolute URL that leads elsewhere."""
    client = start(next_url_base="https://elsewhere.example.com")

    url = client.get("/articles", per_page=3).json()["pages"]["next"]

    assert url.startswith("https://elsewhere.example.com/articles?")


@pytest.mark.parametrize("cursor", ["nonsense", "W10=", "eyJhIjoxfQ==", 7])
def test_bad_cursors(client, cursor):
    """A cursor that isn't ours is 400 client_error."""
    response = client.updated_after("contacts", 0, starting_after=cursor)

    assert (400, "client_error") == client.refusal(response)


@pytest.mark.parametrize("per_page", [0, 151, "many"])
def test_page_sizes_of_search(client, per_page):
    """Search gives 1 to 150 a page."""
    response = client.updated_after("contacts", 0, per_page=per_page)

    assert (400, "parameter_invalid") == client.refusal(response)


@pytest.mark.parametrize(
    ("path", "maximum"),
    [
        ("/articles", 250),
        ("/contacts", 150),
        ("/conversations", 150),
        ("/conversations/deleted", 60),
    ],
)
def test_page_sizes_of_lists(client, path, maximum):
    """Each list has its maximum; above it is 400."""
    assert 200 == client.get(path, per_page=maximum).status_code
    assert 400 == client.get(path, per_page=maximum + 1).status_code


def test_lists_walk_every_contact(client):
    """GET /contacts gives ten a page and in the end each contact once."""
    seen, after = [], None
    while True:
        body = client.get("/contacts", per_page=4, **({"starting_after": after} if after else {}))
        seen += [one["id"] for one in body.json()["data"]]
        if "next" not in body.json()["pages"]:
            break
        after = body.json()["pages"]["next"]["starting_after"]

    assert 9 == len(seen) == len(set(seen))


def test_articles_come_latest_first(client):
    """Articles are sorted by updated_at, descending."""
    moments = [one["updated_at"] for one in client.get("/articles").json()["data"]]

    assert sorted(moments, reverse=True) == moments


def test_conversations_come_latest_first(client):
    """So is the list of conversations."""
    moments = [one["updated_at"] for one in client.get("/conversations").json()["conversations"]]

    assert sorted(moments, reverse=True) == moments


def test_nested_lists_stop_at_ten(client):
    """A contact shows ten of its twelve tags, companies and eleven notes; its own routes all."""
    workspace = client.emulator.workspace
    contact_id = workspace.contacts.ids.to_id(1)
    contact = client.get(f"/contacts/{contact_id}").json()

    for name, total in (("tags", 12), ("companies", 12), ("notes", 11)):
        shown = contact[name]
        assert (10, total, True) == (len(shown["data"]), shown["total_count"], shown["has_more"])
        key = "companies" if name == "companies" else "data"
        assert total == len(client.get(shown["url"]).json()[key])


def test_nested_lists_are_cut_in_search_too(client):
    """Search and list cut them the same way."""
    shown = {
        one["tags"]["total_count"]: len(one["tags"]["data"])
        for one in client.updated_after("contacts", 0).json()["data"]
    }

    assert 10 == shown[12]


def test_sublists_have_pages(client):
    """Notes and companies of a contact are linked by URL, newest note first."""
    contact_id = client.emulator.workspace.contacts.ids.to_id(1)
    first = client.get(f"/contacts/{contact_id}/notes", per_page=6).json()
    second = client.session.get(first["pages"]["next"], headers=client.headers).json()

    moments = [note["created_at"] for note in [*first["data"], *second["data"]]]
    assert 11 == len(moments)
    assert sorted(moments, reverse=True) == moments


@pytest.mark.parametrize(
    ("key", "present"),
    [("companies", {"companies"}), ("data", {"data"}), ("both", {"companies", "data"})],
)
def test_the_key_of_a_contacts_companies(start, key, present):
    """Example and schema disagree about the key, so it is a setting."""
    client = start(contact_companies_key=key)
    contact_id = client.emulator.workspace.contacts.ids.to_id(1)
    answer = client.get(f"/contacts/{contact_id}/companies").json()

    assert present == answer.keys() & {"companies", "data"}
    assert {12} == {len(answer[name]) for name in present}


def test_long_threads_show_their_newest_500_parts(start):
    """Of 600 parts the oldest 100 are not shown; total_count is a setting."""
    client = start()
    parts = client.get("/conversations/503").json()["conversation_parts"]
    bodies = [one["body"] for one in parts["conversation_parts"]]
    assert (500, 600) == (len(bodies), parts["total_count"])
    assert ("<p>Message 100</p>", "<p>Message 599</p>") == (bodies[0], bodies[-1])

    client.emulator.settings.parts_total = "returned"
    assert 500 == client.get("/conversations/503").json()["conversation_parts"]["total_count"]


def test_plaintext_conversations(client):
    """`display_as=plaintext` strips markup of source and parts."""
    shown = client.get("/conversations/502", display_as="plaintext").json()

    assert "Question 1" == shown["source"]["body"]
    assert "Hello Joe & team" in [
        one["body"] for one in shown["conversation_parts"]["conversation_parts"]
    ]


def test_company_list_has_a_ceiling(start):
    """POST /companies/list refuses pages that would pass the ceiling."""
    client = start(companies_list_ceiling=10)

    assert 200 == client.post("/companies/list", per_page=5, page=2).status_code
    refused = client.post("/companies/list", per_page=5, page=3)
    assert (400, "bad_request") == client.refusal(refused)
    assert 400 == client.post("/companies/list", per_page=61).status_code


def test_company_list_leaves_out_companies_without_contacts(client):
    """The list has the companies with contacts, by last request; scroll has them all."""
    listed = client.post("/companies/list", per_page=60).json()
    scrolled = client.get("/companies/scroll").json()["data"]

    assert {one["id"] for one in scrolled if one["user_count"] > 0} == {
        one["id"] for one in listed["data"]
    }
    assert len(scrolled) > listed["total_count"]
    moments = [one.get("last_request_at", 0) for one in listed["data"]]
    assert sorted(moments, reverse=True) == moments


def test_companies_by_name_id_and_tag(client):
    """GET /companies finds one by name or company_id, or lists those of a tag."""
    assert "1" == client.get("/companies", name="Blue Sun").json()["company_id"]
    assert "Blue Sun" == client.get("/companies", company_id="1").json()["name"]
    assert (404, "company_not_found") == client.refusal(client.get("/companies", name="X"))
    assert 2 == client.get("/companies", tag_id="102").json()["total_count"]


def test_deleted_conversations_by_page(client):
    """Ids of deleted conversations, the latest first, linked by URL."""
    workspace, clock = client.emulator.workspace, client.emulator.clock
    clock.advance(60)
    workspace.delete_conversation("505")
    first = client.get("/conversations/deleted", per_page=2).json()
    assert ("505", 4) == (first["conversations"][0]["id"], first["total_count"])

    second = client.session.get(first["pages"]["next"], headers=client.headers).json()
    assert 2 == len(second["conversations"])
    assert second["pages"]["next"] is None


def test_activity_logs_need_a_start(client):
    """created_at_after is required; types narrow the search."""
    assert 400 == client.get("/admins/activity_logs").status_code
    body = {"created_at_after": 1, "event_types": ["role_change"], "per_page": 2}
    found = client.post("/admins/activity_logs/search", body).json()
    assert {"role_change"} == {one["activity_type"] for one in found["activity_logs"]}


def test_archived_attributes_only_on_request(client):
    """Archived attributes are left out by default."""
    for path in ("/data_attributes", "/conversations/attributes"):
        shown = client.get(path).json()["data"]
        everything = client.get(path, include_archived="true").json()["data"]
        assert not any(one["archived"] for one in shown)
        assert 1 == len(everything) - len(shown)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/articles?page=0"),
        ("GET", "/articles?page=first"),
        ("GET", "/articles?per_page=all"),
        ("GET", "/conversations/deleted?order=sideways"),
        ("POST", "/companies/list?order=sideways"),
        ("GET", "/admins/activity_logs?created_at_after=yesterday"),
        ("POST", "/admins/activity_logs/search"),
        ("POST", "/contacts/search"),
    ],
)
def test_parameters_that_are_refused(client, method, path):
    """What can't be read as the documented kind of value is 400."""
    response = client.session.request(method, client.emulator.url + path, headers=client.headers)

    assert (400, "parameter_invalid") == client.refusal(response)


def test_bodies_that_are_refused(client):
    """Pagination and sort are objects, and per_page is a number."""
    query = {"field": "updated_at", "operator": ">", "value": 1}
    for extra in ({"pagination": [1]}, {"sort": "updated_at"}, {"sort": {"field": "name"}}):
        assert 400 == client.post("/contacts/search", {"query": query, **extra}).status_code


def test_ids_that_cannot_be(client):
    """A path with an id of another kind is 404, never an error of the emulator."""
    for path in ("/conversations/abc", "/conversations/-1", "/contacts/1", "/companies/x"):
        assert 404 == client.get(path).status_code


def test_companies_of_a_segment(client):
    """GET /companies lists those of a segment."""
    segment_id = client.get("/segments").json()["segments"][0]["id"]

    assert 2 == client.get("/companies", segment_id=segment_id).json()["total_count"]
    assert 200 == client.post("/companies/list", order="asc").status_code


def test_unknown_parameters_in_strict_mode(start):
    """Strict mode refuses parameters that a route doesn't document."""
    client = start(strict_parameters=True)

    assert 200 == client.get("/articles", per_page=1).status_code
    assert (400, "parameter_invalid") == client.refusal(client.get("/articles", perpage=1))
