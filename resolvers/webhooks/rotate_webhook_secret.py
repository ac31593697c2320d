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

# For so long deliveries are signed with the secret before as well, so that receivers can be changed meanwhile.
OVERLAP: Final = timedelta(hours=24)


async def rotate_webhook_secret(operation: Operation, endpoint_id: UUID) -> str:
    """Sign with a new secret from now on, and for a day with the one before as well. Raises InvalidInput."""
    secret = new_secret()
    async with operation.writing() as session:
        endpoint = await lock_endpoint(session, endpoint_id)
        await replace_secret(session, endpoint.id, secret, operation.now + OVERLAP)
        await save_endpoint(session, replace(endpoint, updated_at=operation.now))
        await append_event(operation, session, EventKind.WEBHOOK_ENDPOINT_SAVED, endpoint.id)
    return secret
