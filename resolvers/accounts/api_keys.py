"""The mutations createApiKey and revokeApiKey."""

import secrets
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.accounts.changes import add_api_key, mark_api_key_revoked
from db.accounts.reads import LOCK_ACCOUNT, LOCK_API_KEY
from db.accounts.rows import ApiKeyRow
from domain.checks import NAME_LENGTH, text_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from resolvers.accounts.read import hash_of_secret
from resolvers.context import Operation
from resolvers.events.telling import tell
from resolvers.refusing import refuse

# A prefix of its own lets scanners of leaked secrets recognize the keys.
KEY_PREFIX: Final = "tsk_"
_HINT_LENGTH: Final = 8


class CreateApiKey(Struct, frozen=True):
    """Make a key with which a connected system acts as an account."""

    account_id: UUID
    name: str


class CreatedApiKey(Struct, frozen=True):
    """A new key; the secret is told this once and never again."""

    key_id: UUID
    secret: str


async def create_api_key(operation: Operation, command: CreateApiKey) -> CreatedApiKey:
    """Store the hash of a new secret of 256 random bits. Raises InvalidInput."""
    refuse(text_problems(command.name, ("name",), "The name", NAME_LENGTH))
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    async with operation.writing() as session:
        accounts = await session.fetch(LOCK_ACCOUNT, id=command.account_id)
        if not accounts or accounts[0].disabled_at is not None:
            message = "This account is disabled." if accounts else "This account does not exist."
            refuse([Problem(UserErrorCode.NOT_FOUND, message, ("accountId",))])
        key = ApiKeyRow(
            operation.new_id(),
            command.account_id,
            command.name.strip(),
            secret[:_HINT_LENGTH],
            operation.viewer.account_id,
            operation.now,
            None,
        )
        await add_api_key(session, key, hash_of_secret(secret))
        await tell(operation, session, EventKind.API_KEY_CREATED, key.id)
    return CreatedApiKey(key.id, secret)


async def revoke_api_key(operation: Operation, key_id: UUID) -> UUID:
    """Make a key open nothing any more; revoking it again changes nothing. Raises InvalidInput."""
    async with operation.writing() as session:
        keys = await session.fetch(LOCK_API_KEY, id=key_id)
        if not keys:
            refuse([Problem(UserErrorCode.NOT_FOUND, "This API key does not exist.", ("apiKeyId",))])
        if keys[0].revoked_at is None:
            await mark_api_key_revoked(session, key_id, operation.now)
            await tell(operation, session, EventKind.API_KEY_REVOKED, key_id)
    return key_id
