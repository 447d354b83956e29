"""Every list of the table of resources, walked to its end and back to the workspace."""

from dataclasses import replace

import pytest

from intercom_emulator.resources import RESOURCES, WHOLE

LISTS = {name: one for name, one in RESOURCES.items() if one.listing}
PAGED = [name for name, one in LISTS.items() if one.listing.pages is not WHOLE]
SINGLES = [name for name, one in RESOURCES.items() if one.single]
ASKED = {
    "conversation_attributes": {"include_archived": "true"},
    "data_attributes": {"include_archived": "true"},
    "data_connector_executions": {"start_ts": 0},
    "deleted_contacts": {"escape_identity": "false"},
}
"""What shows everything, where a list alone doesn't."""


def headers_for(listing) -> dict[str, str]:
    """The version that has the list."""
    return {"Intercom-Version": listing.since if listing.since in ("2.17", "Preview") else "2.16"}


def paths(workspace, name: str) -> list[tuple[str, list[dict]]]:
    """Each path of a list and the objects that stand behind it, parents without any included."""
    resource = RESOURCES[name]
    shown = [workspace.shown(name, one) for one in workspace.table(name).objects()]
    if resource.parent is None:
        return [(resource.listing.path, shown)]
    if resource.parent.resource == "custom_object_types":
        parents = sorted(workspace.custom_object_types())
    else:
        parents = [str(one["id"]) for one in workspace.objects(resource.parent.resource)]
    start, _, rest = resource.listing.path.partition("{")
    table = workspace.table(name)
    return [
        (
            f"{start}{parent}{rest.partition('}')[2]}",
            [workspace.shown(name, one) for one in table.of(parent)],
        )
        for parent in parents
    ]


def walk(client, name: str, path: str, per_page: int | None = None) -> list:
    """All rows of a list, page by page."""
    listing = LISTS[name].listing
    rows, query = [], dict(ASKED.get(name, {}))
    if per_page is not None:
        query["per_page"] = per_page
    while True:
        answer = client.get(path, headers_for(listing), **query)
        assert 200 == answer.status_code, answer.text
        body = answer.json()
        page = body[listing.key]
        rows += page
        if listing.pages.form == "cursor":
            following = (body["pages"].get("next") or {}).get("starting_after")
            if following is None:
                return rows
            query["starting_after"] = following
            continue
        told = body if listing.pages.form == "top_level" else body.get("pages")
        if told is None or int(told["page"]) >= told["total_pages"]:
            return rows
        query["page"] = int(told["page"]) + 1


def truth(name: str, objects: list[dict]) -> list:
    """The objects as the list has them."""
    if name == "activity_log_event_types":
        return [one["event_type"] for one in objects]
    return objects


def by_text(rows: list) -> list:
    return sorted(rows, key=repr)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_the_workspace(client, name):
    """Whatever hangs on whatever, a list holds all of it and nothing else."""
    for path, objects in paths(client.emulator.workspace, name):
        assert by_text(walk(client, name, path)) == by_text(truth(name, objects)), path


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize("per_page", [1, 5, None])
def test_pages_hold_the_same(client, name, per_page):
    """Each row comes once and in one order, however the pages are cut."""
    path, objects = max(paths(client.emulator.workspace, name), key=lambda each: len(each[1]))

    assert walk(client, name, path, per_page) == walk(client, name, path)
    assert len(objects) == len(walk(client, name, path, per_page))


@pytest.mark.parametrize("name", [n for n, one in LISTS.items() if one.listing.order])
def test_lists_are_in_order(client, name):
    """The order is the documented one, or the most likely."""
    listing = LISTS[name].listing
    field, is_descending = listing.order.lstrip("-"), listing.order.startswith("-")
    path, _ = max(paths(client.emulator.workspace, name), key=lambda each: len(each[1]))
    values = [one[field] for one in walk(client, name, path)]
    if field == "id":
        values = [int(one) for one in values]

    assert values == sorted(values, reverse=is_descending)
    assert len(values) > 1


@pytest.mark.parametrize("name", PAGED)
def test_a_page_has_a_default_and_a_maximum(client, name):
    """Without per_page comes the default; beyond the maximum 400, or 422 where that is set."""
    listing = LISTS[name].listing
    path, objects = max(paths(client.emulator.workspace, name), key=lambda each: len(each[1]))
    headers, asked = headers_for(listing), ASKED.get(name, {})
    first = client.get(path, headers, **asked).json()
    too_many = {**asked, "per_page": listing.pages.maximum + 1}

    assert min(listing.pages.default, len(objects)) == len(first[listing.key])
    assert (400, "parameter_invalid") == client.refusal(client.get(path, headers, **too_many))
    client.emulator.settings.per_page_refusal = 422
    assert 422 == client.get(path, headers, **too_many).status_code
    client.emulator.settings.per_page_maximum[f"GET {listing.path}"] = 1000
    assert 200 == client.get(path, headers, **too_many).status_code


@pytest.mark.parametrize("name", LISTS)
def test_a_list_needs_its_permission(client, name):
    """Without any of its permissions it is refused, with the first one alone it isn't."""
    listing = LISTS[name].listing
    path, _ = paths(client.emulator.workspace, name)[0]
    headers = headers_for(listing)
    tokens = client.emulator.tokens
    others = tokens.get("default").permissions - set(listing.permissions)
    refused = tokens.add("refused", permissions=others)
    allowed = tokens.add("allowed", permissions=[listing.permissions[0], "read_tickets"])

    answers = [
        client.get(path, {**headers, "Authorization": f"Bearer {value}"}).status_code
        for value in (refused, allowed)
    ]
    assert [403, 200] == answers


@pytest.mark.parametrize("name", [n for n, one in LISTS.items() if one.listing.since > "2.11"])
def test_a_list_came_with_a_version(client, name):
    """The version before the one that brought the list doesn't have it."""
    listing = LISTS[name].listing
    path, _ = paths(client.emulator.workspace, name)[0]
    before = {"2.14": "2.12", "2.15": "2.14", "2.16": "2.15", "2.17": "2.16", "Preview": "2.17"}

    answer = client.get(path, {"Intercom-Version": before[listing.since]})
    assert (400, "intercom_version_invalid") == client.refusal(answer)


@pytest.mark.parametrize("name", [n for n, one in LISTS.items() if one.parent])
def test_what_hangs_on_nothing_is_404(client, name):
    """A parent that doesn't exist has no list."""
    start, _, rest = LISTS[name].listing.path.partition("{")
    path = f"{start}nobody{rest.partition('}')[2]}"

    assert 404 == client.get(path, headers_for(LISTS[name].listing)).status_code


@pytest.mark.parametrize("name", SINGLES)
def test_single_objects_are_as_their_list_has_them(client, name):
    """Each object has a route of its own; one that doesn't exist is 404."""
    resource = RESOURCES[name]
    start = resource.single.path.partition("{")[0]
    objects = list(client.emulator.workspace.objects(name))
    for one in objects[:5]:
        shown = client.get(f"{start}{one[resource.key]}").json()
        assert one == {key: value for key, value in shown.items() if key in one}

    assert objects
    assert 404 == client.get(f"{start}123456789").status_code


@pytest.mark.parametrize("name", [n for n, one in RESOURCES.items() if one.key == "id"])
def test_the_plain_verbs_work_for_each_resource(client, name):
    """What is made is there, what is changed has changed, what is deleted is gone."""
    workspace = client.emulator.workspace
    fields = {
        "contacts": {"name": "x"},
        "company_notes": {"company_id": workspace.companies.ids.to_id(3), "body": "x"},
        "data_attributes": {"model": "contact", "name": "x", "data_type": "string"},
        "notes": {"contact_id": workspace.contacts.ids.to_id(3), "body": "x"},
    }.get(name, {})
    made = workspace.create(name, **fields)
    assert made["id"] in {one.get("id") for one in workspace.objects(name)}
    changed = workspace.update(name, made["id"], _mark=7, type="changed")
    assert "changed" == changed["type"]
    assert "changed" in {one.get("type") for one in workspace.objects(name)}
    workspace.delete(name, made["id"])
    assert made["id"] not in {one.get("id") for one in workspace.objects(name)}


def test_cursors_outlive_their_rows(client):
    """A page goes on behind a row that was deleted after it had been shown."""
    first = client.get("/macros", per_page=3).json()
    last = first["data"][-1]
    client.emulator.workspace.delete("macros", last["id"])
    after = first["pages"]["next"]["starting_after"]
    second = client.get("/macros", per_page=3, starting_after=after).json()["data"]
    every = [one["id"] for one in client.get("/macros", per_page=150).json()["data"]]

    assert every[2:5] == [one["id"] for one in second]
    assert (400, "client_error") == client.refusal(client.get("/macros", starting_after="x"))


def test_pages_end_at_a_ceiling(client):
    """Beyond so many rows the list of external pages is a plain 400."""
    client.emulator.settings.list_ceilings["GET /ai/external_pages"] = 40
    assert 200 == client.get("/ai/external_pages", page=2, per_page=20).status_code
    assert 400 == client.get("/ai/external_pages", page=3, per_page=20).status_code
    ceiling = LISTS["external_pages"].listing.pages.ceiling
    del client.emulator.settings.list_ceilings["GET /ai/external_pages"]
    assert 400 == client.get("/ai/external_pages", page=ceiling, per_page=2).status_code


def test_tables_of_rows_are_frozen():
    """A row of the table is a value: a test that wants another one makes it."""
    listing = LISTS["tags"].listing

    assert "/labels" == replace(listing, path="/labels").path
    with pytest.raises(AttributeError):
        listing.path = "/labels"
