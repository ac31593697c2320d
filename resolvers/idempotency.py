"""Idempotency: a mutation that a client sends again answers as the first time and changes nothing."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from db.idempotency import claim_idempotency_key, forget_idempotency_keys
from db.sessions import Writing
from domain.checks import text_problems
from domain.failures import Failure, Problem, UserErrorCode
from domain.viewers import Viewer
from resolvers.context import Operation
from resolvers.validation import reject_invalid

# In characters; a UUID has 36.
_KEY_LENGTH: Final = (1, 120)
_PATH: Final = ("input", "idempotencyKey")
# Clients that were offline for longer must read what happened before they send a mutation again.
_KEPT: Final = timedelta(days=30)


class IdempotencyMismatch(Failure):
    """The same key came with another input before."""

    code = UserErrorCode.IDEMPOTENCY_MISMATCH

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key was sent before with another input. Use a new key for each action.", _PATH
        )


def key_problems(key: str) -> Iterator[Problem]:
    """Yield what is wrong with the text of a key."""
    yield from text_problems(key, _PATH[1:], "The idempotency key", _KEY_LENGTH)


def key_owner(viewer: Viewer) -> UUID:
    """Whose keys those of a viewer are: the vendor's, or else the account's."""
    return viewer.vendor_id or viewer.account_id


def digest_of(command: Struct) -> bytes:
    """The digest of the input that a key came with."""
    return hashlib.blake2b(msgspec.msgpack.encode(command), digest_size=16).digest()


async def claim_key(operation: Operation, session: Writing, command: Struct, *, result_id: UUID) -> UUID | None:
    """Claim the `idempotency_key` of a command for a result; return the earlier result if it was sent before.

    Keys belong to the vendor of the viewer, or else to the account, and to one kind of command. Only a transaction that
    commits keeps its key. Raises InvalidInput for a blank or overlong key, and IdempotencyMismatch.
    """
    key: str | None = getattr(command, "idempotency_key", None)
    if key is None:
        return None
    reject_invalid(key_problems(key))
    digest = digest_of(command)
    known = await claim_idempotency_key(
        session,
        owner_id=key_owner(operation.viewer),
        mutation=type(command).__name__,
        key=key,
        digest=digest,
        result_id=result_id,
        at=operation.now,
    )
    if known is None:
        return None
    if known.digest != digest:
        raise IdempotencyMismatch
    return known.result_id


async def forget_old_keys(operation: Operation) -> None:
    """Delete keys that are older than 30 days."""
    async with operation.writing() as session:
        await forget_idempotency_keys(session, operation.now - _KEPT)
