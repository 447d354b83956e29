"""The README tells of every route, switch, verb and seed there is."""

import inspect
import re
from dataclasses import fields
from pathlib import Path

import intercom_emulator
from intercom_emulator import Settings, Workspace
from intercom_emulator.coverage import rows
from intercom_emulator.seeds.sized import OPTIONS
from intercom_emulator.seeds.sized import __doc__ as sizes

README = (Path(intercom_emulator.__file__).parent / "README.md").read_text()
PLAIN = {
    "collection",
    "content_items",
    "counts",
    "create",
    "custom_object_types",
    "delete",
    "event_summaries",
    "indexed",
    "live",
    "new_id",
    "objects",
    "relations",
    "settings",
    "shown",
    "table",
    "update",
}
"""What of a workspace is no verb of one resource."""


def test_routes():
    """The table of routes is the one that `python -m intercom_emulator.coverage` prints."""
    assert "\n".join(rows()) in README


def test_switches():
    """Each setting stands in the table of switches."""
    assert [] == [one.name for one in fields(Settings) if f"`{one.name}`" not in README]


def test_verbs():
    """Each verb is listed."""
    verbs = {name for name, _ in inspect.getmembers(Workspace) if not name.startswith("_")} - PLAIN

    assert set() == {name for name in verbs if f"`{name}`" not in README}
    assert verbs >= set(re.findall(r"`(\w+_contact)`", README))


def test_sizes():
    """Each option of sized seeds is explained where they are made."""
    assert [] == [name for name in OPTIONS if name not in sizes]
