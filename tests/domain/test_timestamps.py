"""Days and points in time from text: what is accepted, how it is rounded, and what is wrong with the rest (N1)."""

import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.timestamps import EARLIEST, LATEST, TIMESTAMP_LENGTH, Malformed, read_day, read_timestamp
from tests.support.digits import OTHER_NUMBERS, with_other_digits

MOMENT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
LAST = timedelta(microseconds=1)
SHAPE = "Write it like 2026-03-01T09:30:00Z or 2026-03-01T15:00:00+05:30."
RANGE = "A DateTime lies between 0001-01-02T00:00:00Z and 9999-12-30T23:59:59.999999Z."
NO_LEAP_SECOND = "Second 60 exists only as a leap second, at 23:59:60 UTC on the last day of a month."
NO_OFFSET = f"This DateTime has no offset from UTC. {SHAPE}"
HALF_AN_OFFSET = f"The offset of this DateTime needs hours and minutes. {SHAPE}"
SOMETHING_ELSE = f"This is not a DateTime. {SHAPE}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T09:30:00Z", MOMENT),
        ("2026-03-01t09:30:00z", MOMENT),
        ("2026-03-01T15:00:00+05:30", MOMENT),
        ("2026-02-28T23:30:00-10:00", MOMENT),
        ("2026-03-01T09:30:00-00:00", MOMENT),
        ("2026-03-02T09:29:00+23:59", MOMENT),
        ("2026-03-01T09:30:00.5Z", MOMENT + timedelta(milliseconds=500)),
        ("2026-03-01T09:30:00.000001Z", MOMENT + LAST),
        ("2026-03-01T09:30:00.0000010000000000000Z", MOMENT + LAST),
        ("2026-03-01T09:30:00.0000005Z", MOMENT),
        ("2026-03-01T09:30:00.00000050000000000000001Z", MOMENT + LAST),
        ("2026-03-01T09:30:00.0000015Z", MOMENT + 2 * LAST),
        ("2026-03-01T09:30:00.000001499999999999Z", MOMENT + LAST),
        ("2026-03-01T09:29:59.9999995Z", MOMENT),
        ("2026-12-31T23:59:59.9999999Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-03-01T09:30:00." + "3" * (TIMESTAMP_LENGTH - 21) + "Z", MOMENT + timedelta(microseconds=333333)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("0001-01-02T00:00:00Z", EARLIEST),
        ("0001-01-01T00:00:00-23:59", None),
        ("0001-01-01T12:00:00-12:00", EARLIEST),
        ("9999-12-30T23:59:59.999999Z", LATEST),
        ("9999-12-31T12:00:00+12:01", datetime(9999, 12, 30, 23, 59, tzinfo=UTC)),
    ],
)
def test_a_point_in_time_is_read_to_the_microsecond(text: str, expected: datetime | None) -> None:
    found = read_timestamp(text)
    assert found == (Malformed(RANGE) if expected is None else expected)
    assert expected is None or (isinstance(found, datetime) and found.tzinfo is UTC)


@pytest.mark.parametrize(
    ("text", "midnight"),
    [
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60.999999999Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("1990-12-31T15:59:60-08:00", datetime(1991, 1, 1, tzinfo=UTC)),
        ("2017-01-01T05:29:60+05:30", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2015-07-01T10:29:60.5+10:30", datetime(2015, 7, 1, tzinfo=UTC)),
        ("2024-02-29T23:59:60Z", datetime(2024, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_leap_second_is_the_last_microsecond_of_its_month(text: str, midnight: datetime) -> None:
    assert read_timestamp(text) == midnight - LAST


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2026-03-01T23:59:60Z", NO_LEAP_SECOND),
        ("2024-02-28T23:59:60Z", NO_LEAP_SECOND),
        ("2016-12-31T23:58:60Z", NO_LEAP_SECOND),
        ("2016-12-31T22:59:60Z", NO_LEAP_SECOND),
        ("2016-12-31T23:59:60+05:30", NO_LEAP_SECOND),
        ("9999-12-31T23:59:60Z", RANGE),
        ("2026-03-01T09:30:00", NO_OFFSET),
        ("2026-03-01T09:30:00.123", NO_OFFSET),
        ("2026-03-01T09:30:00+0530", HALF_AN_OFFSET),
        ("2026-03-01T09:30:00+05", HALF_AN_OFFSET),
        ("2026-03-01T09:30:00.5-5:30", HALF_AN_OFFSET),
        ("2026-03-01T09:30:00+24:00", "There is no offset of 24:00: offsets are -23:59 to +23:59."),
        ("2026-03-01T09:30:00-05:60", "There is no offset of 05:60: offsets are -23:59 to +23:59."),
        ("2026-02-30T09:30:00Z", "February 2026 has no day 30: its days are 01 to 28."),
        ("2025-02-29T09:30:00Z", "February 2025 has no day 29: its days are 01 to 28."),
        ("2026-04-00T09:30:00Z", "April 2026 has no day 00: its days are 01 to 30."),
        ("2026-13-01T09:30:00Z", "There is no month 13: months are 01 to 12."),
        ("2026-00-01T09:30:00Z", "There is no month 00: months are 01 to 12."),
        ("0000-01-01T09:30:00Z", "There is no year 0000: the first year is 0001."),
        ("2026-03-01T24:00:00Z", "There is no hour 24: write midnight as 00:00:00 of the next day."),
        ("2026-03-01T25:00:00Z", "There is no hour 25: hours are 00 to 23."),
        ("2026-03-01T09:60:00Z", "There is no minute 60: minutes are 00 to 59."),
        ("2026-03-01T09:30:61Z", "There is no second 61: seconds are 00 to 59, and 60 is a leap second."),
        (
            "2026-03-01 09:30:00Z",
            f"This DateTime has a space instead of the letter T between date and time. {SHAPE}",
        ),
        ("2026-03-01", f"This DateTime has no time of day. {SHAPE}"),
        ("2026-03-01T09:30Z", f"This DateTime has no seconds. {SHAPE}"),
        ("2026-03-01T09:30:00,5Z", f"This DateTime has a comma instead of a point before a fraction. {SHAPE}"),
        ("2026-03-01T09:30:00.Z", f"This DateTime has no digits after the point. {SHAPE}"),
        ("12026-03-01T09:30:00Z", f"The year of this DateTime does not have four digits. {SHAPE}"),
        ("-0001-03-01T09:30:00Z", f"The year of this DateTime does not have four digits. {SHAPE}"),
        ("0001-01-01T23:59:59Z", RANGE),
        ("0001-01-01T00:00:00+00:01", RANGE),
        ("9999-12-31T00:00:00Z", RANGE),
        ("9999-12-30T23:59:59.9999995Z", RANGE),
        ("9999-12-31T23:59:59-00:01", RANGE),
        ("२०२६-03-01T09:30:00Z", f"This DateTime has the digit “२”; only 0 to 9 are allowed. {SHAPE}"),
        ("2026-03-01T09:30:00.५Z", f"This DateTime has the digit “५”; only 0 to 9 are allowed. {SHAPE}"),
        ("2026-03-01T09:30:00−05:00", f"This DateTime has the character “−”, which is not allowed. {SHAPE}"),
        ("2026-03-01T09:30:00Z\u200b", SOMETHING_ELSE),
        ("", f"This DateTime is empty. {SHAPE}"),
        (" 2026-03-01T09:30:00Z", f"This DateTime begins or ends with a space. {SHAPE}"),
        ("2026-03-01T09:30:00Z\n", f"This DateTime begins or ends with a space. {SHAPE}"),
        ("20260301T093000Z", SOMETHING_ELSE),
        ("yesterday", SOMETHING_ELSE),
        ("1772357400", SOMETHING_ELSE),
        (
            "2026-03-01T09:30:00." + "3" * 1_000 + "Z",
            f"This DateTime has 1,021 characters; at most 1,000 are allowed. {SHAPE}",
        ),
        (1772357400, f"A DateTime is text. {SHAPE}"),
        (True, f"A DateTime is text. {SHAPE}"),
        (None, f"A DateTime is text. {SHAPE}"),
        ({}, f"A DateTime is text. {SHAPE}"),
    ],
)
def test_a_malformed_point_in_time_is_rejected_with_its_mistake(value: object, message: str) -> None:
    assert read_timestamp(value) == Malformed(message)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        ("2026-02-30", Malformed("February 2026 has no day 30: its days are 01 to 28.")),
        ("2026-13-01", Malformed("There is no month 13: months are 01 to 12.")),
        ("0000-01-01", Malformed("There is no year 0000: the first year is 0001.")),
        ("2026-3-1", Malformed("This is not a Date. Write it like 2026-03-01.")),
        ("२०२६-०३-०१", Malformed("This is not a Date. Write it like 2026-03-01.")),
        (20260301, Malformed("This is not a Date. Write it like 2026-03-01.")),
    ],
)
def test_a_day_is_read_or_rejected_with_its_mistake(value: object, expected: date | Malformed) -> None:
    assert read_day(value) == expected


MOMENTS = st.datetimes(EARLIEST.replace(tzinfo=None), datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001
MINUTES = st.integers(-23 * 60 - 59, 23 * 60 + 59)


@given(MOMENTS, MINUTES, st.text("0123456789", max_size=40))
@example(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), 330, "9999995")
@example(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), 330, "9999985")
def test_any_fraction_and_offset_give_the_nearest_microsecond(at: datetime, minutes: int, digits: str) -> None:
    """An exact oracle: fractions of Python round half to even."""
    second = at.replace(microsecond=0)
    local = second.replace(tzinfo=None)
    try:
        local += timedelta(minutes=minutes)
    except OverflowError:
        return
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    text = f"{local.isoformat()}{'.' if digits else ''}{digits}{offset}"
    exact = Fraction(int(digits or "0") * 10**6, 10 ** len(digits))
    assert read_timestamp(text) == second + timedelta(microseconds=round(exact))


@given(st.text() | st.from_regex(re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]?[0-9:.,+Zz-]{0,30}"), fullmatch=True))
def test_any_text_is_a_point_in_time_in_range_or_has_a_mistake(text: str) -> None:
    found = read_timestamp(text)
    assert found.message.endswith(".") if isinstance(found, Malformed) else EARLIEST <= found <= LATEST
    day = read_day(text)
    assert day.message.endswith(".") if isinstance(day, Malformed) else day.isoformat() == text


@given(with_other_digits("2026-03-01T09:30:00.123456+05:30"))
def test_digits_of_other_scripts_are_named(text: str) -> None:
    found = read_timestamp(text)
    assert isinstance(found, Malformed)
    assert re.fullmatch(r"This DateTime has the digit “.”; only 0 to 9 are allowed\. .*", found.message)
    assert isinstance(read_day(text[:10]), Malformed) or text[:10].isascii()


@pytest.mark.parametrize("number", OTHER_NUMBERS)
def test_numbers_that_are_no_digits_are_rejected(number: str) -> None:
    found = read_timestamp(f"2026-03-0{number}T09:30:00Z")
    assert found == Malformed(f"This DateTime has the character “{number}”, which is not allowed. {SHAPE}")
