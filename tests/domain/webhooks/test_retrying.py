"""When a failed webhook is tried again, and what an endpoint can ask for."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from domain.webhooks.endpoints import Attempt, Retry, after_failure
from domain.webhooks.retrying import HEADER_LIMIT, LONGEST_PAUSE, RETRY_DELAYS, asked_pause, next_attempt

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def pause(status: int, times: int, asked: timedelta | None, jitter: float = 0) -> timedelta:
    """The pause after an attempt that took a second."""
    attempt = Attempt(at=NOW, milliseconds=1000, status=status, error="No.", asked=asked)
    found = after_failure(times, attempt, jitter)
    assert isinstance(found, Retry)
    return found.at - NOW


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        ("120", 2 * MINUTE),
        (" 0 ", timedelta()),
        ("86400", DAY),
        ("86401", DAY),
        ("9" * HEADER_LIMIT, DAY),
        ("Tue, 10 Mar 2026 09:30:00 GMT", 30 * MINUTE),
        ("Tuesday, 10-Mar-26 09:30:00 GMT", 30 * MINUTE),
        ("Tue Mar 10 09:30:00 2026", 30 * MINUTE),
        ("Tue, 10 Mar 2026 08:00:00 GMT", timedelta()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0661\u0662", None),
        ("Tue, 32 Mar 2026 09:30:00 GMT", None),
        ("Tue, 10 Mar 2026 09:30:00 +999999", None),
        ("9" * (HEADER_LIMIT + 1), None),
    ],
)
def test_a_pause_is_a_number_of_seconds_or_a_date(value: str | None, asked: timedelta | None) -> None:
    """RFC 9110: from nothing to a day; anything else asks for nothing."""
    assert asked_pause(value, NOW) == asked


def test_a_pause_lengthens_the_schedule_and_never_shortens_it() -> None:
    assert pause(503, 1, 10 * MINUTE) == 10 * MINUTE + SECOND
    assert pause(503, 1, 10 * MINUTE, 1) == 12 * MINUTE + SECOND
    assert pause(500, 1, DAY, 1) == DAY + SECOND
    assert pause(500, 3, SECOND) == RETRY_DELAYS[2]
    assert pause(503, 1, timedelta()) == RETRY_DELAYS[0]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_overloaded_endpoint_is_left_alone_for_a_minute(status: int) -> None:
    assert pause(status, 1, None) == MINUTE + SECOND
    assert pause(status, 2, None) == RETRY_DELAYS[1]
    assert pause(500, 1, None) == RETRY_DELAYS[0]


def test_a_throttled_endpoint_decides_the_pause() -> None:
    """From the first delay of the schedule on, and from the second one on after ten such answers in a row."""
    assert pause(429, 1, SECOND) == RETRY_DELAYS[0] + SECOND
    assert pause(429, 9, 10 * SECOND) == 11 * SECOND
    assert pause(429, 10, 10 * SECOND) == RETRY_DELAYS[1] + SECOND
    assert pause(429, 1000, 3 * HOUR) == 3 * HOUR + SECOND


def test_being_throttled_never_disables() -> None:
    """Without a pause to follow, the schedule decides, and no pause is longer than a day."""
    assert pause(429, 1, None) == MINUTE + SECOND
    assert [pause(429, times, None) for times in range(2, 10)] == [delay + SECOND for delay in RETRY_DELAYS[1:]]
    assert pause(429, 1000, None, 1) == LONGEST_PAUSE + SECOND


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    starts = list(accumulate(RETRY_DELAYS))
    assert [starts[0], starts[1], starts[4], starts[-1]] == [
        timedelta(seconds=5),
        timedelta(minutes=5, seconds=5),
        timedelta(hours=7, minutes=35, seconds=5),
        timedelta(hours=75, minutes=35, seconds=5),
    ]


def test_attempts_end_after_the_last_delay() -> None:
    assert next_attempt(1, NOW, 0) == NOW + timedelta(seconds=5)
    assert next_attempt(1, NOW, 1) == NOW + timedelta(seconds=6)
    assert next_attempt(3, NOW, 0.5) == NOW + timedelta(minutes=33)
    assert next_attempt(9, NOW, 0) == NOW + timedelta(hours=24)
    assert next_attempt(10, NOW, 0) is None


@pytest.mark.parametrize(("failures", "jitter"), [(0, 0.5), (-1, 0.5), (1, -0.1), (1, 1.1), (10, float("nan"))])
def test_a_schedule_needs_a_failure_and_a_share(failures: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="no attempt follows"):
        next_attempt(failures, NOW, jitter)
