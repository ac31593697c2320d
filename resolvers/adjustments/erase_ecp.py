"""The mutation eraseEcp."""

from uuid import UUID

from db.adjustments.changes import open_ledger, record_adjustment_decision
from db.adjustments.reads import LOCK_LEDGER_OF_ECP, LOCK_PENDING_OF_ECP
from db.sessions import Writing
from db.settlements.reads import SETTLING_OF_ECP
from domain.adjustments.facts import REJECTED_BY_ERASURE, AdjustmentStatus
from domain.adjustments.stored_facts import AdjustmentRejected
from domain.events import EventKind
from domain.settlements.failures import PointsSettling
from resolvers.adjustments.forfeit import forfeit_points
from resolvers.adjustments.notify import event_of_adjustment, notify_of_adjustment
from resolvers.context import Operation
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.erasure import erase_person


async def erase_ecp(operation: Operation, command: EcpWithReason) -> UUID:
    """Erase all personal data of an ECP permanently, and forfeit its points; erasing it again changes nothing.

    Pending adjustments are rejected. No second person decides: the erasure takes points from somebody who can no longer
    receive them, and gives none. Raises PointsSettling while points are being paid, and what `erase_person` raises.
    """
    # Postings need it, and should wait for no second connection within their transaction.
    await operation.program()
    async with operation.writing() as session:
        # Postings lock the ledger first, too, also that of a first sale. What waits for it finds an erased ECP.
        await open_ledger(session, command.ecp_id, operation.now)
        await session.fetch(LOCK_LEDGER_OF_ECP, ecp_id=command.ecp_id)
        if await erase_person(operation, session, command):
            await _require_nothing_settling(session, command.ecp_id)
            await _reject_pending(operation, session, command.ecp_id)
            await forfeit_points(operation, session, command.ecp_id)
    return command.ecp_id


async def _require_nothing_settling(session: Writing, ecp_id: UUID) -> None:
    """Raise PointsSettling while a payment is not reported: its points would come back to nobody, or be lost."""
    for row in await session.fetch(SETTLING_OF_ECP, ecp_id=ecp_id):
        if row.points:
            raise PointsSettling(row.code, row.points)


async def _reject_pending(operation: Operation, session: Writing, ecp_id: UUID) -> None:
    """Reject what waits for a second person, and notify its makers."""
    for standing in await session.fetch(LOCK_PENDING_OF_ECP, ecp_id=ecp_id):
        await record_adjustment_decision(
            session,
            standing.id,
            status=AdjustmentStatus.REJECTED,
            reason=REJECTED_BY_ERASURE,
            account_id=None,
            at=operation.now,
            recorded_at=None,
        )
        event = event_of_adjustment(EventKind.ADJUSTMENT_DECIDED, standing)
        fact = AdjustmentRejected(ecp_id=ecp_id, code=standing.code, title=standing.title, points=standing.points)
        await notify_of_adjustment(operation, session, event, {standing.made_by: fact})
