"""Keep attempts to redeem coupons, without the code."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.redemptions.changes import ADD_ATTEMPT, KEEP_NAMED, delete_attempts
from db.sessions import Writing
from domain.redemptions.facts import AttemptResult
from resolvers.context import Operation

# Longer than a dispute about a coupon takes.
KEPT: Final = timedelta(days=180)


class Attempt(Struct, frozen=True):
    """What is kept of an attempt beside its result: the hash of the code, the device, and the address of the client."""

    id: UUID
    code_hash: bytes
    device: str | None
    place: str | None


async def keep_attempt(
    operation: Operation, session: Writing, ecp: int, attempt: Attempt, result: AttemptResult
) -> None:
    """Keep an attempt of the ECP with this number; without its origin if the ECP was erased meanwhile."""
    is_named = bool(await session.fetch(KEEP_NAMED, ecp=ecp))
    await session.run(
        ADD_ATTEMPT,
        id=attempt.id,
        ecp=ecp,
        at=operation.now,
        code_hash=attempt.code_hash,
        result=result.value,
        device=attempt.device if is_named else None,
        place=attempt.place if is_named else None,
    )


async def forget_old_attempts(operation: Operation) -> None:
    """Delete attempts that are older than 180 days."""
    async with operation.writing() as session:
        await delete_attempts(session, operation.now - KEPT)
