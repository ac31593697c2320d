"""Statements that read how far the consignments of schemes are, and their settled coupons."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Text, any_, cast, func, literal_column, select

from db.columns import columns
from db.consignments.custody_tables import CustodyPlaceTable, MovementTable
from db.consignments.tables import (
    ConsignmentLegTable,
    ConsignmentLineTable,
    ConsignmentStateTable,
    ConsignmentTable,
)
from db.counting import OwnerCount
from db.statement import Statement, uuids
from domain.consignments.facts import SETTLED_CONDITIONS, Condition


class ConsignmentExecutionRow(NamedTuple):
    """A consignment of a scheme, and when its coupons first moved and last became void."""

    scheme_id: UUID
    code: str
    created_at: datetime
    canceled_at: datetime | None
    custody_status: str
    custody_since: datetime
    status: str
    has_discrepancy: bool
    waiting_vendor_ids: list[UUID]
    started_at: datetime | None
    voided_at: datetime | None


def _waiting_vendors() -> Any:
    leg = ConsignmentLegTable
    waiting = (
        select(leg.vendor_id)
        .where(leg.consignment_id == ConsignmentTable.id, leg.position == any_(ConsignmentStateTable.waiting_legs))
        .order_by(leg.position)
    )
    return func.array(waiting.scalar_subquery())


def _first_movement() -> Any:
    return (
        select(MovementTable.recorded_at)
        .where(MovementTable.consignment_id == ConsignmentTable.id)
        .order_by(MovementTable.recorded_at, MovementTable.id)
        .limit(1)
        .scalar_subquery()
    )


def _last_voiding() -> Any:
    # Constants, so that PostgreSQL can use the partial index.
    void = literal_column("'VOID'", Text)
    voids = (MovementTable.to_condition == void, MovementTable.from_condition != void)
    return (
        select(func.max(MovementTable.recorded_at))
        .where(MovementTable.consignment_id == ConsignmentTable.id, *voids)
        .scalar_subquery()
    )


# The oldest first.
CONSIGNMENTS_BY_SCHEME = Statement(
    select(
        *columns(
            ConsignmentTable,
            ConsignmentExecutionRow,
            custody_status=ConsignmentStateTable.custody_status,
            custody_since=ConsignmentStateTable.custody_since,
            status=ConsignmentStateTable.status,
            has_discrepancy=ConsignmentStateTable.has_discrepancy,
            waiting_vendor_ids=_waiting_vendors(),
            started_at=_first_movement(),
            voided_at=_last_voiding(),
        )
    )
    .select_from(ConsignmentTable)
    .join(ConsignmentStateTable, ConsignmentStateTable.consignment_id == ConsignmentTable.id)
    .where(ConsignmentTable.scheme_id == any_(uuids("ids")))
    .order_by(ConsignmentTable.scheme_id, ConsignmentTable.created_at, ConsignmentTable.id),
    ConsignmentExecutionRow,
)
# The settled coupons of each scheme. Void ones are replaced by others, so they count as nothing.
SETTLED_BY_SCHEME = Statement(
    select(
        ConsignmentTable.scheme_id.label("owner_id"),
        cast(func.sum(CustodyPlaceTable.quantity), BigInteger).label("total"),
    )
    .select_from(ConsignmentTable)
    .join(ConsignmentLineTable, ConsignmentLineTable.consignment_id == ConsignmentTable.id)
    .join(CustodyPlaceTable, CustodyPlaceTable.line_id == ConsignmentLineTable.id)
    .where(
        ConsignmentTable.scheme_id == any_(uuids("ids")),
        # Constants, so that PostgreSQL can use the partial index.
        CustodyPlaceTable.condition.in_(
            [literal_column(f"'{each}'", Text) for each in sorted(SETTLED_CONDITIONS - {Condition.VOID})]
        ),
    )
    .group_by(ConsignmentTable.scheme_id),
    OwnerCount,
)
