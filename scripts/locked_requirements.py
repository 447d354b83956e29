"""
Print poetry.lock as a requirements file for `pip install --no-deps --require-hashes`.

With pip the locked packages come from whatever index pip is configured for, which Poetry ignores:

    python scripts/locked_requirements.py             # what the connector needs to run
    python scripts/locked_requirements.py dev load    # and a dependency group, and an extra
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pip._vendor.packaging.markers import Marker

LOCK = Path(__file__).resolve().parent.parent / "poetry.lock"


def requirements(lock_file: Path, groups_and_extras: set[str]) -> Iterator[str]:
    """Yield `name==version --hash=… …` for each package that this interpreter needs."""
    environments = [{"extra": name} for name in ("", *groups_and_extras)]
    for package in tomllib.loads(lock_file.read_text("utf-8"))["package"]:
        markers = package.get("markers", {})
        for group in groups_and_extras.union({"main"}).intersection(package["groups"]):
            marker = markers if isinstance(markers, str) else markers.get(group)
            if not marker or any(Marker(marker).evaluate(it) for it in environments):
                hashes = "".join(f" --hash={file['hash']}" for file in package["files"])
                yield f"{package['name']}=={package['version']}{hashes}"
                break


if __name__ == "__main__":
    print(*requirements(LOCK, set(sys.argv[1:])), sep="\n")
