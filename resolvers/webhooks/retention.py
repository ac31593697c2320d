"""Forgetting old attempts to deliver events."""

from datetime import datetime
from typing import Final

from db.webhooks.changes import delete_deliveries
from resolvers.context import Operation

RETENTION_BATCH: Final = 1000


async def forget_old_deliveries(operation: Operation, before: datetime, batch: int = RETENTION_BATCH) -> int:
    """Delete the attempts of webhooks made before a moment, and say how many they were; a batch is a transaction."""
    total = 0
    while True:
        async with operation.writing() as session:
            deleted = await delete_deliveries(session, before, batch)
        total += deleted
        if deleted < batch:
            return total
