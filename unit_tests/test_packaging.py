"""What is built: the wheel, the image's label, and the packages that go with them."""

import re
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from poetry.core.masonry.api import build_wheel

ROOT = Path(__file__).resolve().parents[1]


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        name = build_wheel(str(folder))

    return ZipFile(folder / name).namelist()


def test_wheel_holds_manifest_and_schemas(wheel: list[str]) -> None:
    data = [
        str(path.relative_to(ROOT))
        for pattern in ("manifest.yaml", "suggested_streams.txt", "schemas/**/*.json")
        for path in (ROOT / "source_intercom").glob(pattern)
    ]

    assert len(data) > 1
    assert set(data) <= set(wheel)


def test_wheel_holds_connector_and_loader_alone(wheel: list[str]) -> None:
    """The emulator, the demo and the tests stay behind."""
    folders = {name.partition("/")[0] for name in wheel}

    assert {name for name in folders if not name.endswith(".dist-info")} == {
        "source_intercom",
        "intercom_load",
    }


def test_image_bears_the_version_of_the_package() -> None:
    label = re.search(r'io\.airbyte\.version="([^"]+)"', (ROOT / "Dockerfile").read_text())

    assert label is not None
    assert label[1] == toml("pyproject.toml")["tool"]["poetry"]["version"]


def test_both_images_begin_alike() -> None:
    """Else the second build would install again what the first one's layers hold."""

    def stage(name: str) -> str:
        text = (ROOT / name).read_text()
        return text[text.index("FROM ${BASE_IMAGE} AS dependencies") :].split("\n\n")[0]

    assert stage("Dockerfile") == stage("Dockerfile.load")


def test_lock_satisfies_what_is_declared() -> None:
    """A dependency was changed, `poetry lock` was not run."""
    locked = {package["name"]: package["version"] for package in toml("poetry.lock")["package"]}
    content = toml("pyproject.toml")
    declared = [
        Requirement(line)
        for lines in (
            content["project"]["dependencies"],
            *content["project"]["optional-dependencies"].values(),
            *content["dependency-groups"].values(),
        )
        for line in lines
    ]

    assert [
        str(requirement)
        for requirement in declared
        if locked.get(canonicalize_name(requirement.name), "") not in requirement.specifier
    ] == []


def test_lock_names_no_index() -> None:
    """Packages come from the index that the user's pip is configured for."""
    assert [
        package["name"] for package in toml("poetry.lock")["package"] if "source" in package
    ] == []
