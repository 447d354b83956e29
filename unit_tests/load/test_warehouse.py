"""A warehouse's URL, read without opening anything."""

from pathlib import Path

import pytest

from intercom_load.errors import UsageError
from intercom_load.warehouse import parse_warehouse


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("duckdb:///intercom.duckdb", Path.cwd() / "intercom.duckdb"),
        ("duckdb:///build/demo.duckdb", Path.cwd() / "build" / "demo.duckdb"),
        ("duckdb:////var/lib/intercom.duckdb", Path("/var/lib/intercom.duckdb")),
        ("duckdb:///~/intercom.duckdb", Path.home() / "intercom.duckdb"),
        ("./intercom.duckdb", Path.cwd() / "intercom.duckdb"),
        ("~/intercom.db", Path.home() / "intercom.db"),
    ],
)
def test_a_duckdb_file_is_named_by_url_or_path(url, path):
    """Relative, absolute and home paths lead to the same file as in a shell."""
    warehouse = parse_warehouse(url)

    assert (warehouse.kind, warehouse.settings["db_path"]) == ("duckdb", str(path))
    assert warehouse.schema == "main"


def test_a_postgresql_url_becomes_the_settings_of_libpq():
    """User and password are decoded, options passed on; both spellings of a password are masked."""
    warehouse = parse_warehouse("postgresql://m%20e:p%40ss@db.example.com/sales?sslmode=require")

    assert warehouse.settings == {
        "host": "db.example.com",
        "port": 5432,
        "dbname": "sales",
        "user": "m e",
        "password": "p@ss",
        "connect_timeout": 10,
        "sslmode": "require",
    }
    assert set(warehouse.secrets) == {"p%40ss", "p@ss"}
    assert "p%40ss" not in repr(warehouse)
    assert "p@ss" not in warehouse.label


def test_without_a_password_libpq_finds_its_own():
    """PGPASSWORD and ~/.pgpass count where the URL has none."""
    assert "password" not in parse_warehouse("postgresql://me@host/db").settings


def test_a_snowflake_url_becomes_the_settings_of_dlt():
    """Account, user, database, schema, warehouse and role come from where the URL has them."""
    warehouse = parse_warehouse(
        "snowflake://me:s%2Fecret@Org-Acct/RAW/intercom?warehouse=LOAD&role=LOADER"
    )

    assert warehouse.settings == {
        "host": "Org-Acct",
        "username": "me",
        "password": "s/ecret",
        "database": "RAW",
        "warehouse": "LOAD",
        "role": "LOADER",
    }
    assert warehouse.schema == "intercom"


def test_a_bigquery_url_names_project_and_dataset(tmp_path):
    """The dataset takes the place of a schema; the key of the service account is masked."""
    key = tmp_path / "key.json"
    key.write_text('{"private_key": "-----KEY-----", "client_email": "a@b"}', encoding="utf-8")

    warehouse = parse_warehouse(
        f"bigquery://shop/intercom?credentials_path={key}&dataset_location=EU"
    )

    assert warehouse.settings == {
        "project_id": "shop",
        "private_key": "-----KEY-----",
        "client_email": "a@b",
        "location": "EU",
    }
    assert warehouse.schema == "intercom"
    assert warehouse.secrets == ("-----KEY-----",)


def test_the_option_for_the_schema_wins():
    """--schema overrides the schema that the URL or the kind of warehouse gives."""
    url = "snowflake://me:secret@acct/RAW/intercom?warehouse=LOAD&role=LOADER"

    assert parse_warehouse(url, schema="other").schema == "other"
    assert parse_warehouse("x.duckdb", schema="other").schema == "other"


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("intercom", "must be given as a URL"),
        ("mysql://me@host/db", "no warehouse of the kind 'mysql'"),
        ("duckdb://intercom.duckdb", "write duckdb:///intercom.duckdb"),
        ("duckdb:///", "names a file"),
        ("duckdb:///:memory:", "would be gone"),
        ("postgresql://host/db", "needs a user, a host and a database"),
        ("postgresql://me@host", "needs a user, a host and a database"),
        ("postgresql://me:p@/ss@host/db", "percent-encoded"),
        ("postgresql://me:secret@host:port/db", "percent-encode"),
        ("snowflake://me:secret@acct/db", "warehouse=…&role=…"),
        ("bigquery://project", "names project and dataset"),
        ("bigquery://project/set?credentials_path=/nowhere.json", "no credentials file"),
        ("bigquery://project/set?credentials_path=/dev/null", "not the JSON key"),
    ],
)
def test_a_wrong_url_is_answered_with_a_right_one(url, remedy):
    """Each mistake has its sentence, which does not repeat the password."""
    with pytest.raises(UsageError) as raised:
        parse_warehouse(url)

    assert remedy in str(raised.value)
    assert "secret@" not in str(raised.value)


@pytest.mark.parametrize("name", ["Sales", "a-b", "1st", 'x"; DROP', "a" * 51])
def test_names_that_sql_would_read_otherwise_are_refused(name):
    """Schema and prefix go into SQL, so only plain names pass."""
    with pytest.raises(UsageError, match="--schema"):
        parse_warehouse("x.duckdb", schema=name)
    with pytest.raises(UsageError, match="--table-prefix"):
        parse_warehouse("x.duckdb", table_prefix=name)


def test_a_duckdb_schema_may_not_be_called_like_the_file():
    """DuckDB would not know whether intercom.x means the file or the schema."""
    with pytest.raises(UsageError, match="another name"):
        parse_warehouse("intercom.duckdb", schema="intercom")
