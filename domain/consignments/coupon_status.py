"""The status of one coupon, from the condition of its serial in custody."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.consignments.facts import Condition


class CouponStatus(StrEnum):
    """Whether a coupon pays, and why not."""

    INERT = "INERT"
    ACTIVE = "ACTIVE"
    VOID = "VOID"
    DAMAGED = "DAMAGED"
    LOST = "LOST"
    UNRESOLVED = "UNRESOLVED"
    REDEEMED = "REDEEMED"
    EXPIRED = "EXPIRED"


COUPON_LABELS: Final[Mapping[CouponStatus, str]] = MappingProxyType(
    {
        CouponStatus.INERT: "Not commissioned",
        CouponStatus.ACTIVE: "Active",
        CouponStatus.VOID: "Void",
        CouponStatus.DAMAGED: "Damaged",
        CouponStatus.LOST: "Lost",
        CouponStatus.UNRESOLVED: "Missing",
        CouponStatus.REDEEMED: "Redeemed",
        CouponStatus.EXPIRED: "Expired",
    }
)
_STATUSES: Final[Mapping[Condition, CouponStatus]] = MappingProxyType(
    {
        Condition.PLANNED: CouponStatus.INERT,
        Condition.GOOD: CouponStatus.INERT,
        Condition.UNRESOLVED: CouponStatus.UNRESOLVED,
        Condition.DAMAGED: CouponStatus.DAMAGED,
        Condition.LOST: CouponStatus.LOST,
        Condition.VOID: CouponStatus.VOID,
        Condition.COMMISSIONED: CouponStatus.ACTIVE,
    }
)


def coupon_status(condition: Condition | None, *, is_redeemed: bool = False, is_over: bool = False) -> CouponStatus:
    """The status of a coupon; without a condition it is in no consignment yet.

    `is_over` says that coupons of its scheme no longer pay, which ends only active ones.
    """
    if is_redeemed:
        return CouponStatus.REDEEMED
    found = CouponStatus.INERT if condition is None else _STATUSES[condition]
    return CouponStatus.EXPIRED if is_over and found is CouponStatus.ACTIVE else found
