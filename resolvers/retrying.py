"""Trying a transaction again when the database chose it as the loser of a deadlock or a serialization conflict."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from db.sessions import TransactionConflict

ResultT = TypeVar("ResultT")

ATTEMPTS: Final = 4
_FIRST_PAUSE: Final = 0.01


async def retrying(work: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """What `work` returns; it is called up to four times, with growing pauses, while it raises TransactionConflict."""
    for attempt in range(ATTEMPTS - 1):
        try:
            return await work()
        except TransactionConflict:
            # The jitter keeps two losers from meeting again; it decides nothing that must be unpredictable.
            await asyncio.sleep(_FIRST_PAUSE * 2**attempt * (1 + random.random()))  # noqa: S311
    return await work()
