"""Facts about how a scheme is executed: its variants with quantities and artwork, and the consignments that carry them.

The stages from coupon generation to production derive from them.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.artwork.facts import ArtworkReviewState
from domain.coupons.quantities import CouponQuantities
from domain.schemes.stages import SchemeStatus


class ReviewFact(Struct, frozen=True):
    """The review of the current version of an artwork by a vendor; its first consignment was created at `since`."""

    vendor_id: UUID
    since: datetime
    state: ArtworkReviewState = ArtworkReviewState.PENDING
    decided_at: datetime | None = None
    comment: str | None = None


class ArtworkFact(Struct, frozen=True):
    """The artwork of a variant: its current version, 0 before the first, and the review of each vendor that carries it.

    `first_uploaded_at` is when its first version was uploaded, and `uploaded_at` the current one.
    """

    variant_id: UUID
    version: int = 0
    first_uploaded_at: datetime | None = None
    uploaded_at: datetime | None = None
    reviews: tuple[ReviewFact, ...] = ()

    @property
    def requests(self) -> tuple[ReviewFact, ...]:
        """The open requests for a revision."""
        return tuple(each for each in self.reviews if each.state is ArtworkReviewState.REVISION_REQUESTED)

    @property
    def pending(self) -> tuple[ReviewFact, ...]:
        """The reviews of vendors that have not decided."""
        return tuple(each for each in self.reviews if each.state is ArtworkReviewState.PENDING)


class ConsignmentFact(Struct, frozen=True):
    """A consignment that is not canceled.

    `status` is its status by custody in terms of the stage PRODUCTION, `since` when it reached it, and `started_at` the
    first movement of its coupons. `waiting_vendor_ids` are the vendors of the legs that must act, in the order of the
    chain.
    """

    code: str
    status: SchemeStatus
    since: datetime
    created_at: datetime
    started_at: datetime | None = None
    waiting_vendor_ids: tuple[UUID, ...] = ()
    has_discrepancy: bool = False
    artwork_blocked: bool = False
    awaits_artwork: bool = False

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

    `artworks` has the artwork of its variants that have some or are carried by a consignment, in the same order.
    `voided_at` is when coupons of the scheme last became void, and `canceled_at` when a consignment was last canceled.
    """

    variants: tuple[CouponQuantities, ...] = ()
    consignments: tuple[ConsignmentFact, ...] = ()
    voided_at: datetime | None = None
    canceled_at: datetime | None = None
    artworks: tuple[ArtworkFact, ...] = ()

    @property
    def needed_variant_ids(self) -> tuple[UUID, ...]:
        """The variants whose coupons must reach products."""
        return tuple(variant.variant_id for variant in self.variants if variant.needed)

    @property
    def needed_artworks(self) -> tuple[ArtworkFact, ...]:
        """The artwork of each variant whose coupons must reach products, or are carried by a consignment."""
        known = {each.variant_id: each for each in self.artworks}
        return tuple(
            known.get(variant.variant_id, ArtworkFact(variant.variant_id))
            for variant in self.variants
            if variant.needed or (variant.variant_id in known and known[variant.variant_id].reviews)
        )

    @property
    def was_allocated(self) -> bool:
        """Whether every coupon was allocated once: what is pending only replaces void coupons."""
        return all(variant.pending <= variant.void for variant in self.variants)

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
