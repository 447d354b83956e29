"""Custom attributes as columns, and what Intercom marks as archived."""

import json
import logging
from datetime import UTC, datetime

import orjson
import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteMessageSerializer,
    ConfiguredAirbyteCatalogSerializer,
    Type,
)
from jsonschema import Draft7Validator

from integration_tests.laboratory import changed, laboratory
from integration_tests.syncing import (
    CORE_STREAMS,
    Connector,
    config_for,
    configured,
    sync_in_process,
)
from intercom_emulator import Emulator
from source_intercom import SourceIntercom
from source_intercom.http.client import IntercomError
from source_intercom.tables.custom_attributes import NAME_KEY

MODELS = ("contacts", "companies", "conversations")


@pytest.fixture
def intercom():
    with laboratory("tiny") as running:
        yield running


def discover(config=None):
    """The streams' schemas by name, as a catalog has them."""
    config = config or config_for()
    source = SourceIntercom()
    catalog = source.discover(logging.getLogger("airbyte"), config)
    message = AirbyteMessage(type=Type.CATALOG, catalog=catalog)
    return json.loads(orjson.dumps(AirbyteMessageSerializer.dump(message)))["catalog"]


def columns(catalog, stream):
    """The columns for custom attributes of one stream."""
    schema = next(each["json_schema"] for each in catalog["streams"] if each["name"] == stream)
    return {name: each for name, each in schema["properties"].items() if NAME_KEY in each}


def read(catalog, stream):
    """The rows of one sync with a catalog that was discovered before."""
    config = config_for()
    chosen = ConfiguredAirbyteCatalogSerializer.load(configured(catalog, [stream]))
    source = SourceIntercom()
    return [
        message.record.data
        for message in source.read(source.logger, config, chosen, [])
        if message.type is Type.RECORD
    ]


def value_of(catalog, stream, made, column):
    """What stands in a column of one object's row."""
    return next(row for row in read(catalog, stream) if row["id"] == made["id"]).get(column)


def test_each_attribute_becomes_a_column_of_its_type(intercom):
    """Contacts, companies and conversations, by data_type; archived attributes keep theirs."""
    catalog = discover()

    types = {
        name: (each["type"][1], each.get("airbyte_type"))
        for stream in MODELS
        for name, each in columns(catalog, stream).items()
    }
    assert types == {
        "custom_job_function": ("string", None),
        "custom_lifetime_orders": ("integer", None),
        "custom_satisfaction": ("number", None),
        "custom_beta_tester": ("boolean", None),
        "custom_trial_ends_at": ("string", "timestamp_with_timezone"),
        "custom_old_field": ("string", None),
        "custom_favourite_colour": ("string", None),
        "custom_cx_score_rating": ("integer", None),
        "custom_contract_number": ("string", None),
        "custom_seats": ("integer", None),
        "custom_health_score": ("number", None),
        "custom_is_partner": ("boolean", None),
        "custom_renewal_at": ("string", "timestamp_with_timezone"),
        "custom_summary": ("string", None),
        "custom_kind": ("string", None),
        "custom_priority_score": ("integer", None),
        "custom_refund_amount": ("number", None),
        "custom_escalated": ("boolean", None),
        "custom_due": ("string", "timestamp_with_timezone"),
        "custom_orders": ("string", None),
        "custom_screenshots": ("string", None),
    }
    assert intercom.journal.count("GET /data_attributes") == 2
    assert intercom.journal.count("GET /conversations/attributes") == 1


@pytest.mark.parametrize("stream", MODELS)
def test_t41_values_fill_their_columns_and_the_object_stays_whole(intercom, stream):
    """T41: each value that fits stands in its column, and rows validate against the catalog."""
    catalog = discover()
    intercom.journal.clear()

    rows = {row["id"]: row for row in read(catalog, stream)}

    assert intercom.journal.count("GET /*attributes") == 0
    declared = next(each for each in catalog["streams"] if each["name"] == stream)["json_schema"]
    filled = 0
    for original in intercom.workspace.objects(stream):
        row = rows[str(original["id"])]
        given = {
            name: each for name, each in original["custom_attributes"].items() if each is not None
        }
        assert {n: v for n, v in row["custom_attributes"].items() if v is not None} == given
        assert list(Draft7Validator(declared).iter_errors(row)) == []
        for column, schema in columns(catalog, stream).items():
            value = given.get(schema[NAME_KEY])
            assert (column in row) is (value is not None)
            filled += column in row
            if schema.get("format") == "date-time" and isinstance(value, int):
                assert row[column] == datetime.fromtimestamp(value, UTC).strftime(
                    "%Y-%m-%dT%H:%M:%SZ"
                )
    assert filled >= 4


def test_a_value_that_does_not_fit_is_null_with_one_warning(intercom, caplog):
    """It stays in the object, and an attribute is warned of once, however many rows it has."""
    for _ in range(3):
        intercom.workspace.create_contact(custom_attributes={"lifetime_orders": "a dozen"})

    rows = read(discover(), "contacts")

    odd = [row for row in rows if row["custom_attributes"].get("lifetime_orders") == "a dozen"]
    assert len(odd) == 3
    assert not any("custom_lifetime_orders" in row for row in odd)
    assert (
        caplog.text.count('the custom attribute "lifetime_orders" has values that do not fit') == 1
    )


def test_a_new_attribute_comes_with_the_next_discovery(intercom):
    """Until then it is in the object, and takes no other attribute's column."""
    intercom.workspace.create("data_attributes", model="contact", name="Plan", data_type="string")
    before = discover()
    intercom.workspace.create(
        "data_attributes", model="contact", name="plan", data_type="string", label="Tarif"
    )
    contact = intercom.workspace.create_contact(custom_attributes={"plan": "new", "Plan": "old"})

    def custom(catalog):
        row = next(r for r in read(catalog, "contacts") if r["id"] == contact["id"])
        return {name: value for name, value in row.items() if name.startswith("custom_plan")}

    assert custom(before) == {"custom_plan": "old"}
    after = discover()
    (second,) = columns(after, "contacts").keys() - columns(before, "contacts").keys()
    assert custom(after) == {"custom_plan": "old", second: "new"}
    assert columns(after, "contacts")[second]["title"] == "Tarif"


@pytest.mark.parametrize("asked", [False, True])
def test_an_archived_attribute_keeps_its_column(intercom, asked):
    """Whether archived ones are read as rows or not; in rows read since, the column is null."""
    made = intercom.workspace.create(
        "data_attributes", model="company", name="tier", data_type="integer"
    )
    company = intercom.workspace.create("companies", custom_attributes={"tier": 3})
    before = discover()
    assert value_of(before, "companies", company, "custom_tier") == 3

    intercom.workspace.update("data_attributes", made["id"], archived=True)
    intercom.workspace.update("companies", company["id"], custom_attributes={})

    after = discover(config_for(include_archived=asked))
    assert columns(after, "companies") == columns(before, "companies")
    assert value_of(after, "companies", company, "custom_tier") is None


def test_an_attribute_that_was_cleared_is_null_in_its_column(intercom):
    """Whether Intercom leaves it out of the row or sends a null."""
    contact = intercom.workspace.create_contact(custom_attributes={"lifetime_orders": 3})
    catalog = discover()
    assert value_of(catalog, "contacts", contact, "custom_lifetime_orders") == 3

    for cleared in ({"lifetime_orders": None}, {}):
        intercom.workspace.update("contacts", contact["id"], custom_attributes=cleared)
        assert value_of(catalog, "contacts", contact, "custom_lifetime_orders") is None


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("youngest_first", [False, True])
def test_two_attributes_of_one_name_share_a_column_that_holds_both(
    intercom, caplog, archived, youngest_first
):
    """Two live ones, or one that was archived and made anew with another type: no value is lost."""
    first = intercom.workspace.create(
        "data_attributes", model="contact", name="Reason", data_type="string"
    )
    values = ["late", "early", 3, 4, "5", 6.5]
    made = {
        intercom.workspace.create_contact(custom_attributes={"Reason": value})["id"]: str(value)
        for value in values
    }
    if archived:
        intercom.workspace.update("data_attributes", first["id"], archived=True)
    twin = {**first, "id": first["id"] + 6, "data_type": "integer"}
    place = changed(
        lambda body: body["data"].insert(0 if youngest_first else len(body["data"]), twin)
    )
    intercom.faults.add("GET /data_attributes", custom=place, count=None)

    catalog = discover()

    column = columns(catalog, "contacts")["custom_reason"]
    assert column["type"] == ["null", "string"]
    rows = {row["id"]: row.get("custom_reason") for row in read(catalog, "contacts")}
    assert {each: rows[each] for each in made} == made
    assert "do not fit" not in caplog.text


def test_attributes_behind_a_first_page_have_columns_too(intercom):
    """Though no description says that their list has pages."""
    whole = columns(discover(), "contacts")
    answers = iter([{"data": [], "pages": {"next": {"page": 2}}}, {"pages": {"next": None}}])
    paged = changed(lambda body: body.update(next(answers, {})))
    intercom.faults.add("GET /data_attributes", custom=paged, count=None)

    assert columns(discover(), "contacts") == whole != {}


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_may_not_list_attributes_discovers_without_them(intercom, caplog, status):
    """The streams are there, without those columns, and the log says why."""
    intercom.settings.missing_scope_status = status
    intercom.tokens.add("poor", ["read_conversations"], value="poor")

    catalog = discover(config_for("poor"))

    assert {stream["name"] for stream in catalog["streams"]} >= set(CORE_STREAMS)
    assert columns(catalog, "contacts") == columns(catalog, "companies") == {}
    assert columns(catalog, "conversations")
    assert "contacts: no columns for custom attributes" in caplog.text
    assert '"Read and list users and companies"' in caplog.text


def test_a_catalog_is_never_short_of_columns_by_accident(intercom):
    """While Intercom fails, there is no catalog: the platform would drop the columns it misses."""
    intercom.faults.add("GET /data_attributes", status=503, count=None)

    with pytest.raises(IntercomError, match="later"):
        discover()


def test_reading_without_custom_columns_stays_as_it_was(intercom):
    """A catalog that was discovered without them emits none."""
    output = sync_in_process(config_for(), MODELS)

    for stream in MODELS:
        for row in output.records(stream):
            assert [name for name in row if name.startswith("custom_")] == ["custom_attributes"]
    assert intercom.journal.count("GET /data_attributes") == 0


@pytest.mark.parametrize("asked", [False, True])
def test_archived_attributes_come_on_request(intercom, asked):
    """Off: not asked for and not emitted. On: asked for with include_archived, and emitted so."""
    output = sync_in_process(config_for(include_archived=asked), ["data_attributes"])

    archived = [row for row in output.records("data_attributes") if row.get("archived")]
    queries = [
        entry.query.get("include_archived")
        for entry in intercom.journal.entries("GET /*attributes")
    ]
    assert len(archived) == (2 if asked else 0)
    assert queries == (["true"] * 3 if asked else [None] * 3)


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("stream", [each for each in CORE_STREAMS if each != "data_attributes"])
def test_no_stream_emits_what_is_marked_as_archived_unasked(intercom, stream, asked):
    """Whichever object carries the mark, it is left out, or emitted with it on request."""
    whole = sync_in_process(config_for(include_archived=True), [stream])
    first = whole.ids(stream)[0]

    def archive(_request, proceed):
        answer = proceed()
        answer.body = answer.body.replace(
            b'"id":"%s"' % first.encode(), b'"id":"%s","archived":true' % first.encode()
        )
        return answer

    intercom.faults.add("*", custom=archive, count=None)
    output = sync_in_process(config_for(include_archived=asked), [stream])

    assert output.incomplete == set()
    assert (first in output.ids(stream)) is asked
    assert set(whole.ids(stream)) - set(output.ids(stream)) <= {first}
    if asked:
        assert next(r for r in output.records(stream) if r["id"] == first)["archived"] is True


def test_the_process_discovers_and_reads_columns(tmp_path):
    """The same through the command line that users and platforms start."""
    with Emulator(seed="tiny") as emulator:
        output = Connector(tmp_path, emulator.url, config_for()).read(["companies"])

    assert [
        row["custom_seats"] for row in output.records("companies") if "custom_seats" in row
    ] == [9]


NUMBERS = {"whole": "18446744073709551616", "exact": "12345678901234567.891", "vast": "1e400"}


def test_numbers_reach_stdout_digit_by_digit(tmp_path):
    """In the object and in columns that hold them; where a column can't, null and one warning."""
    with Emulator(seed="tiny") as emulator:
        types = {"whole": "string", "exact": "integer", "vast": "float", "precise": "float"}
        for name, data_type in types.items():
            emulator.workspace.create(
                "data_attributes", model="contact", name=name, data_type=data_type
            )
        emulator.workspace.create_contact(
            custom_attributes={**{name: f"@{name}@" for name in NUMBERS}, "precise": "@exact@"}
        )

        def with_numbers(_request, proceed):
            answer = proceed()
            for name, digits in NUMBERS.items():
                answer.body = answer.body.replace(f'"@{name}@"'.encode(), digits.encode())
            return answer

        emulator.faults.add("POST /contacts/search", custom=with_numbers, count=None)
        connector = Connector(tmp_path, emulator.url, config_for())
        process = connector.start(*connector.read_arguments(["contacts"]))
        lines = process.communicate(timeout=120)[0].splitlines()

    row = next(line for line in lines if '"whole"' in line)
    said = [line for line in lines if "do not fit the type" in line]
    assert '"whole":18446744073709551616,"exact":12345678901234567.891,"vast":"1e400"' in row
    assert '"custom_whole":"18446744073709551616"' in row
    assert '"custom_precise":12345678901234567.891' in row
    assert "custom_exact" not in row
    assert "custom_vast" not in row
    assert [name for line in said for name in NUMBERS if f'"{name}\\"' in line] == ["exact", "vast"]
