"""Calendar days and moments: how they are written, and where a day begins and ends. Everything is in UTC."""

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
    """A moment as people say it: "1 June 2026 at 09:00 UTC", with whole seconds only when there are any."""
    found = at.astimezone(UTC)
    clock = found.strftime("%H:%M:%S").removesuffix(":00")
    return f"{format_day(found.date())} at {clock} UTC"


FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


def start_of_day(day: date) -> datetime:
    """Midnight UTC at the beginning of `day`."""
    return datetime.combine(day, time(), UTC)


def end_of_day(day: date) -> datetime:
    """Midnight UTC at the end of `day`, the first moment that no longer belongs to it."""
    return start_of_day(day) + timedelta(days=1)
