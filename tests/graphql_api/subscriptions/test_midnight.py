"""States of work queues are read again when a day of the program begins, without an event (R10, N1)."""

from datetime import UTC, datetime

import asyncpg
import pytest

from graphql_api.context import Environment
from graphql_api.subscriptions.midnight import CALENDAR_LIFETIME_S, at_each_midnight
from tests.support.clock import TestClock


class TwoSleeps:
    """Sleeps that take no time: they move the clock, and the third one ends the task."""

    def __init__(self, clock: TestClock) -> None:
        self._clock = clock
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Move the clock by so many seconds."""
        if len(self.seconds) == 2:
            raise InterruptedError
        self.seconds.append(seconds)
        self._clock.advance(seconds=seconds)


@pytest.fixture
def hub() -> None:
    """No shared server: its hub has midnights of its own."""


@pytest.mark.parametrize(
    ("time_zone", "now", "refreshed"),
    [
        # Half a second before midnight in India, and at the same moment far from midnight in UTC.
        ("Asia/Kolkata", datetime(2026, 3, 10, 18, 29, 59, 500_000, tzinfo=UTC), True),
        ("UTC", datetime(2026, 3, 10, 18, 29, 59, 500_000, tzinfo=UTC), False),
        ("UTC", datetime(2026, 3, 10, 23, 59, 59, 500_000, tzinfo=UTC), True),
    ],
)
async def test_states_are_read_again_at_midnight_of_the_program(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    environment: Environment,
    clock: TestClock,
    database_url: str,
    time_zone: str,
    now: datetime,
    refreshed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE program SET time_zone = $1", time_zone)
    await connection.close()
    clock.now = now
    sleeps, refreshes = TwoSleeps(clock), []
    with pytest.raises(InterruptedError):
        await at_each_midnight(environment, lambda: refreshes.append(len(sleeps.seconds)), sleeps)
    # A second past midnight, once; then, as at any other time, the calendar is read again before the next one.
    assert refreshes == ([1] if refreshed else [])
    assert sleeps.seconds == pytest.approx([1.5 if refreshed else CALENDAR_LIFETIME_S, CALENDAR_LIFETIME_S], abs=0.01)
