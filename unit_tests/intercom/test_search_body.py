import pytest

from source_intercom.intercom.search_body import LONGEST_DAY, SECOND, search_body
from source_intercom.reading.window import FOREVER, Slice


def operators(body):
    return [(each["field"], each["operator"]) for each in body["query"]["value"]]


def test_bounds_reach_past_the_slice_whatever_the_operators_include():
    """A second on either side is right for inclusive and exclusive operators."""
    body = search_body(Slice(100, 200), SECOND, 150, None, is_open=False)

    assert body["query"]["value"] == [
        {"field": "updated_at", "operator": ">", "value": 99},
        {"field": "updated_at", "operator": "<", "value": 201},
    ]
    assert body["sort"] == {"field": "updated_at", "order": "ascending"}


@pytest.mark.parametrize("created", [None, (0, FOREVER), (50, 60)])
@pytest.mark.parametrize("is_open", [True, False])
def test_t7_dates_are_only_compared_by_greater_and_less(created, is_open):
    """T7: >=, <=, != and IN are refused on a contact's dates."""
    body = search_body(Slice(10**9, 2 * 10**9, created), LONGEST_DAY, 150, "abc", is_open=is_open)

    assert {operator for _, operator in operators(body)} <= {">", "<"}
    assert body["pagination"] == {"per_page": 150, "starting_after": "abc"}


def test_a_slice_by_creation_is_bounded_in_both_fields():
    """What one second holds is cut by created_at and still bounded by updated_at."""
    body = search_body(Slice(100, 100, (50, 60)), SECOND, 150, None, is_open=False)

    assert operators(body) == [
        ("updated_at", ">"),
        ("updated_at", "<"),
        ("created_at", ">"),
        ("created_at", "<"),
    ]
    assert body["sort"]["field"] == "created_at"


def test_all_history_has_a_filter_that_hides_nothing():
    """A search needs a filter; a lower one would hide what changed in the epoch's own hours."""
    body = search_body(Slice(0, 10), SECOND, 150, None, is_open=True)

    assert body["query"]["value"] == [
        {"field": "updated_at", "operator": "<", "value": 4_102_444_800}
    ]


def test_an_order_by_creation_hides_no_row_whatever_its_creation():
    """A row without a created_at lies in no range of it."""
    body = search_body(Slice(100, 100, (0, FOREVER)), SECOND, 150, None, is_open=False)

    assert operators(body) == [("updated_at", ">"), ("updated_at", "<")]
    assert body["sort"]["field"] == "created_at"
