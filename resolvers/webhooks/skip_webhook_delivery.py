"""The mutation skipWebhookDelivery."""

from uuid import UUID

from msgspec.structs import replace

from db.webhooks.changes import mark_skipped, save_endpoint
from domain.events import EventKind
from domain.webhooks.guards import WEBHOOK_DELIVERY_GUARDS, WebhookDeliveryAction
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.webhooks.locking import lock_delivery
from resolvers.webhooks.positions import block_columns, fresh_columns, position_columns


async def skip_webhook_delivery(operation: Operation, delivery_id: UUID) -> UUID:
    """Go on behind the event of a failed attempt; a disabled endpoint stays so. Raises NotFound and IllegalState."""
    async with operation.writing() as session:
        delivery, endpoint = await lock_delivery(session, delivery_id)
        facts = endpoint.block_facts(delivery.attempt_facts)
        WEBHOOK_DELIVERY_GUARDS.check(WebhookDeliveryAction.SKIP, facts, operation.viewer)
        position = max(endpoint.position, delivery.event)
        behind = {**position_columns(endpoint.position_epoch, position), **block_columns(None)}
        skipped = replace(endpoint, **behind, **fresh_columns(operation.now), updated_at=operation.now)
        await save_endpoint(session, skipped)
        await mark_skipped(session, delivery.id, operation.viewer.account_id, operation.now)
        await append_event(operation, session, EventKind.WEBHOOK_DELIVERY_SKIPPED, delivery.id)
    return delivery.id
