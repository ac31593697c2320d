"""Statements that read what the state of a consignment is derived from."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import any_, exists, select

from db.columns import columns, scalar
from db.consignments.tables import ConsignmentStateTable, ConsignmentTable, DiscrepancyTable
from db.statement import Statement, uuids


class StoredStateRow(Struct, frozen=True):
    """The stored state of a consignment, and facts that are not in its custody."""

    consignment_id: UUID
    scheme_id: UUID
    canceled: bool
    discrepancy_open: bool
    status: str
    since: datetime
    custody_status: str
    custody_since: datetime
    waiting_legs: list[int]
    waiting_since: datetime | None
    has_discrepancy: bool


# In one order for everybody. Read the states behind the lock: what waits for a lock reads as before the wait.
LOCK_STATES = Statement(
    select(ConsignmentStateTable.consignment_id)
    .where(ConsignmentStateTable.consignment_id == any_(uuids("ids")))
    .order_by(ConsignmentStateTable.consignment_id)
    .with_for_update(),
    scalar(UUID),
)
STATES = Statement(
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
    .where(ConsignmentStateTable.consignment_id == any_(uuids("ids")))
    .order_by(ConsignmentStateTable.consignment_id),
    StoredStateRow,
)
