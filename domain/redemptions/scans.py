"""When a coupon was scanned: an app that was offline sends its queue later."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from domain.failures import Problem, UserErrorCode
from domain.timestamps import Malformed

OFFLINE_HOURS: Final = 72
# Clocks of phones are off by seconds, not by hours.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
DEVICE_LENGTH: Final = (1, 120)

_OFFLINE: Final = timedelta(hours=OFFLINE_HOURS)


def scan_problems(scanned_at: datetime | Malformed | None, now: datetime) -> Iterator[Problem]:
    """Problems of the time of a scan; none without one."""
    path = ("scannedAt",)
    if isinstance(scanned_at, Malformed):
        yield Problem(UserErrorCode.INVALID, scanned_at.message, path)
    elif scanned_at is None:
        return
    elif scanned_at > now + CLOCK_TOLERANCE:
        message = "This scan is in the future. Set the clock of the phone, and scan the coupon again."
        yield Problem(UserErrorCode.INVALID, message, path)
    elif scanned_at < now - _OFFLINE:
        message = f"This scan is more than {OFFLINE_HOURS} hours old. Scan the coupon again while you are online."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, path)


def scan_time(scanned_at: datetime | Malformed | None, now: datetime) -> datetime:
    """The time that counts for a scan without problems: never after now."""
    return min(scanned_at, now) if isinstance(scanned_at, datetime) else now
