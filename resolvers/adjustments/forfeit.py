"""Forfeits the points of erased ECPs by adjustments: of those that are erased, and of payments that come back later."""

from uuid import UUID

from db.adjustments.changes import add_adjustment
from db.adjustments.reads import BALANCES_OF_ECP, STANDINGS_BY_ID
from db.adjustments.rows import AdjustmentRow, BalanceRow
from db.outbox.changes import append_events
from db.sessions import Writing
from domain.adjustments.facts import FORFEIT_REASON, AdjustmentStatus
from domain.events import EventKind
from resolvers.adjustments.notify import event_of_adjustment
from resolvers.context import Operation
from resolvers.points.posting.adjust import post_adjustment


async def forfeit_points(operation: Operation, session: Writing, ecp_id: UUID) -> None:
    """Take all points that an erased ECP has, in every scheme. The ledger of the ECP is locked."""
    for balance in await session.fetch(BALANCES_OF_ECP, ecp_id=ecp_id):
        await _forfeit(operation, session, ecp_id, balance)


async def _forfeit(operation: Operation, session: Writing, ecp_id: UUID, balance: BalanceRow) -> None:
    """Take all points that the ECP has in a scheme."""
    adjustment_id, scheme_id, points = operation.new_id(), balance.scheme_id, -balance.available
    recorded_at = await post_adjustment(operation, session, ecp_id, scheme_id, points, adjustment_id)
    row = AdjustmentRow(
        id=adjustment_id,
        ecp_id=ecp_id,
        scheme_id=scheme_id,
        points=points,
        reason=FORFEIT_REASON,
        status=AdjustmentStatus.APPROVED.value,
        made_at=operation.now,
        made_by=operation.viewer.account_id,
        decided_at=operation.now,
        decided_by=None,
        decision_reason=None,
        recorded_at=recorded_at,
        forfeits=True,
    )
    await add_adjustment(session, row)
    (standing,) = await session.fetch(STANDINGS_BY_ID, ids=[adjustment_id])
    await append_events(session, [event_of_adjustment(EventKind.ADJUSTMENT_MADE, standing)], operation.now)
