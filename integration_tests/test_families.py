"""What tables make of one reading: their rows and columns, their states, what a call completes."""

import itertools
from collections import defaultdict

import pytest

from integration_tests.laboratory import DAY, MARGIN, changed, laboratory, small_pages
from integration_tests.syncing import config_for, sync_in_process
from intercom_emulator import shapes
from intercom_emulator.records import Documents
from intercom_emulator.workspace import CONTACT_IDS, CONVERSATION_IDS, Seed

BEGIN = 1_790_000_000
SEARCH = "POST /contacts/search"
CONVERSATIONS = "POST /conversations/search"
DETAIL = "GET /conversations/{conversation_id}"
TAGS = "GET /contacts/{contact_id}/tags"
MANY = [str(number) for number in range(101, 115)]
"""More tags than a contact shows."""
FEW = MANY[:2]


def contacts_with(tags_of, companies=()):
    """Contacts with these tags, each changed an hour before the one in front of it."""
    documents = []
    for number, tags in enumerate(tags_of):
        name, moment = CONTACT_IDS.to_id(number), BEGIN - 3600 * (number + 1)
        tagged = [shapes.addressable("tag", each, "tags") for each in tags]
        employers = [shapes.addressable("company", each, "companies") for each in companies]
        documents.append(
            shapes.contact(
                name,
                moment - DAY,
                updated_at=moment,
                tags=shapes.nested_list(name, "tags", tagged),
                companies=shapes.nested_list(name, "companies", employers),
            )
        )
    known = [shapes.tag(each, BEGIN, name=f"tag {each}") for each in MANY]
    return Seed(now=BEGIN, contacts=Documents(documents), tags=known)


def conversations_with(people, many=12):
    """Conversations of so many contacts and of two parts, changed an hour apart."""
    writer = shapes.author("user", CONTACT_IDS.to_id(0), "Somebody", "somebody@example.com")
    documents = []
    for number in range(many):
        moment = BEGIN - 3600 * (number + 1)
        ids = [CONTACT_IDS.to_id(100 * number + nth) for nth in range(people)]
        contacts = [{"type": "contact", "id": each, "external_id": None} for each in ids]
        said = [shapes.part(f"9{number:05}{nth}", moment, writer, body="Hi") for nth in range(2)]
        one = shapes.conversation(
            CONVERSATION_IDS.to_id(number),
            moment - DAY,
            source=shapes.source(f"s{number}", writer, "Hello"),
            updated_at=moment,
            contacts={"type": "contact.list", "contacts": contacts},
            conversation_parts=shapes.conversation_parts(said),
        )
        documents.append({**one, "statistics": shapes.statistics(one)})
    return Seed(now=BEGIN, conversations=Documents(documents))


KEYS = {
    "contact_tags": ("contact_id", "tag_id"),
    "contact_companies": ("contact_id", "company_id"),
    "company_tags": ("company_id", "tag_id"),
    "company_segments": ("company_id", "segment_id"),
    "conversation_contacts": ("conversation_id", "contact_id"),
    "conversation_parts": ("conversation_id", "id"),
    "ticket_parts": ("ticket_id", "id"),
    "ticket_contacts": ("ticket_id", "contact_id"),
}


def pairs(stream, rows):
    """The keys of a relation's rows, sorted; one that comes twice is there twice."""
    return sorted(tuple(row[name] for name in KEYS[stream]) for row in rows)


def came(stream, *outputs):
    return pairs(stream, [row for output in outputs for row in output.records(stream)])


def truth(intercom, stream):
    """What Intercom shows: of a ticket's parts the newest 500."""
    by_parent = defaultdict(list)
    for row in intercom.workspace.relations(stream):
        by_parent[row[KEYS[stream][0]]].append(row)
    return pairs(stream, [row for rows in by_parent.values() for row in rows[-500:]])


def state_of(output, stream):
    return output.states(stream)[-1]


# ── one reading ─────────────────────────────────────────────────────────────────────────────────


def test_a_family_is_read_once():
    """Three tables cost the pages of one, and each row comes once."""
    with laboratory(contacts_with([FEW] * 20, ["7"])) as intercom, small_pages(6):
        sync_in_process(config_for(), ["contacts"])
        alone = intercom.journal.count(SEARCH)
        intercom.journal.clear()

        output = sync_in_process(config_for(), ["contacts", "contact_tags", "contact_companies"])

        assert intercom.journal.count(SEARCH) == alone
        assert len(output.ids("contacts")) == len({*output.ids("contacts")}) == 20
        for stream in ("contact_tags", "contact_companies"):
            assert came(stream, output) == truth(intercom, stream) != []


def test_one_scroll_feeds_companies_and_what_is_below_them():
    """T26: a workspace has one scroll, which is not opened for each table."""
    with laboratory("tiny") as intercom:
        sync_in_process(config_for(), ["companies"])
        alone = intercom.journal.count("GET /companies/scroll")
        intercom.journal.clear()

        output = sync_in_process(config_for(), ["company_tags", "companies", "company_segments"])

        assert output.incomplete == set()
        assert intercom.journal.count("GET /companies/scroll") == alone > 0
        for stream in ("company_tags", "company_segments"):
            assert came(stream, output) == truth(intercom, stream) != []


@pytest.mark.parametrize(
    "streams", [*itertools.permutations(["tickets", "ticket_parts", "ticket_contacts"])]
)
def test_whichever_stream_comes_first_all_are_read(streams):
    """The tickets' own table changes the rows that it takes; the others see them as they came."""
    with laboratory("tiny") as intercom:
        output = sync_in_process(config_for(), streams)

        assert output.incomplete == set()
        assert output.records("tickets")
        for stream in ("ticket_parts", "ticket_contacts"):
            assert came(stream, output) == truth(intercom, stream) != []


def test_each_table_has_the_columns_of_its_own():
    """What a ticket gives to the rows of one table is not what it gives to another's."""
    with laboratory("tiny"):
        output = sync_in_process(config_for(), ["ticket_contacts", "ticket_parts"])

    assert all("read_at" in row for row in output.records("ticket_contacts"))
    assert not any("read_at" in row for row in output.records("ticket_parts"))


def test_a_relation_that_is_added_later_gets_all_its_history():
    """While the others of its family go on from where each of them was, and read nothing again."""
    with laboratory(contacts_with([FEW] * 30, ["7", "8"])) as intercom, small_pages(4):
        config = config_for(num_workers=1)
        tags = sync_in_process(config, ["contact_tags"])
        intercom.clock.advance(DAY)
        names = [row["id"] for row in intercom.workspace.objects("contacts")]
        for name in names[::10]:
            intercom.workspace.update("contacts", name, name="Somebody else")
        intercom.clock.advance(DAY)
        contacts = sync_in_process(config, ["contacts"])
        intercom.clock.advance(DAY)

        output = sync_in_process(
            config,
            ["contacts", "contact_tags", "contact_companies"],
            contacts.state(tags.state()),
        )

        assert came("contact_companies", output) == truth(intercom, "contact_companies")
        assert {row["contact_id"] for row in output.records("contact_tags")} == {*names[::10]}
        assert len(came("contact_tags", output)) == 6
        assert output.records("contacts") == []


def test_a_relation_that_is_added_later_holds_what_changed_meanwhile():
    """Rows that leave a slice before it is read, for one that was read, come all the same."""
    with laboratory(contacts_with([FEW] * 40)) as intercom, small_pages(4):
        config = config_for(num_workers=1)
        first = sync_in_process(config, ["contacts"])
        intercom.clock.advance(DAY)
        names = [row["id"] for row in intercom.workspace.objects("contacts")]
        changes = iter(range(6))

        @intercom.before_request
        def live(request):
            if request.path.endswith("/search") and next(changes, None) is not None:
                intercom.clock.advance(3)
                intercom.workspace.update("contacts", names.pop(10), name="Somebody else")

        output = sync_in_process(config, ["contacts", "contact_tags"], first.state())

        assert {*came("contact_tags", output)} == {*truth(intercom, "contact_tags")}


def test_a_state_of_another_workspace_ends_its_table_alone():
    """The others of its family are read, and it says what to do."""
    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), ["contacts", "contact_tags"])
        state = first.state()
        (odd,) = [each for each in state if "contact_tags" in str(each["stream"])]
        odd["stream"]["stream_state"]["workspace"] = "another"
        intercom.clock.advance(DAY)
        name = next(intercom.workspace.objects("contacts"))["id"]
        intercom.workspace.update("contacts", name, name="Somebody else")

        output = sync_in_process(config_for(), ["contact_tags", "contacts"], state)

        assert output.ids("contacts") == [name]
        assert output.incomplete == {"contact_tags"}
        assert output.errors["contact_tags"]["failure_type"] == "config_error"


# ── states ──────────────────────────────────────────────────────────────────────────────────────


def runs_of_records(output):
    """How many rows came between two states, and behind the last."""
    counts = [0]
    for message in output.messages:
        if message["type"] == "RECORD":
            counts[-1] += 1
        elif message["type"] == "STATE":
            counts.append(0)
    return counts


def test_a_page_of_many_rows_has_states_within():
    """One parent may bring hundreds of rows, and a page of them tens of thousands."""
    with laboratory(conversations_with(people=5)), small_pages(6):
        output = sync_in_process(config_for(num_workers=1), ["conversation_contacts"])

    assert sum(runs_of_records(output)) == 60
    assert max(runs_of_records(output)) <= 10


def test_no_state_claims_more_of_a_page_than_its_rows():
    """A kill behind any of them loses nothing, also within a page."""
    stream = "conversation_contacts"
    with laboratory(conversations_with(people=5)) as intercom, small_pages(6):
        whole = sync_in_process(config_for(num_workers=1), [stream])
        states = [n for n, message in enumerate(whole.messages) if message["type"] == "STATE"]

        assert len(states) > 6
        for number in states:
            killed = whole.upto(number + 1)
            second = sync_in_process(config_for(), [stream], killed.state())
            assert {*came(stream, killed, second)} == {*truth(intercom, stream)}


def test_read_at_is_one_instant_a_parent_and_grows():
    """Current are the rows with their parent's greatest, so an end is told by what is not there."""
    with laboratory(contacts_with([MANY, FEW])) as intercom:
        cut, short = [row["id"] for row in intercom.workspace.objects("contacts")]
        outputs = [sync_in_process(config_for(), ["contact_tags"])]
        intercom.workspace.untag_contact(cut, MANY[3])
        intercom.workspace.untag_contact(short, FEW[1])
        outputs.append(sync_in_process(config_for(), ["contact_tags"], outputs[0].state()))

        instants = {name: [] for name in (cut, short)}
        for output in outputs:
            for name, told in instants.items():
                rows = [row for row in output.records("contact_tags") if row["contact_id"] == name]
                (instant,) = {row["read_at"] for row in rows}
                told.append(instant)
        rows = [row for output in outputs for row in output.records("contact_tags")]
        current = [row for row in rows if row["read_at"] == max(instants[row["contact_id"]])]
        assert all(first < second for first, second in instants.values())
        assert pairs("contact_tags", current) == truth(intercom, "contact_tags")


# ── calls that complete a list ──────────────────────────────────────────────────────────────────


def test_lists_that_intercom_cuts_are_completed():
    """T17: by one call for each contact that needs it, and none for the others."""
    with laboratory(contacts_with([MANY, FEW, [], MANY])) as intercom:
        output = sync_in_process(config_for(), ["contact_tags"])

        assert came("contact_tags", output) == truth(intercom, "contact_tags")
        assert intercom.journal.count(TAGS) == 2


@pytest.mark.parametrize(
    "told", [{"has_more": True, "total_count": 10}, {"has_more": False}], ids=["has_more", "count"]
)
def test_has_more_or_a_count_asks_for_the_rest(told):
    """Either is enough; what the call lists is the truth."""

    def tell(body):
        for row in body["data"]:
            row["tags"].update(told)

    with laboratory(contacts_with([MANY])) as intercom:
        intercom.faults.add(SEARCH, custom=changed(tell), count=None)

        output = sync_in_process(config_for(), ["contact_tags"])

        assert came("contact_tags", output) == truth(intercom, "contact_tags")


def say_nothing(body):
    for row in body["data"]:
        del row["tags"]


def test_a_list_that_is_left_out_is_asked_for():
    """A contact that doesn't say that it has no tags may have some."""
    with laboratory(contacts_with([MANY, FEW])) as intercom:
        intercom.faults.add(SEARCH, custom=changed(say_nothing), count=None)

        output = sync_in_process(config_for(), ["contact_tags"])

        assert came("contact_tags", output) == truth(intercom, "contact_tags")


def drop_the_last(body):
    del body["data"][-1]


def test_a_completion_that_is_short_is_asked_for_once_more():
    """A replica may be behind; the second answer is whole."""
    with laboratory(contacts_with([MANY])) as intercom:
        intercom.faults.add(TAGS, custom=changed(drop_the_last), count=1)

        output = sync_in_process(config_for(), ["contact_tags"])

        assert came("contact_tags", output) == truth(intercom, "contact_tags")


def test_a_completion_that_stays_short_is_believed_and_said_once(caplog):
    """Live data has counts that err: what is listed is what there is."""
    with laboratory(contacts_with([MANY] * 3)) as intercom:
        intercom.faults.add(TAGS, custom=changed(drop_the_last), count=None)

        output = sync_in_process(config_for(), ["contact_tags"])

        assert output.incomplete == set()
        assert len(output.records("contact_tags")) == 3 * (len(MANY) - 1)
        assert intercom.journal.count(TAGS) == 6
        assert caplog.text.count("Intercom counts more rows than it lists") == 1


def test_what_is_refused_for_one_parent_is_a_bad_row_of_that_table():
    """Nothing of its list is emitted half; it is named, kept, and comes once it is answered."""
    with laboratory(contacts_with([MANY] * 4)) as intercom:
        names = [row["id"] for row in intercom.workspace.objects("contacts")]
        intercom.faults.add(f"GET /contacts/{names[1]}/tags", status=422, count=None)

        first = sync_in_process(config_for(), ["contacts", "contact_tags"])

        assert first.incomplete == set()
        assert {row["contact_id"] for row in first.records("contact_tags")} == {*names} - {names[1]}
        assert [*state_of(first, "contact_tags")["unsettled"]] == [names[1]]
        assert "unsettled" not in state_of(first, "contacts")
        intercom.faults.clear()
        intercom.clock.advance(DAY)
        streams = ["contacts", "contact_tags"]
        second = sync_in_process(config_for(), streams, first.state())
        assert came("contact_tags", first, second) == truth(intercom, "contact_tags")
        assert "unsettled" not in state_of(second, "contact_tags")


@pytest.mark.parametrize("streams", [*itertools.permutations(["contacts", "contact_tags"])])
@pytest.mark.parametrize("many", [3, 60])
def test_what_is_refused_for_all_ends_one_table_alone(streams, many):
    """It is INCOMPLETE and names the permission; its parent's table is whole."""
    with laboratory(contacts_with([MANY] * many)) as intercom:
        intercom.faults.add(TAGS, status=403, count=None)

        output = sync_in_process(config_for(), streams)

        assert len(output.ids("contacts")) == many
        assert output.records("contact_tags") == []
        assert output.incomplete == {"contact_tags"}
        error = output.errors["contact_tags"]
        assert error["failure_type"] == "config_error"
        assert '"Read and list users and companies"' in error["message"]


# ── rows without a key ──────────────────────────────────────────────────────────────────────────


def without_an_id(body):
    body["conversations"][3]["id"] = None


def test_a_parent_without_an_id_brings_no_rows():
    """The others' rows come, and the stream says that something was left out."""
    with laboratory(conversations_with(people=2)) as intercom:
        intercom.faults.add(CONVERSATIONS, custom=changed(without_an_id), count=None)

        output = sync_in_process(config_for(), ["conversation_contacts"])

        rows = output.records("conversation_contacts")
        assert len(rows) == 22
        assert all(row.get("conversation_id") for row in rows)
        assert output.errors["conversation_contacts"]["failure_type"] == "system_error"


def test_a_parent_without_an_id_is_not_asked_for():
    """There is nothing to ask for; the others' parts come."""
    with laboratory(conversations_with(people=1)) as intercom:
        intercom.faults.add(CONVERSATIONS, custom=changed(without_an_id), count=None)

        output = sync_in_process(config_for(), ["conversation_parts"])

        assert len(output.records("conversation_parts")) == 22
        assert intercom.journal.count(DETAIL) == 11
        assert output.errors["conversation_parts"]["failure_type"] == "system_error"


def test_the_second_of_a_row_without_a_key_stays_unread():
    """So that the next sync asks for it, and finds it once its key is one."""
    stream = "conversation_contacts"

    def spoil(body):
        body["conversations"][3]["contacts"]["contacts"][0]["id"] = None

    with laboratory(conversations_with(people=2)) as intercom:
        intercom.faults.add(CONVERSATIONS, custom=changed(spoil), count=None)
        first = sync_in_process(config_for(), [stream])
        assert first.incomplete == {stream}
        assert len(first.records(stream)) == 23
        intercom.faults.clear()
        intercom.clock.advance(MARGIN)

        second = sync_in_process(config_for(), [stream], first.state())

        assert {*came(stream, first, second)} == {*truth(intercom, stream)}
        assert second.incomplete == set()


def test_a_parent_whose_answer_has_a_row_without_a_key_is_asked_again():
    """Its other rows come at once, and all of them with the next sync: it is a bad row."""
    stream = "conversation_parts"

    def spoil(body):
        body["conversation_parts"]["conversation_parts"][0]["id"] = None

    with laboratory(conversations_with(people=1)) as intercom:
        name = [row["id"] for row in intercom.workspace.objects("conversations")][3]
        intercom.faults.add(f"GET /conversations/{name}", custom=changed(spoil), count=None)
        first = sync_in_process(config_for(), [stream])
        assert first.incomplete == set()
        assert len(first.records(stream)) == 23
        assert [*state_of(first, stream)["unsettled"]] == [name]
        intercom.faults.clear()
        intercom.clock.advance(DAY)

        second = sync_in_process(config_for(), [stream], first.state())

        assert {*came(stream, first, second)} == {*truth(intercom, stream)}
