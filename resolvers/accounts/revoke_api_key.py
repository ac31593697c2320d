"""The mutation revokeApiKey."""

from uuid import UUID

from db.accounts.changes import mark_api_key_revoked
from db.accounts.reads import LOCK_API_KEY
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import reject_invalid


async def revoke_api_key(operation: Operation, key_id: UUID) -> UUID:
    """Revoke a key; revoking it again changes nothing. Raises InvalidInput."""
    async with operation.writing() as session:
        keys = await session.fetch(LOCK_API_KEY, id=key_id)
        if not keys:
            reject_invalid([Problem(UserErrorCode.NOT_FOUND, "This API key does not exist.", ("apiKeyId",))])
        if keys[0].revoked_at is None:
            await mark_api_key_revoked(session, key_id, operation.now)
            await append_event(operation, session, EventKind.API_KEY_REVOKED, key_id)
    return key_id
