"""Calendar days and moments: how they are written, and when a day begins and ends in the time zone of the program."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from msgspec import Struct

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

# Moments before and after these cannot be converted to every time zone.
BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
FOREVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
_DAY: Final = timedelta(days=1)


def format_day(value: date) -> str:
    """Write “1 March 2026”, the same in every locale."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def format_clock(value: time) -> str:
    """Write “09:00”."""
    return f"{value.hour:02}:{value.minute:02}"


class Calendar(Struct, frozen=True):
    """The calendar of the program: which day and time of day a moment falls on in its time zone.

    Moments are aware datetimes in any zone. A local time that a change of clocks skips is the moment of the change, and
    one that occurs twice is the first of the two.
    """

    zone: tzinfo

    def localize(self, at: datetime) -> datetime:
        """The moment with the date and time of day of the zone."""
        return min(max(at, BEGINNING), FOREVER).astimezone(self.zone)

    def day_of(self, at: datetime) -> date:
        """The calendar day of a moment."""
        return self.localize(at).date()

    def moment_of(self, day: date, clock: time = time()) -> datetime:
        """The first moment, in UTC, at which clocks in the zone show this time on this day, or a later time.

        It is never before BEGINNING nor after FOREVER.
        """
        local = datetime.combine(day, clock, self.zone)
        try:
            at = local.astimezone(UTC)
            if at.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
                at = self._end_of_gap(local)
        except OverflowError:
            return BEGINNING if day.year == date.min.year else FOREVER
        return min(max(at, BEGINNING), FOREVER)

    def moments_of(self, day: date, clocks: Iterable[time]) -> list[datetime]:
        """The moments of several times of one day, as `moment_of` finds each.

        On a day of 24 hours that ends with the offset with which it began, one offset serves all of them.
        """
        start, end = self.start_of_day(day), self.end_of_day(day)
        offset = datetime.combine(day, time(), UTC) - start
        if end - start != _DAY or end.astimezone(self.zone).utcoffset() != offset:
            return [self.moment_of(day, clock) for clock in clocks]
        return [datetime.combine(day, clock, UTC) - offset for clock in clocks]

    def start_of_day(self, day: date) -> datetime:
        """The moment, in UTC, at which the day begins."""
        return self.moment_of(day)

    def end_of_day(self, day: date) -> datetime:
        """The moment, in UTC, at which the day is over, which already belongs to the next day."""
        return self.moment_of(day + _DAY) if day < date.max else FOREVER

    def format_moment(self, at: datetime) -> str:
        """Write “1 June 2026 at 14:30 IST”, with seconds only if they are not 0."""
        local = self.localize(at)
        clock = local.strftime("%H:%M:%S").removesuffix(":00")
        return f"{format_day(local.date())} at {clock} {zone_label(local)}"

    def _end_of_gap(self, local: datetime) -> datetime:
        """The moment of the change that skips a local time, found between its readings after and before the change."""
        skipped = local.replace(tzinfo=None)
        before, after = local.replace(fold=1).astimezone(UTC), local.astimezone(UTC)
        while after - before > datetime.resolution:
            middle = before + (after - before) // 2
            if middle.astimezone(self.zone).replace(tzinfo=None) < skipped:
                before = middle
            else:
                after = middle
        return after


UTC_CALENDAR: Final = Calendar(UTC)


def zone_label(local: datetime) -> str:
    """Write the zone of a local time: “IST”, or “UTC+05:45” where the zone has no abbreviation of letters."""
    name = local.tzname() or ""
    if name.isalpha():
        return name
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
