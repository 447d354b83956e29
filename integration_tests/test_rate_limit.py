"""429s and windows: waited out to the reset, whatever the headers say, and no row lost."""

import itertools
import logging

import pytest

from integration_tests.laboratory import differences, laboratory
from integration_tests.syncing import CORE_STREAMS, config_for, latest, sync_in_process
from intercom_emulator.settings import Settings

STREAMS = ["contacts", "conversation_parts", "companies"]
SEED = "contacts=700,conversations=60,companies=250"


def nothing_is_lost(intercom, output, streams=STREAMS):
    """COMPLETE, and every row of the workspace."""
    assert output.incomplete == set()
    for stream in streams:
        assert differences(latest([output], stream), intercom, stream) == ([], [], [])


@pytest.mark.parametrize("headers", ["present", "absent", "garbled"])
@pytest.mark.parametrize("skew", [-3600, 0, 3600])
def test_t24_a_small_quota_is_waited_for(headers, skew):
    """T24: 5 requests a window, headers there, missing or no numbers, the clock an hour off."""
    with laboratory(SEED, Settings(rate_limit=5, rate_limit_headers=headers)) as intercom:
        intercom.clock.advance(skew)

        nothing_is_lost(intercom, sync_in_process(config_for(), STREAMS))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry-After": "7"},
        {"X-RateLimit-Reset": "soon", "X-RateLimit-Limit": "", "X-RateLimit-Remaining": "none"},
        {"X-RateLimit-Reset": "0", "X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "-1"},
        {
            "X-RateLimit-Reset": "99999999999",
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
        },
    ],
)
@pytest.mark.parametrize("route", ["POST /contacts/search", "GET /companies/scroll"])
def test_t24_a_429_with_odd_headers_is_waited_out(route, headers):
    """T24: six refusals in a row on the second page: waited for, bounded, and no row lost."""
    with laboratory(SEED) as intercom:
        intercom.faults.add(route, status=429, after=1, count=6, headers=headers)
        begun = intercom.clock.time()

        output = sync_in_process(config_for(), STREAMS)

        nothing_is_lost(intercom, output)
        assert 6 <= intercom.clock.time() - begun < 300


@pytest.mark.parametrize(
    "route", ["POST /contacts/search", "GET /companies/scroll", "GET /conversations/{id}"]
)
def test_t24_a_429_without_headers_may_last_for_minutes(route):
    """T24: no header for two minutes: the tries are far enough apart to get over them."""
    with laboratory(SEED) as intercom:
        ends = intercom.clock.time() + 120
        when = lambda _request: intercom.clock.time() < ends  # noqa: E731
        intercom.faults.add(route, status=429, count=None, when=when)

        nothing_is_lost(intercom, sync_in_process(config_for(), STREAMS))


@pytest.mark.parametrize("headers", ["present", "absent"])
def test_a_429_that_is_waited_out_is_told(headers, caplog):
    """At once, and about every half minute: how long it has lasted, and how long it will."""
    with laboratory(SEED, Settings(rate_limit_headers=headers)) as intercom:
        ends = intercom.clock.time() + 120
        when = lambda _request: intercom.clock.time() < ends  # noqa: E731
        intercom.faults.add("GET /companies/scroll", status=429, count=None, when=when)

        nothing_is_lost(intercom, sync_in_process(config_for(), ["companies"]), ["companies"])

    told = [each for each in caplog.records if "rate limit is used up" in each.message]
    assert {each.levelno for each in told} == {logging.WARNING}
    so_far = [each.args[1] for each in told]
    assert so_far[0] == 0
    assert all(0 < each.args[0] <= 10 for each in told)
    steps = [after - before for before, after in itertools.pairwise(so_far)]
    assert len(steps) >= 2
    assert all(30 <= step <= 41 for step in steps)


READINGS = {
    "conversations": "POST /conversations/search",
    "companies": "GET /companies/scroll",
    "articles": "GET /articles",
    "deleted_contacts": "GET /contacts/deleted",
    "conversation_parts": "GET /conversations/{id}",
    "contact_tags": "GET /contacts/{id}/tags",
    "data_events": "GET /events",
    "article_versions": "GET /articles/{id}/versions",
    "activity_logs": "POST /admins/activity_logs/search",
    "call_transcripts": "POST /calls/search",
    "custom_object_instances": "GET /custom_object_instances/{type}",
    "workspace": "GET /me",
}


@pytest.mark.parametrize("stream", READINGS)
def test_a_429_is_waited_out_and_told_whatever_is_read(stream, caplog):
    """Half a minute of refusals costs no row of any reading, and none of it passes in silence."""
    config = config_for(custom_objects=["Order"])
    with laboratory("tiny") as intercom:
        whole = sync_in_process(config, [stream])
        intercom.clock.advance(60)
        ends = intercom.clock.time() + 35
        when = lambda _request: intercom.clock.time() < ends  # noqa: E731
        intercom.faults.add(READINGS[stream], status=429, count=None, when=when)
        caplog.clear()

        output = sync_in_process(config, [stream])

    assert output.incomplete == set()
    assert sorted(output.ids(stream)) == sorted(whole.ids(stream))
    assert caplog.text.count("rate limit is used up") in {1, 2}


@pytest.mark.parametrize(("headers", "times"), [("present", 0), ("absent", 1), ("garbled", 1)])
def test_the_default_pace_is_told_once(headers, times, caplog):
    """Where answers name no rate limit, a sync may be slower than it need be."""
    caplog.set_level(logging.INFO)
    with laboratory(SEED, Settings(rate_limit_headers=headers)):
        sync_in_process(config_for(), STREAMS)

    assert caplog.text.count("keeps to 160 requests in 10 seconds") == times


def test_t21_the_quota_is_used_and_never_exceeded():
    """T21: with 20 requests a window nothing is refused, and four fifths of it are used."""
    with laboratory("conversations=400", Settings(rate_limit=20)) as intercom:
        begun = intercom.clock.time()

        output = sync_in_process(config_for(num_workers=1), ["conversation_parts"])

        nothing_is_lost(intercom, output, ["conversation_parts"])
        windows = (intercom.clock.time() - begun) / 10
        assert intercom.journal.count(status=429) == 0
        assert len(intercom.journal) / (windows * 20) >= 0.8


def test_t25_all_streams_share_one_quota():
    """
    T25: ten streams at once, 10 requests a window: next to none is refused.

    A request may still arrive in the window behind the one that it was taken from.
    """
    with laboratory(SEED, Settings(rate_limit=10)) as intercom:
        output = sync_in_process(config_for(), CORE_STREAMS)

        nothing_is_lost(intercom, output)
        assert intercom.journal.count(status=429) <= len(intercom.journal) * 0.05


def test_a_quota_that_stays_empty_ends_the_sync():
    """429 for ever: a bounded wait, then INCOMPLETE with a transient error, state as it was."""
    with laboratory("contacts=5") as intercom:
        first = sync_in_process(config_for(), ["contacts"])
        intercom.faults.add("POST /contacts/search", status=429, count=None)

        second = sync_in_process(config_for(), ["contacts"], first.state())

        assert second.incomplete == {"contacts"}
        assert second.errors["contacts"]["failure_type"] == "transient_error"
        saved, left = first.states("contacts")[-1], second.states("contacts")[-1]
        assert left["updated_at"] == saved["updated_at"]
        assert intercom.journal.count("POST /contacts/search") < 400


@pytest.mark.parametrize("skew", [-3600, 3600, 86_400 * 365])
def test_only_intercoms_clock_counts(skew):
    """The machine's clock is wrong by hours or a year: states and rows are those of Intercom's."""
    with laboratory("contacts=20,conversations=5,companies=5") as intercom:
        intercom.clock.advance(skew)
        first = sync_in_process(config_for(), STREAMS)
        intercom.clock.advance(60)
        name = first.ids("contacts")[3]
        intercom.workspace.update("contacts", name, name="Renamed")
        second = sync_in_process(config_for(), STREAMS, first.state())

        assert name in second.ids("contacts")
        nothing_is_lost(intercom, first, ["companies"])
