"""The mutation deleteWebhookEndpoint."""

from uuid import UUID

from db.webhooks.changes import delete_endpoint
from domain.events import EventKind
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.webhooks.locking import lock_endpoint


async def delete_webhook_endpoint(operation: Operation, endpoint_id: UUID) -> UUID:
    """Delete an endpoint and its deliveries; an attempt in progress still finishes. Raises InvalidInput."""
    async with operation.writing() as session:
        endpoint = await lock_endpoint(session, endpoint_id)
        await delete_endpoint(session, endpoint.id)
        await append_event(operation, session, EventKind.WEBHOOK_ENDPOINT_DELETED, endpoint.id)
    return endpoint_id
