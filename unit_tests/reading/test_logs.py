"""Activity logs: ranges that are halved where they fail or hold much, and what they claim."""

import pytest

from source_intercom.http.client import IntercomError
from source_intercom.reading import logs
from source_intercom.reading.endpoint import Endpoint
from source_intercom.reading.logs import Logs
from source_intercom.reading.progress import Progress
from source_intercom.reading.window import DAY, Slice, Window
from unit_tests.reading.canned import Canned, trouble

BEGIN = 1_790_000_000
MONTH = 32 * DAY
END = BEGIN + MONTH
PER_PAGE = 10


def logs_at(moments, *, inclusive=False, longest=MONTH, failing_at=None):
    """An Intercom with a log at each of these moments, that fails for ranges which are too long."""
    known = [{"id": f"log{number}", "created_at": at} for number, at in enumerate(moments)]

    def answer(asked):
        after, before = asked["created_at_after"], asked["created_at_before"]
        if before - after > longest or (failing_at and after < failing_at < before):
            raise trouble()
        found = [
            each
            for each in known
            if after < each["created_at"] < before
            or (inclusive and each["created_at"] in (after, before))
        ]
        found.sort(key=lambda each: -each["created_at"])
        number, total = asked.get("page", 1), -(-len(found) // PER_PAGE)
        rows = found[(number - 1) * PER_PAGE : number * PER_PAGE]
        return {"activity_logs": rows, "pages": {"page": number, "total_pages": total}}

    return Canned(answer)


def logs_of(client, earliest=1):
    endpoint = Endpoint("/logs", ("activity_logs",), None, method="POST")
    return Logs(endpoint, client, Progress("logs"), earliest=earliest)


def read(client, window, earliest=1):
    return [*logs_of(client, earliest).batches(window)]


def window_of(*pieces):
    return Window(pieces[0].start, pieces[-1].end, pieces, None)


def moments_of(batches):
    return sorted(row["created_at"] for batch in batches for row in batch.rows)


def test_a_range_that_fails_is_halved():
    """T35: as users report of long ones; down to a day, and every log comes once."""
    moments = [*range(BEGIN, END, DAY // 2)]

    batches = read(logs_at(moments, longest=3 * DAY), window_of(Slice(BEGIN, END)))

    assert moments_of(batches) == moments


def read_until_it_fails(client, window):
    """What came, and the error that came last."""
    batches = []
    with pytest.raises(IntercomError) as raised:
        batches.extend(logs_of(client).batches(window))
    return batches, raised.value


def test_a_day_that_fails_hides_no_other():
    """Nothing is claimed of it, all others come, and then its error does."""
    moments = [*range(BEGIN, END, DAY // 2)]
    bad = BEGIN + 9 * DAY

    batches, error = read_until_it_fails(
        logs_at(moments, failing_at=bad), window_of(Slice(BEGIN, END))
    )

    come = moments_of(batches)
    assert {each for each in moments if not bad - DAY <= each <= bad + DAY} <= {*come}
    assert len(moments) - 4 <= len(come) < len(moments)
    claimed = [batch.read for batch in batches if batch.read is not None]
    assert not any(each.holds(bad) for each in claimed)
    assert all(any(each.holds(at) for each in claimed) for at in come)
    assert "keep failing" in error.sentence


def test_days_that_fail_one_after_the_other_end_the_stream():
    """They are halved no more, and are not to blame; nothing is claimed of them."""
    client = logs_at([], longest=DAY // 2)

    batches, error = read_until_it_fails(client, window_of(Slice(BEGIN, END)))

    assert [batch.read for batch in batches if batch.read is not None] == []
    assert len(client.asked) < 10
    assert "keep failing" in error.sentence


def test_a_range_that_holds_much_is_halved(monkeypatch):
    """Behind each part the state moves on, so that a kill does not cost all of it."""
    monkeypatch.setattr(logs, "MOST_PAGES", 2)
    moments = [*range(BEGIN, END, DAY // 4)]

    batches = read(logs_at(moments), window_of(Slice(BEGIN, END)))

    assert moments_of(batches) == moments
    assert max(len(batch.rows) for batch in batches) <= 2 * PER_PAGE


@pytest.mark.parametrize("inclusive", [False, True])
def test_logs_of_every_second_come_once(inclusive):
    """On both sides of each cut, whether Intercom counts the bounds or not."""
    cuts = [BEGIN + MONTH // 4 * number for number in range(5)]
    around = {cut + second for cut in cuts for second in (-1, 0, 1, 2)}
    moments = sorted(each for each in around if BEGIN <= each < END)
    client = logs_at(moments, inclusive=inclusive, longest=10 * DAY)

    assert moments_of(read(client, window_of(Slice(BEGIN, END - 1)))) == moments


def test_a_range_claims_itself_alone():
    """Whatever is claimed behind a batch has come, and in the end all of the window is."""
    moments = [*range(BEGIN, END, DAY)]
    pieces = (Slice(BEGIN, BEGIN + 9 * DAY), Slice(BEGIN + 20 * DAY, END))

    batches = read(logs_at(moments, longest=4 * DAY), window_of(*pieces))

    come, claimed = set(), []
    for batch in batches:
        come |= {row["created_at"] for row in batch.rows}
        if batch.read is not None:
            claimed.append(batch.read)
            assert {each for each in moments if batch.read.holds(each)} <= come
    for piece in pieces:
        assert all(any(each.holds(at) for each in claimed) for at in (piece.start, piece.end))
    assert not any(each.holds(BEGIN + 15 * DAY) for each in claimed)


def test_nothing_is_asked_of_the_years_before_the_workspace():
    """Nothing can have happened then; it is claimed all the same."""
    client = logs_at([END - 5])

    batches = read(client, window_of(Slice(BEGIN, END)), earliest=END - DAY)

    assert min(each["created_at_after"] for each in client.asked) == END - DAY - 1
    assert Slice(BEGIN, END - DAY - 1) in [batch.read for batch in batches]
