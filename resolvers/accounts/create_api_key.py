"""The mutation createApiKey."""

import secrets
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.accounts.changes import add_api_key
from db.accounts.reads import LOCK_ACCOUNT
from db.accounts.rows import ApiKeyRow
from domain.checks import NAME_LENGTH, text_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.text import trim_text
from resolvers.accounts.viewers import hash_secret
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import reject_invalid

# A distinctive prefix lets scanners of leaked secrets recognize the keys.
KEY_PREFIX: Final = "tsk_"
_HINT_LENGTH: Final = 8


class CreateApiKey(Struct, frozen=True):
    """Create a key that lets a connected system act as an account."""

    account_id: UUID
    name: str


class CreatedApiKey(Struct, frozen=True):
    """A new key with its secret, which is never shown again."""

    key_id: UUID
    secret: str


async def create_api_key(operation: Operation, command: CreateApiKey) -> CreatedApiKey:
    """Store the hash of a new secret of 256 random bits. Raises InvalidInput."""
    reject_invalid(text_problems(command.name, ("name",), "The name", NAME_LENGTH))
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    async with operation.writing() as session:
        accounts = await session.fetch(LOCK_ACCOUNT, id=command.account_id)
        if not accounts or accounts[0].disabled_at is not None:
            message = "This account is disabled." if accounts else "This account does not exist."
            reject_invalid([Problem(UserErrorCode.NOT_FOUND, message, ("accountId",))])
        key = ApiKeyRow(
            id=operation.new_id(),
            account_id=command.account_id,
            name=trim_text(command.name),
            hint=secret[:_HINT_LENGTH],
            created_by=operation.viewer.account_id,
            created_at=operation.now,
            revoked_at=None,
        )
        await add_api_key(session, key, hash_secret(secret))
        await append_event(operation, session, EventKind.API_KEY_CREATED, key.id)
    return CreatedApiKey(key.id, secret)
