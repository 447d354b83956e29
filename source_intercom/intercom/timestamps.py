"""Intercom's many ways to write a moment, and the one way a warehouse gets it."""

from datetime import UTC, datetime, timedelta

from source_intercom.intercom.json_text import Numeral

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEAR_1 = -62_135_596_800
MILLISECONDS_FROM = 253_402_300_800
"""From here on numbers are milliseconds: as seconds they would lie past the year 9999."""
DAYS_KEPT = 8192


class _Dates(dict[int, str]):
    """A day since 1970 as "2024-12-18T"; not looked up for each row, as most fall on few days."""

    def __missing__(self, day: int) -> str:
        if len(self) >= DAYS_KEPT:
            self.clear()
        self[day] = (EPOCH + timedelta(days=day)).strftime("%Y-%m-%dT").zfill(11)
        return self[day]


class _Times(dict[int, str]):
    """A second of a day as "15:57:04Z"."""

    def __missing__(self, second: int) -> str:
        self[second] = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
        return self[second]


_DATES, _TIMES = _Dates(), _Times()


def rfc3339(value: object) -> str | None:
    """
    One moment as RFC 3339 in UTC; None for what is no moment at all.

    1734537424 -> "2024-12-18T15:57:04Z", also from "1734537424", 1734537424000 and
    "2024-12-18T16:57:04+01:00".
    """
    if type(value) is int and YEAR_1 <= value < MILLISECONDS_FROM:
        return _DATES[value // 86400] + _TIMES[value % 86400]
    moment = to_datetime(value)
    return None if moment is None else moment.replace(tzinfo=None).isoformat() + "Z"


def epoch_seconds(value: object) -> int | None:
    """The same moments as whole seconds since 1970, rounded down; None for what is none."""
    if type(value) is int and abs(value) < MILLISECONDS_FROM:
        return value
    moment = to_datetime(value)
    return None if moment is None else (moment - EPOCH) // timedelta(seconds=1)


def to_datetime(value: object) -> datetime | None:
    """A moment as an aware datetime in UTC, from seconds, milliseconds or ISO 8601."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str | Numeral):
        text = str(value).strip()
        if "_" in text:  # Python's numbers may have it
            return None
        try:
            value = float(text) if "." in text else int(text)
        except ValueError:
            return _from_iso(text)
    if isinstance(value, (int, float)):
        try:
            seconds = value / 1000 if abs(value) >= MILLISECONDS_FROM else value
            return EPOCH + timedelta(seconds=seconds)
        except (OverflowError, ValueError):
            return None
    return None


def _from_iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
