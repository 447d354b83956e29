"""
Airbyte's quality checks of connectors, those that can be made without a network.

https://docs.airbyte.com/contributing-to-airbyte/resources/qa-checks lists them. Those of version,
licence, icon, links and base image are in test_metadata.py. Of all, three are broken on purpose:

- There is a Dockerfile, because users build and run the image themselves (README, "Docker").
- Documents are in docs/, not in docs/integrations/sources/, where Airbyte's repository has them.
- Nothing is published to PyPI, where the name is a stranger's; that is declared, as is wanted.
"""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
DATA: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))["data"]
VERSION: str = DATA["dockerImageTag"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
BREAKING: dict[str, Any] = DATA.get("releases", {}).get("breakingChanges", {})


def test_the_version_is_semantic() -> None:
    assert re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?", VERSION)


def test_the_changelog_begins_with_the_version() -> None:
    """What is built is what the changelog's first entry describes."""
    entries = re.findall(r"^## (\S+) \S (unreleased|\d{4}-\d{2}-\d{2})$", CHANGELOG, re.MULTILINE)

    assert entries[0][0] == VERSION
    assert len({version for version, _ in entries}) == len(entries) == CHANGELOG.count("\n## ")


def test_poetry_manages_the_packages() -> None:
    """There are pyproject.toml and poetry.lock, and no second way."""
    assert "poetry" in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert (ROOT / "poetry.lock").is_file()
    assert not [name for name in ("setup.py", "setup.cfg") if (ROOT / name).exists()]


@pytest.mark.parametrize("prefix", ["language:python", "cdk:"])
def test_language_and_cdk_are_tagged_once(prefix: str) -> None:
    assert len([tag for tag in DATA["tags"] if tag.startswith(prefix)]) == 1


def test_where_it_is_published_is_declared() -> None:
    """On PyPI it is not, which Airbyte's check accepts as an answer."""
    assert DATA["remoteRegistries"]["pypi"]["enabled"] is False


def test_airbytes_acceptance_tests_are_on() -> None:
    """Their suite is named, and its config is there, at the highest strictness."""
    config = yaml.safe_load((ROOT / "acceptance-test-config.yml").read_text(encoding="utf-8"))

    assert {"suite": "acceptanceTests"} in DATA["connectorTestSuitesOptions"]
    assert config["test_strictness_level"] == "high"
    assert config["connector_image"].startswith(f"{DATA['dockerRepository']}:")


def test_what_airbytes_tools_look_for_is_there_under_its_name() -> None:
    """In the folder that they expect."""
    names = (
        "configured_catalog.json",
        "sample_config.json",
        "invalid_config.json",
        "abnormal_state.json",
    )

    assert [name for name in names if not (ROOT / "integration_tests" / name).is_file()] == []
    assert "/.tmp/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_what_certification_asks_for_is_declared() -> None:
    """How long it may be silent, and which hosts it talks to."""
    assert DATA["maxSecondsBetweenMessages"] > 0
    assert DATA["allowedHosts"]["hosts"]


def test_breaking_changes_have_a_deadline_and_a_guide() -> None:
    """A week's notice for the version that is built; and each names what to do."""
    guide = ROOT / "docs" / "migrating.md"
    for version, change in BREAKING.items():
        assert f"## Upgrading to {version}\n" in guide.read_text(encoding="utf-8")
        deadline = datetime.fromisoformat(change["upgradeDeadline"]).replace(tzinfo=UTC)
        assert version != VERSION or deadline > datetime.now(UTC) + timedelta(days=7)


def test_the_connector_speaks_https_alone() -> None:
    """No address without TLS, but of this machine's own loopback and of JSON Schema's dialect."""
    allowed = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\]|json-schema\.org)")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*(ROOT / "source_intercom").rglob("*"), ROOT / "metadata.yaml"]
        if path.suffix in {".py", ".yaml", ".json", ".txt"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "http://" in allowed.sub("", line)
    ]

    assert found == []


def test_the_rule_that_is_broken_is_said_in_the_readme() -> None:
    """A Dockerfile, which Airbyte's check refuses, and why it is there."""
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())

    assert (ROOT / "Dockerfile").is_file()
    assert re.search(r"Airbyte's own connectors have no Dockerfile, because", readme)


PAGE = (ROOT / "docs" / "intercom.md").read_text(encoding="utf-8")
NAME: str = DATA["name"]
OWN = "what a connector adds"
HEADINGS = (
    NAME,
    "Prerequisites",
    "Setup guide",
    f"Set up {NAME}",
    OWN,
    f"Set up the {NAME} connector in Airbyte?",
    "For Airbyte Cloud:?",
    "For Airbyte Open Source:?",
    OWN,
    "Supported sync modes",
    "Supported Streams",
    OWN,
    "Performance considerations?",
    "Data type map?",
    "Limitations & Troubleshooting?",
    OWN,
    "Tutorials?",
    "Changelog",
)
"""Those of Airbyte's pages, in their order; with a question mark, those that may be left out."""


def out_of_order(headings: list[str]) -> list[str]:
    """The headings from the first one on that is not where Airbyte's pages have it."""
    known = {each.rstrip("?") for each in HEADINGS}
    left = list(headings)
    for each in HEADINGS:
        if each == OWN:
            while left and left[0] not in known:
                left.pop(0)
        elif left and left[0] == each.rstrip("?"):
            left.pop(0)
        elif not each.endswith("?"):
            return left or [each]
    return left


def section(heading: str) -> str:
    """The text below a heading of the connector's page, up to the next of its rank."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_page_has_the_headings_of_airbytes_pages() -> None:
    assert out_of_order(re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)) == []


@pytest.mark.parametrize(
    "headings",
    [
        [NAME, "Setup guide", "Prerequisites"],
        [NAME, "Prerequisites", "Setup guide", f"Set up {NAME}", "Supported Streams"],
        ["Something else"],
        [],
    ],
)
def test_a_heading_out_of_place_is_found(headings: list[str]) -> None:
    assert out_of_order(headings)


def test_prerequisites_name_what_the_form_requires() -> None:
    """Each required field by its title; credentials by one of the words that Airbyte looks for."""
    manifest = yaml.safe_load((ROOT / "source_intercom" / "manifest.yaml").read_text("utf-8"))
    form = manifest["spec"]["connection_specification"]
    text = section("Prerequisites").lower()

    assert "credentials" in form["required"]
    assert [word for word in ("account", "auth", "access", "client") if word in text]
    for field in set(form["required"]) - {"credentials"}:
        assert form["properties"][field]["title"].lower() in text


def test_the_page_has_an_entry_for_the_version() -> None:
    """In a list that can be folded away."""
    text = section("Changelog")

    assert text.strip().startswith("<details>\n  <summary>Expand to review</summary>\n")
    assert re.search(rf"^\| {re.escape(VERSION)} \|", text, re.MULTILINE)


def test_the_page_names_the_sync_modes() -> None:
    """In the sentence that Airbyte's pages share, and as the streams have them."""
    text = section("Supported sync modes")

    assert f"The {NAME} source connector supports the following [sync modes](" in text
    assert re.findall(r"^- (.+)$", text, re.MULTILINE)[:2] == ["Full Refresh", "Incremental"]
