"""Snowflake and BigQuery by dlt, which is given a DuckDB in their place."""

import json
import sys
from datetime import UTC, datetime

import dlt
import duckdb
import pytest

from intercom_load import dlt_destination
from intercom_load.errors import LoadError, StreamRefused
from intercom_load.opening import opened
from intercom_load.warehouse import parse_warehouse
from unit_tests.load.stub_loads import PROPERTIES, Loads, catalog, record, state, status, whole


@pytest.fixture
def loader(tmp_path, monkeypatch):
    file = tmp_path / "warehouse.duckdb"
    monkeypatch.setattr(
        dlt_destination, "_destination", lambda _warehouse: dlt.destinations.duckdb(str(file))
    )
    loads = Loads(tmp_path, url="bigquery://project/intercom")
    loads.file = file
    return loads


def test_rows_are_merged_and_replaced_and_gone_on_from(loader):
    """The last row of each key, in its types; what is gone from a list goes; state comes back."""
    loader(
        *whole(
            "contacts",
            record("contacts", "1", phone="007", plan={"seats": None}, score=0.5),
            record("contacts", "2", visits=1),
            record("contacts", "2", visits=2),
            state("contacts", "2026-01-02T00:00:00Z"),
        ),
        *whole("tags", record("tags", "1"), record("tags", "2")),
    )
    loader(
        *whole("contacts", record("contacts", "2", visits=3), state("contacts", "B")),
        *whole("tags", record("tags", "2")),
    )

    rows = loader.query(
        "SELECT id, phone, visits, score, plan, updated_at "
        "FROM intercom.intercom_contacts ORDER BY id"
    )
    new_year = datetime(2026, 1, 1, tzinfo=UTC)
    assert [row[:4] for row in rows] == [("1", "007", None, 0.5), ("2", None, 3, None)]
    assert json.loads(rows[0][4]) == {"seats": None}
    assert [row[5] for row in rows] == [new_year, new_year]
    assert loader.query("SELECT id FROM intercom.intercom_tags") == [("2",)]
    assert [one["stream"]["stream_state"] for one in loader.heard("state")] == [
        {"updated_at": "2026-01-02T00:00:00Z"}
    ]
    loads = loader.query("SELECT stream, rows FROM intercom._intercom_loads ORDER BY stream")
    assert loads == [("contacts", 2), ("tags", 1)]


def test_a_list_without_rows_has_an_empty_table(loader):
    """Whether it never had any, or has lost the last one."""
    for rows in ([], [record("tags", "1")], []):
        results = loader(*whole("tags", *rows), streams=["tags"])
        assert results["tags"].rows_in_table == len(rows)


def test_what_does_not_fit_is_null_and_a_changed_type_has_a_column_of_its_own(loader):
    """As in the other warehouses."""
    loader(*whole("contacts", record("contacts", "1", visits=2**70)), streams=["contacts"])
    assert loader.warnings == [
        "WARN contacts: 1 value(s) do not fit the column visits, which is null there."
    ]
    loader(*whole("contacts", record("contacts", "1", visits=5)), streams=["contacts"])
    words = catalog({**PROPERTIES, "visits": {"type": ["null", "string"]}})

    row = record("contacts", "2", visits="often")
    loader(*whole("contacts", row), discover=[words], streams=["contacts"])

    rows = loader.query("SELECT id, visits, visits_text FROM intercom.intercom_contacts ORDER BY 1")
    assert rows == [("1", 5, None), ("2", None, "often")]


def test_a_stream_that_breaks_off_keeps_what_its_state_vouches_for(loader):
    """Rows first, then the state."""
    loader(
        status("contacts", "STARTED"),
        record("contacts", "1"),
        state("contacts", "A"),
        status("contacts", "INCOMPLETE"),
        streams=["contacts"],
    )

    assert loader.query("SELECT id FROM intercom.intercom_contacts") == [("1",)]
    assert '"A"' in loader.query("SELECT state FROM intercom._intercom_loads")[0][0]


def test_a_refusal_is_quoted(loader):
    """By the last of the causes, which is the warehouse's own."""
    loader(*whole("tags", record("tags", "1")), streams=["tags"])
    with duckdb.connect(str(loader.file)) as connection:
        connection.sql("DROP TABLE intercom.intercom_tags")
        connection.sql("CREATE VIEW intercom.intercom_tags AS SELECT '1' AS id")

    results = loader(*whole("tags", record("tags", "1")), streams=["tags"])

    assert "refuses rows of tags" in results["tags"].error
    assert results["tags"].exit_code == StreamRefused.exit_code


def test_without_its_packages_the_extra_is_named(monkeypatch, tmp_path):
    """Nobody who loads into DuckDB or PostgreSQL has to install them."""
    monkeypatch.delitem(sys.modules, "intercom_load.dlt_destination")
    monkeypatch.setitem(sys.modules, "dlt", None)

    opening = opened(parse_warehouse("bigquery://project/intercom"), tmp_path)

    with pytest.raises(LoadError, match="with its extra `warehouses`"), opening:
        pass
