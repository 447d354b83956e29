"""Windows and slices: every row on every edge, in every zone, each once, in few requests."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from zoneinfo import ZoneInfo

import pytest

from integration_tests.laboratory import (
    DAY,
    MARGIN,
    SEARCHES,
    contacts_at,
    conversations_at,
    differences,
    laboratory,
    repeated,
    small_pages,
)
from integration_tests.syncing import config_for, latest, sync_in_process
from intercom_emulator.settings import Settings
from intercom_emulator.workspace import Seed
from source_intercom.intercom.timestamps import epoch_seconds

ZONES = (
    "Pacific/Pago_Pago",
    "UTC",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Auckland",
    "America/New_York",
)
DATES = ("workspace_day", "utc_day", "exact")
STREAMS = ("contacts", "conversations")
BEGIN = 1_790_000_000


def edges(zone: str, first: datetime, days: int) -> list[int]:
    """Around each midnight of a zone: the second before it, its own, the one after; and noon."""
    found = []
    for day in range(days):
        there = (first + timedelta(days=day)).replace(tzinfo=ZoneInfo(zone))
        midnight = int(there.timestamp())
        found += [midnight - 1, midnight, midnight + 1, midnight + 12 * 3600]
    return sorted(found)


def over_dst_changes(zone: str) -> list[int]:
    """Moments over both clock changes of a year, of the northern and the southern half."""
    autumn = edges(zone, datetime(2025, 9, 26), 4) + edges(zone, datetime(2025, 10, 31), 4)  # noqa: DTZ001
    spring = edges(zone, datetime(2026, 3, 6), 4) + edges(zone, datetime(2026, 4, 3), 4)  # noqa: DTZ001
    return [*autumn, *spring]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("dates", DATES)
@pytest.mark.parametrize("workers", [1, 20])
def test_t6_contacts_on_every_midnight_come_once_in_every_zone(zone, dates, workers):
    """T4, T6: rows at, before and behind each midnight, over DST changes, cut into many slices."""
    moments = over_dst_changes(zone)
    seed = Seed(now=moments[-1] + 5, contacts=contacts_at(moments))
    settings = Settings(timezone=zone, contact_search_dates=dates)

    with laboratory(seed, settings) as intercom, small_pages(10):
        first = sync_in_process(config_for(num_workers=workers), ["contacts"])

        assert differences(latest([first], "contacts"), intercom, "contacts") == ([], [], [])
        assert repeated(first, "contacts") == 0
        assert first.incomplete == set()


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("dates", DATES)
def test_t6_each_state_over_a_clock_change_is_gone_on_from(zone, dates):
    """T5, T6: hourly syncs across a clock change find every change, at any hour of the day."""
    begin = int(datetime(2026, 3, 7, 12, tzinfo=UTC).timestamp())
    moments = [begin - 20 * DAY - number for number in range(30)]
    seed = Seed(now=begin, contacts=contacts_at(moments))
    outputs, state = [], None
    settings = Settings(timezone=zone, contact_search_dates=dates)

    with laboratory(seed, settings) as intercom, small_pages(10):
        for hour in range(0, 60, 5):
            outputs.append(sync_in_process(config_for(), ["contacts"], state))
            state = outputs[-1].state(state)
            intercom.clock.advance(4 * 3600)
            intercom.workspace.update("contacts", intercom.workspace.contacts.ids.to_id(hour % 30))
            intercom.clock.advance(3600)
        outputs.append(sync_in_process(config_for(), ["contacts"], state))

        assert differences(latest(outputs, "contacts"), intercom, "contacts") == ([], [], [])


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("dates", DATES)
@pytest.mark.parametrize("workers", [1, 20])
def test_contacts_of_every_hour_come_once_wherever_they_are_cut(zone, dates, workers):
    """Slices are cut at any hour of a day, and each takes over what it finds before its own."""
    begin = int(datetime(2026, 3, 20, 7, 30, tzinfo=UTC).timestamp())
    moments = [begin - 1 - number * 3600 - number % 7 for number in range(45 * 24)]
    seed = Seed(now=begin, contacts=contacts_at(sorted(moments)))
    settings = Settings(timezone=zone, contact_search_dates=dates)

    with laboratory(seed, settings) as intercom, small_pages(10):
        first = sync_in_process(config_for(num_workers=workers), ["contacts"])

        assert differences(latest([first], "contacts"), intercom, "contacts") == ([], [], [])
        assert repeated(first, "contacts") == 0


@pytest.mark.parametrize("stream", STREAMS)
def test_a_page_token_goes_with_the_search_that_it_came_from(stream):
    """However a slice is cut meanwhile: another search may number its pages otherwise."""
    searches = defaultdict(set)

    def custom(request, proceed):
        answer = proceed()
        body, pages = request.json, answer.json["pages"]
        token = body["pagination"].get("starting_after")
        search = (str(body["query"]), str(body["sort"]))
        if token is not None:
            assert search in searches[token]
        if pages.get("next"):
            searches[pages["next"]["starting_after"]].add(search)
        return answer

    moments = [1_790_000_000 - number * 3600 for number in range(1, 1_001)]
    seed = Seed(
        now=moments[0] + 2 * DAY,
        contacts=contacts_at(moments),
        conversations=conversations_at(moments),
    )
    with laboratory(seed) as intercom, small_pages(10):
        intercom.faults.add(SEARCHES[stream], custom=custom, count=None)
        output = sync_in_process(config_for(), [stream])

        assert output.incomplete == set()
        assert len(set.union(*searches.values())) > 10


@pytest.mark.parametrize("bounds", ["inclusive", "exclusive"])
@pytest.mark.parametrize("workers", [1, 2, 20, 40])
def test_t4_conversations_on_every_second_of_a_cut_come_once(bounds, workers):
    """T4: three rows on each of many seconds, cut into slices, whatever `>` and `<` include."""
    begin = 1_790_000_000
    moments = [begin + second for second in range(60) for _ in range(3)]
    seed = Seed(now=begin + 2 * MARGIN, conversations=conversations_at(moments))

    with laboratory(seed, Settings(conversation_bounds=bounds)) as intercom, small_pages(10):
        first = sync_in_process(config_for(num_workers=workers), ["conversations"])

        table = latest([first], "conversations")
        assert differences(table, intercom, "conversations") == ([], [], [])
        assert repeated(first, "conversations") == 0


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("older", range(4))
@pytest.mark.parametrize("workers", [1, 2, 20])
def test_rows_of_a_moment_that_begins_within_a_page_come_once(stream, older, workers):
    """A slice is cut behind a page that ends in the midst of a moment's rows."""
    begin = 1_790_000_000
    moments = [begin - 2 * DAY] + [begin] * 14 + [begin + 1] * older + [begin + 2] * 20
    seed = Seed(
        now=begin + MARGIN + 2,
        contacts=contacts_at(moments),
        conversations=conversations_at(moments),
    )

    with laboratory(seed) as intercom, small_pages(3):
        first = sync_in_process(config_for(num_workers=workers), [stream])

        assert differences(latest([first], stream), intercom, stream) == ([], [], [])
        assert repeated(first, stream) == 0


@pytest.mark.parametrize("stream", STREAMS)
def test_a_page_whose_rows_are_all_gone_is_not_the_end(stream):
    """The index names rows that were deleted a moment ago: their page comes empty, with a next."""
    begin = 1_790_000_000
    moments = [begin - 5 * DAY] * 3 + [begin - 4 * DAY] * 30
    seed = Seed(
        now=begin,
        contacts=contacts_at(moments),
        conversations=conversations_at(moments),
    )

    with laboratory(seed, Settings(index_lag=4, search_bodies="current")) as intercom:
        delete = partial(intercom.workspace.delete, stream)
        for row in list(intercom.workspace.objects(stream))[3:20]:
            delete(row["id"])
        with small_pages(3):
            first = sync_in_process(config_for(num_workers=1), [stream])

        assert first.incomplete == set()
        assert differences(latest([first], stream), intercom, stream) == ([], [], [])


@pytest.mark.parametrize("stream", STREAMS)
def test_t5_what_changes_now_comes_now_or_with_the_next_sync(stream):
    """T5: a change in the second of the sync, and one in each second around it, is never missed."""
    begin = 1_790_000_000
    seed = Seed(
        now=begin,
        contacts=contacts_at([begin - 5] * 9),
        conversations=conversations_at([begin - 5] * 9),
    )
    outputs, state = [], None

    with laboratory(seed) as intercom:
        names = [row["id"] for row in intercom.workspace.objects(stream)]
        change = partial(intercom.workspace.update, stream)
        for name in names:
            change(name)
            outputs.append(sync_in_process(config_for(), [stream], state))
            state = outputs[-1].state(state)
            change(name, custom_attributes={"Kind": name})
            intercom.clock.advance(1)
        intercom.clock.advance(MARGIN)
        outputs.append(sync_in_process(config_for(), [stream], state))

        assert differences(latest(outputs, stream), intercom, stream) == ([], [], [])


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("bodies", ["indexed", "current"])
@pytest.mark.parametrize("workers", [1, 20])
def test_t5_a_backfill_loses_nothing_that_changes_under_it(stream, bodies, workers):
    """Rows that change, are made and deleted at each request come with it or with the next sync."""
    begin = 1_790_000_000
    moments = [begin - number * 6 * 3600 for number in range(1, 161)]
    seed = Seed(now=begin, contacts=contacts_at(moments), conversations=conversations_at(moments))
    settings = Settings(index_lag=600, search_bodies=bodies)

    with laboratory(seed, settings) as intercom, small_pages(8):
        workspace = intercom.workspace
        names = [row["id"] for row in workspace.objects(stream)]

        @intercom.before_request
        def live(_request):
            with workspace.lock:
                intercom.clock.advance(3)
                for _ in range(2):
                    if names:
                        workspace.update(stream, names.pop(len(names) // 2), title="x")
                workspace.create(stream)
                if len(names) % 5 == 1:
                    workspace.delete(stream, names.pop())

        first = sync_in_process(config_for(num_workers=workers), [stream])
        intercom.before_hooks.clear()
        intercom.clock.advance(MARGIN)
        second = sync_in_process(config_for(num_workers=workers), [stream], first.state())

        missing, stale, _ = differences(latest([first, second], stream), intercom, stream)
        assert (missing, stale) == ([], [])


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("workers", [1, 20])
def test_a_table_written_anew_holds_what_changed_meanwhile(stream, workers):
    """A full refresh while rows change: each is there, though it left the slice it was in."""
    begin = 1_790_000_000
    moments = [begin - number * 6 * 3600 for number in range(1, 161)]
    seed = Seed(now=begin, contacts=contacts_at(moments), conversations=conversations_at(moments))

    with laboratory(seed) as intercom, small_pages(8):
        names = [row["id"] for row in intercom.workspace.objects(stream)]
        change = partial(intercom.workspace.update, stream)
        changes = iter(range(10))

        @intercom.before_request
        def live(request):
            with intercom.workspace.lock:
                if request.path.endswith("/search") and next(changes, None) is not None:
                    intercom.clock.advance(3)
                    for _ in range(4):
                        change(names.pop(len(names) // 2), title="x")

        output = sync_in_process(config_for(num_workers=workers), [stream])

        missing, stale, _ = differences(latest([output], stream), intercom, stream)
        assert (missing, stale) == ([], [])


@pytest.mark.parametrize("stream", STREAMS)
def test_t7_no_date_is_compared_by_what_intercom_refuses(stream):
    """T7: every request of a backfill and of a sync after it only uses > and <."""
    with laboratory("contacts=700,conversations=700") as intercom, small_pages(50, 60):
        first = sync_in_process(config_for(), [stream])
        intercom.clock.advance(DAY)
        sync_in_process(config_for(), [stream], first.state())

        asked = intercom.journal.entries(SEARCHES[stream])
        operators = {each["operator"] for one in asked for each in one.body["query"]["value"]}
        assert operators <= {">", "<"}
        assert {one.status for one in asked} == {200}


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize(("workers", "years"), [(1, 1), (20, 9)])
def test_t8_a_backfill_emits_each_row_once_in_few_requests(stream, workers, years):
    """T8: rows within 1 % of what exists, pages within 20 % of what 150 rows each would take."""
    with laboratory(f"{stream}=6000,years={years}") as intercom:
        output = sync_in_process(config_for(num_workers=workers), [stream])

        pages = intercom.journal.count(SEARCHES[stream])
        assert len(set(output.ids(stream))) == 6_000
        assert repeated(output, stream) <= 60
        assert pages <= ceil(6_000 / 150) * 1.2 + 5


def test_a_day_that_holds_half_of_all_contacts_is_shared_by_the_workers():
    """A bulk import, cut by created_at: each contact once, and several requests under way."""
    with laboratory("contacts=8000,hot_day=1") as intercom:
        output = sync_in_process(config_for(), ["contacts"])

        asked = intercom.journal.entries(SEARCHES["contacts"])
        assert len(set(output.ids("contacts"))) == 8_000
        assert repeated(output, "contacts") <= 80
        assert {"created_at"} <= {one.body["sort"]["field"] for one in asked}


@pytest.mark.parametrize("stream", [*SEARCHES])
@pytest.mark.parametrize("lookback", [0, 2])
def test_a_quiet_sync_reads_the_margin_and_no_more(stream, lookback):
    """With nothing changed: rows of 15 minutes and the lookback, in at most two pages."""
    config = config_for(lookback_window=lookback)
    begin = 1_790_000_000
    moments = [begin - 3 * DAY - 60 * number for number in range(2_000)]
    seed = Seed(
        now=begin, contacts=contacts_at(moments), conversations=conversations_at(moments, parts=1)
    )
    with laboratory(seed) as intercom:
        first = sync_in_process(config, [stream])
        intercom.journal.clear()

        second = sync_in_process(config, [stream], first.state())

        assert second.ids(stream) == []
        assert intercom.journal.count(SEARCHES[stream]) <= 2


@pytest.mark.parametrize("dates", DATES)
def test_a_quiet_sync_of_contacts_does_not_read_the_day_before(dates):
    """Search by day finds 20 busy hours as well: reading down from now stops at the margin."""
    begin = 1_790_000_000
    moments = [begin - 30 * number for number in range(3_000)]
    seed = Seed(now=begin, contacts=contacts_at(moments))
    with laboratory(seed, Settings(contact_search_dates=dates)) as intercom:
        first = sync_in_process(config_for(), ["contacts"])
        intercom.journal.clear()

        second = sync_in_process(config_for(), ["contacts"], first.state())

        oldest = min(epoch_seconds(row["updated_at"]) for row in second.records("contacts"))
        assert oldest == begin - MARGIN
        assert len(second.ids("contacts")) == MARGIN // 30 + 1
        assert intercom.journal.count(SEARCHES["contacts"]) <= 2


def test_an_hours_contacts_are_read_without_their_day():
    """1,000 contacts of the last hour among 12,000 of the last day cost 7 pages and one more."""
    begin = 1_790_000_000
    moments = [begin - DAY // 12_000 * number for number in range(12_000)]
    hour = [begin - 3600 + 3 * number for number in range(1_000)]
    seed = Seed(now=begin, contacts=contacts_at(sorted(moments + hour)))
    state = [
        {
            "type": "STREAM",
            "stream": {
                "stream_descriptor": {"name": "contacts"},
                "stream_state": {"updated_at": str(begin - 3600)},
            },
        }
    ]
    with laboratory(seed) as intercom:
        output = sync_in_process(config_for(num_workers=1), ["contacts"], state)

        since = begin - 3600 - MARGIN
        expected = [moment for moment in moments + hour if moment >= since]
        assert len(output.ids("contacts")) == len(set(output.ids("contacts"))) == len(expected)
        assert intercom.journal.count(SEARCHES["contacts"]) <= ceil(len(expected) / 150) + 1


@pytest.mark.parametrize("stream", STREAMS)
def test_every_row_of_the_second_of_its_start_belongs_to_a_window(stream):
    """Thirteen rows in the first second of a window, over three pages: all of them come."""
    begin = 1_790_000_000
    first = begin - 3600 - MARGIN
    moments = [first - 1] * 3 + [first] * 13 + [first + 1] * 3
    seed = Seed(now=begin, contacts=contacts_at(moments), conversations=conversations_at(moments))
    descriptor = {"name": stream}
    blob = {"updated_at": begin - 3600}
    state = [{"type": "STREAM", "stream": {"stream_descriptor": descriptor, "stream_state": blob}}]
    with laboratory(seed), small_pages(5):
        assert len(sync_in_process(config_for(), [stream], state).ids(stream)) == 16


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Magadan", datetime(2014, 10, 26)), ("Antarctica/Casey", datetime(2020, 10, 4))],  # noqa: DTZ001
)
def test_a_day_of_more_than_25_hours_hides_nothing(zone, day):
    """Magadan's day of 26 hours, Casey's shifts of three: windows that start at any hour of it."""
    moments = edges(zone, day - timedelta(days=1), 4)
    start = moments[0]
    seed = Seed(now=moments[-1] + 5, contacts=contacts_at(range(start, start + 4 * DAY, 3600)))
    with laboratory(seed, Settings(timezone=zone)) as intercom:
        rows = [epoch_seconds(one["updated_at"]) for one in intercom.workspace.objects("contacts")]
        for begin in range(start, start + 3 * DAY, 2 * 3600):
            since = datetime.fromtimestamp(begin, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            output = sync_in_process(config_for(start_date=since), ["contacts"])
            assert len(output.ids("contacts")) == len(
                [moment for moment in rows if moment >= begin]
            )


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("workers", [1, 20])
def test_ten_empty_years_cost_no_requests(stream, workers):
    """Slices follow the rows, not the calendar: an old, small workspace takes a page or two."""
    begin = 1_790_000_000
    moments = [begin - 3650 * DAY, begin - 40 * DAY, begin - DAY]
    seed = Seed(now=begin, contacts=contacts_at(moments), conversations=conversations_at(moments))
    with laboratory(seed) as intercom:
        output = sync_in_process(config_for(num_workers=workers), [stream])

        assert len(output.ids(stream)) == 3
        assert intercom.journal.count(SEARCHES[stream]) <= 2


@pytest.mark.parametrize("stream", [*STREAMS, "conversation_parts"])
@pytest.mark.parametrize("workers", [1, 2, 20])
@pytest.mark.parametrize("trouble", ["indexed late", "changed twice", "few changed twice"])
def test_a_table_written_anew_holds_what_the_topmost_slice_had_passed(stream, workers, trouble):
    """
    Rows that leave a slice unread once the newest one has been read to its end.

    Some changed before T0 and were indexed since; others changed since, and again meanwhile.
    """
    changed = SEARCHES[stream].removeprefix("POST /").removesuffix("/search")
    moments = [BEGIN - number * 6 * 3600 for number in range(1, 161)]
    seed = Seed(
        now=BEGIN, contacts=contacts_at(moments), conversations=conversations_at(moments, parts=1)
    )
    is_late = trouble == "indexed late"
    with laboratory(seed, Settings(index_lag=240 * is_late)) as intercom, small_pages(8):
        every = 20 if trouble == "few changed twice" else 10
        names = [row["id"] for row in intercom.workspace.objects(changed)][10:150:every]
        read_to_its_end, done = [], []

        def change():
            for name in names:
                intercom.workspace.update(changed, name, title="x")

        def meddle(request, proceed):
            filters = request.json["query"]["value"]
            low = max((one["value"] for one in filters if one["operator"] == ">"), default=0)
            with intercom.workspace.lock:
                if read_to_its_end and (not done or (low > BEGIN - 27 * 3600 and len(done) < 2)):
                    intercom.clock.advance(220 if is_late else 5)
                    done.append(is_late or change())
            answer = proceed()
            if moments[0] in (epoch_seconds(row["updated_at"]) for row in rows_of(answer)):
                read_to_its_end.append(True)
            return answer

        if is_late:
            change()
            intercom.clock.advance(30)
        intercom.faults.add(SEARCHES[stream], custom=meddle, count=None)
        output = sync_in_process(
            config_for(num_workers=workers), [stream], sync_mode="full_refresh"
        )

        missing, stale, _ = differences(latest([output], stream), intercom, stream)
        assert (missing, stale, output.incomplete) == ([], [], set())


def rows_of(answer):
    return answer.json.get("data") or answer.json.get("conversations") or []


def test_rows_seen_in_front_of_a_slice_are_not_taken_for_emitted():
    """
    A bulk change that a late index shows at its old places, on the first and the third page.

    The lane in its midst finds nothing to take over from the one below, until the index has caught
    up; what it saw of that before was never emitted.
    """
    moments = [BEGIN - 7200 * number for number in range(1, 900)]
    settings = Settings(index_lag=300, search_bodies="current")
    with laboratory(Seed(now=BEGIN, contacts=contacts_at(moments)), settings) as intercom:
        pages = []

        def meddle(request, proceed):
            filters = request.json["query"]["value"]
            if len(filters) < 2 or request.json["sort"]["order"] != "ascending":
                return proceed()
            with intercom.workspace.lock:
                if pages and str(filters) != pages[0]:
                    if len(pages) >= 3 and filters[0] != pages[0][0]:
                        intercom.clock.advance(301)
                    return proceed()
                pages.append(str(filters))
                if len(pages) in (1, 3):
                    for row in rows_of(proceed()):
                        intercom.workspace.update("contacts", row["id"], name="bulk")
                return proceed()

        intercom.faults.add(SEARCHES["contacts"], custom=meddle, count=None)
        with small_pages(3):
            first = sync_in_process(config_for(num_workers=4), ["contacts"])
            intercom.faults.clear()
            intercom.clock.advance(DAY)
            second = sync_in_process(config_for(num_workers=4), ["contacts"], first.state())

        missing, stale, _ = differences(latest([first, second], "contacts"), intercom, "contacts")
        assert (missing, stale) == ([], [])
