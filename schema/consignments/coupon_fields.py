"""The root field of coupons."""

from typing import Annotated

import strawberry

from domain.permissions import Permission
from resolvers.consignments import find_coupon as coupons
from schema.consignments.coupon_types import Coupon
from schema.fields import AppInfo
from schema.roots import query

CodeArgument = Annotated[
    str,
    strawberry.argument(
        description="The code as it was typed, such as `ABCD-EFGH-JKMN-PQ`, or what a camera read from its QR code. "
        "Lower case, spaces, and dashes of any kind do not matter. A typing error is an error that says so."
    ),
]


@strawberry.type
class CouponQueries:
    @query(
        requires=Permission.COUPON_READ,
        returns=Coupon | None,
        description="Returns the coupon with this code. Null if there is none, or the viewer may not see it: a vendor "
        "sees the coupons of its chains, and an ECP those that it redeemed. Except for staff, a code that finds "
        "nothing counts as a wrong code: too many fail with `RATE_LIMITED`, and lock an ECP.",
    )
    async def coupon(self, info: AppInfo, code: CodeArgument) -> coupons.Coupon | None:
        return await coupons.find_coupon(info.context, code)
