"""Loaders of how the coupons of schemes are allocated, for viewers who see all consignments."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.schemes.allocation_reads import ALLOCATIONS_BY_VENDOR, VendorAllocationRow
from db.schemes.execution_reads import QUANTITIES_BY_SCHEME
from domain.coupons.quantities import CouponQuantities
from domain.viewers import ConsignmentScope
from resolvers.context import Operation
from resolvers.loading import align_many
from resolvers.schemes.execution_facts import build_quantities


class Allocation(Struct, frozen=True):
    """The quantities of a scheme by variant and by vendor, with their sums over the variants."""

    by_variant: Sequence[CouponQuantities] = ()
    by_vendor: Sequence[VendorAllocationRow] = ()

    @property
    def planned(self) -> int:
        """How many coupons are planned."""
        return sum(each.planned for each in self.by_variant)

    @property
    def generated(self) -> int:
        """How many coupons are generated."""
        return sum(each.generated for each in self.by_variant)

    @property
    def shortfall(self) -> int:
        """How many coupons must be generated."""
        return sum(each.shortfall for each in self.by_variant)

    @property
    def allocated(self) -> int:
        """How many coupons consignments have that are not void."""
        return sum(each.allocated for each in self.by_variant)

    @property
    def pending(self) -> int:
        """How many coupons consignments still need."""
        return sum(each.pending for each in self.by_variant)

    @property
    def available(self) -> int:
        """How many coupons new consignments may take now."""
        return sum(each.available for each in self.by_variant)


async def allocations_by_scheme(operation: Operation, ids: list[UUID]) -> list[Allocation]:
    """Load the allocation of each scheme; an empty one for viewers who do not see all consignments."""
    if operation.viewer.consignment_scope is not ConsignmentScope.ALL:
        return [Allocation() for _ in ids]
    quantities = await _quantities_by_scheme(operation, ids)
    vendors = align_many(ids, await operation.fetch(ALLOCATIONS_BY_VENDOR, ids=ids), lambda row: row.scheme_id)
    return [Allocation(variants, chains) for variants, chains in zip(quantities, vendors, strict=True)]


async def quantities_by_variant(operation: Operation, keys: list[tuple[UUID, UUID]]) -> list[CouponQuantities]:
    """Load the quantities of variants of schemes; zeros for viewers who do not see all consignments."""
    if operation.viewer.consignment_scope is not ConsignmentScope.ALL:
        return [CouponQuantities(variant_id, "", 0) for _, variant_id in keys]
    ids = list(dict.fromkeys(scheme_id for scheme_id, _ in keys))
    found = {
        (scheme_id, each.variant_id): each
        for scheme_id, group in zip(ids, await _quantities_by_scheme(operation, ids), strict=True)
        for each in group
    }
    return [found[key] for key in keys]


async def _quantities_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[CouponQuantities]]:
    rows = await operation.fetch(QUANTITIES_BY_SCHEME, ids=ids)
    return [[build_quantities(row) for row in group] for group in align_many(ids, rows, lambda row: row.scheme_id)]
