"""Payloads of the mutations of consignments."""

from typing import Annotated

import strawberry

from resolvers.catalog.loaders import variants_by_id, vendors_by_id
from resolvers.consignments.batch_loaders import discrepancies_by_id
from resolvers.consignments.loaders import batches_by_id, consignments_by_id
from resolvers.consignments.pack_loaders import packs_declared, packs_opened
from resolvers.consignments.void_coupons import Recall
from resolvers.schemes.loaders import schemes_by_id
from schema.catalog.types import Variant, Vendor
from schema.consignments.enums import Condition
from schema.consignments.movement_types import Discrepancy
from schema.consignments.pack_types import Pack
from schema.consignments.types import Batch, Consignment
from schema.fields import batched, leaf
from schema.payloads import KeyedPayload
from schema.scalars import SafeInt


@strawberry.type
class ConsignmentPayload(KeyedPayload):
    consignment: Consignment | None = batched(
        consignments_by_id, key="key", description="The consignment after the mutation. Null if there are errors."
    )


@strawberry.type
class BatchPayload(KeyedPayload):
    batch: Batch | None = batched(
        batches_by_id, key="key", description="The batch after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `createConsignment`.")
class CreateConsignmentPayload(ConsignmentPayload):
    pass


@strawberry.type(description="The result of `cancelConsignment`.")
class CancelConsignmentPayload(ConsignmentPayload):
    pass


@strawberry.type(description="The result of `updateConsignment`.")
class UpdateConsignmentPayload(ConsignmentPayload):
    pass


@strawberry.type(description="The result of `recordProduction`.")
class RecordProductionPayload(ConsignmentPayload):
    pass


@strawberry.type(description="The result of `declarePacks`.")
class DeclarePacksPayload(KeyedPayload):
    packs: list[Pack] | None = batched(
        packs_declared,
        key="key",
        description="The packs, in the order of the input. Null if there are errors.",
    )


@strawberry.type(description="The result of `unpackPacks`.")
class UnpackPacksPayload(KeyedPayload):
    packs: list[Pack] | None = batched(
        packs_opened, key="key", description="The packs that were opened. Null if there are errors."
    )


@strawberry.type(description="The result of `dispatchBatch`.")
class DispatchBatchPayload(BatchPayload):
    opened_packs: list[Pack] | None = batched(
        packs_opened,
        key="key",
        description="The packs that were opened because the batch takes only a part of their coupons. Null if there "
        "are errors.",
    )


@strawberry.type(description="The result of `voidDispatch`.")
class VoidDispatchPayload(BatchPayload):
    pass


@strawberry.type(description="The result of `receiveBatch`.")
class ReceiveBatchPayload(BatchPayload):
    pass


@strawberry.type(description="The result of `voidReceipt`.")
class VoidReceiptPayload(BatchPayload):
    pass


@strawberry.type(description="The result of `reportDamage`.")
class ReportDamagePayload(ConsignmentPayload):
    pass


@strawberry.type(description="The result of `commissionCoupons`.")
class CommissionCouponsPayload(ConsignmentPayload):
    pass


@strawberry.type(description="The result of `resolveDiscrepancy`.")
class ResolveDiscrepancyPayload(KeyedPayload):
    discrepancy: Discrepancy | None = batched(
        discrepancies_by_id, key="key", description="The discrepancy after the mutation. Null if there are errors."
    )


@strawberry.type(description="How many recalled coupons of a variant a vendor has in one condition.")
class RecallHolder:
    vendor: Vendor = batched(
        vendors_by_id,
        key="vendor_id",
        description="The vendor that has the coupons, or to which they are on their way. It must destroy them.",
    )
    in_transit: bool = leaf("Whether the coupons are in a batch on its way to the vendor, or are missing from one.")
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    condition: Condition = leaf("The condition of the coupons before the recall.")
    quantity: SafeInt = leaf("How many coupons the recall made void.")


@strawberry.type(description="The result of `voidCoupons`.")
class VoidCouponsPayload(KeyedPayload):
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="key", description="The scheme after the recall. Null if there are errors."
    )
    quantity: SafeInt | None = strawberry.field(
        default=None, description="How many coupons the recall made void. Null if there are errors."
    )
    already_void: SafeInt | None = strawberry.field(
        default=None, description="How many of the coupons were void before. Null if there are errors."
    )
    already_redeemed: SafeInt | None = strawberry.field(
        default=None,
        description="How many of the coupons ECPs had redeemed before. They stay redeemed, with their points. Null if "
        "there are errors.",
    )
    holders: list[RecallHolder] | None = strawberry.field(
        default=None,
        description="Who has how many of the coupons that the recall made void, most first. Null if there are errors.",
    )

    @classmethod
    def of(cls, recall: Recall) -> "VoidCouponsPayload":
        """Build the payload of a recall."""
        return cls(
            key=recall.scheme_id,
            quantity=SafeInt(recall.quantity),
            already_void=SafeInt(recall.already_void),
            already_redeemed=SafeInt(recall.already_redeemed),
            holders=list(recall.holders),  # type: ignore[arg-type] # rows, which the fields read
        )
