"""Statements that read one coupon: its run, where its serial is, and whether an ECP redeemed it."""

from typing import Final

from sqlalchemy import Integer, and_, func, select
from sqlalchemy.dialects.postgresql import INT8RANGE

from db.columns import columns
from db.consignments.custody_tables import CustodyPlaceTable, CustodyTable
from db.consignments.tables import AllotmentTable, ConsignmentLineTable
from db.coupons.tables import CouponRunTable
from db.ecps.tables import EcpTable
from db.redemptions.rows import CouponRow
from db.redemptions.tables import RedemptionTable
from db.schemes.tables import SchemeTable
from db.statement import Statement, number

_SERIAL: Final = number("serial")
# The coupon of a serial that a run has. It is in no consignment while nobody has taken it, and in none again after a
# cancellation that gave it back.
COUPON_OF_SERIAL = Statement(
    select(
        *columns(
            CouponRunTable,
            CouponRow,
            serial=_SERIAL,
            consignment_id=ConsignmentLineTable.consignment_id,
            line_id=ConsignmentLineTable.id,
            leg=CustodyPlaceTable.leg,
            batch_id=CustodyPlaceTable.batch_id,
            condition=CustodyPlaceTable.condition,
            ends_on=SchemeTable.ends_on,
            redeemed_at=RedemptionTable.redeemed_at,
            redeemed_by=EcpTable.id,
        )
    )
    .select_from(CouponRunTable)
    .join(SchemeTable, SchemeTable.id == CouponRunTable.scheme_id)
    .outerjoin(
        AllotmentTable,
        and_(
            AllotmentTable.run_id == CouponRunTable.id,
            AllotmentTable.span.op("@>")(_SERIAL),
            AllotmentTable.released_at.is_(None),
        ),
    )
    .outerjoin(ConsignmentLineTable, ConsignmentLineTable.id == AllotmentTable.line_id)
    .outerjoin(
        CustodyTable,
        and_(
            CustodyTable.line_id == ConsignmentLineTable.id,
            CustodyTable.segment == _SERIAL.op(">>")(ConsignmentLineTable.segment_bits).cast(Integer),
            CustodyTable.spans.op("@>")(_SERIAL),
        ),
    )
    .outerjoin(CustodyPlaceTable, CustodyPlaceTable.id == CustodyTable.place_id)
    .outerjoin(RedemptionTable, and_(RedemptionTable.run_id == CouponRunTable.id, RedemptionTable.serial == _SERIAL))
    .outerjoin(EcpTable, EcpTable.number == RedemptionTable.ecp)
    # As a range, because the index of runs serves ranges.
    .where(CouponRunTable.span.op("@>")(func.int8range(_SERIAL, _SERIAL, "[]", type_=INT8RANGE()))),
    CouponRow,
)
