"""Offsets from UTC as EPCIS writes them, `±hh:mm`, and moments with their offset."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from domain.calendar import Calendar

_OFFSET: Final = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_MINUTE: Final = timedelta(minutes=1)
_SECONDS: Final = 60


def is_offset(text: str) -> bool:
    """Whether a text is an offset from -14:00 to +14:00; `Z` is none."""
    return _OFFSET.fullmatch(text) is not None


def offset_in(calendar: Calendar, at: datetime) -> str:
    """The offset of the zone of a calendar at a moment, to a minute. Clocks change at full minutes."""
    return _offset_at(calendar, int(at.timestamp()) // _SECONDS)


@lru_cache(maxsize=4096)
def _offset_at(calendar: Calendar, minute: int) -> str:
    at = datetime.fromtimestamp(minute * _SECONDS, UTC)
    minutes = round((calendar.localize(at).utcoffset() or timedelta()) / _MINUTE)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@lru_cache(maxsize=1024)
def zone_of(offset: str) -> timezone:
    """The fixed zone of an offset."""
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:])))


def write_moment(at: datetime, offset: str = "+00:00") -> str:
    """Write a moment with its offset: `2026-03-10T14:30:00.000+05:30`, in milliseconds or microseconds."""
    local = at if offset == "+00:00" and at.tzinfo is UTC else at.astimezone(zone_of(offset))
    return local.isoformat(timespec="microseconds" if local.microsecond % 1000 else "milliseconds")
