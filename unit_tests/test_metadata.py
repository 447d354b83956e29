"""What Airbyte reads about the connector: metadata.yaml, the icon and the licence."""

import re
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import yaml
from airbyte_connector_models.metadata.v0.connector_metadata_definition_v0 import (
    ConnectorMetadataDefinitionV0,
)

from integration_tests.syncing import CORE_STREAMS, config_for
from source_intercom import SourceIntercom
from source_intercom.tables.streams import retriever_of
from unit_tests.described import facts

ROOT = Path(__file__).resolve().parents[1]

METADATA: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
DATA: dict[str, Any] = METADATA["data"]


PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_metadata_fits_airbytes_model() -> None:
    """The file is accepted by Airbyte's own model, which knows no other fields."""
    model = ConnectorMetadataDefinitionV0.model_validate(METADATA)

    assert str(model.data.definition_id) == DATA["definitionId"]


def test_version_and_licence_are_where_airbyte_looks_for_them() -> None:
    """Its quality checks compare metadata.yaml with Poetry's own table, and know no other."""
    poetry = PYPROJECT["tool"]["poetry"]

    assert DATA["dockerImageTag"] == poetry["version"]
    assert DATA["license"] == poetry["license"] == PYPROJECT["project"]["license"]


def test_licence_file_is_the_licence_named() -> None:
    """The LICENSE file holds the licence that metadata.yaml names."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert text.startswith(f"{DATA['license']} License\n")


def test_what_is_suggested_costs_little() -> None:
    """The streams of the mission, and relations that ask only for parents that are cut off."""
    offered = {each.name: retriever_of(each) for each in SourceIntercom().streams(config_for())}
    suggested = DATA["suggestedStreams"]["streams"]
    relations = [name for name in suggested if name not in CORE_STREAMS]

    assert set(CORE_STREAMS) < set(suggested)
    for name in relations:
        assert offered[name].rows["at"]
        assert (offered[name].rest or {"when": "more"})["when"] in {"more", "longest"}


def test_only_hosts_of_intercom_are_allowed() -> None:
    """The connector may talk to Intercom's three regional hosts and nothing else."""
    expected = {"api.intercom.io", "api.eu.intercom.io", "api.au.intercom.io"}

    assert expected == set(DATA["allowedHosts"]["hosts"])


def test_allowed_hosts_are_the_servers_of_the_description() -> None:
    """A region that Intercom adds is noticed."""
    servers = {server.removeprefix("https://") for server in facts()["servers"]}

    assert servers == set(DATA["allowedHosts"]["hosts"])


def test_base_image_is_that_of_the_dockerfile() -> None:
    """Airbyte's build and ours start from the same image, which Airbyte's names by its digest."""
    image, _, digest = DATA["connectorBuildOptions"]["baseImage"].partition("@")

    assert f"ARG BASE_IMAGE={image}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.fullmatch("sha256:[0-9a-f]{64}", digest)


def test_nobody_is_sent_to_a_strangers_package() -> None:
    """On PyPI, the project's name is somebody else's: pip is shown this folder or a wheel of it."""
    patterns = ("*.md", "docs/*", "examples/**/*", "intercom_*/*.py", "Makefile", "Dockerfile*")
    pages = [page for pattern in patterns for page in ROOT.glob(pattern) if page.is_file()]
    installers = "pip3? install|pipx|uvx|uv (add|tool|pip)|poetry add"
    by_name = re.compile(rf"({installers})[^`\n]*source[-_]intercom(?!-\S*\.whl)")

    assert "pip install '.[load]'" in (ROOT / "README.md").read_text()
    assert [page.name for page in pages if by_name.search(page.read_text())] == []
    assert not DATA["remoteRegistries"]["pypi"]["enabled"]


def test_every_link_is_https() -> None:
    """No link of the metadata leaves HTTPS."""
    links = [DATA["documentationUrl"], *(doc["url"] for doc in DATA["externalDocumentationUrls"])]

    assert [link for link in links if not link.startswith("https://")] == []


def test_icon_is_a_square_drawing_of_its_own() -> None:
    """The icon is square and loads or runs nothing."""
    root = ET.parse(ROOT / DATA["icon"]).getroot()
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    attributes = {name.rpartition("}")[2] for element in root.iter() for name in element.attrib}

    assert root.attrib["width"] == root.attrib["height"]
    assert (left, top, width) == (0, 0, height)
    assert not tags & {"script", "image", "use", "foreignObject", "style"}
    assert "href" not in attributes
