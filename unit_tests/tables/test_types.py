import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker
from jsonschema.validators import extend

from source_intercom.intercom.json_text import Numeral, from_json, to_json
from source_intercom.tables.types import has_key, normaliser

STRING = {"type": ["null", "string"]}
INTEGER = {"type": ["null", "integer"]}
NUMBER = {"type": ["null", "number"]}
BOOLEAN = {"type": ["null", "boolean"]}
TIMESTAMP = {"type": ["null", "string"], "format": "date-time"}
RFC3339 = r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{6})?Z"
OPEN = {"type": ["null", "object"], "additionalProperties": True}
TAGS = {
    "type": ["null", "object"],
    "properties": {
        "data": {
            "type": ["null", "array"],
            "items": {
                "type": ["null", "object"],
                "properties": {"id": STRING, "count": INTEGER, "applied_at": TIMESTAMP},
            },
        }
    },
}


def brought(declared, value):
    """What becomes of a field's value, and what is told of it."""
    told = []
    row = {"field": value, "other": value}
    normaliser({"properties": {"field": declared}}, lambda *misfit: told.append(misfit))(row)
    assert row["other"] is value
    return row["field"], told


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        (STRING, 7, "7"),
        (STRING, 18446744073709551616, "18446744073709551616"),
        (STRING, Numeral("12345678901234567.891"), "12345678901234567.891"),
        (STRING, 12.5, "12.5"),
        (STRING, False, "false"),
        (STRING, {"a": [Numeral("0.10000000000000000001")]}, '{"a":[0.10000000000000000001]}'),
        (INTEGER, "3", 3),
        (INTEGER, " 3 ", 3),
        (INTEGER, 3.0, 3),
        (INTEGER, "3.0", 3),
        (INTEGER, "1e3", 1000),
        (INTEGER, 2**63 - 1, 2**63 - 1),
        (INTEGER, -(2**63), -(2**63)),
        (INTEGER, 123456789012345e4, 1234567890123450000),
        (INTEGER, Numeral("1234567890123456789.0"), 1234567890123456789),
        (NUMBER, 3, 3),
        (NUMBER, "1.5", 1.5),
        (NUMBER, "12345678901234567.891", Numeral("12345678901234567.891")),
        (NUMBER, Numeral("12345678901234567.891"), Numeral("12345678901234567.891")),
        (NUMBER, 18446744073709551616, 18446744073709551616),
        (BOOLEAN, "true", True),
        (BOOLEAN, "False", False),
        (TIMESTAMP, 0, "1970-01-01T00:00:00Z"),
        (TIMESTAMP, "1734537424", "2024-12-18T15:57:04Z"),
        (TIMESTAMP, Numeral("1734537424.00000000001"), "2024-12-18T15:57:04Z"),
        (TIMESTAMP, "2024-12-18T16:57:04+01:00", "2024-12-18T15:57:04Z"),
        (OPEN, {"a": 1}, {"a": 1}),
        ({"type": ["null", "array"], "items": INTEGER}, ["1", 2.0, None], [1, 2, None]),
    ],
)
def test_what_fits_exactly_is_converted(declared, value, expected):
    """Into its field's type, digit by digit, without a word."""
    found, told = brought(declared, value)

    assert (found, type(found)) == (expected, type(expected))
    assert told == []


@pytest.mark.parametrize(
    ("declared", "kind", "value"),
    [
        (INTEGER, "integer", 9223372036854775808),
        (INTEGER, "integer", -(2**63) - 1),
        (INTEGER, "integer", Numeral("12345678901234567.891")),
        (INTEGER, "integer", Numeral("9" * 5000)),
        (INTEGER, "integer", 12.5),
        (INTEGER, "integer", True),
        (INTEGER, "integer", "11-50"),
        (INTEGER, "integer", "1_000"),
        (INTEGER, "integer", "٣"),
        (INTEGER, "integer", "inf"),
        (INTEGER, "integer", "1e999999999999999999999"),
        (INTEGER, "integer", "1e400"),
        (INTEGER, "integer", {}),
        (INTEGER, "integer", [3]),
        (NUMBER, "number", "much"),
        (NUMBER, "number", "nan"),
        (NUMBER, "number", True),
        (NUMBER, "number", math.nan),
        (NUMBER, "number", math.inf),
        (NUMBER, "number", Numeral("1e400")),
        (NUMBER, "number", Numeral("1e-400")),
        (NUMBER, "number", 10**400),
        (NUMBER, "number", {"a": 1}),
        (BOOLEAN, "boolean", {}),
        (BOOLEAN, "boolean", 2),
        (BOOLEAN, "boolean", 1),
        (BOOLEAN, "boolean", "perhaps"),
        (TIMESTAMP, "timestamp", 1734537424000000),
        (TIMESTAMP, "timestamp", "0000-01-01T00:00:00Z"),
        (TIMESTAMP, "timestamp", "soon"),
        (TIMESTAMP, "timestamp", False),
        (TIMESTAMP, "timestamp", {}),
        (OPEN, "object", "text"),
        (OPEN, "object", []),
        (TAGS, "object", 7),
        ({"type": ["null", "array"], "items": STRING}, "array", {"data": []}),
        ({"type": ["null", "array"], "items": STRING}, "array", "text"),
    ],
)
def test_what_does_not_fit_is_null_and_told(declared, kind, value):
    """No integer beyond 64 bits, no fraction and no flag in an integer, and so on for each type."""
    assert brought(declared, value) == (None, [("field", kind)])


@pytest.mark.parametrize("declared", [INTEGER, NUMBER, BOOLEAN, TIMESTAMP, OPEN, TAGS])
def test_empty_text_is_null_without_a_word(declared):
    """A form sends it where nobody entered anything."""
    assert brought(declared, "") == (None, [])
    assert brought(declared, None) == (None, [])
    assert brought(STRING, "") == ("", [])


def test_t40_ids_become_strings_wherever_they_stand():
    """T40: ids come as numbers or text and leave as text."""
    schema = {"properties": {"id": STRING, "ids": {"type": "array", "items": STRING}}}
    row = {"id": 7, "ids": [1, "2", None]}

    normaliser(schema)(row)

    assert row == {"id": "7", "ids": ["1", "2", None]}


def test_types_are_enforced_at_any_depth():
    """In lists of objects of objects, and the path says where."""
    entries = [
        {"id": 1, "count": "2", "applied_at": 60, "new": 1.50},
        {"id": 2, "count": 2.5, "applied_at": "never"},
        None,
        "no object",
    ]

    found, told = brought(TAGS, {"data": entries, "has_more": "perhaps"})

    assert found == {
        "data": [
            {"id": "1", "count": 2, "applied_at": "1970-01-01T00:01:00Z", "new": 1.5},
            {"id": "2", "count": None, "applied_at": None},
            None,
            None,
        ],
        "has_more": "perhaps",
    }
    assert told == [
        ("field.data[].count", "integer"),
        ("field.data[].applied_at", "timestamp"),
        ("field.data[]", "object"),
    ]


def test_a_map_has_one_type_for_all_that_it_does_not_name():
    """Translations by language, say, of which only the type stands beside them."""
    content = {"type": ["null", "object"], "properties": {"created_at": TIMESTAMP}}
    locales = {**OPEN, "properties": {"type": STRING}, "additionalProperties": content}

    found, told = brought(
        locales,
        {"type": 1, "en": {"created_at": 0}, "fr": None, "id": {"created_at": "x"}, "de": 3},
    )

    assert found == {
        "type": "1",
        "en": {"created_at": "1970-01-01T00:00:00Z"},
        "fr": None,
        "id": {"created_at": None},
        "de": None,
    }
    assert told == [("field.*.created_at", "timestamp"), ("field.*", "object")]


AVATAR = {
    "type": ["null", "object"],
    "x-intercom-key": "image_url",
    "properties": {"at": TIMESTAMP},
}
ADDRESS = {**STRING, "x-intercom-key": "image_url"}
ASSIGNED = {"type": ["null", "object"], "x-intercom-key": "id", "properties": {"id": STRING}}
TAG_LIST = {"type": ["null", "array"], "x-intercom-key": "tags", "items": ASSIGNED}


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        (AVATAR, "https://a", {"image_url": "https://a"}),
        (
            AVATAR,
            {"image_url": "https://a", "at": 0},
            {"image_url": "https://a"} | {"at": "1970-01-01T00:00:00Z"},
        ),
        (AVATAR, "", None),
        (ASSIGNED, "1", {"id": "1"}),
        (ASSIGNED, 18446744073709551616, {"id": "18446744073709551616"}),
        (ADDRESS, "https://a", "https://a"),
        (ADDRESS, {"type": "avatar", "image_url": "https://a"}, "https://a"),
        (ADDRESS, {"type": "avatar", "image_url": None}, None),
        (ADDRESS, {"type": "avatar"}, '{"type":"avatar"}'),
        (TAG_LIST, [{"id": 1}, 2, "3"], [{"id": "1"}, {"id": "2"}, {"id": "3"}]),
        (TAG_LIST, {"type": "tag.list", "tags": [{"id": 1}]}, [{"id": "1"}]),
        (TAG_LIST, {"type": "tag.list", "tags": None}, None),
        (TAG_LIST, {"type": "tag.list", "tags": []}, []),
    ],
)
def test_another_shape_is_brought_into_the_declared_one(declared, value, expected):
    """By the name behind which the value stands there, in either direction."""
    assert brought(declared, value) == (expected, [])


@pytest.mark.parametrize(
    ("declared", "kind", "value"),
    [(AVATAR, "object", [1]), (TAG_LIST, "array", {"type": "x"}), (TAG_LIST, "array", 3)],
)
def test_a_shape_that_none_declares_is_null_and_told(declared, kind, value):
    """Neither the one that is declared nor the other one."""
    assert brought(declared, value) == (None, [("field", kind)])


def test_t42_unknown_fields_and_custom_attributes_pass_untouched():
    """T42: what the schema doesn't know is neither changed nor dropped, digit by digit."""
    text = b'{"new":[1],"custom_attributes":{"a":18446744073709551616,"b":12345678901234567.891}}'
    row = from_json(text)

    normaliser({"properties": {"id": STRING, "custom_attributes": OPEN}})(row)

    assert to_json(row) == text


@pytest.mark.parametrize("key", ["1", 1, 2.0, Numeral("12345678901234567.5"), 2**70, "0"])
def test_a_text_or_a_number_can_be_a_key(key):
    assert has_key({"id": key}, ["id"])


@pytest.mark.parametrize("key", [None, "", True, {}, {"id": "1"}, [], ["1"], "a\ufffdb"])
def test_what_is_no_key_is_told_from_one(key):
    """Of a row's own key and of its parent's, whether it is there or not."""
    assert not has_key({"id": key}, ["id"])
    assert not has_key({"id": "1", "conversation_id": key}, ["id", "conversation_id"])
    assert not has_key({}, ["id"])


Strict = extend(
    Draft7Validator,
    type_checker=Draft7Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: type(value) is int and -(2**63) <= value < 2**63
    ),
)
TIMES = FormatChecker(formats=())
TIMES.checks("date-time")(
    lambda value: not isinstance(value, str) or re.fullmatch(RFC3339, value) is not None
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
numbers = st.from_regex(
    r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?(e[+-]?[0-9]{1,4})?", fullmatch=True
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | numbers.map(lambda digits: from_json(digits.encode()))
    | st.integers(0, 2 * 10**9)
    | texts
    | numbers
    | st.datetimes().map(str)
)
names = st.sampled_from(["a", "b", "c"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
keys = st.just({}) | st.fixed_dictionaries({"x-intercom-key": names})
schemas = st.recursive(
    st.sampled_from([STRING, INTEGER, NUMBER, BOOLEAN, TIMESTAMP, OPEN])
    | keys.map(lambda key: {**STRING, **key}),
    lambda inner: (
        st.builds(
            lambda items, key: {"type": ["null", "array"], "items": items, **key}, inner, keys
        )
        | st.builds(
            lambda fields, rest, key: {
                "type": ["null", "object"],
                "properties": fields,
                "additionalProperties": rest,
                **key,
            },
            st.dictionaries(names, inner, max_size=3),
            st.just({}) | inner,
            keys,
        )
    ),
    max_leaves=6,
)


@given(schemas, values)
def test_any_value_fits_its_declared_type_in_the_end(declared, value):
    """Whatever Intercom sends for whatever is declared, the row validates as it is written."""
    found, told = brought(declared, value)

    written = json.loads(to_json(found))
    assert list(Strict(declared, format_checker=TIMES).iter_errors(written)) == []
    if found is None and not isinstance(value, dict):
        assert (told == []) is (value is None or value == "")


@given(schemas, values)
def test_what_was_brought_into_its_type_stays_as_it_is(declared, value):
    """A second look changes nothing and finds nothing to tell."""
    found, _ = brought(declared, value)
    before = to_json(found)

    again, told = brought(declared, found)

    assert (to_json(again), told) == (before, [])
