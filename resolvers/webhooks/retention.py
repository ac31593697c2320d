"""Retention of webhooks: delete old delivery attempts."""

from datetime import datetime
from typing import Final

from db.webhooks.changes import delete_deliveries
from resolvers.context import Operation

RETENTION_CHUNK: Final = 1000


async def delete_expired_deliveries(operation: Operation, before: datetime, chunk: int = RETENTION_CHUNK) -> int:
    """Delete the attempts made before a moment, and return their number. Each chunk is a separate transaction."""
    total = 0
    while True:
        async with operation.writing() as session:
            deleted = await delete_deliveries(session, before, chunk)
        total += deleted
        if deleted < chunk:
            return total
