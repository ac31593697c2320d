"""The quantities of coupons of one variant of a scheme, and what they leave to do."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class CouponQuantities(Struct, frozen=True):
    """How many coupons of a variant are planned, generated, closed, allotted to consignments, and void.

    `first_generated_at` and `generated_at` are the first and the last run, and `closed_at` is the last closure.
    """

    variant_id: UUID
    sku: str
    planned: int
    generated: int = 0
    closed: int = 0
    allotted: int = 0
    void: int = 0
    first_generated_at: datetime | None = None
    generated_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def needed(self) -> int:
        """How many coupons must reach products: what is planned and not closed."""
        return max(0, self.planned - self.closed)

    @property
    def shortfall(self) -> int:
        """How many coupons must be generated: what is planned, or replaces void ones, and is not closed."""
        return max(0, self.needed - (self.generated - self.void))

    @property
    def allocated(self) -> int:
        """How many coupons consignments have that are not void."""
        return self.allotted - self.void

    @property
    def pending(self) -> int:
        """How many coupons consignments still need."""
        return max(0, self.needed - self.allocated)

    @property
    def pooled(self) -> int:
        """How many generated coupons no consignment has."""
        return self.generated - self.allotted

    @property
    def available(self) -> int:
        """How many coupons a new consignment may take now."""
        return min(self.pending, self.pooled)
