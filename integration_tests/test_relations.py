"""docs/relations.md: its view, run by DuckDB and PostgreSQL, holds what is true now."""

import re
from collections import Counter
from pathlib import Path

import pytest

from integration_tests.loading import in_duckdb, load_into, warehouse
from intercom_emulator import Emulator

PREFIX = "intercom_"
TAG, ANOTHER = "102", "103"
PAIR = ["contacts", "contact_tags"]
PAGE = (Path(__file__).parents[1] / "docs" / "relations.md").read_text(encoding="utf-8")
(VIEW,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
LISTS = {
    relation: (parent, column, lists)
    for relation, parent, column, lists in re.findall(
        r"^\| `(\w+)` \| `(\w+)`, `(\w+)` \| `(.+)` \|$", PAGE, re.MULTILINE
    )
} | {
    "contact_subscriptions": (
        "contacts",
        "contact_id",
        "opted_in_subscription_types -> 'data'",
        "opted_out_subscription_types -> 'data'",
    ),
    "conversation_teammates": (
        "conversations",
        "conversation_id",
        "teammates -> 'admins'",
        "teammates -> 'teammates'",
    ),
}
"""By relation: its parent, the column of that, and where the parent lists its entries."""


def view_of(relation):
    """The page's view, for another relation."""
    parent, column, *lists = LISTS[relation]
    *head, listed = VIEW.rstrip().splitlines()
    ends = [listed.replace("tags -> 'data'", each) for each in lists]
    text = "\n".join([*head, *(each.replace("parent.parent.", "parent.") for each in ends)])
    text = text.replace("intercom_contacts", PREFIX + parent).replace("contact_id", column)
    return text.replace("contact_tags", relation)


@pytest.fixture(name="loaded", scope="module", params=["duckdb", "postgres"])
def _loaded(request):
    """Where contacts and their tags are; the next hour has begun, so that no margin holds them."""
    with (
        warehouse(request.param) as (url, ask),
        Emulator("tiny") as intercom,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("INTERCOM_API_BASE_URL", intercom.url)
        for _ in range(4):
            one = intercom.workspace.create_contact(role="user")["id"]
            intercom.workspace.tag_contact(one, TAG)
        load_into(url, streams=PAIR)
        intercom.clock.advance(7200)
        assert held(ask) == true_pairs(intercom)
        yield intercom, url, ask


def held(ask, relation="contact_tags", parent="contact_id", other="tag_id"):
    """The pairs that the view shows."""
    ask(f"DROP VIEW IF EXISTS current_{relation}")
    ask(view_of(relation))
    return set(ask(f"SELECT {parent}, {other} FROM current_{relation}"))


def true_pairs(intercom, relation="contact_tags", parent="contact_id", other="tag_id"):
    return {(row[parent], row[other]) for row in intercom.workspace.relations(relation)}


def tagged_once(intercom):
    """A contact that carries one tag and has not changed for an hour."""
    quiet = intercom.clock.now() - 3600
    old = {row["id"] for row in intercom.workspace.objects("contacts") if row["updated_at"] < quiet}
    tags = Counter(row["contact_id"] for row in intercom.workspace.relations("contact_tags"))
    return next(whose for whose, count in tags.items() if count == 1 and whose in old)


def test_every_relation_that_moves_with_its_parent_stands_on_the_page(tmp_path, loaded):
    """Each has its view, and the view of each runs and holds what is true."""
    intercom, *_ = loaded
    url, ask = in_duckdb(tmp_path)
    load_into(url, streams=[*LISTS, "contacts", "conversations", "tickets"])
    for relation, (parent, column, *_) in LISTS.items():
        ask(view_of(relation))
        listed = {row[column] for row in intercom.workspace.relations(relation)}

        (found,) = ask(f"SELECT count(DISTINCT {column}) FROM current_{relation}")
        assert found == (len(listed),), (relation, parent)


def test_the_view_holds_what_is_true_now(loaded):
    """Tags given and taken, the last of a contact included."""
    intercom, url, ask = loaded
    contact = tagged_once(intercom)
    intercom.clock.advance(3600)
    intercom.workspace.untag_contact(contact, TAG)
    load_into(url, streams=PAIR)
    assert (contact, TAG) not in held(ask)
    assert held(ask) == true_pairs(intercom)

    intercom.workspace.tag_contact(contact, ANOTHER)
    load_into(url, streams=PAIR)
    assert held(ask) == true_pairs(intercom)


def test_a_relation_behind_its_parent_keeps_its_rows(loaded):
    """Where its stream was left out of a sync, or failed, what it had stays until it has come."""
    intercom, url, ask = loaded
    contact = tagged_once(intercom)
    intercom.clock.advance(3600)
    intercom.workspace.tag_contact(contact, ANOTHER)
    load_into(url, streams=["contacts"])
    assert (contact, TAG) in held(ask)

    intercom.workspace.untag_contact(contact, ANOTHER)
    intercom.workspace.untag_contact(contact, TAG)
    load_into(url, streams=["contacts"])
    assert contact not in {whose for whose, _ in held(ask)}

    load_into(url, streams=PAIR)
    assert held(ask) == true_pairs(intercom)


def test_two_changes_within_one_second_are_told_apart(loaded):
    """The parent's `updated_at` is the same for both; its `read_at` is not."""
    intercom, url, ask = loaded
    contact = tagged_once(intercom)
    intercom.clock.advance(3600)
    intercom.clock.freeze()
    intercom.workspace.tag_contact(contact, ANOTHER)
    load_into(url, streams=PAIR)
    intercom.workspace.untag_contact(contact, TAG)
    load_into(url, streams=PAIR)
    assert held(ask) == true_pairs(intercom)

    intercom.workspace.untag_contact(contact, ANOTHER)
    load_into(url, streams=PAIR)
    assert held(ask) == true_pairs(intercom)


def test_what_moves_no_date_is_repaired_by_reading_the_table_anew(loaded):
    """No incremental sync can find it; a full refresh does."""
    intercom, url, ask = loaded
    contact = tagged_once(intercom)
    intercom.clock.advance(3600)
    intercom.workspace.untag_contact(contact, TAG, touch=False)
    load_into(url, streams=PAIR)
    assert (contact, TAG) in held(ask)

    load_into(url, streams=["contact_tags"], full_refresh=True)
    assert held(ask) == true_pairs(intercom)
