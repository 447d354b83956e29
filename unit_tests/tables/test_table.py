import json

import pytest

from integration_tests.schemas import schema
from source_intercom.reading.batch import Batch
from source_intercom.session import Session
from source_intercom.source import SourceIntercom
from source_intercom.tables.rows import Rows
from source_intercom.tables.table import Table

SESSION = Session({"credentials": {"access_token": "t"}})
MANIFEST = {
    each["name"]: each for each in SourceIntercom().resolved_manifest["streams"]
}  # as the CDK sees it
NESTED = [name for name, each in MANIFEST.items() if each["retriever"].get("rows", {}).get("at")]


def table_of(stream):
    """The table of a stream that has no state."""
    declared = MANIFEST[stream]
    key = declared["primary_key"]
    rows = Rows.declared(declared["retriever"]["rows"], schema(stream)["properties"])
    table = Table(stream, [key] if isinstance(key, str) else key, schema(stream), rows, SESSION)
    table.open(2_000_000_000)
    return table


def rows_of(table, *parents):
    """What a table makes of parents: rows, as a reader of its lines sees them."""
    messages = [
        *table.take(Batch([*parents], [None] * len(parents)), "2026-11-26T09:00:00.000001Z"),
        *table._flush(),
    ]
    lines = b"".join(each.lines for each in messages if hasattr(each, "lines"))
    return [json.loads(line)["record"]["data"] for line in lines.splitlines()]


def test_entries_that_hold_an_object_become_rows():
    """Who put a tag on a conversation is an object, which no cache of lines can have for a key."""
    tag = {"id": "7", "name": "vip", "applied_at": 0, "applied_by": {"type": "admin", "id": 1}}
    one, other = ({"id": name, "updated_at": 5, "tags": {"tags": [tag]}} for name in "ab")

    found = rows_of(table_of("conversation_tags"), one, other)

    assert [(row["conversation_id"], row["tag_id"]) for row in found] == [("a", "7"), ("b", "7")]
    assert found[0]["applied_by"] == {"type": "admin", "id": "1"}


def test_an_entry_that_neither_of_two_cut_lists_shows_is_labelled_by_its_sign():
    """Where one list alone is cut, it stands behind the end of that one."""
    whole, cut = ({"data": [{"id": "1"}], "has_more": more} for more in (False, True))
    entry = {"id": "3", "consent_type": "opt_out"}

    labels = [
        table_of("contact_subscriptions")._rows.of_entries(
            [entry],
            {"opted_in_subscription_types": cut, "opted_out_subscription_types": other},
        )[0]["consent"]
        for other in (cut, whole)
    ]

    assert labels == ["out", "in"]


@pytest.mark.parametrize("stream", NESTED)
def test_whatever_a_parent_gives_its_rows_they_are_json(stream):
    """Where it gives them nothing as well, as where the row is the parent itself, asked for."""
    table = table_of(stream)
    head = table._head({"id": "1", "updated_at": 5}, "2026-11-26T09:00:00.000001Z")
    messages = [*table._packer.add([b"{}", b'{"a":1}'], head), *table._packer.pack()]
    lines = b"".join(each.lines for each in messages).splitlines()

    assert [json.loads(line)["record"]["stream"] for line in lines] == [stream] * 2


def test_values_that_are_equal_and_of_two_types_stay_apart():
    """To Python True is 1; as an id, one is no key, and the other is."""
    contact = {"id": "a", "updated_at": 5, "tags": {"data": [{"id": 1}, {"id": True}]}}
    table = table_of("contact_tags")

    assert [row["tag_id"] for row in rows_of(table, contact)] == ["1"]
