"""Payloads of redemptions."""

import strawberry

from resolvers.redemptions.redeem_coupon import Redeemed
from schema.payloads import Payload
from schema.scalars import SafeInt


@strawberry.type(description="The result of `redeemCoupon`.")
class RedeemCouponPayload(Payload):
    points: SafeInt | None = strawberry.field(
        default=None,
        description="The points that the coupon earned when it was redeemed. Null if there are errors.",
    )

    @classmethod
    def of(cls, redeemed: Redeemed) -> "RedeemCouponPayload":
        """Build the payload of a redemption."""
        return cls(points=SafeInt(redeemed.points))
