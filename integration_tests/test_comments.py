"""What the connector says of each table and column stands in the database, as comments."""

import duckdb
import psycopg

from integration_tests.postgres_server import postgres_server
from integration_tests.syncing import catalog
from unit_tests.load.stub_loads import Loads, whole

STREAMS = {each["name"]: each["json_schema"] for each in catalog()["streams"]}
EXPECTED = {
    (f"intercom_{name}", column): declared["description"]
    for name, schema in STREAMS.items()
    for column, declared in {"": schema, **schema["properties"]}.items()
}
"""The description of each table, under no column, and of each of its columns."""


def load_all(folder, url=None):
    """Tables for all streams, without a row."""
    everything = [message for name in STREAMS for message in whole(name)]
    loads = Loads(folder, url, "intercom")
    loads(
        *everything,
        streams=tuple(STREAMS),
        discover=[{"type": "CATALOG", "catalog": catalog()}],
    )
    return loads


def compared(found):
    """The comments that a database has, without the column that is the loader's own."""
    return {(table, column): said for table, column, said in found if column != "_loaded_at"}


def test_duckdb_shows_every_description(tmp_path):
    """All streams; in the tables that `duckdb_columns()` lists."""
    loads = load_all(tmp_path)

    with duckdb.connect(str(loads.file), read_only=True) as connection:
        found = connection.sql(
            "SELECT table_name, column_name, comment FROM duckdb_columns() "
            "WHERE table_name LIKE 'intercom_%' UNION ALL "
            "SELECT table_name, '', comment FROM duckdb_tables() "
            "WHERE table_name LIKE 'intercom_%'"
        ).fetchall()

    assert compared(found) == EXPECTED
    assert all(EXPECTED.values())


def test_postgresql_shows_every_description(tmp_path):
    """As `\\d+` of psql and every catalog of data shows them."""
    with postgres_server() as server:
        load_all(tmp_path, server.url())
        with psycopg.connect(server.url()) as connection:
            found = connection.execute(
                "SELECT relname, attname, col_description(pg_class.oid, attnum) "
                "FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid "
                "WHERE relkind = 'r' AND attnum > 0 AND relname LIKE 'intercom_%' UNION ALL "
                "SELECT relname, '', obj_description(oid) FROM pg_class "
                "WHERE relkind = 'r' AND relname LIKE 'intercom_%'"
            ).fetchall()

    assert compared(found) == EXPECTED
