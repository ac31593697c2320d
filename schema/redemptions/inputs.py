"""Inputs of redemptions."""

import strawberry

from domain.redemptions.scans import OFFLINE_HOURS
from resolvers.redemptions.redeem_coupon import RedeemCoupon
from schema.fields import leaf, optional
from schema.scalars import ReportedDateTime


@strawberry.input(description="A coupon that an ECP scanned or typed.")
class RedeemCouponInput:
    code: str = leaf(
        "The code as it was typed, such as `ABCD-EFGH-JKMN-PQ`, or what a camera read from its QR code. Lower case, "
        "spaces, and dashes of any kind do not matter."
    )
    scanned_at: ReportedDateTime | None = optional(
        f"When the coupon was scanned, for an app that was offline: at most {OFFLINE_HOURS} hours ago, and not before "
        "the coupon was commissioned. It counts at this time. Default: now."
    )
    device_id: str | None = optional("The device, as the app names it; 1 to 120 characters.")
    idempotency_key: str = leaf(
        "A key of the client. The same key with the same input answers as the first time and changes nothing. Only "
        "redemptions keep their key."
    )

    def to_command(self) -> RedeemCoupon:
        """Convert the input."""
        return RedeemCoupon(
            code=self.code,
            scanned_at=None if self.scanned_at is None else self.scanned_at.at,
            device_id=self.device_id,
            idempotency_key=self.idempotency_key,
        )
