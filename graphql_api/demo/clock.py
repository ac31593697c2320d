"""The time and the ids of the demo data: both follow from the moment of loading and from nothing else."""

import random
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID

# What happened in so many days, the stream of events still tells of: it is kept for a week.
RECENT_DAYS: Final = 9
# In minutes after midnight UTC: half past nine in the morning to half past four in the afternoon in India.
_OFFICE_HOURS: Final = (4 * 60, 11 * 60)


class DemoClock:
    """A clock that its owner sets, and ids whose first 48 bits are its time, as in RFC 9562, section 5.7 (UUIDv7)."""

    def __init__(self, now: datetime) -> None:
        """`now` is the moment of loading, with a time zone; the clock starts there and is set back from it."""
        self.now = now.astimezone(UTC)
        # Nothing here must be unpredictable: the same moment of loading gives the same data. Another moment gives other
        # ids: of two processes that load at once, the second must not take the rows of the first for its own.
        self.random = random.Random(self.now.isoformat())  # noqa: S311
        self._at = self.now
        self._given = 0

    def __call__(self) -> datetime:
        """The moment that the clock was set to."""
        return self._at

    def set_to(self, at: datetime) -> None:
        """Go to a moment of the past. Raises ValueError for one after the moment of loading."""
        if at > self.now:
            raise ValueError(f"{at} is after {self.now}")
        self._at = at

    def days_ago(self, days: int) -> datetime:
        """Some time of day, in office hours, that many days before the day of loading."""
        minutes = self.random.randint(*_OFFICE_HOURS)
        return self.beginning(days) + timedelta(minutes=minutes, seconds=self.random.randrange(60))

    def beginning(self, days_ago: int) -> datetime:
        """The first moment of the day that many days before the day of loading."""
        return datetime.combine(self.now.date() - timedelta(days=days_ago), time(), UTC)

    def new_id(self) -> UUID:
        """The next id: the time of the clock in milliseconds, a counter, and random bits."""
        self._given += 1
        milliseconds = int(self._at.timestamp() * 1000)
        counter = self._given & 0xFFF
        tail = self.random.getrandbits(62)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail)
