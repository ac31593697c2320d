"""Lock the webhook endpoint that a mutation names."""

from uuid import UUID

from db.sessions import Writing
from db.webhooks import reads as statements
from db.webhooks.rows import WebhookEndpointRow
from domain.failures import Problem, UserErrorCode
from resolvers.validation import reject_invalid


async def lock_endpoint(session: Writing, endpoint_id: UUID) -> WebhookEndpointRow:
    """Lock an endpoint. Raises InvalidInput for an unknown id."""
    rows = await session.fetch(statements.LOCK_ENDPOINT, id=endpoint_id)
    if not rows:
        reject_invalid([Problem(UserErrorCode.NOT_FOUND, "This webhook endpoint does not exist.", ("id",))])
    return rows[0]
