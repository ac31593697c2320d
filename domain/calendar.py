"""Calendar days and points in time: how they are written, and when a day begins and ends. Everything is in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def format_day(value: date) -> str:
    """Write “1 March 2026”, the same in every locale."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def format_clock(value: time) -> str:
    """Write “09:00”."""
    return f"{value.hour:02}:{value.minute:02}"


def format_moment(at: datetime) -> str:
    """Write “1 June 2026 at 09:00 UTC”, with seconds only if they are not 0."""
    utc = at.astimezone(UTC)
    clock = utc.strftime("%H:%M:%S").removesuffix(":00")
    return f"{format_day(utc.date())} at {clock} UTC"


FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


def start_of_day(day: date) -> datetime:
    """Midnight UTC at the start of `day`."""
    return datetime.combine(day, time(), UTC)


def end_of_day(day: date) -> datetime:
    """Midnight UTC at the end of `day`, which already belongs to the next day."""
    return start_of_day(day) + timedelta(days=1)
