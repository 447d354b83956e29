import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import DecodeError

from source_intercom.intercom.json_text import Numeral, from_json, mended, to_json


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "-7",
        "0.5",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "9" * 300,
        "12345678901234567.891",
        "0.1234567890123456789",
        "12345678.123456789",
        "1234567890123456789e5",
        "1e-400",
        "1e-99999999999999999999",
    ],
)
def test_a_number_keeps_its_digits(number):
    """Through a row and out again, however many they are."""
    text = f'{{"a":[{number}]}}'.encode()

    assert to_json(from_json(text)) == text


@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
)
def test_any_number_keeps_its_value(number):
    """In other words perhaps, such as 1000.0 for 1e3, but to the last digit."""
    assert Decimal(to_json(from_json(number.encode())).decode()) == Decimal(number)


@pytest.mark.parametrize("number", ["1e400", "-1E+400", "9" * 400, "9" * 5000])
def test_a_number_beyond_a_double_is_text(number):
    """Readers that make doubles of numbers refuse the line, and with it the row."""
    assert to_json(from_json(f'{{"a":{number}}}'.encode())) == f'{{"a":"{number}"}}'.encode()


def test_only_a_number_that_no_double_holds_is_a_numeral():
    """Those that are exact in a double are doubles, however they are written."""
    numbers = b"[1.50, 1e3, 33.333333333333336, 10000000000000000.0, 33.3333333333333361]"

    assert from_json(numbers) == [
        1.5,
        1000.0,
        33.333333333333336,
        1e16,
        Numeral("33.3333333333333361"),
    ]


@pytest.mark.parametrize(
    ("flaw", "content", "expected"),
    [
        ("bytes that are no UTF-8", b'{"a":"caf\xc3"}', {"a": "caf\ufffd"}),
        ("bytes that are no UTF-8", b'{"a":"M\xfcller"}', {"a": "M\ufffdller"}),
        ("bytes that are no UTF-8", b'{"a":"\xed\xa0\x80!"}', {"a": "\ufffd\ufffd\ufffd!"}),
        ("a byte order mark", b'\xef\xbb\xbf{"a":"b"}', {"a": "b"}),
        ("half of a character", b'{"a":"\\ud83d!"}', {"a": "\ufffd!"}),
        ("half of a character", b'{"a":"\\ude00\\uD83D"}', {"a": "\ufffd\ufffd"}),
        ("NaN", b'{"a":NaN,"b":1}', {"a": None, "b": 1}),
        ("-Infinity", b'{"a":[-Infinity]}', {"a": [None]}),
        ("raw control characters", b'{"a":"x\ny\x00"}', {"a": "x\ny\x00"}),
    ],
)
def test_what_is_almost_json_is_mended(flaw, content, expected):
    """The rest of it stays as it is, and what was wrong is named."""
    with pytest.raises((DecodeError, UnicodeDecodeError)):
        from_json(content)
    text = mended(content)

    assert text is not None
    assert text.flaws == [flaw]
    assert from_json(text.content) == expected


def test_all_flaws_of_a_body_are_mended_at_once():
    """And digits, whole characters and escaped backslashes are left alone."""
    text = mended(
        b'\xef\xbb\xbf{"a":"\xc3\n","n":NaN,"m":18446744073709551616,'
        b'"s":"\\ud83d\\ude00 \\\\ud83d"}'
    )

    assert text.content == (
        '{"a":"\ufffd\\n","n":null,"m":18446744073709551616,"s":"\U0001f600 \\\\ud83d"}'.encode()
    )
    assert len(text.flaws) == 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>\xc3</html>",
        b'{"a":"\xc3","b":[1,',
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":1} {"b":2}',
        '{"a":1}'.encode("utf-16"),
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_what_cannot_be_mended_is_left_alone(content):
    """Half an answer or a page of HTML is never guessed at."""
    with pytest.raises((ValueError, RecursionError)):
        from_json(content)
    assert mended(content) is None


def test_json_needs_no_mending():
    assert mended(b'{"a":1e400}') is None


def test_json_of_any_row_is_json():
    """Of integers and depths that orjson finds too large; what is no number becomes null."""
    deep: object = Numeral("0.10000000000000000001")
    for _ in range(400):
        deep = [deep]
    row = {"a": 10**40, "b": float("nan"), "c": deep, "d": {"e": "\u00e9"}}

    written = to_json(row)

    assert json.loads(written, parse_float=Numeral) == {**row, "b": None}
    with pytest.raises(TypeError):
        to_json({"a": object()})


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=8,
)


@given(values)
def test_what_was_written_is_read_again(value):
    assert from_json(to_json(value)) == value


@given(values, st.binary(min_size=1, max_size=3), st.data())
def test_a_mended_body_is_json_whatever_was_put_into_it(value, odd, data):
    """It is mended into JSON that needs no mending, or not at all."""
    content = to_json({"a": value})
    at = data.draw(st.integers(0, len(content)))
    text = mended(content[:at] + odd + content[at:])

    assert text is None or (mended(text.content) is None and text.flaws)
    if text is not None:
        from_json(text.content)
