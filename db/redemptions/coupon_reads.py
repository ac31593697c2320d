"""Statements that read one coupon: its run, where its serial is, and whether an ECP redeemed it."""

from typing import Final

from sqlalchemy import select

from db.columns import columns
from db.consignments.custody_tables import CustodyPlaceTable, CustodyTable
from db.consignments.tables import AllotmentTable, ConsignmentLineTable
from db.coupons.tables import CouponRunTable
from db.ecps.tables import EcpTable
from db.redemptions.rows import CouponRow
from db.redemptions.serial_joins import allotted, in_custody, of_run, redeemed
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
            grace_days=SchemeTable.grace_days,
            redeemed_at=RedemptionTable.redeemed_at,
            redeemed_by=EcpTable.id,
        )
    )
    .select_from(CouponRunTable)
    .join(SchemeTable, SchemeTable.id == CouponRunTable.scheme_id)
    .outerjoin(AllotmentTable, allotted(_SERIAL))
    .outerjoin(ConsignmentLineTable, ConsignmentLineTable.id == AllotmentTable.line_id)
    .outerjoin(CustodyTable, in_custody(_SERIAL))
    .outerjoin(CustodyPlaceTable, CustodyPlaceTable.id == CustodyTable.place_id)
    .outerjoin(RedemptionTable, redeemed(_SERIAL))
    .outerjoin(EcpTable, EcpTable.number == RedemptionTable.ecp)
    .where(of_run(_SERIAL)),
    CouponRow,
)
