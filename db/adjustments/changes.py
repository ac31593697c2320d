"""Changes to adjustments."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, literal, select, update
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import insert as upsert

from db.adjustments.rows import AdjustmentReasonsRow, AdjustmentRow
from db.adjustments.tables import AdjustmentTable
from db.ecps.tables import EcpTable
from db.points.tables import PointsLedgerTable
from db.sessions import Writing
from domain.adjustments.facts import AdjustmentStatus


async def add_adjustment(session: Writing, row: AdjustmentRow) -> None:
    """Insert an adjustment."""
    await session.execute(insert(AdjustmentTable), [msgspec.structs.asdict(row)])


async def open_ledger(session: Writing, ecp_id: UUID, at: datetime) -> None:
    """Add the ledger of an ECP unless it has one, so that it can be locked."""
    number = select(EcpTable.number, literal(at, TIMESTAMP(timezone=True))).where(EcpTable.id == ecp_id)
    added = upsert(PointsLedgerTable).from_select(["ecp", "recorded_at"], number)
    await session.execute(added.on_conflict_do_nothing())


async def record_adjustment_decision(  # noqa: PLR0913 - the columns of a decision, by name
    session: Writing,
    adjustment_id: UUID,
    *,
    status: AdjustmentStatus,
    reason: str | None,
    account_id: UUID | None,
    at: datetime,
    recorded_at: datetime | None,
) -> None:
    """Store the decision about an adjustment; `account_id` is None unless a second person decided."""
    values: dict[str, Any] = {
        "status": status.value,
        "decision_reason": reason,
        "decided_by": account_id,
        "decided_at": at,
        "recorded_at": recorded_at,
    }
    await session.execute(update(AdjustmentTable).where(AdjustmentTable.id == adjustment_id).values(**values))


async def replace_adjustment_reasons(session: Writing, rows: Collection[AdjustmentReasonsRow]) -> None:
    """Replace the texts of adjustments."""
    if rows:
        changed = update(AdjustmentTable).where(AdjustmentTable.id == bindparam("adjustment_id"))
        values = [
            {"adjustment_id": row.id, "reason": row.reason, "decision_reason": row.decision_reason} for row in rows
        ]
        await session.execute(
            changed.values(reason=bindparam("reason"), decision_reason=bindparam("decision_reason")), values
        )
