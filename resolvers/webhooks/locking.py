"""Lock the webhook endpoint that a mutation names, or that of a delivery."""

from uuid import UUID

from db.sessions import Writing
from db.webhooks import reads as statements
from db.webhooks.rows import WebhookDeliveryRow, WebhookEndpointRow
from domain.failures import NotFound, Problem, UserErrorCode
from domain.webhooks.guards import DELIVERY_PATH
from resolvers.validation import reject_invalid


async def lock_endpoint(session: Writing, endpoint_id: UUID) -> WebhookEndpointRow:
    """Lock an endpoint. Raises InvalidInput for an unknown id."""
    rows = await session.fetch(statements.LOCK_ENDPOINT, id=endpoint_id)
    if not rows:
        reject_invalid([Problem(UserErrorCode.NOT_FOUND, "This webhook endpoint does not exist.", ("id",))])
    return rows[0]


async def lock_delivery(session: Writing, delivery_id: UUID) -> tuple[WebhookDeliveryRow, WebhookEndpointRow]:
    """Read an attempt and lock its endpoint. Raises NotFound, also if either is deleted meanwhile."""
    for delivery in await session.fetch(statements.DELIVERIES_BY_ID, ids=[delivery_id]):
        for endpoint in await session.fetch(statements.LOCK_ENDPOINT, id=delivery.endpoint_id):
            return delivery, endpoint
    raise NotFound("delivery attempt", DELIVERY_PATH)
