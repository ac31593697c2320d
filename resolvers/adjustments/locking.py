"""Locks of adjustments that exist."""

from uuid import UUID

from db.adjustments.reads import LOCK_ADJUSTMENT, LOCK_LEDGER_OF_ECP, STANDINGS_BY_ID
from db.adjustments.rows import AdjustmentStandingRow
from db.sessions import Writing
from domain.adjustments.failures import ADJUSTMENT_PATH
from domain.failures import NotFound


async def lock_adjustment(session: Writing, adjustment_id: UUID) -> AdjustmentStandingRow:
    """Lock the ledger of the ECP, and then the adjustment. Everybody who adjusts points sees all ECPs.

    Raises NotFound.
    """
    found = await session.fetch(STANDINGS_BY_ID, ids=[adjustment_id])
    if not found:
        raise NotFound("adjustment", ADJUSTMENT_PATH)
    await session.fetch(LOCK_LEDGER_OF_ECP, ecp_id=found[0].ecp_id)
    (standing,) = await session.fetch(LOCK_ADJUSTMENT, id=adjustment_id)
    return standing
