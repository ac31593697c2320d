"""Reading the outbox in tests."""

import asyncio
from typing import Any

from db.database import Database
from db.outbox.reads import TAIL
from db.outbox.rows import EventRow
from domain.events import Position


async def fetch(database: Database, statement: Any, **parameters: Any) -> list[Any]:
    """Fetch the rows of a statement."""
    reading = database.reading(fresh=True)
    try:
        return await reading.fetch(statement, **parameters)
    finally:
        await reading.close()


async def tail(database: Database, after: Position, limit: int = 500) -> list[EventRow]:
    """Read the events that the tailer would read next."""
    return await fetch(database, TAIL, after_xid=after.xid, after_id=after.id, limit=limit)


async def read_when_visible(database: Database, after: Position, count: int) -> list[EventRow]:
    """Wait until `count` events after a position are readable. Concurrent transactions may delay them."""
    async with asyncio.timeout(30):
        while len(found := await tail(database, after)) < count:  # noqa: ASYNC110 - nothing signals it
            await asyncio.sleep(0.01)
    return found
