"""Reads calendar days and points in time from text, and says what is wrong with a malformed one.

Days are those of ISO 8601 and points in time those of RFC 3339. Only 0 to 9 are digits, not those of other scripts.
"""

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Final

from msgspec import Struct

from domain.calendar import MONTHS

# In characters. RFC 3339 does not limit the digits of a fraction; this limits the work.
TIMESTAMP_LENGTH: Final = 1_000
# One day within what Python can hold at both ends, so that every time zone can show every point in time.
EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)
LATEST: Final = datetime(9999, 12, 30, 23, 59, 59, 999999, UTC)

_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIMESTAMP: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)
# What Python reads by itself, several times faster: no more than microseconds, and no leap second.
_COMMON: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_DATE_TIME_SHAPE: Final = "Write it like 2026-03-01T09:30:00Z or 2026-03-01T15:00:00+05:30."
_DATE_SHAPE: Final = "Write it like 2026-03-01."
_RANGE: Final = "A DateTime lies between 0001-01-02T00:00:00Z and 9999-12-30T23:59:59.999999Z."
_NO_LEAP_SECOND: Final = "Second 60 exists only as a leap second, at 23:59:60 UTC on the last day of a month."
_LEAP_SECOND: Final = 60
_MICROSECOND_DIGITS: Final = 6
# The first pattern that matches the whole text names the mistake.
_MISTAKES: Final = tuple(
    (re.compile(pattern, re.ASCII | re.DOTALL), sentence)
    for pattern, sentence in (
        (r"\s*", "This DateTime is empty."),
        (r"\s.*|.*\s", "This DateTime begins or ends with a space."),
        (r"\d{5,}-.*|[+-]\d+-.*", "The year of this DateTime does not have four digits."),
        (r"\d{4}-\d{2}-\d{2}([Zz]|[+-]\d{2}:?\d{2})?", "This DateTime has no time of day."),
        (r"\d{4}-\d{2}-\d{2}\s+\d.*", "This DateTime has a space instead of the letter T between date and time."),
        (r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}([Zz]|[+-].*)?", "This DateTime has no seconds."),
        (
            r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2},.*",
            "This DateTime has a comma instead of a point before a fraction.",
        ),
        (r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}\.(\D.*)?", "This DateTime has no digits after the point."),
        (r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?", "This DateTime has no offset from UTC."),
        (
            r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?[+-].*",
            "The offset of this DateTime needs hours and minutes.",
        ),
    )
)


class Malformed(Struct, frozen=True):
    """What is wrong with a text, in sentences for the person who wrote it."""

    message: str


def write_timestamp(at: datetime) -> str:
    """Write a point in time in UTC, as clients may send it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_timestamp(value: object) -> datetime | Malformed:
    """Read a point in time, in UTC, from RFC 3339 text.

    A fraction of a second is rounded to the nearest microsecond, a half to the even one. A leap second, 23:59:60 UTC on
    the last day of a month, becomes the last microsecond before midnight, so it stays in its day and month.
    """
    if isinstance(value, str) and _COMMON.fullmatch(value):
        try:
            at = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            return at if EARLIEST <= at <= LATEST else Malformed(_RANGE)
    return _read_slowly(value)


def read_day(value: object) -> date | Malformed:
    """Read a calendar day from ISO 8601 text."""
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return Malformed(f"This is not a Date. {_DATE_SHAPE}")
    year, month, day = map(int, found.groups())
    mistake = _day_mistake(year, month, day)
    return date(year, month, day) if mistake is None else Malformed(mistake)


def _read_slowly(value: object) -> datetime | Malformed:
    found = _TIMESTAMP.fullmatch(value) if isinstance(value, str) and len(value) <= TIMESTAMP_LENGTH else None
    if found is None:
        return Malformed(f"{_name_mistake(value)} {_DATE_TIME_SHAPE}")
    year, month, day, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
    hours, minutes = int(found[9] or 0), int(found[10] or 0)
    mistake = _day_mistake(year, month, day) or _clock_mistake(hour, minute, second) or _offset_mistake(hours, minutes)
    if mistake is not None:
        return Malformed(mistake)
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if found[8] == "-" else 1)
    try:
        whole = datetime(year, month, day, hour, minute, min(second, _LEAP_SECOND - 1), tzinfo=UTC) - offset
        at = _end_of_month(whole) if second == _LEAP_SECOND else whole + _round_fraction(found[7] or "")
    except OverflowError:
        return Malformed(_RANGE)
    if at is None:
        return Malformed(_NO_LEAP_SECOND)
    return at if EARLIEST <= at <= LATEST else Malformed(_RANGE)


def _name_mistake(text: object) -> str:
    if not isinstance(text, str):
        return "A DateTime is text."
    if len(text) > TIMESTAMP_LENGTH:
        return f"This DateTime has {len(text):,} characters; at most {TIMESTAMP_LENGTH:,} are allowed."
    strange = next((mark for mark in text if not mark.isascii()), None)
    if strange is not None and unicodedata.decimal(strange, None) is not None:
        return f"This DateTime has the digit “{strange}”; only 0 to 9 are allowed."
    if strange is not None and strange.isprintable():
        return f"This DateTime has the character “{strange}”, which is not allowed."
    found = (sentence for pattern, sentence in _MISTAKES if pattern.fullmatch(text))
    return next(found, "This is not a DateTime.")


def _day_mistake(year: int, month: int, day: int) -> str | None:
    if year == 0:
        return "There is no year 0000: the first year is 0001."
    if not 1 <= month <= len(MONTHS):
        return f"There is no month {month:02}: months are 01 to 12."
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        return f"{MONTHS[month - 1]} {year} has no day {day:02}: its days are 01 to {last}."
    return None


def _clock_mistake(hour: int, minute: int, second: int) -> str | None:
    if hour == 24:  # noqa: PLR2004 - the hour that ISO 8601 knew and RFC 3339 does not
        return "There is no hour 24: write midnight as 00:00:00 of the next day."
    if hour > 24:  # noqa: PLR2004 - as above
        return f"There is no hour {hour}: hours are 00 to 23."
    if minute >= 60:  # noqa: PLR2004 - an hour has 60 minutes
        return f"There is no minute {minute}: minutes are 00 to 59."
    if second > _LEAP_SECOND:
        return f"There is no second {second}: seconds are 00 to 59, and 60 is a leap second."
    return None


def _offset_mistake(hours: int, minutes: int) -> str | None:
    if hours >= 24 or minutes >= 60:  # noqa: PLR2004 - a day has 24 hours and an hour 60 minutes
        return f"There is no offset of {hours:02}:{minutes:02}: offsets are -23:59 to +23:59."
    return None


def _end_of_month(before: datetime) -> datetime | None:
    """The last microsecond of a month in UTC, if `before` is its last second: only there are leap seconds inserted."""
    midnight = before + timedelta(seconds=1)
    ends = (midnight.day, midnight.hour, midnight.minute, midnight.second) == (1, 0, 0, 0)
    return midnight - timedelta(microseconds=1) if ends else None


def _round_fraction(digits: str) -> timedelta:
    """The nearest number of microseconds, and the even one of two equally near."""
    whole = int(digits[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0"))
    rest = digits[_MICROSECOND_DIGITS:].rstrip("0")
    # As texts, “5” < “51” < “6”: the same order as the fractions.
    return timedelta(microseconds=whole + (rest > "5" or (rest == "5" and whole % 2 == 1)))
