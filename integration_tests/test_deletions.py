"""What disappears: the streams that tell of it, and what they cost."""

from typing import Any

import pytest

from integration_tests.laboratory import laboratory
from integration_tests.syncing import Output, catalog, config_for, latest, sync_in_process
from intercom_emulator import Emulator
from intercom_emulator.settings import Settings
from intercom_emulator.workspace import CONTACT_IDS

HOUR = 3600


def read(streams: list[str], state: list[dict[str, Any]] | None = None, **options: Any) -> Output:
    """One sync."""
    return sync_in_process(config_for(all_streams=True, **options), streams, state)


def deleted(intercom: Emulator) -> set[str]:
    """The conversations that the workspace knows to be deleted."""
    return {str(one["id"]) for one in intercom.workspace.objects("deleted_conversations")}


def test_deleted_conversations_are_read_down_to_the_last_sync():
    """T18: newest first, so one page of many is enough, and what is older is not emitted again."""
    with laboratory("conversations=200") as intercom:
        names = [one["id"] for one in intercom.workspace.objects("conversations")]
        for name in names[:150]:
            intercom.clock.advance(60)
            intercom.workspace.delete_conversation(name)
        first = read(["deleted_conversations"])
        intercom.clock.advance(HOUR)
        intercom.workspace.delete_conversation(names[150])
        intercom.journal.clear()

        second = read(["deleted_conversations"], first.state())

        assert {*first.ids("deleted_conversations")} == {*names[:150]}
        assert names[150] in second.ids("deleted_conversations")
        assert len(second.ids("deleted_conversations")) < 20
        assert intercom.journal.count("GET /conversations/deleted") == 1
        table = latest([first, second], "deleted_conversations")
        assert table.keys() == deleted(intercom)


@pytest.mark.parametrize("seconds", [0, 1, 14 * 60, HOUR])
def test_no_deletion_is_lost_between_two_syncs(seconds):
    """One that happened in the second of the sync before, or was listed late, comes."""
    with laboratory("tiny") as intercom:
        first = read(["deleted_conversations"])
        intercom.workspace.delete_conversation("501")
        intercom.clock.advance(seconds)
        second = read(["deleted_conversations"], first.state())

        table = latest([first, second], "deleted_conversations")
        assert table.keys() == deleted(intercom)


def test_a_contact_that_comes_back_leaves_the_deleted_ones():
    """The table is read whole, so the row of an unarchived contact is not in it any more."""
    contact = CONTACT_IDS.to_id(3)
    with laboratory("tiny") as intercom:
        first = read(["contacts"])
        intercom.clock.advance(HOUR)
        intercom.workspace.archive_contact(contact)
        archived = read(["contacts", "deleted_contacts"], first.state())
        intercom.clock.advance(HOUR)
        intercom.workspace.unarchive_contact(contact)
        back = read(["contacts", "deleted_contacts"], archived.state(first.state()))

        told = {row["id"]: row["status"] for row in archived.records("deleted_contacts")}
        assert told[contact] == "archived"
        assert contact not in archived.ids("contacts")
        assert contact not in back.ids("deleted_contacts")
        assert contact in back.ids("contacts")


@pytest.mark.parametrize("way", ["archived", "blocked", "merged", "permanently_deleted"])
def test_deleted_contacts_name_how_a_contact_went(way):
    """A merge with its target; an address as it is, and none of who is gone for good."""
    contact, other = CONTACT_IDS.to_id(3), CONTACT_IDS.to_id(1)
    with laboratory("tiny") as intercom:
        workspace = intercom.workspace
        workspace.update("contacts", contact, email="o'hara@example.com")
        match way:
            case "archived":
                workspace.archive_contact(contact)
            case "blocked":
                workspace.block_contact(contact)
            case "merged":
                workspace.merge_contacts(contact, other)
            case _:
                workspace.delete_contact(contact)

        output = read(["deleted_contacts"])

        row = latest([output], "deleted_contacts")[contact]
        assert row["status"] == way
        assert row.get("merged_into_id") == (other if way == "merged" else None)
        assert row.get("email") == (None if way == "permanently_deleted" else "o'hara@example.com")


NEWER = {
    "deleted_contacts": ("/contacts/deleted", "2.17"),
    "contact_activities": ("/contacts/activities", "Preview"),
}
"""Where streams of another version are asked for, and by which."""


@pytest.mark.parametrize("stream", NEWER)
def test_a_stream_of_another_version_names_it_in_its_own_requests_alone(stream):
    """The version belongs to a request, so the other streams keep theirs."""
    path, version = NEWER[stream]
    with laboratory("tiny") as intercom:
        output = read([stream, "contacts", "tags"])

        assert output.incomplete == set()
        asked = {entry.path: entry.intercom_version for entry in intercom.journal}
        assert asked.pop(path) == version
        assert {*asked.values()} == {"2.16"}


@pytest.mark.parametrize("stream", NEWER)
def test_an_app_that_may_not_ask_for_a_newer_version_is_told_so(stream):
    """A config_error of that stream alone."""
    with laboratory("tiny", Settings(versions={"2.16"})):
        output = read([stream, "contacts"])

        assert output.incomplete == {stream}
        assert output.errors[stream]["failure_type"] == "config_error"
        assert "version" in output.errors[stream]["message"]


def test_contact_activities_tell_of_a_merge_and_a_deletion():
    """Each with both sides, in the order in which they happened."""
    contact, lead, other = (CONTACT_IDS.to_id(number) for number in (3, 2, 1))
    with laboratory("tiny") as intercom:
        before = {one["id"] for one in intercom.workspace.objects("contact_activities")}
        intercom.workspace.merge_contacts(lead, other)
        intercom.workspace.delete_contact(contact)

        rows = read(["contact_activities"]).records("contact_activities")

        new = [row for row in rows if row["id"] not in before]
        assert [row["event"] for row in new] == ["merged", "deleted"]
        assert (new[0]["merge_source_id"], new[0]["merge_target_id"]) == (lead, other)
        assert new[1]["contact_id"] == contact


def test_no_request_leaves_a_trace_at_intercom():
    """Banners are never asked for, as that counts as having been shown; and nothing is written."""
    streams = [each["name"] for each in catalog()["streams"]]
    with laboratory("tiny") as intercom:
        read(streams)

        assert {one.path for one in intercom.journal if "banner" in one.path} == set()
        posted = {one.route for one in intercom.journal if one.method != "GET"}
        assert {route.rpartition("/")[2] for route in posted} == {"search", "list"}
