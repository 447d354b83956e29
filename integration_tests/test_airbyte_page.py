"""docs/airbyte.md: what it has an administrator send, write and wait for."""

import dataclasses
import json
import re
import time
from pathlib import Path

import pytest
import yaml
from airbyte_api import models
from airbyte_api.utils import unmarshal_json

from integration_tests.laboratory import laboratory
from integration_tests.syncing import Connector, catalog, config_for, sync_in_process
from intercom_emulator import Emulator
from intercom_emulator.settings import Settings
from source_intercom.settings import read_settings, unknown_fields

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "airbyte.md").read_text(encoding="utf-8")
METADATA = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))["data"]
MODES = {
    "full_refresh_overwrite": "full_refresh",
    "incremental_deduped_history": "incremental",
}
"""What the page has Airbyte do with a stream, and what the stream has to offer for that."""


def fences(kind):
    """The contents of the page's fences of one kind."""
    found = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return [each.replace("…", "token") for each in found]


def body(model):
    """The one request body on the page with the fields of a model of Airbyte's and no other."""
    cased = {
        field.metadata["dataclasses_json"]["letter_case"](field.name): field
        for field in dataclasses.fields(model)
    }
    required = {name for name, each in cased.items() if each.default is dataclasses.MISSING}
    [found] = [
        each
        for each in map(json.loads, fences("json"))
        if isinstance(each, dict) and required <= each.keys() <= cased.keys()
    ]
    return found


def check_offered(streams):
    """Each stream exists and can be read in the mode that the page gives it: {name: mode}."""
    offered = {each["name"]: each["supported_sync_modes"] for each in catalog()["streams"]}
    for name, mode in streams.items():
        assert MODES[mode] in offered[name], name
        assert mode != "full_refresh_overwrite" or "incremental" not in offered[name]


@pytest.mark.parametrize(
    "model",
    [
        models.CreateDefinitionRequest,
        models.UpdateDefinitionRequest,
        models.ConnectionCreateRequest,
    ],
    ids=lambda model: model.__name__,
)
def test_what_is_sent_fits_airbytes_api(model):
    """By the models of Airbyte's own client: no field that it doesn't know, no word of an enum."""
    unmarshal_json(json.dumps(body(model)), model)


def test_every_example_is_readable():
    """As JSON or as YAML."""
    assert len([json.loads(each) for each in fences("json")]) == 6
    assert yaml.safe_load("\n".join(fences("yaml")))["securityContext"]["runAsNonRoot"] is True


def test_the_version_is_that_of_the_image():
    """Wherever a tag stands."""
    tags = re.findall(r'source-intercom:([\d.]+)|(?:dockerImageTag"|_tag +=):? "([\d.]+)"', PAGE)

    assert {one or other for one, other in tags} == {METADATA["dockerImageTag"]}
    assert len(tags) >= 7


def test_the_source_is_a_config_of_the_connector():
    """In the API's words and in Terraform's, with no field that it doesn't know."""
    sent = body(models.SourceCreateRequest)["configuration"]
    [terraform] = fences("hcl")
    written = re.search(r"jsonencode\(\{(.*?)\}\)", terraform, re.DOTALL)[1]
    names = re.findall(r"(\w+) *=(?!=)", written)

    read_settings(sent)
    assert unknown_fields(sent) == []
    assert names == [*list(sent)[:2], *sent["credentials"], *list(sent)[2:]]


def test_terraforms_example_is_whole():
    """Its brackets close, its references lead to what it makes, and its streams exist."""
    [text] = fences("hcl")
    made = set(re.findall(r'^resource "(\w+)" "(\w+)" \{$', text, re.MULTILINE))
    used = set(re.findall(r"= (airbyte_\w+)\.(\w+)\.\w+$", text, re.MULTILINE))
    bare = re.sub(r'"[^"]*"', "", text)

    assert used < made
    assert len(made) == 3
    for opening, closing in ("{}", "[]", "()"):
        assert bare.count(opening) == bare.count(closing) > 0
    check_offered(dict(re.findall(r'name = "(\w+)", sync_mode = "(\w+)"', text)))


def test_the_connection_asks_for_what_the_streams_offer():
    """Incrementally wherever that can be."""
    streams = body(models.ConnectionCreateRequest)["configurations"]["streams"]

    assert len(streams) == 4
    check_offered({each["name"]: each["syncMode"] for each in streams})


def test_hosts_and_patience_are_those_of_the_metadata():
    """What a firewall has to let through, and how long the connector may be silent."""
    assert all(f"`{host}`" in PAGE for host in METADATA["allowedHosts"]["hosts"])
    assert f"{METADATA['maxSecondsBetweenMessages']:,} seconds" in PAGE


def test_a_state_may_be_written_by_hand():
    """The page's own: only what changed since is read, and the state moves on."""
    [states] = [each for each in map(json.loads, fences("json")) if isinstance(each, list)]
    [moment] = re.findall(r'"updated_at": "([^"]+)"', PAGE)
    with laboratory("contacts=400"):
        whole = sync_in_process(config_for(), ["contacts"])
        output = sync_in_process(config_for(), ["contacts"], states)

    since = [row["id"] for row in whole.records("contacts") if row["updated_at"] > moment]
    assert 0 < len(since) < 400
    assert set(since) <= set(output.ids("contacts"))
    assert len(output.ids("contacts")) < 400
    assert output.states("contacts")[-1]["updated_at"] > moment


@pytest.mark.soak
@pytest.mark.parametrize("connections", [1, 2, 4])
def test_connections_share_a_limit(tmp_path, connections):
    """Several at once with one token each read all; the page's table is what this prints."""
    with Emulator("conversations=300,parts=2", Settings(rate_limit=170)) as intercom:
        connector = Connector(tmp_path, intercom.url, config_for())
        arguments = connector.read_arguments(["conversation_parts"])
        asked, refused = len(intercom.journal), intercom.journal.count(status=429)
        begun = time.monotonic()
        processes = [connector.start(*arguments) for _ in range(connections)]
        outputs = [process.communicate()[0] for process in processes]
        seconds = time.monotonic() - begun

        assert [process.returncode for process in processes] == [0] * connections
        assert [each.count('"type":"RECORD"') for each in outputs] == [600] * connections
        asked = len(intercom.journal) - asked
        refused = intercom.journal.count(status=429) - refused
        print(f"\n| {connections} | {seconds:.0f} | {asked:,} | {refused:,} |")  # noqa: T201
