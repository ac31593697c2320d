"""The calendar of the program: days and clocks in any time zone, through every change of clocks (N1)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.calendar import BEGINNING, FOREVER, UTC_CALENDAR, Calendar
from domain.time_zones import UnknownTimeZone, find_calendar, list_time_zones

TICK = timedelta(microseconds=1)
# A zone without changes, half an hour and a quarter; changes in both hemispheres, and one of half an hour.
NAMES = (
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    # Clocks changed at midnight, a whole day was skipped, and a change skipped midnight in its middle.
    "America/Sao_Paulo",
    "America/Havana",
    "Pacific/Apia",
    "America/Toronto",
)
ZONES = st.sampled_from([find_calendar(name) for name in NAMES])
DAYS = st.dates(date(1915, 1, 1), date(2099, 12, 31))
MOMENTS = st.tuples(DAYS, st.times()).map(lambda drawn: datetime.combine(*drawn, UTC))
NEW_YORK, BERLIN, LORD_HOWE = (
    find_calendar(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
)
APIA, TORONTO = find_calendar("Pacific/Apia"), find_calendar("America/Toronto")


@given(calendar=ZONES, day=DAYS)
@example(APIA, date(2011, 12, 30))
@example(TORONTO, date(1919, 3, 31))
@example(find_calendar("America/Sao_Paulo"), date(2018, 11, 4))
@example(find_calendar("America/Havana"), date(2026, 11, 1))
@example(UTC_CALENDAR, date(2024, 2, 29))
def test_days_follow_each_other_without_gap_or_overlap(calendar: Calendar, day: date) -> None:
    """A day is all of its moments and nothing else; the one day that a zone skipped is empty."""
    start, end = calendar.start_of_day(day), calendar.end_of_day(day)
    assert end == calendar.start_of_day(day + timedelta(days=1))
    assert calendar.day_of(start - TICK) < day
    assert calendar.day_of(end) > day
    if calendar is APIA and day == date(2011, 12, 30):
        assert start == end
    else:
        assert calendar.day_of(start) == calendar.day_of(end - TICK) == day
        assert timedelta(hours=22) <= end - start <= timedelta(hours=26)


@given(calendar=ZONES, at=MOMENTS)
def test_every_moment_lies_within_its_day(calendar: Calendar, at: datetime) -> None:
    day = calendar.day_of(at)
    assert calendar.start_of_day(day) <= at < calendar.end_of_day(day)
    assert calendar.moment_of(day, calendar.localize(at).time()) <= at


@given(calendar=ZONES, day=DAYS, clock=st.times())
@example(NEW_YORK, date(2026, 3, 8), time(2, 30))
@example(LORD_HOWE, date(2026, 10, 4), time(2, 15))
@example(BERLIN, date(2026, 10, 25), time(2, 30))
def test_a_time_of_day_is_the_first_moment_that_shows_it_or_a_later_one(
    calendar: Calendar, day: date, clock: time
) -> None:
    at = calendar.moment_of(day, clock)
    wanted = datetime.combine(day, clock)
    assert calendar.localize(at).replace(tzinfo=None) >= wanted
    assert calendar.localize(at - TICK).replace(tzinfo=None) < wanted


@given(calendar=ZONES, day=DAYS, clocks=st.lists(st.times(), max_size=4))
@example(NEW_YORK, date(2026, 3, 8), [time(2, 30), time(12)])
@example(LORD_HOWE, date(2026, 4, 5), [time(1, 45), time()])
@example(APIA, date(2011, 12, 30), [time(12)])
def test_several_times_of_a_day_are_those_that_each_is_alone(calendar: Calendar, day: date, clocks: list[time]) -> None:
    assert calendar.moments_of(day, clocks) == [calendar.moment_of(day, clock) for clock in clocks]


@pytest.mark.parametrize(
    ("calendar", "day", "clock", "expected"),
    [
        # Skipped times are the moment of the change; repeated ones are the first of the two.
        (NEW_YORK, date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        (NEW_YORK, date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (BERLIN, date(2026, 3, 29), time(2, 59, 59), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (BERLIN, date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (LORD_HOWE, date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        (LORD_HOWE, date(2026, 4, 5), time(1, 45), datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
        (find_calendar("Asia/Kathmandu"), date(2026, 1, 1), time(), datetime(2025, 12, 31, 18, 15, tzinfo=UTC)),
        (find_calendar("Asia/Kolkata"), date(2024, 2, 29), time(10), datetime(2024, 2, 29, 4, 30, tzinfo=UTC)),
        (TORONTO, date(1919, 3, 31), time(), datetime(1919, 3, 31, 4, 30, tzinfo=UTC)),
    ],
)
def test_times_around_changes_of_clocks(calendar: Calendar, day: date, clock: time, expected: datetime) -> None:
    assert calendar.moment_of(day, clock) == expected


@pytest.mark.parametrize("calendar", [find_calendar("Asia/Kolkata"), NEW_YORK, UTC_CALENDAR], ids=str)
def test_the_ends_of_the_calendar_are_no_errors(calendar: Calendar) -> None:
    assert calendar.start_of_day(date.min) == BEGINNING
    assert calendar.end_of_day(date.max) == FOREVER
    for day in (date.min, date.max):
        assert calendar.day_of(datetime.combine(day, time(12), UTC)).year == day.year


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("Asia/Kolkata", datetime(2026, 6, 1, 4, 30, tzinfo=UTC), "1 June 2026 at 10:00 IST"),
        ("Asia/Kolkata", datetime(2026, 12, 8, 18, 30, tzinfo=UTC), "9 December 2026 at 00:00 IST"),
        ("Asia/Kathmandu", datetime(2026, 6, 1, 4, 30, 7, tzinfo=UTC), "1 June 2026 at 10:15:07 UTC+05:45"),
        # The same time of day twice: its abbreviation says which of the two.
        ("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "1 November 2026 at 01:30 EDT"),
        ("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "1 November 2026 at 01:30 EST"),
        ("America/Sao_Paulo", datetime(2026, 6, 1, 4, 30, tzinfo=UTC), "1 June 2026 at 01:30 UTC-03:00"),
        ("UTC", datetime(2026, 6, 1, 9, tzinfo=UTC), "1 June 2026 at 09:00 UTC"),
    ],
)
def test_a_moment_names_its_zone(name: str, at: datetime, expected: str) -> None:
    assert find_calendar(name).format_moment(at) == expected


def test_every_zone_of_the_database_can_be_used() -> None:
    assert {"UTC", "Asia/Kolkata", "Asia/Calcutta", "America/Argentina/Buenos_Aires"} < list_time_zones()
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert {abs((find_calendar(name).day_of(noon) - noon.date()).days) for name in list_time_zones()} == {0, 1}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("asia/kolkata", "“asia/kolkata” is not a time zone of the IANA database. Did you mean Asia/Kolkata?"),
        ("xyz", "“xyz” is not a time zone of the IANA database. Write it like Asia/Kolkata."),
        ("Factory", "“Factory” is not a time zone of the IANA database. Write it like Asia/Kolkata."),
        ("../../etc/passwd", "“../../etc/passwd” is not a time zone of the IANA database."),
    ],
)
def test_an_unknown_zone_is_rejected_with_a_suggestion(name: str, message: str) -> None:
    with pytest.raises(UnknownTimeZone) as found:
        find_calendar(name)
    assert str(found.value).startswith(message)
