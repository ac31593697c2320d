"""Loaders of redeemed coupons, by the numbers that the ledger gives them."""

from db.consignments.redeemed_reads import REDEEMED_COUPONS, RedeemedCouponRow
from domain.consignments.coupon_status import CouponStatus
from domain.coupons.codes import mask_code
from domain.viewers import EcpScope
from resolvers.consignments.find_coupon import Coupon
from resolvers.context import Operation
from resolvers.loading import align_one


async def coupons_by_number(operation: Operation, numbers: list[int]) -> list[Coupon | None]:
    """Load redeemed coupons with masked codes; None for other numbers, and for coupons of hidden ECPs."""
    viewer = operation.viewer
    rows = await operation.fetch(REDEEMED_COUPONS, numbers=numbers)
    own = viewer.ecp_id if viewer.ecp_scope is EcpScope.OWN else None
    shown = [row for row in rows if viewer.ecp_scope is EcpScope.ALL or row.redeemed_by == own]
    found = align_one(numbers, shown, lambda row: row.number)
    return [None if row is None else _coupon(operation, row) for row in found]


def _coupon(operation: Operation, row: RedeemedCouponRow) -> Coupon:
    return Coupon(
        code=mask_code(operation.coupon_keys.write(row.serial, row.key_id)),
        payload=None,
        serial=None,
        status=CouponStatus.REDEEMED,
        scheme_id=row.scheme_id,
        variant_id=row.variant_id,
        consignment_id=row.consignment_id,
        batch_id=None,
        holder=None,
        key=(row.line_id, row.serial),
        redeemable_until=None,
        redeemed_at=row.redeemed_at,
        redeemed_by=row.redeemed_by,
    )
