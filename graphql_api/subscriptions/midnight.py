"""The beginning of each day of the program, at which states change without an event: stages begin with days."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from graphql_api.context import Environment
from graphql_api.rounds import run_round

# How long the calendar of the program is used before it is read again, in seconds.
CALENDAR_LIFETIME_S: Final = 60.0
_PAST_MIDNIGHT: Final = timedelta(seconds=1)


async def at_each_midnight(
    environment: Environment, act: Callable[[], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Call `act` a second after each midnight of the program, until the task is canceled."""
    while True:
        wait = await run_round("find midnight", _seconds_to_midnight(environment))
        if wait is None or wait > CALENDAR_LIFETIME_S:
            await sleep(CALENDAR_LIFETIME_S)
        else:
            await sleep(wait)
            act()


async def _seconds_to_midnight(environment: Environment) -> float:
    """The seconds until a new day of the program has begun."""
    operation = environment.operation(None, fresh=True)
    try:
        calendar = await operation.calendar()
    finally:
        await operation.close()
    midnight = calendar.end_of_day(calendar.day_of(operation.now)) + _PAST_MIDNIGHT
    return (midnight - operation.now).total_seconds()
