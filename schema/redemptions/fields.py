"""Root fields of redemptions."""

import strawberry

from domain.permissions import Permission
from resolvers.redemptions.redeem_coupon import redeem_coupon
from schema.fields import AppInfo
from schema.redemptions.inputs import RedeemCouponInput
from schema.redemptions.payloads import RedeemCouponPayload
from schema.roots import mutation


@strawberry.type
class RedemptionMutations:
    @mutation(
        requires=Permission.COUPON_REDEEM,
        description="Redeem a coupon for the ECP of the viewer. A commissioned coupon pays once; every other answer "
        "says why it pays nothing. After too many wrong codes the next attempts have to wait, and in the end a program "
        "manager must unlock the ECP.",
    )
    async def redeem_coupon(self, info: AppInfo, input: RedeemCouponInput) -> RedeemCouponPayload:
        return RedeemCouponPayload.of(await redeem_coupon(info.context, input.to_command()))
