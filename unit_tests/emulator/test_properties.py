"""Search and scroll against a naive reading of the same records, whatever they are."""

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from intercom_emulator import Emulator, Request
from intercom_emulator.records import Documents, object_ids, pack
from intercom_emulator.seeds.office import NOW
from intercom_emulator.shapes import contact
from intercom_emulator.workspace import CONTACT_IDS, Seed

MOMENTS = st.integers(NOW - 5, NOW + 5)
HEADERS = {"authorization": "Bearer emulator-token"}


def ask(emulator: Emulator, body: dict) -> dict:
    request = Request("POST", "/contacts/search", "", HEADERS, orjson.dumps(body))
    response = emulator.app.handle(request)
    assert 200 == response.status, response.body
    return response.json


@settings(max_examples=60)
@given(
    stamps=st.lists(st.tuples(MOMENTS, MOMENTS), max_size=25),
    updates=st.lists(st.tuples(st.integers(0, 24), MOMENTS), max_size=10),
    low=MOMENTS,
    high=MOMENTS,
    created_after=MOMENTS,
    order=st.sampled_from(["ascending", "descending"]),
    sort_field=st.sampled_from(["updated_at", "created_at", "last_seen_at"]),
    per_page=st.integers(1, 7),
)
def test_pages_of_a_search_are_the_records_that_match(
    stamps, updates, low, high, created_after, order, sort_field, per_page
):
    """All pages together hold each match once, in order, however small the pages are."""
    documents = [
        contact(CONTACT_IDS.to_id(n), created, updated_at=updated, last_seen_at=updated)
        for n, (created, updated) in enumerate(stamps)
    ]
    emulator = Emulator(Seed(now=NOW, contacts=Documents(documents)))
    emulator.settings.contact_search_dates = "exact"
    emulator.settings.rate_limit = None
    ask(emulator, {"query": {"field": "updated_at", "operator": ">", "value": 1}})
    for number, moment in updates:
        if number < len(documents):
            emulator.workspace.update("contacts", documents[number]["id"], updated_at=moment)
    filters = [
        {"field": "updated_at", "operator": ">", "value": low},
        {"field": "updated_at", "operator": "<=", "value": high},
        {"field": "created_at", "operator": ">=", "value": created_after},
    ]
    seen, after = [], None
    while True:
        body = ask(
            emulator,
            {
                "query": {"operator": "AND", "value": filters},
                "sort": {"field": sort_field, "order": order},
                "pagination": {"per_page": per_page, "starting_after": after},
            },
        )
        seen += body["data"]
        if "next" not in body["pages"]:
            break
        assert per_page == len(body["data"])
        after = body["pages"]["next"]["starting_after"]

    matching = [
        one["id"]
        for one in emulator.workspace.objects("contacts")
        if low < one["updated_at"] <= high and one["created_at"] >= created_after
    ]
    assert sorted(matching) == sorted(one["id"] for one in seen)
    assert len(matching) == body["total_count"]
    values = [one[sort_field] for one in seen]
    assert sorted(values, reverse=order == "descending") == values


@given(ordinal=st.integers(0, 2**30 - 1))
def test_ids_lead_back_to_their_ordinal(ordinal):
    """Ids are invertible, and no other text passes for one."""
    ids = object_ids("6762f0d0")

    assert ordinal == ids.to_ordinal(ids.to_id(ordinal))
    assert 24 == len(ids.to_id(ordinal))
    assert -1 == ids.to_ordinal(ids.to_id(ordinal)[1:])


@given(values=st.lists(st.tuples(st.integers(-(2**32), 2**32), st.integers(0, 2**30 - 1))))
def test_packed_keys_sort_like_pairs(values):
    """Before 1970 and after 2100 too."""
    assert sorted(values) == sorted(values, key=lambda pair: pack(*pair))
