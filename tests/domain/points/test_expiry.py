"""Which points expire on which day, and when an ECP is notified of it (R22)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import UTC_CALENDAR
from domain.points.expiry import ExpiryMoments, expires_on, expiry_moments, find_expired, first_kept_day
from domain.time_zones import find_calendar

TODAY = date(2026, 5, 10)


def test_the_days_are_those_of_the_program() -> None:
    """Points are kept for the day on which they were recorded, and so many full days after it."""
    assert first_kept_day(TODAY, 365) == date(2025, 5, 10)
    found = expiry_moments(TODAY, 365, find_calendar("Asia/Kolkata"))
    assert found.cutoff == datetime(2025, 5, 9, 18, 30, tzinfo=UTC)
    assert found.warned == found.cutoff + timedelta(days=30)
    assert found.announced == found.cutoff + timedelta(days=60)


@pytest.mark.parametrize(("days", "warning"), [(1, 1), (2, 1), (10, 5), (59, 29), (60, 30), (3_660, 30)])
def test_points_that_are_kept_shortly_are_announced_after_half_of_it(days: int, warning: int) -> None:
    cutoff = datetime(2026, 5, 10, tzinfo=UTC) - timedelta(days=days)
    warned, announced = cutoff + timedelta(days=warning), cutoff + timedelta(days=2 * warning)
    assert expiry_moments(TODAY, days, UTC_CALENDAR) == ExpiryMoments(cutoff, warned, announced)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 3_660))
def test_a_day_expires_when_it_is_no_longer_kept(recorded_on: date, days: int) -> None:
    over = expires_on(recorded_on, days)
    assert first_kept_day(over, days) > recorded_on
    assert first_kept_day(over - timedelta(days=1), days) == recorded_on


def test_the_calendar_has_an_end_at_both_sides() -> None:
    assert expires_on(date.max, 3_660) < date.max
    assert first_kept_day(date.min, 3_660) > date.min


def test_what_was_used_was_the_oldest() -> None:
    lots = [(datetime(2026, 1, day, tzinfo=UTC), 10) for day in (1, 2, 3)]
    cutoff = datetime(2026, 1, 3, tzinfo=UTC)
    assert [find_expired(lots, used, cutoff) for used in (0, 15, 20, 25)] == [20, 5, 0, 0]
