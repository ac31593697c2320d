"""Offsets from UTC as EPCIS writes them, `±hh:mm`, and moments with their offset."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from domain.calendar import Calendar

_OFFSET: Final = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_MINUTE: Final = timedelta(minutes=1)


def is_offset(text: str) -> bool:
    """Whether a text is an offset from -14:00 to +14:00; `Z` is none."""
    return _OFFSET.fullmatch(text) is not None


def offset_in(calendar: Calendar, at: datetime) -> str:
    """The offset of the zone of a calendar at a moment, to a minute."""
    offset = calendar.localize(at).utcoffset() or timedelta()
    minutes = round(offset / _MINUTE)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def write_moment(at: datetime, offset: str = "+00:00") -> str:
    """Write a moment with its offset: `2026-03-10T14:30:00.000+05:30`, in milliseconds or microseconds."""
    if offset == "+00:00":
        local = at.astimezone(UTC)
    else:
        sign = -1 if offset[0] == "-" else 1
        zone = timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:])))
        local = at.astimezone(zone)
    precision = "microseconds" if local.microsecond % 1000 else "milliseconds"
    return local.isoformat(timespec=precision)
