"""Forgetting old events, and the attempts to deliver them."""

from datetime import datetime
from typing import Final

from db.outbox.changes import delete_events
from db.outbox.reads import OLDEST_EVENTS, STREAM
from db.webhooks.changes import delete_deliveries
from resolvers.context import Operation
from resolvers.webhooks.passing import pass_by

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
                through = oldest[young - 1].position
                (stream,) = await session.fetch(STREAM)
                await pass_by(session, stream, through)
                await delete_events(session, through)
        total += young
        if young < batch:
            return total


async def forget_old_deliveries(operation: Operation, before: datetime, batch: int = BATCH) -> int:
    """Delete the attempts of webhooks made before a moment, and say how many they were; a batch is a transaction."""
    total = 0
    while True:
        async with operation.writing() as session:
            deleted = await delete_deliveries(session, before, batch)
        total += deleted
        if deleted < batch:
            return total
