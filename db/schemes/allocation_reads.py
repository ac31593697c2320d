"""Statements that read which vendors the coupons of schemes are allocated to."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, any_, func, select

from db.consignments.custody_tables import CustodyPlaceTable
from db.consignments.tables import ConsignmentLegTable, ConsignmentLineTable, ConsignmentTable
from db.statement import Statement, uuids
from domain.consignments.facts import Condition


class VendorAllocationRow(NamedTuple):
    """How many coupons of a scheme are in consignments of a vendor, and in how many of them."""

    scheme_id: UUID
    vendor_id: UUID
    quantity: int
    consignments: int


# What each live consignment has that is not void.
_OF_CONSIGNMENT: Final = (
    select(func.coalesce(func.sum(CustodyPlaceTable.quantity), 0).label("quantity"))
    .select_from(ConsignmentLineTable)
    .join(CustodyPlaceTable, CustodyPlaceTable.line_id == ConsignmentLineTable.id)
    .where(
        ConsignmentLineTable.consignment_id == ConsignmentTable.id,
        CustodyPlaceTable.condition != Condition.VOID.value,
    )
    .correlate(ConsignmentTable)
    .scalar_subquery()
)
_CONSIGNMENTS: Final = (
    select(ConsignmentTable.id, ConsignmentTable.scheme_id, _OF_CONSIGNMENT.label("quantity"))
    .where(ConsignmentTable.scheme_id == any_(uuids("ids")), ConsignmentTable.canceled_at.is_(None))
    .subquery("held")
)
ALLOCATIONS_BY_VENDOR = Statement(
    select(
        _CONSIGNMENTS.c.scheme_id,
        ConsignmentLegTable.vendor_id,
        func.sum(_CONSIGNMENTS.c.quantity).cast(BigInteger).label("quantity"),
        func.count().label("consignments"),
    )
    .select_from(_CONSIGNMENTS)
    .join(ConsignmentLegTable, ConsignmentLegTable.consignment_id == _CONSIGNMENTS.c.id)
    .group_by(_CONSIGNMENTS.c.scheme_id, ConsignmentLegTable.vendor_id)
    .order_by(
        _CONSIGNMENTS.c.scheme_id,
        func.min(ConsignmentLegTable.position),
        func.sum(_CONSIGNMENTS.c.quantity).desc(),
        ConsignmentLegTable.vendor_id,
    ),
    VendorAllocationRow,
)
