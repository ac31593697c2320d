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


COUPON_LABELS: Final[Mapping[CouponStatus, str]] = MappingProxyType(
    {
        CouponStatus.INERT: "Not commissioned",
        CouponStatus.ACTIVE: "Active",
        CouponStatus.VOID: "Void",
        CouponStatus.DAMAGED: "Damaged",
        CouponStatus.LOST: "Lost",
        CouponStatus.UNRESOLVED: "Missing",
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


def coupon_status(condition: Condition | None) -> CouponStatus:
    """The status of a coupon; without a condition it is in no consignment yet."""
    return CouponStatus.INERT if condition is None else _STATUSES[condition]
