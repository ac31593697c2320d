"""Facts about how a scheme is executed: the quantities of each variant, and the consignments that carry them.

The stages from coupon generation to production derive from them.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.coupons.quantities import CouponQuantities
from domain.schemes.stages import SchemeStatus


class ConsignmentFact(Struct, frozen=True):
    """A consignment that is not canceled.

    `status` is its status in terms of the stage PRODUCTION, `since` when it reached it, and `started_at` the first
    movement of its coupons. `waiting_vendor_ids` are the vendors of the legs that must act, in the order of the chain.
    """

    code: str
    status: SchemeStatus
    since: datetime
    created_at: datetime
    started_at: datetime | None = None
    waiting_vendor_ids: tuple[UUID, ...] = ()
    has_discrepancy: bool = False

    @property
    def is_started(self) -> bool:
        """Whether some of it is produced, or nothing of it must be."""
        return self.status is not SchemeStatus.PRODUCTION_NOT_STARTED

    @property
    def is_delivered(self) -> bool:
        """Whether every serial is settled."""
        return self.status is SchemeStatus.DELIVERED


class ExecutionFacts(Struct, frozen=True):
    """The execution of a scheme: its variants in the order of SKUs, and its consignments, the oldest first.

    `voided_at` is when coupons of the scheme last became void, and `canceled_at` when a consignment was last canceled.
    """

    variants: tuple[CouponQuantities, ...] = ()
    consignments: tuple[ConsignmentFact, ...] = ()
    voided_at: datetime | None = None
    canceled_at: datetime | None = None

    @property
    def needed(self) -> int:
        """The coupons of all variants that must reach products."""
        return sum(variant.needed for variant in self.variants)

    @property
    def shortfall(self) -> int:
        """The needed coupons of all variants that are not generated, or void."""
        return sum(variant.shortfall for variant in self.variants)

    @property
    def pending(self) -> int:
        """The needed coupons of all variants that no consignment holds."""
        return sum(variant.pending for variant in self.variants)

    @property
    def is_needless(self) -> bool:
        """Whether nothing is left to make: every planned coupon was closed before a consignment took it."""
        return self.needed == 0 and not self.consignments


def latest(moments: Sequence[datetime | None], default: datetime) -> datetime:
    """The latest of the known moments, but never before `default`."""
    return max(default, *filter(None, moments), default)
