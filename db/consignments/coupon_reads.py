"""Statements that read which movements took a coupon."""

from typing import Final

from sqlalchemy import Integer, and_, func, select

from db.columns import columns
from db.consignments.coupon_rows import MovementOfCouponRow
from db.consignments.custody_tables import MovementPartTable
from db.consignments.tables import ConsignmentLineTable
from db.statement import Statement, numbers, uuids

_ASKED: Final = (
    func.unnest(uuids("line_ids"), numbers("serials")).table_valued("line_id", "serial", name="asked").render_derived()
)
# Which movements took each of the serials, given in pairs with their lines; the newest first.
MOVEMENTS_OF_COUPONS = Statement(
    select(*columns(MovementPartTable, MovementOfCouponRow, line_id=_ASKED.c.line_id, serial=_ASKED.c.serial))
    .select_from(_ASKED)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == _ASKED.c.line_id)
    .join(
        MovementPartTable,
        and_(
            MovementPartTable.line_id == ConsignmentLineTable.id,
            MovementPartTable.segment == _ASKED.c.serial.op(">>")(ConsignmentLineTable.segment_bits).cast(Integer),
            MovementPartTable.spans.op("@>")(_ASKED.c.serial),
        ),
    )
    .order_by(MovementPartTable.id.desc()),
    MovementOfCouponRow,
)
