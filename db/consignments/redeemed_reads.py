"""The statement that reads redeemed coupons by the numbers that the ledger gives them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text

from db.columns import named_columns
from db.statement import Statement, numbers


class RedeemedCouponRow(Struct, frozen=True):
    """A redeemed coupon. The consignment and its line are None if the coupon is in none."""

    number: int
    serial: int
    key_id: int
    scheme_id: UUID
    variant_id: UUID
    consignment_id: UUID | None
    line_id: UUID | None
    redeemed_at: datetime
    redeemed_by: UUID


REDEEMED_COUPONS = Statement(
    text("""
SELECT redemption.sale AS number, redemption.serial, run.key_id, run.scheme_id, run.variant_id, line.consignment_id,
    line.id AS line_id, redemption.redeemed_at, ecp.id AS redeemed_by
FROM redemption
JOIN coupon_run AS run ON run.id = redemption.run_id
JOIN ecp ON ecp.number = redemption.ecp
LEFT JOIN allotment ON allotment.run_id = run.id AND allotment.span @> redemption.serial
    AND allotment.released_at IS NULL
LEFT JOIN consignment_line AS line ON line.id = allotment.line_id
WHERE redemption.sale = ANY (:numbers)
""")
    .bindparams(numbers("numbers"))
    .columns(*named_columns(RedeemedCouponRow)),
    RedeemedCouponRow,
)
