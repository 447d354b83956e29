"""The search grammar: operators, groups, days, and the order of what is found."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from intercom_emulator import Settings
from intercom_emulator.search import CONTACTS, Query

NEW_YORK = ZoneInfo("America/New_York")


def at(*moment: int, zone: ZoneInfo = NEW_YORK) -> int:
    return int(datetime(*moment, tzinfo=zone).timestamp())


def ids(response) -> list[str]:
    body = response.json()
    return [one["id"] for one in body.get("data") or body.get("conversations") or []]


@pytest.fixture
def three_days(start):
    """A workspace in New York with a contact on each of three days around midnight."""

    def begin(**settings):
        client = start("empty", **settings)
        moments = [
            at(2026, 3, 1, 23, 59, 59),
            at(2026, 3, 2, 0, 0, 0),
            at(2026, 3, 2, 23, 59, 59),
            at(2026, 3, 3, 0, 0, 0),
        ]
        for moment in moments:
            client.emulator.workspace.create_contact(name=str(moment), updated_at=moment)
        return client

    return begin


def found_moments(client, operator: str, value: object) -> list[int]:
    query = {"field": "updated_at", "operator": operator, "value": value}
    response = client.search("contacts", query)
    return [one["updated_at"] for one in response.json()["data"]]


def test_greater_than_starts_the_next_day(three_days):
    """`>` on a contact's date skips the rest of the day that was given."""
    client = three_days()

    assert [at(2026, 3, 3)] == found_moments(client, ">", at(2026, 3, 2, 9))


def test_less_than_ends_before_the_day(three_days):
    """`<` on a contact's date leaves out the whole day that was given."""
    client = three_days()

    assert [at(2026, 3, 1, 23, 59, 59)] == found_moments(client, "<", at(2026, 3, 2, 9))


def test_equals_matches_the_whole_day(three_days):
    """`=` on a contact's date is the calendar day, and accepts a numeric string."""
    client = three_days()
    day = [at(2026, 3, 2), at(2026, 3, 2, 23, 59, 59)]

    assert day == found_moments(client, "=", at(2026, 3, 2, 9))
    assert day == found_moments(client, "=", str(at(2026, 3, 2, 9)))


def test_days_are_those_of_the_workspace(three_days):
    """The same query on a workspace in UTC finds another day."""
    client = three_days(timezone="UTC")

    assert [at(2026, 3, 1, 23, 59, 59), at(2026, 3, 2)] == found_moments(
        client, "=", at(2026, 3, 2, 9)
    )
    client.emulator.settings.timezone = "Pacific/Kiritimati"
    assert [at(2026, 3, 2, 23, 59, 59), at(2026, 3, 3)] == found_moments(
        client, "=", at(2026, 3, 2, 9)
    )


def test_utc_days_on_request(three_days):
    """`utc_day` ignores the workspace's zone."""
    client = three_days(contact_search_dates="utc_day")

    assert [at(2026, 3, 1, 23, 59, 59), at(2026, 3, 2)] == found_moments(
        client, "=", at(2026, 3, 2, 9)
    )


def test_days_of_daylight_saving():
    """A day of 23 hours and one of 25 are still days."""
    for day, hours in ((8, 23), (1, 25)):
        month = 3 if hours == 23 else 11
        begin = at(2026, month, day)
        query = Query(
            {"field": "updated_at", "operator": "=", "value": begin + 12 * 3600},
            CONTACTS,
            Settings(),
            "updated_at",
        )
        assert (begin, begin + hours * 3600 - 1) == (query.low, query.high)


def test_exact_seconds_from_2_17(three_days):
    """`exact` compares seconds and knows >= and <=."""
    client = three_days(contact_search_dates="exact")

    assert 3 == len(found_moments(client, ">", at(2026, 3, 1, 23, 59, 59)))
    assert 4 == len(found_moments(client, ">=", at(2026, 3, 1, 23, 59, 59)))
    assert 1 == len(found_moments(client, "<=", at(2026, 3, 1, 23, 59, 59)))


def test_dates_beyond_the_calendar(three_days):
    """A date past the year 9999 finds what a huge date must."""
    client = three_days()

    assert 4 == len(found_moments(client, "<", 10**15))
    assert [] == found_moments(client, "<", -(10**15))


def test_dates_that_are_absent(start):
    """A contact that was never seen is found by null only, and by no range."""
    client = start("empty", contact_search_dates="exact")
    client.emulator.workspace.create_contact()
    for operator, value, expected in (("=", None, 1), ("!=", None, 0), (">", 1, 0), ("!=", 5, 1)):
        query = {"field": "last_seen_at", "operator": operator, "value": value}
        assert expected == client.search("contacts", query).json()["total_count"]


@pytest.mark.parametrize("operator", [">=", "<=", "!=", "IN", "NIN"])
def test_operators_that_contact_dates_lack(client, operator):
    """Intercom refuses these on a contact's dates."""
    value = [1] if operator in ("IN", "NIN") else 1
    response = client.search(
        "contacts", {"field": "created_at", "operator": operator, "value": value}
    )

    assert (400, "parameter_invalid") == client.refusal(response)


@pytest.mark.parametrize(("bounds", "expected"), [("exclusive", 1), ("inclusive", 3)])
def test_conversation_bounds(start, bounds, expected):
    """Whether conversation search includes its bounds is a setting; seconds are exact."""
    client = start("empty", conversation_bounds=bounds)
    workspace = client.emulator.workspace
    for moment in (100, 101, 102):
        workspace.create_conversation(updated_at=moment)
    query = {
        "operator": "AND",
        "value": [
            {"field": "updated_at", "operator": ">", "value": 100},
            {"field": "updated_at", "operator": "<", "value": 102},
        ],
    }

    assert expected == client.search("conversations", query).json()["total_count"]


def test_groups_of_groups(client):
    """(A OR B) AND (C OR D), the deepest nesting there is."""
    joe, lead = (client.emulator.workspace.contacts.ids.to_id(n) for n in (0, 2))
    query = {
        "operator": "AND",
        "value": [
            {
                "operator": "OR",
                "value": [
                    {"field": "id", "operator": "=", "value": joe},
                    {"field": "role", "operator": "=", "value": "lead"},
                ],
            },
            {
                "operator": "OR",
                "value": [
                    {"field": "name", "operator": "=", "value": None},
                    {"field": "name", "operator": "~", "value": "BLOGGS"},
                ],
            },
        ],
    }

    assert {joe, lead} == set(ids(client.search("contacts", query)))


def test_or_of_greater_and_equal(three_days):
    """The usual OR(>, =) finds the day itself and what follows."""
    client = three_days()
    bound = at(2026, 3, 2, 9)
    query = {
        "operator": "OR",
        "value": [
            {"field": "updated_at", "operator": operator, "value": bound} for operator in (">", "=")
        ],
    }

    assert 3 == client.search("contacts", query).json()["total_count"]


@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        ("email", "$", "@example.com", 2),
        ("email", "^", "joe", 1),
        ("name", "!~", "Twin", 5),
        ("external_id", "IN", ["70", "71"], 2),
        ("external_id", "NIN", ["70", "71"], 7),
        ("role", "!=", "user", 1),
        ("tag_id", "=", "102", 4),
        ("tag_id", "!=", "102", 5),
        ("has_hard_bounced", "=", True, 1),
        ("custom_attributes.lifetime_orders", "=", "12", 1),
        ("custom_attributes.lifetime_orders", ">", 2, 2),
    ],
)
def test_operators(client, name, operator, value, expected):
    """Each documented operator on each kind of field."""
    response = client.search("contacts", {"field": name, "operator": operator, "value": value})

    assert expected == response.json()["total_count"]


@pytest.mark.parametrize(
    "query",
    [
        None,
        [],
        {"operator": "AND", "value": []},
        {"operator": "AND", "value": "x"},
        {"operator": "XOR", "value": [{}]},
        {"field": "updated_at", "operator": ">", "value": "yesterday"},
        {"field": "updated_at", "operator": "~", "value": 1},
        {"field": "name", "operator": ">", "value": 1},
        {"field": "shoe_size", "operator": "=", "value": 1},
        {"field": "name", "operator": "IN", "value": "x"},
        {"field": "tag_id", "operator": "IN", "value": ["1"]},
        {"operator": "AND", "value": [{"field": "id", "operator": "=", "value": "1"}] * 16},
        {
            "operator": "AND",
            "value": [
                {
                    "operator": "OR",
                    "value": [
                        {
                            "operator": "AND",
                            "value": [{"field": "id", "operator": "=", "value": "1"}],
                        }
                    ],
                }
            ],
        },
    ],
)
def test_queries_that_are_refused(client, query):
    """A query outside the grammar is 400, never everything."""
    assert 400 == client.search("contacts", query).status_code


@pytest.mark.parametrize("order", ["desc", "asc", "", None])
def test_sort_orders_that_are_refused(client, order):
    """Only ascending and descending are orders."""
    query = {"field": "updated_at", "operator": ">", "value": 1}
    body = {"query": query, "sort": {"field": "updated_at", "order": order}}

    assert (400, "invalid_sort_order") == client.refusal(client.post("/contacts/search", body))


def test_sorting_uses_full_seconds(client):
    """Both orders, and by another field than the one filtered."""
    query = {"field": "updated_at", "operator": ">", "value": 1}
    for order in ("ascending", "descending"):
        body = {"query": query, "sort": {"field": "created_at", "order": order}}
        moments = [
            one["created_at"] for one in client.post("/contacts/search", body).json()["data"]
        ]
        assert sorted(moments, reverse=order == "descending") == moments


def test_search_lags_behind(start):
    """A creation, an update and a deletion become visible to search after the lag only."""
    client = start(index_lag=120)
    workspace, clock = client.emulator.workspace, client.emulator.clock
    changed, gone = (workspace.conversations.ids.to_id(n) for n in (5, 6))
    before = ids(client.updated_after("conversations", 0))
    clock.advance(10)
    workspace.update("conversations", changed, title="new title")
    workspace.delete_conversation(gone)
    created = workspace.create_conversation()["id"]

    clock.advance(119)
    assert before == ids(client.updated_after("conversations", 0))
    assert "new title" == client.get(f"/conversations/{changed}").json()["title"]
    assert 404 == client.get(f"/conversations/{gone}").status_code
    assert created in ids(client.get("/conversations"))

    clock.advance(1)
    after = ids(client.updated_after("conversations", 0))
    assert set(before) - {gone} | {created} == set(after)
    assert {changed, created} == set(after[-2:])


def test_search_hits_may_show_the_current_record(start):
    """`search_bodies` chooses between the indexed record and the present one."""
    client = start(index_lag=120, search_bodies="current")
    client.emulator.workspace.update("conversations", "506", title="new title")

    body = client.updated_after("conversations", 0).json()

    assert ["new title"] == [one["title"] for one in body["conversations"] if one["id"] == "506"]


def test_the_newest_write_wins_over_an_older_one_that_lags(start):
    """Lowering the lag doesn't let an older version come back."""
    client = start(index_lag=600)
    client.emulator.workspace.update("conversations", "506", title="first")
    client.emulator.settings.index_lag = 0
    client.emulator.workspace.update("conversations", "506", title="second")
    client.emulator.clock.advance(601)

    titles = {
        one["id"]: one["title"]
        for one in client.updated_after("conversations", 0).json()["conversations"]
    }

    assert "second" == titles["506"]


def test_equal_seconds_are_paged_without_loss(start):
    """Many records of one second come once each, in either order."""
    client = start("conversations=90,shared_second=90")
    for order in ("ascending", "descending"):
        seen, after = [], None
        while True:
            body = {
                "query": {"field": "updated_at", "operator": ">", "value": 1},
                "sort": {"field": "updated_at", "order": order},
                "pagination": {"per_page": 40, "starting_after": after},
            }
            answer = client.post("/conversations/search", body).json()
            seen += [one["id"] for one in answer["conversations"]]
            if "next" not in answer["pages"]:
                break
            after = answer["pages"]["next"]["starting_after"]
        assert 90 == len(seen) == len(set(seen))


def test_a_record_that_moves_while_paging(start):
    """A cursor is a value: what is updated between two ascending pages comes (again) later."""
    client = start("conversations=10")
    first = client.updated_after("conversations", 1, per_page=4).json()
    moved = first["conversations"][0]["id"]
    client.emulator.workspace.reply(moved)
    after = first["pages"]["next"]["starting_after"]

    rest = client.updated_after("conversations", 1, per_page=150, starting_after=after).json()

    assert moved == rest["conversations"][-1]["id"]
    assert 7 == len(rest["conversations"])
