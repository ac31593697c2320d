"""States of work queues are read again when a day of the program begins, without an event (R10, N1)."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from graphql_api.context import Environment
from graphql_api.subscriptions.hub import Hub
from tests.support.clock import TestClock


@pytest.mark.usefixtures("clients")  # so that the server has the time of the test
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
    hub: Hub,
    environment: Environment,
    clock: TestClock,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    time_zone: str,
    now: datetime,
    refreshed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE program SET time_zone = $1", time_zone)
    await connection.close()
    clock.now = now
    read = asyncio.Event()
    monkeypatch.setattr(hub._routes, "refresh_states", read.set)  # noqa: SLF001 - no public way to see it
    task = asyncio.create_task(hub._refresh_states_at_midnight())  # noqa: SLF001 - the hub's own one began before
    try:
        async with asyncio.timeout(3):
            await read.wait()
    except TimeoutError:
        pass
    finally:
        task.cancel()
    assert read.is_set() is refreshed
