"""Types of the allocation of the coupons of a scheme."""

import strawberry

from resolvers.catalog.loaders import variants_by_id, vendors_by_id
from schema.catalog.types import Variant, Vendor
from schema.fields import batched, leaf, renamed
from schema.scalars import SafeInt

_PLANNED = "How many coupons are planned."
_GENERATED = "How many coupons were generated, including void ones."
_SHORTFALL = (
    "How many coupons must be generated, with `generateCoupons`: what is planned or replaces void coupons, and is not "
    "closed."
)
_ALLOCATED = "How many coupons consignments have that are not void."
_PENDING = "How many coupons consignments still need, whether they are generated or not."
_AVAILABLE = "How many coupons a new consignment can take now."


@strawberry.type(description="The coupons of one variant of a scheme.")
class VariantAllocation:
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    planned_quantity: SafeInt = renamed("planned", _PLANNED)
    generated_quantity: SafeInt = renamed("generated", _GENERATED)
    void_quantity: SafeInt = renamed("void", "How many of the generated coupons are void.")
    closed_quantity: SafeInt = renamed(
        "closed", "How many of the planned coupons will not be generated, by `closeShortfall`."
    )
    shortfall_quantity: SafeInt = renamed("shortfall", _SHORTFALL)
    allocated_quantity: SafeInt = renamed("allocated", _ALLOCATED)
    pending_quantity: SafeInt = renamed("pending", _PENDING)
    available_quantity: SafeInt = renamed("available", _AVAILABLE)


@strawberry.type(description="The coupons of a scheme in the consignments of one vendor.")
class VendorAllocation:
    vendor: Vendor = batched(vendors_by_id, key="vendor_id", description="The vendor.")
    quantity: SafeInt = leaf(
        "How many coupons that are not void these consignments have. Every vendor of a chain counts them, so the "
        "quantities of vendors do not add up."
    )
    consignments: int = leaf("In how many consignments that are not canceled the vendor takes part.")


@strawberry.type(
    description="How the coupons of a scheme are allocated. Everything is 0 or empty for viewers who do not see all "
    "consignments."
)
class AllocationSummary:
    by_variant: list[VariantAllocation] = leaf("The coupons by variant, ordered by SKU.")
    by_vendor: list[VendorAllocation] = leaf("The coupons by vendor, in the order of chains, most coupons first.")
    planned_quantity: SafeInt = renamed("planned", _PLANNED)
    generated_quantity: SafeInt = renamed("generated", _GENERATED)
    shortfall_quantity: SafeInt = renamed("shortfall", _SHORTFALL)
    allocated_quantity: SafeInt = renamed("allocated", _ALLOCATED)
    pending_quantity: SafeInt = renamed("pending", _PENDING)
    available_quantity: SafeInt = renamed("available", _AVAILABLE)
