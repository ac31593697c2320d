"""The mutation decideAdjustment."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.adjustments.changes import record_adjustment_decision
from db.adjustments.reads import adjusted_scheme
from db.adjustments.rows import AdjustmentStandingRow
from db.sessions import Writing
from domain.adjustments.facts import LARGEST_POINTS, AdjustmentStatus
from domain.adjustments.failures import BalanceTooLarge
from domain.adjustments.guards import ADJUSTMENT_GUARDS, AdjustmentAction
from domain.adjustments.stored_facts import AdjustmentApproved, AdjustmentRejected
from domain.checks import REASON_LENGTH, text_problems
from domain.events import EventKind
from domain.text import trim_text
from domain.viewers import SchemeScope
from resolvers.adjustments.locking import lock_adjustment
from resolvers.adjustments.notify import event_of_adjustment, notify_of_adjustment, posted_facts
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.points.posting.adjust import post_adjustment
from resolvers.validation import reject_invalid


class DecideAdjustment(Struct, frozen=True):
    """Approve a pending adjustment, or reject it with a reason."""

    adjustment_id: UUID
    accept: bool
    reason: str | None
    idempotency_key: str


async def decide_adjustment(operation: Operation, command: DecideAdjustment) -> UUID:
    """Decide about a pending adjustment as a second person; post an approved one, and notify its maker and the ECP.

    Raises InvalidInput, NotFound, IllegalState, SelfApproval, BalanceTooLarge and IdempotencyMismatch.
    """
    shortest, longest = REASON_LENGTH
    reason = trim_text(command.reason or "") or None
    length = (0 if command.accept else shortest, longest)
    reject_invalid(text_problems(reason, ("reason",), "The reason", length, multiline=True))
    # Postings need it, and should wait for no second connection within their transaction.
    await operation.program()
    async with operation.writing() as session:
        standing = await lock_adjustment(session, command.adjustment_id)
        if await claim_key(operation, session, command, result_id=command.adjustment_id):
            return command.adjustment_id
        action = AdjustmentAction.APPROVE if command.accept else AdjustmentAction.REJECT
        ADJUSTMENT_GUARDS.check(action, standing.facts, operation.viewer)
        recorded_at = await _post(operation, session, standing) if command.accept else None
        await record_adjustment_decision(
            session,
            standing.id,
            status=AdjustmentStatus.APPROVED if command.accept else AdjustmentStatus.REJECTED,
            reason=reason,
            account_id=operation.viewer.account_id,
            at=operation.now,
            recorded_at=recorded_at,
        )
        event = event_of_adjustment(EventKind.ADJUSTMENT_DECIDED, standing)
        posted = posted_facts(standing) if command.accept else {}
        outcome = AdjustmentApproved if command.accept else AdjustmentRejected
        fact = outcome(ecp_id=standing.ecp_id, code=standing.code, title=standing.title, points=standing.points)
        await notify_of_adjustment(operation, session, event, {**posted, standing.made_by: fact})
    return command.adjustment_id


async def _post(operation: Operation, session: Writing, standing: AdjustmentStandingRow) -> datetime:
    scheme = adjusted_scheme(SchemeScope.ALL)
    (found,) = await session.fetch(scheme, id=standing.scheme_id, ecp_id=standing.ecp_id)
    balance = found.available + standing.points
    if abs(balance) > LARGEST_POINTS:
        raise BalanceTooLarge(balance, LARGEST_POINTS)
    ecp_id, scheme_id = standing.ecp_id, standing.scheme_id
    return await post_adjustment(operation, session, ecp_id, scheme_id, standing.points, standing.id)
