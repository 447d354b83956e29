"""Every family of streams: each member first, failing, added later, and killed at any message."""

from collections import Counter, defaultdict

import pytest

from integration_tests.laboratory import differences, laboratory, small_pages
from integration_tests.syncing import config_for, latest, sync_in_process
from intercom_emulator.settings import Settings

FAMILIES = {
    "contacts": [
        "contacts",
        "contact_tags",
        "contact_companies",
        "contact_subscriptions",
        "contact_merges",
        "contact_notes",
    ],
    "companies": ["companies", "company_tags", "company_segments", "company_notes"],
    "conversations": [
        "conversations",
        "conversation_contacts",
        "conversation_tags",
        "conversation_teammates",
        "conversation_linked_objects",
    ],
    "tickets": ["tickets", "ticket_parts", "ticket_contacts", "ticket_linked_objects"],
    "articles": ["articles", "article_tags", "article_collections"],
    "teams": ["teams", "team_admins", "team_metrics"],
}
"""The streams that share a reading, each under the one whose objects are read."""


def lacking(intercom, outputs, streams):
    """The keys that tables lack or have stale rows of, by stream; nothing where they are whole."""
    found = {name: differences(latest(outputs, name), intercom, name) for name in streams}
    return {name: [*lost, *stale] for name, (lost, stale, _) in found.items() if lost or stale}


def order_of(output):
    """By stream, its statuses with "rows" between them where rows came."""
    found = defaultdict(list)
    for message in output.messages:
        if message["type"] == "RECORD":
            name, mark = message["record"]["stream"], "rows"
        elif message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
            status = message["trace"]["stream_status"]
            name, mark = status["stream_descriptor"]["name"], status["status"]
        else:
            continue
        if found[name][-1:] != [mark]:
            found[name].append(mark)
    return dict(found)


def rotations(streams):
    return [streams[number:] + streams[:number] for number in range(len(streams))]


EVERY_ORDER = [order for streams in FAMILIES.values() for order in rotations(streams)]


@pytest.mark.parametrize("order", EVERY_ORDER, ids="-".join)
def test_whoever_comes_first_all_tables_are_whole(order):
    """The reading is the family's: which stream the platform starts first changes nothing."""
    with laboratory("tiny") as intercom:
        output = sync_in_process(config_for(), order)

        assert output.incomplete == set()
        assert lacking(intercom, [output], order) == {}


@pytest.mark.parametrize("streams", FAMILIES.values(), ids=FAMILIES)
def test_statuses_stand_around_the_rows_of_each_stream(streams):
    """STARTED, RUNNING, the rows, COMPLETE: for each stream, whatever comes between."""
    with laboratory("tiny"):
        order = order_of(sync_in_process(config_for(), streams))

        for name in streams:
            assert order[name] == ["STARTED", "RUNNING", "rows", "COMPLETE"], name


@pytest.mark.parametrize("streams", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("workers", [1, 20])
def test_a_kill_behind_any_message_loses_nothing_in_any_table(streams, workers):
    """Every prefix of a family's messages, and the sync that goes on from its states."""
    config = config_for(num_workers=workers)
    with laboratory("tiny") as intercom, small_pages(5):
        whole = sync_in_process(config, streams)
        ends = [n for n, each in enumerate(whole.messages) if each["type"] in {"STATE", "RECORD"}]
        for count in ends[:: max(len(ends) // 16, 1)]:
            killed = whole.upto(count + 1)
            second = sync_in_process(config, streams, killed.state())

            assert second.incomplete == set()
            assert lacking(intercom, [killed, second], streams) == {}, count


@pytest.mark.parametrize(
    ("family", "failing"),
    [
        (family, name)
        for family in ("contacts", "conversations", "tickets")
        for name in FAMILIES[family]
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_table_that_fails_ends_alone(family, failing, is_first):
    """Here by a state of another workspace, which no table may go on from."""
    others = [name for name in FAMILIES[family] if name != failing]
    order = [failing, *others] if is_first else [*others, failing]
    descriptor = {"name": failing}
    foreign = {
        "type": "STREAM",
        "stream": {"stream_descriptor": descriptor, "stream_state": {"workspace": "another"}},
    }
    with laboratory("tiny") as intercom:
        output = sync_in_process(config_for(), order, [foreign])

        assert output.incomplete == {failing}
        assert set(output.errors) - {None} == {failing}
        assert output.records(failing) == []
        assert lacking(intercom, [output], others) == {}


@pytest.mark.parametrize("added", [name for name in FAMILIES["contacts"] if name != "contacts"])
def test_a_relation_that_is_added_later_gets_all_history(added):
    """While its parent goes on from where it was, and emits nothing of it again."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), ["contacts"])
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(), ["contacts", added], first.state())

        assert second.incomplete == set()
        assert lacking(intercom, [second], [added]) == {}
        assert len(second.records("contacts")) < len(first.records("contacts")) / 2


def test_a_parent_that_is_added_later_gets_all_history():
    """Its relation was there before, and goes on."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), ["contact_tags"])
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(), ["contacts", "contact_tags"], first.state())

        assert lacking(intercom, [second], ["contacts"]) == {}
        assert len(second.records("contact_tags")) < len(first.records("contact_tags"))


def test_a_table_that_is_written_anew_gets_all_beside_one_that_goes_on():
    """Each stream's sync mode is its own."""
    streams = ["contacts", "contact_tags"]
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), streams)
        intercom.clock.advance(3600)
        state = [each for each in first.state() if named(each) == "contacts"]
        second = sync_in_process(config_for(), streams, state)

        assert lacking(intercom, [second], ["contact_tags"]) == {}
        assert len(second.records("contacts")) < len(first.records("contacts")) / 2


def named(state):
    return state["stream"]["stream_descriptor"]["name"]


@pytest.mark.parametrize("limit", [None, 10, 11, 12])
def test_all_merges_come_wherever_intercom_cuts_their_list(limit):
    """The description doesn't say whether it does: only a longest list can be cut."""
    with laboratory("tiny", Settings(merge_history_limit=limit)) as intercom:
        contacts = intercom.workspace.objects("contacts")
        users = [one["id"] for one in contacts if one["role"] == "user"]
        for _ in range(15):
            lead = intercom.workspace.create_contact(role="lead")
            intercom.workspace.merge_contacts(lead["id"], users[0])
        output = sync_in_process(config_for(), ["contacts", "contact_merges"])
        asked = [each.path for each in intercom.journal.entries() if "merge_history" in each.path]

        assert lacking(intercom, [output], ["contact_merges"]) == {}
        assert len(asked) == len(set(asked)) < len(users)


def test_links_that_intercom_shows_nowhere_are_said(caplog):
    """Beyond a thousand no request brings them: a warning names the object and both numbers."""
    with laboratory("tiny", Settings(linked_objects_limit=1)) as intercom:
        links = Counter(
            row["ticket_id"] for row in intercom.workspace.relations("ticket_linked_objects")
        )
        ((ticket, count),) = links.most_common(1)
        sync_in_process(config_for(), ["tickets", "ticket_linked_objects"])
        said = [
            each.getMessage() for each in caplog.records if "can't be read" in each.getMessage()
        ]

        assert count > 1
        assert f"shows 1 rows of ticket {ticket} and counts {count}" in " ".join(said)


def test_parts_of_a_ticket_that_intercom_shows_nowhere_are_said(caplog):
    """It shows the newest 500 of them."""
    with laboratory("tiny"):
        sync_in_process(config_for(), ["ticket_parts"])
        said = [
            each.getMessage() for each in caplog.records if "can't be read" in each.getMessage()
        ]

        assert [line for line in said if "shows 500 rows of ticket" in line and "501" in line]


@pytest.mark.parametrize(
    ("streams", "once"),
    [
        (["tickets", "ticket_parts", "ticket_contacts", "ticket_linked_objects"], "tickets/search"),
        (FAMILIES["conversations"], "conversations/search"),
        (["companies", "company_tags", "company_segments"], "companies/scroll"),
        (FAMILIES["teams"], "teams"),
    ],
)
def test_a_family_is_one_walk(streams, once):
    """A family asks as often as its parent alone."""
    asked = []
    for selected in (streams[:1], streams):
        with laboratory("tiny") as intercom:
            sync_in_process(config_for(), selected)
            asked.append([each.path for each in intercom.journal.entries()].count(f"/{once}"))

    assert asked[0] == asked[1] > 0
