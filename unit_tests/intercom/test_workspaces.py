import pytest

from source_intercom.intercom.workspaces import Workspace

APP = {"id_code": "xyz789", "name": "ACME", "region": "EU", "timezone": "Europe/Dublin"}


def test_a_workspace_is_what_me_tells():
    """All of it, in one line for the log."""
    workspace = Workspace.model_validate({"type": "admin", "app": APP})

    assert workspace.id == "xyz789"
    assert str(workspace) == "ACME (region EU, time zone Europe/Dublin)"
    assert workspace.is_elsewhere("US")
    assert not workspace.is_elsewhere("EU")


@pytest.mark.parametrize(
    "me",
    [
        {},
        {"app": None},
        {"app": "ACME"},
        {"app": []},
        {"app": dict.fromkeys(APP)},
        {"app": dict.fromkeys(APP, "")},
        {"app": {name: ["x"] for name in APP}},
        {"app": {"region": "MARS"}},
    ],
)
def test_what_me_does_not_tell_is_unknown(me):
    """Whatever is missing, empty or odd ends no sync."""
    workspace = Workspace.model_validate(me)

    assert workspace.id is None
    assert not workspace.is_elsewhere("EU")
    assert str(workspace) == "a workspace without a name (unknown region, time zone unknown)"


def test_an_id_may_be_a_number_and_a_region_in_lower_case():
    """Text is what the state holds; a region is told by its letters."""
    workspace = Workspace.model_validate({"app": {"id_code": 7, "region": "au"}})

    assert (workspace.id, workspace.region) == ("7", "AU")
