"""A stream that the token may not read is told; the others are read."""

import pytest

from integration_tests.laboratory import INCREMENTAL, differences, laboratory
from integration_tests.syncing import CORE_STREAMS, config_for, latest, sync_in_process
from intercom_emulator.settings import Settings
from intercom_emulator.tokens import PERMISSIONS

REFUSED = {
    "read_users_companies": {"contacts", "companies", "segments", "data_attributes"},
    "read_conversations": {"conversations", "conversation_parts", "data_attributes"},
    "read_tags": {"tags"},
    "read_admins": {"admins", "teams"},
    "read_articles_scope": {"articles"},
}


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("missing", REFUSED)
def test_t20_a_missing_permission_ends_its_streams_alone(status, missing):
    """T20: INCOMPLETE with a config_error that names the permission; the others COMPLETE."""
    with laboratory("tiny", Settings(missing_scope_status=status)) as intercom:
        left = set(PERMISSIONS) - {missing, "write_users_companies", "gather_app_data"}
        token = intercom.tokens.add("partial", left)

        output = sync_in_process(config_for(token), CORE_STREAMS)

        assert REFUSED[missing] & output.incomplete
        assert output.incomplete <= REFUSED[missing]
        for stream in output.incomplete:
            assert output.errors[stream]["failure_type"] == "config_error"
        for stream in set(INCREMENTAL) - output.incomplete:
            assert differences(latest([output], stream), intercom, stream)[0] == []


@pytest.mark.parametrize("status", [401, 403])
def test_t20_a_permission_taken_away_keeps_the_state(status):
    """T20: what the next sync would have read comes once the permission is given back."""
    with laboratory("tiny", Settings(missing_scope_status=status)) as intercom:
        first = sync_in_process(config_for(), ["contacts"])
        intercom.clock.advance(3600)
        name = first.ids("contacts")[0]
        intercom.workspace.update("contacts", name, name="Renamed")
        intercom.clock.advance(3600)
        intercom.tokens.set_permissions("default", ["read_tags"])
        second = sync_in_process(config_for(), ["contacts"], first.state())
        intercom.tokens.set_permissions("default", PERMISSIONS)
        intercom.clock.advance(3600)
        third = sync_in_process(config_for(), ["contacts"], second.state(first.state()))

        assert second.incomplete == {"contacts"}
        assert name in third.ids("contacts")


def test_t47_a_plan_without_a_part_of_the_api_is_told():
    """T47: api_plan_restricted is a config_error about the plan, of its stream alone."""
    with laboratory("tiny", Settings(plan_restricted={"GET /articles"})):
        output = sync_in_process(config_for(), ["articles", "tags"])

        assert output.incomplete == {"articles"}
        assert output.errors["articles"]["failure_type"] == "config_error"
        assert "plan" in output.errors["articles"]["message"]
