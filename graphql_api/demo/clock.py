"""The time and the ids of the demo data. Both depend on the moment of loading and on nothing else."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from domain.calendar import Calendar

# A brand of car care in India.
TIME_ZONE: Final = "Asia/Kolkata"
# Days whose steps run one by one, so that the event stream, which is kept for a week, contains them.
RECENT_DAYS: Final = 9
# Minutes after midnight: 9:30 a.m. to 4:30 p.m.
_OFFICE_HOURS_MINUTES: Final = (9 * 60 + 30, 16 * 60 + 30)


class DemoClock:
    """A clock that its owner sets, and ids that begin with its time in 48 bits: UUIDv7, RFC 9562, section 5.7."""

    def __init__(self, now: datetime, calendar: Calendar) -> None:
        """Start at `now`, the moment of loading; callers set the clock back from there. Days are of the calendar."""
        self.now = now.astimezone(UTC)
        self.calendar = calendar
        # Predictable on purpose: the same moment of loading gives the same data. Another moment gives other ids, so
        # that of two processes that load at once, the second does not mistake the rows of the first for its own.
        self.random = random.Random(self.now.isoformat())  # noqa: S311
        self._at = self.now
        self._given = 0

    def __call__(self) -> datetime:
        """Return the moment that the clock is set to."""
        return self._at

    def set_to(self, at: datetime) -> None:
        """Set the clock. Raises ValueError for a moment after the moment of loading."""
        if at > self.now:
            raise ValueError(f"{at} is after {self.now}")
        self._at = at

    @property
    def today(self) -> date:
        """The day of loading."""
        return self.calendar.day_of(self.now)

    def days_ago(self, days: int) -> datetime:
        """Draw a time in office hours, this many days before the day of loading."""
        minutes = self.random.randint(*_OFFICE_HOURS_MINUTES)
        return self.start_of_day(days) + timedelta(minutes=minutes, seconds=self.random.randrange(60))

    def start_of_day(self, days_ago: int) -> datetime:
        """Return midnight, this many days before the day of loading."""
        return self.calendar.start_of_day(self.today - timedelta(days=days_ago))

    def id_at(self, at: datetime) -> UUID:
        """Set the clock and make the next id."""
        self.set_to(at)
        return self.new_id()

    def new_id(self) -> UUID:
        """Make the next id: the time of the clock in milliseconds, a counter, and random bits."""
        self._given += 1
        milliseconds = int(self._at.timestamp() * 1000)
        counter = self._given & 0xFFF
        tail = self.random.getrandbits(62)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail)
