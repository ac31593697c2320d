"""The type of attempts to redeem coupons."""

from datetime import datetime

import strawberry

from domain.redemptions.facts import ATTEMPT_LABELS, AttemptResult
from schema.descriptions import described
from schema.fields import computed, leaf

described(
    AttemptResult,
    "What an attempt to redeem a coupon led to.",
    {
        AttemptResult.REDEEMED: "The coupon was redeemed.",
        AttemptResult.MISTYPED: "The text was no code.",
        AttemptResult.UNKNOWN: "The code belongs to no coupon.",
        AttemptResult.INERT: "The coupon was not commissioned yet.",
        AttemptResult.VOID: "The coupon was spoiled or recalled.",
        AttemptResult.UNRESOLVED: "The coupon was reported missing.",
        AttemptResult.LOST: "The coupon was reported lost.",
        AttemptResult.DAMAGED: "The coupon was reported damaged.",
        AttemptResult.NOT_STARTED: "The scheme had not started.",
        AttemptResult.EXPIRED: "The coupon had expired.",
        AttemptResult.SCANNED_TOO_EARLY: "The time of the scan was before the coupon was commissioned.",
        AttemptResult.NOT_ENROLLED: "The ECP was not enrolled in the scheme.",
        AttemptResult.NOT_ACTIVE: "The ECP was not verified, or it was suspended.",
        AttemptResult.NOT_EARNING: "The scheme pays this ECP nothing for the coupon.",
        AttemptResult.ALREADY_YOURS: "The same ECP had redeemed the coupon before.",
        AttemptResult.ALREADY_REDEEMED: "Another ECP had redeemed the coupon before.",
    },
)


@strawberry.type(description="An attempt to redeem a coupon. It is kept for 180 days, without the code.")
class RedemptionAttempt:
    at: datetime = leaf("When the attempt came.")
    result: AttemptResult = leaf("What it led to.")
    result_label: str = computed(lambda row: ATTEMPT_LABELS[AttemptResult(row.result)], "The result as a label.")
    device: str | None = leaf("The device, as the app named it. Null if it did not, and after an erasure.")
    place: str | None = leaf("The network address of the client. Null after an erasure.")
