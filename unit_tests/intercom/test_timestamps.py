from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_intercom.intercom.timestamps import DAYS_KEPT, EPOCH, epoch_seconds, rfc3339


@pytest.mark.parametrize(
    "moment",
    [
        1734537424,
        "1734537424",
        1734537424000,
        1734537424.0,
        "2024-12-18T15:57:04Z",
        "2024-12-18T15:57:04+00:00",
        "2024-12-18T16:57:04+01:00",
        "2024-12-18T15:57:04",
    ],
)
def test_t39_every_way_to_write_a_moment_becomes_one(moment):
    """T39: seconds, milliseconds, text and ISO 8601 all become RFC 3339 in UTC."""
    assert rfc3339(moment) == "2024-12-18T15:57:04Z"
    assert epoch_seconds(moment) == 1734537424


def test_t39_moments_before_1970_are_moments():
    """T39: a negative epoch is a date before 1970."""
    assert rfc3339(-1) == "1969-12-31T23:59:59Z"


def test_t39_the_last_second_of_9999_is_a_moment():
    """T39: signed_up_at and custom dates may lie absurdly far in the future."""
    assert rfc3339(253_402_300_799) == "9999-12-31T23:59:59Z"


def test_dates_of_any_day_are_right():
    """Also of more days than are kept in mind."""
    days = range(-300_000, 300_000, 37)

    assert len(days) > DAYS_KEPT
    for day in days:
        expected = EPOCH + timedelta(days=day, seconds=59)
        assert rfc3339(day * 86_400 + 59) == f"{expected:%Y-%m-%d}T00:00:59Z".zfill(20)


@pytest.mark.parametrize(
    "value",
    [None, True, "", "soon", [], {}, 10**30, 1734537424000000, "0000-01-01", float("nan"), "nan"],
)
def test_what_is_no_moment_is_null(value):
    """A value that names no moment becomes null, never a crash."""
    assert rfc3339(value) is None
    assert epoch_seconds(value) is None


@given(st.integers(min_value=-(10**10), max_value=10**11 - 1))
def test_seconds_survive_the_round_trip(seconds):
    """From seconds to text and back, nothing moves."""
    assert epoch_seconds(rfc3339(seconds)) == seconds


@pytest.mark.parametrize("value", ["9" * 400, "2024_01", "1_000"])
def test_text_that_is_a_number_to_python_alone_is_no_moment(value):
    assert rfc3339(value) is None
