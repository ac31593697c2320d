"""The mutation withdrawAdjustment."""

from uuid import UUID

from msgspec import Struct

from db.adjustments.changes import record_adjustment_decision
from domain.adjustments.facts import AdjustmentStatus
from domain.adjustments.guards import ADJUSTMENT_GUARDS, AdjustmentAction
from domain.adjustments.stored_facts import AdjustmentWithdrawn
from domain.events import EventKind
from resolvers.adjustments.locking import lock_adjustment
from resolvers.adjustments.notify import deciders_of, event_of_adjustment, notify_of_adjustment
from resolvers.context import Operation
from resolvers.idempotency import claim_key


class WithdrawAdjustment(Struct, frozen=True):
    """Withdraw a pending adjustment of one's own."""

    adjustment_id: UUID
    idempotency_key: str


async def withdraw_adjustment(operation: Operation, command: WithdrawAdjustment) -> UUID:
    """Withdraw a pending adjustment as its maker, and notify those who were to decide.

    Raises InvalidInput, NotFound, IllegalState and IdempotencyMismatch.
    """
    async with operation.writing() as session:
        standing = await lock_adjustment(session, command.adjustment_id)
        if await claim_key(operation, session, command, result_id=command.adjustment_id):
            return command.adjustment_id
        ADJUSTMENT_GUARDS.check(AdjustmentAction.WITHDRAW, standing.facts, operation.viewer)
        await record_adjustment_decision(
            session,
            standing.id,
            status=AdjustmentStatus.WITHDRAWN,
            reason=None,
            account_id=None,
            at=operation.now,
            recorded_at=None,
        )
        event = event_of_adjustment(EventKind.ADJUSTMENT_WITHDRAWN, standing)
        fact = AdjustmentWithdrawn(
            ecp_id=standing.ecp_id, code=standing.code, title=standing.title, points=standing.points
        )
        deciders = await deciders_of(operation, session, standing)
        await notify_of_adjustment(operation, session, event, dict.fromkeys(deciders, fact))
    return command.adjustment_id
