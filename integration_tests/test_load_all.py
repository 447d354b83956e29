"""Every stream through the loader into DuckDB: the tables are the workspace's, whole."""

import json
from datetime import date

import duckdb
import pytest

from integration_tests.comparing import difference, in_order
from integration_tests.everything import DECLARED, KEYS, STREAMS, truth
from integration_tests.loading import results_of
from intercom_emulator import Emulator
from intercom_emulator.settings import Settings

OWN = {"_loaded_at", "read_at"}
"""Columns that tell of the load, not of the workspace."""
CUSTOM = "custom_"
"""What custom attributes are called as columns of their own."""


pytestmark = pytest.mark.timeout(1200)
DEMO = pytest.param("demo", marks=pytest.mark.soak)
"""13,000 requests: a call for each contact, conversation and article among them."""


@pytest.fixture(name="loaded", scope="module", params=["tiny", DEMO])
def _loaded(request, tmp_path_factory):
    """What each stream's load came to, the workspace's rows, and a connection to the file."""
    file = tmp_path_factory.mktemp("all") / "all.duckdb"
    with (
        Emulator(request.param, Settings(rate_limit=None)) as intercom,
        pytest.MonkeyPatch.context() as patch,
    ):
        intercom.clock.freeze()
        patch.setenv("INTERCOM_API_BASE_URL", intercom.url)
        types = sorted(intercom.workspace.custom_object_types())
        results = results_of(
            f"duckdb:///{file}", STREAMS, prefix="", all_streams=True, custom_objects=types
        )
        with duckdb.connect(str(file), read_only=True) as connection:
            yield results, {name: truth(intercom.workspace, name) for name in STREAMS}, connection


def test_every_stream_is_a_table_of_as_many_rows(loaded):
    """None failed, none is empty."""
    results, real, connection = loaded

    assert [result.error for result in results if result.error] == []
    held = {name: len(connection.table(name)) for name in STREAMS}
    assert held == {name: len(rows) for name, rows in real.items()}
    assert 0 not in held.values()


@pytest.mark.parametrize("stream", STREAMS)
def test_every_value_of_a_table_is_the_workspaces(loaded, stream):
    """Numbers, times and JSON included."""
    _, real, connection = loaded
    schema = DECLARED[stream]["json_schema"]
    table = connection.table(stream)
    rows = [as_emitted(table.columns, values, schema) for values in table.fetchall()]
    pairs = zip(in_order(rows, KEYS[stream]), in_order(real[stream], KEYS[stream]), strict=True)

    found = (
        difference(row, {name: one[name] for name in one if name in table.columns}, schema, stream)
        for row, one in pairs
    )
    assert next((each for each in found if each), None) is None
    assert schema["properties"].keys() <= {*table.columns}


def as_emitted(columns, values, schema):
    """A row of a table as the connector had emitted it."""
    row = {}
    for name, value in zip(columns, values, strict=True):
        kinds = schema["properties"].get(name, {}).get("type", ())
        if name in OWN or value is None or (name.startswith(CUSTOM) and not kinds):
            continue
        if isinstance(value, date):
            row[name] = value.isoformat()
        elif isinstance(value, str) and {"object", "array"} & {*kinds}:
            row[name] = json.loads(value)
        else:
            row[name] = value
    return row
