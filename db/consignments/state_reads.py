"""Statements that read what the state of a consignment is derived from."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import exists, select

from db.columns import columns
from db.consignments.tables import ConsignmentStateTable, ConsignmentTable, DiscrepancyTable
from db.statement import Statement, uuid


class StoredStateRow(Struct, frozen=True):
    """The stored state of a consignment, and facts that are not in its custody."""

    scheme_id: UUID
    canceled: bool
    discrepancy_open: bool
    status: str
    since: datetime
    waiting_legs: list[int]
    waiting_since: datetime | None
    has_discrepancy: bool


LOCK_STATE = Statement(
    select(
        *columns(
            ConsignmentStateTable,
            StoredStateRow,
            scheme_id=ConsignmentTable.scheme_id,
            canceled=ConsignmentTable.canceled_at.is_not(None),
            discrepancy_open=exists().where(
                DiscrepancyTable.consignment_id == ConsignmentTable.id, DiscrepancyTable.resolved_at.is_(None)
            ),
        )
    )
    .select_from(ConsignmentStateTable)
    .join(ConsignmentTable, ConsignmentTable.id == ConsignmentStateTable.consignment_id)
    .where(ConsignmentStateTable.consignment_id == uuid("consignment_id"))
    .with_for_update(of=ConsignmentStateTable),
    StoredStateRow,
)
