"""Payloads of redemptions."""

import strawberry

from resolvers.redemptions.redeem_coupon import Redeemed
from schema.payloads import Payload
from schema.scalars import SafeInt


@strawberry.type(description="The result of `redeemCoupon`.")
class RedeemCouponPayload(Payload):
    points: SafeInt | None = strawberry.field(
        default=None,
        description="The points that the coupon earned when it was redeemed. Null if there are errors, and while a job "
        "values earlier sales of the ECP again: it then posts the points.",
    )

    @classmethod
    def of(cls, redeemed: Redeemed) -> "RedeemCouponPayload":
        """Build the payload of a redemption."""
        return cls(points=None if redeemed.points is None else SafeInt(redeemed.points))
