"""Contracts over the manifest: the CDK accepts typos, unused definitions and missing files."""

import dataclasses
import importlib
from pathlib import Path

import pytest
import yaml
from airbyte_cdk.sources.declarative.concurrent_declarative_source import (
    ConcurrentDeclarativeSource,
    get_declarative_component_schema,
    validate_manifest,
)
from airbyte_cdk.sources.declarative.models import declarative_component_schema as models
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import (
    ManifestReferenceResolver,
)

from integration_tests.schemas import SCHEMAS, schema
from source_intercom import SourceIntercom
from source_intercom.source import MANIFEST

TEXT = MANIFEST.read_text()
RAW = yaml.safe_load(TEXT)
RESOLVED = ManifestReferenceResolver().preprocess_manifest(yaml.safe_load(TEXT))
STREAMS = {stream["$parameters"]["name"]: stream for stream in RESOLVED["streams"]}
KEYS = {
    name: [key] if isinstance(key := stream["primary_key"], str) else key
    for name, stream in STREAMS.items()
}
EVERYWHERE = {"type", "$parameters", "class_name"}


def known_keys(component):
    """The keys that a component of this type understands; None for what is no component."""
    if "class_name" in component:
        module, name = component["class_name"].rsplit(".", 1)
        fields = dataclasses.fields(getattr(importlib.import_module(module), name))
        return {field.name for field in fields if field.init} | EVERYWHERE
    name = str(component.get("type")).replace("DeclarativeSource", "DeclarativeSource1")
    model = getattr(models, name, None)
    if model is None:
        return None
    aliases = {field.alias or name for name, field in model.__fields__.items()}
    return aliases | EVERYWHERE


def unknown_keys(node, path=""):
    """Every key of a component that nothing reads."""
    if isinstance(node, list):
        return [found for entry in node for found in unknown_keys(entry, path)]
    if not isinstance(node, dict):
        return []
    known = known_keys(node) or set(node)
    here = [f"{path}.{key}" for key in node if key not in known]
    return here + [
        found
        for key, value in node.items()
        if key != "connection_specification"
        for found in unknown_keys(value, f"{path}.{key}")
    ]


def test_the_cdks_schema_validates_the_manifest():
    """What the connector leaves out as it starts is done here; and the CDK still asks for it."""
    validate_manifest(SourceIntercom().resolved_manifest, get_declarative_component_schema())
    assert callable(ConcurrentDeclarativeSource._validate_source)


def test_no_key_is_unknown():
    """An extra or misspelt key would load without a word."""
    assert unknown_keys(RESOLVED) == []


def test_the_key_check_can_fail():
    """A planted typo is found, in the CDK's components and in ours."""
    stream = {**STREAMS["tags"], "primry_key": "id"}
    retriever = {**STREAMS["tags"]["retriever"], "recrd_keys": []}

    assert unknown_keys(stream) == [".primry_key"]
    assert unknown_keys(retriever) == [".recrd_keys"]


def test_every_definition_is_used():
    """What nothing refers to is dead."""
    unused = [name for name in RAW["definitions"] if f"#/definitions/{name}" not in TEXT]

    assert unused == []


def test_every_schema_belongs_to_a_stream():
    """No stream without a schema, no schema without a stream."""
    assert {path.stem for path in SCHEMAS.glob("*.json")} == set(STREAMS)


@pytest.mark.parametrize("name", STREAMS)
def test_the_schema_holds_key_and_cursor(name):
    """Primary key and cursor are declared columns."""
    declared = schema(name)["properties"]
    cursor = STREAMS[name]["retriever"].get("cursor_field")

    assert set(KEYS[name]) <= declared.keys()
    assert cursor is None or declared[cursor]["format"] == "date-time"


@pytest.mark.parametrize("name", STREAMS)
def test_the_schema_names_the_key(name):
    """Whoever reads a table's description learns by which columns its rows are told apart."""
    said = schema(name)["description"].removesuffix(".").rpartition("; key: ")[2]

    assert said == ", ".join(KEYS[name])


@pytest.mark.parametrize("name", STREAMS)
def test_every_stream_names_its_permission(name):
    """A stream that is refused can say which box to tick."""
    assert STREAMS[name]["retriever"]["permission"]


def test_the_version_is_the_pinned_one():
    """Fields newer than the installed CDK would be ignored, not refused."""
    project = Path(__file__).parents[1].joinpath("pyproject.toml").read_text()

    assert f"airbyte-cdk == {RAW['version']}" in project
