"""Root fields of coupons."""

import strawberry

from domain.permissions import Permission
from resolvers.coupons.close_shortfall import close_shortfall
from resolvers.coupons.generate_coupons import generate_coupons
from schema.coupons import inputs, payloads
from schema.fields import AppInfo
from schema.roots import mutation


@strawberry.type
class CouponMutations:
    @mutation(
        requires=Permission.COUPON_GENERATE,
        description="Generate the coupons that the variants of an approved scheme lack: all planned ones at first, "
        "later those that replace void ones.",
    )
    async def generate_coupons(
        self, info: AppInfo, input: inputs.GenerateCouponsInput
    ) -> payloads.GenerateCouponsPayload:
        return payloads.GenerateCouponsPayload(key=await generate_coupons(info.context, input.to_command()))

    @mutation(
        requires=Permission.COUPON_GENERATE,
        description="Close the whole present shortfall of a variant: the scheme does without these coupons. Coupons "
        "that become void later open a new shortfall.",
    )
    async def close_shortfall(self, info: AppInfo, input: inputs.CloseShortfallInput) -> payloads.CloseShortfallPayload:
        return payloads.CloseShortfallPayload(key=await close_shortfall(info.context, input.to_command()))
