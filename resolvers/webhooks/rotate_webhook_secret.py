"""The mutation rotateWebhookSecret."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from db.webhooks.changes import replace_secret, save_endpoint
from domain.events import EventKind
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.webhooks.locking import lock_endpoint
from resolvers.webhooks.secret import new_secret

# While the old secret also signs deliveries, receivers can switch to the new one.
OVERLAP: Final = timedelta(hours=24)


async def rotate_webhook_secret(operation: Operation, endpoint_id: UUID) -> str:
    """Replace the secret; the old one also signs deliveries for one more day. Raises InvalidInput."""
    secret = new_secret()
    async with operation.writing() as session:
        endpoint = await lock_endpoint(session, endpoint_id)
        await replace_secret(session, endpoint.id, secret, operation.now + OVERLAP)
        await save_endpoint(session, replace(endpoint, updated_at=operation.now))
        await append_event(operation, session, EventKind.WEBHOOK_ENDPOINT_SAVED, endpoint.id)
    return secret
