import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_intercom.intercom.json_text import Numeral, from_json
from source_intercom.tables.custom_attributes import (
    BOOLEAN,
    INTEGER,
    LONGEST_NAME,
    NAME_KEY,
    NUMBER,
    STRING,
    TIMESTAMP,
    column_name,
    columns,
    copier,
)

OF_OLD = {"type": ["null", "object", "array", "string", "number", "boolean"]}
"""A column as earlier catalogs have it."""
OWN = {"properties": {"id": {}, "custom_attributes": {}, "custom_fields": {}}}


def attribute(name, number=1, data_type="string", **fields):
    return {
        "id": number,
        "name": name,
        "full_name": f"custom_attributes.{name}",
        "data_type": data_type,
        "custom": True,
        "archived": False,
        **fields,
    }


def names(*attributes):
    """The columns of attributes, by their exact names."""
    found = columns(attributes, OWN["properties"])
    return {schema[NAME_KEY]: column for column, schema in found.items()}


def filled(schema, values, misfits=None):
    """The columns of a record with these custom attributes."""
    record = {"id": "1", "custom_attributes": values}
    reported = [] if misfits is None else misfits
    copy = copier({"properties": schema}, OWN, lambda name, column: reported.append((name, column)))
    copy(record)
    assert record.pop("custom_attributes") == values
    return {name: value for name, value in record.items() if name != "id"}


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("lifetime_orders", "custom_lifetime_orders"),
        ("CX Score rating", "custom_cx_score_rating"),
        ("größe", "custom_grosse"),
        ("株式会社", "custom_zhushihuishe"),
        ("plan-name", "custom_plan_name"),
        ("€ spent", "custom_eur_spent"),
        ("2nd owner", "custom_2nd_owner"),
        (" a  b ", "custom_a_b"),
    ],
)
def test_a_name_becomes_a_column(name, column):
    """Lower case, transliterated, and nothing but letters, digits and single underscores."""
    assert column_name(name) == column


@given(st.text(min_size=1, max_size=255))
def test_every_column_is_safe_and_stays_the_same(name):
    """Any name gives a column that every warehouse takes, and the same one each time."""
    assert re.fullmatch(r"custom_[a-z0-9_]+", column_name(name))
    assert len(column_name(name)) <= LONGEST_NAME
    assert column_name(name) == column_name(name)


def test_names_that_differ_only_at_their_end_keep_apart():
    """What a warehouse would cut off is told apart by a hash."""
    assert column_name("x" * 100 + "a") != column_name("x" * 100 + "b")
    assert column_name("$") != column_name("%")


def test_of_two_that_come_out_the_same_the_older_keeps_the_name():
    """A later attribute never renames an older one's column, in whatever order they are listed."""
    older, younger = attribute("Plan", 1), attribute("plan", 2)

    assert names(older, younger) == names(younger, older)
    assert names(older, younger)["Plan"] == names(older)["Plan"] == "custom_plan"
    assert re.fullmatch(r"custom_plan_[0-9a-f]{8}", names(older, younger)["plan"])


def test_an_archived_attribute_keeps_its_column():
    """And its name, with which it renames no other column, whether it is brought back or not."""
    older, younger = attribute("Plan", 1), attribute("plan", 2)
    archived = {**older, "archived": True}

    assert names(archived, younger) == names(older, younger)
    assert columns([archived], []) == columns([older], [])


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("string", "integer", STRING),
        ("integer", "float", NUMBER),
        ("decimal", "integer", NUMBER),
        ("float", "decimal", NUMBER),
        ("integer", "integer", INTEGER),
        ("boolean", "integer", STRING),
        ("date", "string", STRING),
        ("date", "datetime", TIMESTAMP),
        ("datetime", "integer", STRING),
        ("relationship", "boolean", STRING),
    ],
)
def test_attributes_of_one_name_have_one_column_for_all(one, other, expected, archived):
    """Its type holds what either may have, also where the older one was archived."""
    first, second = attribute("Reason", 3, one, archived=archived), attribute("Reason", 9, other)

    found = columns([first, second], [])

    assert list(found) == ["custom_reason"]
    assert found["custom_reason"]["type"] == expected["type"]
    assert found["custom_reason"].get("format") == expected.get("format")
    assert columns([second, first], []) == found


def test_the_youngest_attribute_in_use_describes_the_column():
    older = attribute("plan", 1, label="Plan", description="Old.")
    younger = attribute("plan", 2, label="Tariff", description="New.")

    assert columns([older, younger], [])["custom_plan"]["title"] == "Tariff"
    archived = {**younger, "archived": True}
    assert columns([archived, older], [])["custom_plan"]["title"] == "Plan"
    assert columns([archived], [])["custom_plan"]["title"] == "Tariff"


VALUES = {
    "string": st.text(min_size=1),
    "list": st.text(min_size=1),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    "decimal": st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    "boolean": st.booleans(),
    "date": st.integers(0, 2 * 10**9),
    "datetime": st.datetimes().map(str),
    "relationship": st.lists(st.fixed_dictionaries({"id": st.integers()})),
}
some = st.lists(
    st.builds(
        attribute,
        st.sampled_from(["Reason", "reason", "plan"]),
        st.none() | st.integers(1, 5) | st.just(2**70),
        st.sampled_from(sorted(VALUES)),
        archived=st.booleans(),
        label=st.sampled_from(["a", "b"]),
    ),
    min_size=1,
    max_size=5,
)


@given(some, st.data())
def test_columns_hold_the_values_of_all_their_attributes(attributes, data):
    """Whichever attribute of a name a value belongs to, and whatever order they are listed in."""
    found = columns(attributes, [])
    assert columns(data.draw(st.permutations(attributes)), []) == found

    for each in attributes:
        value = data.draw(VALUES[each["data_type"]])
        misfits = []
        assert len(filled(found, {each["name"]: value}, misfits)) == 1
        assert misfits == []


def test_a_value_keeps_its_digits_in_a_column_of_text():
    """18446744073709551616 is no 1.8446744073709552e+19."""
    values = from_json(b'{"A":18446744073709551616,"B":12345678901234567.891}')
    schema = {
        "custom_a": {**STRING, NAME_KEY: "A"},
        "custom_b": {**STRING, NAME_KEY: "B"},
    }

    assert filled(schema, values) == {
        "custom_a": "18446744073709551616",
        "custom_b": "12345678901234567.891",
    }


@pytest.mark.parametrize("name", ["attributes", "Attributes", "fields"])
def test_a_field_of_intercoms_is_never_overwritten(name):
    """An attribute whose column would be a field of Intercom's gets another name."""
    assert names(attribute(name))[name] not in OWN["properties"]
    assert re.fullmatch(rf"custom_{name.lower()}_[0-9a-f]{{8}}", names(attribute(name))[name])


def test_intercoms_own_attributes_get_no_column():
    """Standard attributes are fields of the record already."""
    assert names({"name": "email", "full_name": "email", "custom": False}) == {}


@pytest.mark.parametrize(
    ("data_type", "expected"),
    [
        ("string", STRING),
        ("list", STRING),
        ("integer", INTEGER),
        ("float", NUMBER),
        ("decimal", NUMBER),
        ("boolean", BOOLEAN),
        ("date", TIMESTAMP),
        ("datetime", TIMESTAMP),
        ("relationship", STRING),
        ("files", STRING),
        ("of a later version", STRING),
    ],
)
def test_a_column_has_its_attributes_type(data_type, expected):
    """Each data_type of Intercom's has its one type in the warehouse; text takes what has none."""
    schema = columns(
        [attribute("a", data_type=data_type, label="The A", description="Says it.")], []
    )["custom_a"]

    assert expected.items() <= schema.items()
    assert schema["title"] == "The A"
    assert "Says it." in schema["description"]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (STRING, "x", "x"),
        (STRING, 4, "4"),
        (STRING, True, "true"),
        (INTEGER, 4, 4),
        (INTEGER, "12", 12),
        (INTEGER, 4.0, 4),
        (INTEGER, "1e3", 1000),
        (NUMBER, "1.5", 1.5),
        (NUMBER, 2, 2),
        (BOOLEAN, False, False),
        (BOOLEAN, "true", True),
        (TIMESTAMP, 1734537424, "2024-12-18T15:57:04Z"),
        (TIMESTAMP, "2026-11-04T09:46:14Z", "2026-11-04T09:46:14Z"),
        (TIMESTAMP, -14182940, "1969-07-20T20:17:40Z"),
        (STRING, [{"id": "7"}], '[{"id":"7"}]'),
        (OF_OLD, [{"id": "7"}], [{"id": "7"}]),
        (OF_OLD, 4, 4),
    ],
)
def test_a_value_that_fits_is_copied(schema, value, expected):
    """Values come in the column's type, whichever way Intercom wrote them."""
    assert filled({"custom_a": {**schema, NAME_KEY: "A"}}, {"A": value}) == {"custom_a": expected}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (INTEGER, "twelve"),
        (INTEGER, 4.5),
        (INTEGER, True),
        (INTEGER, 2**70),
        (INTEGER, 2**63),
        (INTEGER, Numeral("12345678901234567.891")),
        (INTEGER, "inf"),
        (NUMBER, "nan"),
        (NUMBER, [1]),
        (BOOLEAN, "perhaps"),
        (BOOLEAN, 1),
        (TIMESTAMP, "next week"),
        (TIMESTAMP, 10**20),
        (TIMESTAMP, True),
    ],
)
def test_a_value_that_does_not_fit_is_null_and_reported_once(schema, value):
    """The column stays empty, the object whole, and the attribute is named once."""
    misfits = []
    copy = copier(
        {"properties": {"custom_a": {**schema, NAME_KEY: "A"}}},
        OWN,
        lambda *said: misfits.append(said),
    )
    records = [{"custom_attributes": {"A": value}} for _ in range(3)]

    for record in records:
        copy(record)

    assert records == [{"custom_attributes": {"A": value}}] * 3
    assert misfits == [("A", "custom_a")]


def test_nothing_is_no_misfit():
    """Null and the empty text leave a column empty without a word."""
    misfits = []

    assert filled({"custom_a": {**INTEGER, NAME_KEY: "A"}}, {"A": None}, misfits) == {}
    assert filled({"custom_a": {**INTEGER, NAME_KEY: "A"}}, {"A": ""}, misfits) == {}
    assert misfits == []


def test_a_cleared_attribute_is_null_in_its_column():
    """A row that comes again without its value brings none for the column either."""
    schema = {"custom_a": {**STRING, NAME_KEY: "A"}, "custom_b": {**STRING, NAME_KEY: "B"}}

    assert filled(schema, {"A": "x", "B": "y"}) == {"custom_a": "x", "custom_b": "y"}
    assert filled(schema, {"A": None}) == {}


def test_an_attribute_newer_than_the_catalog_takes_nobodys_column():
    """A new attribute whose name comes out the same stays in the object until it is discovered."""
    schema = {"custom_plan": {**STRING, NAME_KEY: "Plan"}}

    assert filled(schema, {"plan": "new", "Plan": "old"}) == {"custom_plan": "old"}


def test_a_catalog_that_lost_the_names_is_read_by_name():
    """Where the platform dropped the exact names, the column follows from the name alone."""
    found = columns([attribute("Plan", 1), attribute("plan", 2)], [])
    nameless = dict.fromkeys(found, STRING)
    first, second = found

    assert filled(nameless, {"Plan": "a", "plan": "b"}) == {first: "a", second: "b"}


def test_a_catalog_without_custom_columns_costs_nothing():
    """No column declared, nothing compiled, and Intercom's own custom_ fields aren't ours."""
    assert copier({"properties": OWN["properties"]}, OWN, print) is None
    assert copier({}, OWN, print) is None


def test_a_field_that_the_record_brings_itself_is_kept():
    """What Intercom sends under a column's name is not overwritten."""
    record = {"custom_a": "Intercom's", "custom_attributes": {"A": "ours"}}

    copier({"properties": {"custom_a": {**STRING, NAME_KEY: "A"}}}, OWN, print)(record)

    assert record["custom_a"] == "Intercom's"
