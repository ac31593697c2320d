"""Retention of the outbox: delete old events."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from db.outbox.changes import delete_events
from db.outbox.reads import OLDEST_EVENTS, STREAM
from db.outbox.rows import StreamRow
from db.sessions import Writing
from domain.events import Position
from resolvers.context import Operation

CHUNK: Final = 1000

# Called in the transaction that deletes events up to a position, before the deletion.
BeforeDeletion = Callable[[Writing, StreamRow, Position], Awaitable[None]]


async def delete_expired_events(
    operation: Operation, before: datetime, before_deletion: BeforeDeletion, chunk: int = CHUNK
) -> int:
    """Delete the events recorded before a moment, from the beginning of the stream, and return their number.

    Cursors before the last deleted event expire. Each chunk is deleted in a separate transaction.
    """
    total = 0
    while True:
        async with operation.writing() as session:
            oldest = await session.fetch(OLDEST_EVENTS, limit=chunk)
            expired = next((index for index, event in enumerate(oldest) if event.recorded_at >= before), len(oldest))
            if expired:
                through = oldest[expired - 1].position
                (stream,) = await session.fetch(STREAM)
                await before_deletion(session, stream, through)
                await delete_events(session, through)
        total += expired
        if expired < chunk:
            return total
