"""Locks of settlements that exist."""

from uuid import UUID

from db.sessions import Writing
from db.settlements.reads import LOCK_SETTLEMENT, settlements_by_id
from db.settlements.rows import SettlementStandingRow
from domain.failures import NotFound
from domain.settlements.failures import SETTLEMENT_PATH
from resolvers.context import Operation


async def lock_settlement(operation: Operation, session: Writing, settlement_id: UUID) -> SettlementStandingRow:
    """Lock a settlement that the viewer sees, behind the ledgers of its lines, before its scheme. Raises NotFound."""
    seen = settlements_by_id(operation.viewer.settlement_scope)
    if not await session.fetch(seen, ids=[settlement_id]):
        raise NotFound("settlement", SETTLEMENT_PATH)
    (standing,) = await session.fetch(LOCK_SETTLEMENT, id=settlement_id, viewer_id=operation.viewer.account_id)
    return standing
