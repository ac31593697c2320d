"""Predicates that join the coupon of the parameter `serial` with its run, consignment, custody, and redemption."""

from typing import Final

from sqlalchemy import Integer, and_, func
from sqlalchemy.dialects.postgresql import INT8RANGE

from db.consignments.custody_tables import CustodyTable
from db.consignments.tables import AllotmentTable, ConsignmentLineTable
from db.coupons.tables import CouponRunTable
from db.redemptions.tables import RedemptionTable
from db.statement import number

SERIAL: Final = number("serial")
SEGMENT: Final = SERIAL.op(">>")(ConsignmentLineTable.segment_bits).cast(Integer)
# As a range, because the index of runs serves ranges.
OF_RUN: Final = CouponRunTable.span.op("@>")(func.int8range(SERIAL, SERIAL, "[]", type_=INT8RANGE()))
ALLOTTED: Final = and_(
    AllotmentTable.run_id == CouponRunTable.id,
    AllotmentTable.span.op("@>")(SERIAL),
    AllotmentTable.released_at.is_(None),
)
IN_CUSTODY: Final = and_(
    CustodyTable.line_id == ConsignmentLineTable.id,
    CustodyTable.segment == SEGMENT,
    CustodyTable.spans.op("@>")(SERIAL),
)
REDEEMED: Final = and_(RedemptionTable.run_id == CouponRunTable.id, RedemptionTable.serial == SERIAL)
