"""Rows as lines: what the CDK would write, many at once, and none that waits for long."""

import json

import orjson
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type
from hypothesis import given
from hypothesis import strategies as st

from source_intercom.intercom.json_text import from_json
from source_intercom.tables.record_lines import MOST_BYTES, MOST_SECONDS, Packer, to_line

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=6,
)
rows = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), values, max_size=5)


def parsed(packed):
    """The messages that lines hold, without the time at which they were packed."""
    found = []
    for lines in packed:
        assert lines.lines.endswith(b"\n")
        assert lines.lines.count(b"\n") == lines.count
        for line in lines.lines.splitlines():
            message = json.loads(line)
            assert message["record"].pop("emitted_at") > 1_700_000_000_000
            found.append(message)
    return found


def by_the_cdk(row):
    record = AirbyteRecordMessage(stream="contacts", data=row, emitted_at=1)
    message = AirbyteMessage(type=Type.RECORD, record=record)
    plain = json.loads(AirbyteEntrypoint.airbyte_message_to_string(message))
    plain["record"].pop("emitted_at")
    return plain


@given(st.lists(rows, max_size=4))
def test_lines_say_what_the_cdk_would_write(some):
    """Of every row there can be, nulls left out as the CDK leaves them out."""
    packer = Packer("contacts")
    packed = [lines for row in some for lines in packer.add([to_line(row)])] + [*packer.pack()]

    assert parsed(packed) == [by_the_cdk(row) for row in some]
    assert packer.count == len(some)


@given(rows)
def test_rows_begin_with_what_they_have_in_common(row):
    """A head and a row make one object, also where the row has nothing of its own."""
    packer = Packer("contacts")
    packer.add([to_line(row)], b'{"contact_id":"a1",')

    (message,) = parsed(packer.pack())

    assert message["record"]["data"] == {"contact_id": "a1"} | by_the_cdk(row)["record"]["data"]


@given(st.lists(rows, min_size=1, max_size=3))
def test_lines_can_be_had_as_messages(some):
    """For those who read in the same process."""
    packer = Packer("contacts")
    packed = [lines for row in some for lines in packer.add([to_line(row)])] + [*packer.pack()]

    messages = [message for lines in packed for message in lines.records()]
    assert [message.record.stream for message in messages] == ["contacts"] * len(some)
    assert [message.record.data for message in messages] == [
        {name: value for name, value in row.items() if value is not None} for row in some
    ]


def test_numbers_are_written_with_all_their_digits():
    """As Intercom wrote them, and those who read in the same process get the nearest there is."""
    packer = Packer("contacts")
    text = b'{"id":"1","huge":18446744073709551616,"long":12345678901234567.891}'
    packer.add([to_line(from_json(text))])

    (packed,) = packer.pack()

    assert text in packed.lines
    (message,) = packed.records()
    assert message.record.data == json.loads(text)


def test_a_message_is_full_at_its_size():
    """Memory is bounded by bytes, and no row is cut."""
    now = [0.0]
    packer = Packer("conversations", clock=lambda: now[0])
    row = {"id": "1", "body": "x" * (MOST_BYTES // 3)}

    assert [len(packer.add([to_line(row)])) for _ in range(4)] == [0, 0, 1, 0]
    assert len(orjson.dumps(row)) * 3 > MOST_BYTES


def test_no_row_waits_for_others_for_long():
    """A slow stream's rows go out as they come."""
    now = [0.0]
    packer = Packer("tags", clock=lambda: now[0])
    now[0] += MOST_SECONDS / 2
    assert packer.add([b'{"id":"1"}']) == []
    now[0] += MOST_SECONDS / 2

    (lines,) = packer.add([b'{"id":"2"}'])

    assert lines.count == 2
    assert packer.pack() == ()
