"""Retry a transaction that the database aborted to resolve a deadlock or a serialization conflict."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from db.sessions import TransactionConflict

ResultT = TypeVar("ResultT")

ATTEMPTS: Final = 4
_FIRST_PAUSE: Final = 0.01


async def retry_conflicts(work: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Call `work` up to four times, with growing pauses, while it raises TransactionConflict; return its result."""
    for attempt in range(ATTEMPTS - 1):
        try:
            return await work()
        except TransactionConflict:
            # The jitter keeps two aborted transactions from colliding again; it need not be unpredictable.
            await asyncio.sleep(_FIRST_PAUSE * 2**attempt * (1 + random.random()))  # noqa: S311
    return await work()
