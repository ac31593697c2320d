"""The mutation retryWebhookDelivery."""

from uuid import UUID

from msgspec.structs import replace

from db.webhooks.changes import save_endpoint
from domain.events import EventKind
from domain.webhooks.guards import WEBHOOK_DELIVERY_GUARDS, WebhookDeliveryAction
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.webhooks.locking import lock_delivery
from resolvers.webhooks.positions import fresh_columns


async def retry_webhook_delivery(operation: Operation, delivery_id: UUID) -> UUID:
    """Send the event of a failed attempt again at once; the schedule starts again. Raises NotFound and IllegalState."""
    async with operation.writing() as session:
        delivery, endpoint = await lock_delivery(session, delivery_id)
        facts = endpoint.block_facts(delivery.attempt_facts)
        WEBHOOK_DELIVERY_GUARDS.check(WebhookDeliveryAction.RETRY, facts, operation.viewer)
        await save_endpoint(session, replace(endpoint, **fresh_columns(operation.now), updated_at=operation.now))
        await append_event(operation, session, EventKind.WEBHOOK_DELIVERY_RETRIED, delivery.id)
    return delivery.id
