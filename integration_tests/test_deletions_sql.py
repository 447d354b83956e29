"""docs/deletions.md: its statements, run as they stand there by DuckDB and PostgreSQL."""

import re
from pathlib import Path

import pytest

from integration_tests.loading import load_into, warehouse
from intercom_emulator import Emulator
from intercom_emulator.workspace import COMPANY_IDS, CONTACT_IDS

PAGE = (Path(__file__).parents[1] / "docs" / "deletions.md").read_text(encoding="utf-8")
STATEMENTS = re.findall(r"<!-- run -->\n```sql\n(.*?)```", PAGE, re.DOTALL)
GROWING = (
    "contacts",
    "companies",
    "conversations",
    "conversation_parts",
    "tickets",
    "contact_merges",
    "deleted_contacts",
    "deleted_conversations",
)
ARCHIVED, BACK, ERASED, MERGED, LEAD = (CONTACT_IDS.to_id(number) for number in (3, 4, 5, 6, 2))
INTO, FINAL = CONTACT_IDS.to_id(1), CONTACT_IDS.to_id(7)
COMPANY = COMPANY_IDS.to_id(5)


def lose(intercom):
    """Let one of each go."""
    workspace = intercom.workspace
    intercom.clock.advance(3600)
    for name in (ARCHIVED, BACK):
        workspace.archive_contact(name)
    workspace.delete_contact(ERASED)
    workspace.merge_contacts(LEAD, INTO)
    workspace.merge_contacts(MERGED, INTO)
    intercom.clock.advance(60)
    workspace.merge_contacts(INTO, FINAL)
    workspace.delete_conversation("502")
    workspace.delete_ticket("510")
    workspace.delete_company(COMPANY)


@pytest.fixture(name="loaded", scope="module", params=["duckdb", "postgres"])
def _loaded(request):
    """Where everything was loaded, then lost in part, then loaded again, with the page's views."""
    with (
        warehouse(request.param) as (url, ask),
        Emulator("tiny") as intercom,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("INTERCOM_API_BASE_URL", intercom.url)
        load_into(url, streams=GROWING)
        lose(intercom)
        load_into(url, streams=GROWING)
        load_into(url, streams=["companies", "tickets"], prefix="whole_", full_refresh=True)
        intercom.clock.advance(3600)
        intercom.workspace.unarchive_contact(BACK)
        intercom.workspace.create("companies", company_id="new")
        load_into(url, streams=GROWING)
        for statement in STATEMENTS:
            ask(statement)
        yield intercom, ask


def test_conversations_that_are_left_are_the_workspaces(loaded):
    """With the time of each deletion, and their parts with them."""
    intercom, ask = loaded
    there = {one["id"] for one in intercom.workspace.objects("conversations")}
    left = ask("SELECT id FROM conversations_and_deleted WHERE _deleted_at IS NULL")
    gone = dict(
        ask("SELECT id, _deleted_at FROM conversations_and_deleted WHERE _deleted_at IS NOT NULL")
    )
    parts = ask(
        "SELECT DISTINCT conversation_id FROM conversation_parts_and_deleted "
        "WHERE _deleted_at IS NULL"
    )

    assert {name for (name,) in left} == there
    told = {one["id"]: one for one in intercom.workspace.objects("deleted_conversations")}
    assert {name: int(moment.timestamp()) for name, moment in gone.items()} == {
        name: told[name]["deleted_at"] for name in ("502", "510")
    }
    assert {name for (name,) in parts} <= there


def test_contacts_that_are_left_are_the_workspaces(loaded):
    """One that came back among them; of the others, how they went."""
    intercom, ask = loaded
    there = {one["id"] for one in intercom.workspace.objects("contacts")}
    left = ask("SELECT id FROM contacts_and_deleted WHERE _deleted_as IS NULL")
    gone = ask(
        "SELECT id, _deleted_as, _merged_into_id, _deleted_at IS NOT NULL "
        "FROM contacts_and_deleted WHERE _deleted_as IS NOT NULL"
    )

    assert {name for (name,) in left} == there
    assert BACK in there
    assert {*gone} == {
        (ARCHIVED, "archived", None, False),
        (ERASED, "permanently_deleted", None, False),
        # Whoever took them in is gone as well, and with it the history that has the times.
        (LEAD, "merged", INTO, False),
        (MERGED, "merged", INTO, False),
        (INTO, "merged", FINAL, True),
    }


def test_merges_are_followed_to_their_end(loaded):
    """Two into one, and that one into another: all three are the last."""
    _, ask = loaded
    now = dict(ask("SELECT id, now_id FROM contacts_now"))
    (known,) = ask("SELECT count(*), count(DISTINCT id) FROM contacts_now")

    assert {now[name] for name in (LEAD, MERGED, INTO, FINAL)} == {FINAL}
    assert now[ARCHIVED] == ARCHIVED
    assert known[0] == known[1]


@pytest.mark.parametrize("stream", ["companies", "tickets"])
def test_what_a_whole_reading_lacks_is_gone(loaded, stream):
    """And what was made since that reading is not."""
    intercom, ask = loaded
    ask(f"DROP VIEW IF EXISTS {stream}_and_deleted")
    ask(STATEMENTS[-1].replace("companies", stream).replace("company", stream.rstrip("s")))

    left = ask(f"SELECT id FROM {stream}_and_deleted WHERE _deleted_at IS NULL")
    assert {name for (name,) in left} == {one["id"] for one in intercom.workspace.objects(stream)}


def test_who_was_erased_can_be_erased_here(loaded):
    """The statement of the page's last section, in its own words."""
    intercom, ask = loaded
    (statement,) = re.findall(r"`(DELETE FROM .*?)`", PAGE, re.DOTALL)
    ask(" ".join(statement.split()))

    kept = {name for (name,) in ask("SELECT id FROM intercom_contacts")}
    assert ERASED not in kept
    assert {one["id"] for one in intercom.workspace.objects("contacts")} <= kept
