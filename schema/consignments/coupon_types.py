"""The type of a coupon."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.consignments.coupon_status import COUPON_LABELS, CouponStatus
from domain.coupons.labels import qr_svg
from resolvers.catalog.loaders import variants_by_id
from resolvers.consignments.find_coupon import Coupon as CouponView
from resolvers.consignments.find_coupon import movements_by_coupon
from resolvers.consignments.loaders import batches_by_id, consignments_by_id
from resolvers.ecps.loaders import ecps_by_id
from resolvers.schemes.loaders import schemes_by_id
from schema.catalog.types import Variant, Vendor
from schema.consignments.movement_types import BatchMovement
from schema.consignments.types import Batch, Consignment
from schema.descriptions import described
from schema.fields import batched, computed, leaf
from schema.nodes import is_row
from schema.scalars import SafeInt

described(
    CouponStatus,
    "The status of a coupon.",
    {
        CouponStatus.INERT: "The coupon is not commissioned, so it pays nothing yet.",
        CouponStatus.ACTIVE: "The last vendor of the chain commissioned the coupon. An ECP can redeem it.",
        CouponStatus.VOID: "The coupon was spoiled or recalled, or its consignment was canceled. It never pays.",
        CouponStatus.DAMAGED: "The coupon is damaged.",
        CouponStatus.LOST: "The coupon is lost.",
        CouponStatus.UNRESOLVED: "The coupon did not arrive and belongs to an open discrepancy.",
        CouponStatus.REDEEMED: "An ECP redeemed the coupon.",
        CouponStatus.EXPIRED: "Nobody redeemed the active coupon in time. It no longer pays.",
    },
)

_KNOWN = "Operations reads it, and the first vendor of the chain while it may download the codes."


@strawberry.type(description="A coupon.")
class Coupon:
    is_type_of = is_row(CouponView)
    code: str = leaf(f"The code of the coupon. {_KNOWN} For others it is masked, except for its last two characters.")
    qr_label: str | None = computed(
        lambda row: None if row.payload is None else qr_svg(row.payload),
        f"The QR code of the coupon, as an SVG document. {_KNOWN} Null for others.",
    )
    serial: SafeInt | None = leaf("The serial of the coupon. Null for people other than Operations and its vendors.")
    status: CouponStatus = leaf("The status of the coupon.")
    status_label: str = computed(lambda row: COUPON_LABELS[row.status], "The status as a label for people.")
    redeemable_until: datetime | None = leaf(
        "When the coupon stops paying: the `graceDays` of its scheme after its last day. Null if the scheme has none."
    )
    redeemed_at: datetime | None = leaf("When an ECP scanned the coupon and redeemed it. Null unless it is redeemed.")
    redeemed_by: Annotated["Ecp", strawberry.lazy("schema.ecps.types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - ECPs stand above
        ecps_by_id,
        key="redeemed_by",
        description="The ECP that redeemed it. Null unless it is redeemed, and for viewers who may not see the ECP.",
    )
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme that the coupon is of."
    )
    variant: Variant | None = batched(variants_by_id, key="variant_id", description="The variant that it is for.")
    consignment: Consignment | None = batched(
        consignments_by_id, key="consignment_id", description="Its consignment. Null while it is not allocated."
    )
    batch: Batch | None = batched(
        batches_by_id,
        key="batch_id",
        description="The batch in which it is on its way, or did not arrive. Null while a vendor has it, and for "
        "vendors that neither send nor receive the batch.",
    )
    holder: Vendor | None = leaf(
        "The vendor that has it on hand. Null while it is in a batch or not allocated. A vendor reads itself and its "
        "neighbors in the chain."
    )
    movements: list[BatchMovement] = batched(
        movements_by_coupon,
        key="key",
        description="Its movements, newest first. A vendor reads those of its own leg, and of batches from and to it.",
    )
