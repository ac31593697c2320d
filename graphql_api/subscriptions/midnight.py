"""The beginning of each day of the program, at which states change without an event: stages begin with days."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from domain.requests import RequestError
from graphql_api.context import Environment

# How long the calendar of the program is used before it is read again, in seconds.
CALENDAR_LIFETIME_S: Final = 60.0
_PAST_MIDNIGHT: Final = timedelta(seconds=1)


async def at_each_midnight(
    environment: Environment, act: Callable[[], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Call `act` a second after each midnight of the program, until the task is canceled."""
    while True:
        wait = await _seconds_to_midnight(environment)
        await sleep(min(wait, CALENDAR_LIFETIME_S))
        if wait <= CALENDAR_LIFETIME_S:
            act()


async def _seconds_to_midnight(environment: Environment) -> float:
    """The seconds until a new day has begun; those of a whole calendar's lifetime while the database is away."""
    operation = environment.operation(None, fresh=True)
    try:
        calendar = await operation.calendar()
    except RequestError:
        return 2 * CALENDAR_LIFETIME_S
    finally:
        await operation.close()
    midnight = calendar.end_of_day(calendar.day_of(operation.now)) + _PAST_MIDNIGHT
    return (midnight - operation.now).total_seconds()
