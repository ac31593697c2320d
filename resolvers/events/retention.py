"""Forgetting old events."""

from datetime import datetime
from typing import Final

from db.changes.events import delete_events
from db.statements.events import OLDEST_EVENTS
from resolvers.context import Operation

BATCH: Final = 1000


async def forget_old_events(operation: Operation, before: datetime, batch: int = BATCH) -> int:
    """Delete the events recorded before a moment, from the beginning of the stream, and say how many they were.

    Cursors in front of the last of them are expired from then on. Each batch is a transaction of its own.
    """
    total = 0
    while True:
        async with operation.writing() as session:
            oldest = await session.fetch(OLDEST_EVENTS, limit=batch)
            young = next((index for index, event in enumerate(oldest) if event.recorded_at >= before), len(oldest))
            if young:
                await delete_events(session, oldest[young - 1].position)
        total += young
        if young < batch:
            return total
