import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_intercom.api.custom_attributes import (
    ANYTHING,
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


def test_an_archived_attribute_has_no_column_but_keeps_its_name():
    """Archiving an attribute renames no other column, and bringing it back neither."""
    older, younger = attribute("Plan", 1), attribute("plan", 2)
    archived = {**older, "archived": True}

    assert names(archived, younger) == {"plan": names(older, younger)["plan"]}
    assert names(archived) == {}


def test_an_attribute_that_was_archived_and_made_anew_has_one_column():
    """Two attributes of one exact name are one key in custom_attributes, so one column."""
    old = attribute("plan", 1, archived=True)

    assert names(old, attribute("plan", 2)) == {"plan": "custom_plan"}


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
        ("relationship", ANYTHING),
        ("files", ANYTHING),
        ("of a later version", ANYTHING),
    ],
)
def test_a_column_has_its_attributes_type(data_type, expected):
    """Each data_type of Intercom's has its type in the warehouse; unknown ones take anything."""
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
        (ANYTHING, [{"id": "7"}], [{"id": "7"}]),
    ],
)
def test_a_value_that_fits_is_copied(schema, value, expected):
    """Values come in the column's type, whichever way Intercom wrote them."""
    assert filled({"custom_a": {**schema, NAME_KEY: "A"}}, {"A": value}) == {"custom_a": expected}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (STRING, {"a": 1}),
        (INTEGER, "twelve"),
        (INTEGER, 4.5),
        (INTEGER, True),
        (INTEGER, 2**70),
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
