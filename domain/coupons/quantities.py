"""The quantities of coupons of one variant of a scheme, and what they leave to do."""

from uuid import UUID

from msgspec import Struct


class CouponQuantities(Struct, frozen=True):
    """How many coupons of a variant are planned, generated, closed, allotted to consignments, and void."""

    variant_id: UUID
    sku: str
    planned: int
    generated: int = 0
    closed: int = 0
    allotted: int = 0
    void: int = 0

    @property
    def shortfall(self) -> int:
        """How many coupons must be generated: what is planned, or replaces void ones, and is not closed."""
        return max(0, self.planned - self.closed - (self.generated - self.void))

    @property
    def allocated(self) -> int:
        """How many coupons consignments have that are not void."""
        return self.allotted - self.void

    @property
    def pending(self) -> int:
        """How many coupons consignments still need."""
        return max(0, self.planned - self.closed - self.allocated)

    @property
    def pooled(self) -> int:
        """How many generated coupons no consignment has."""
        return self.generated - self.allotted

    @property
    def available(self) -> int:
        """How many coupons a new consignment may take now."""
        return min(self.pending, self.pooled)
