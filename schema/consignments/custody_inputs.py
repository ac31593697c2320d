"""Inputs of the mutations of vendors: production, batches, damage, and commissioning."""

from datetime import datetime

import strawberry

from domain.node_kinds import NodeKind
from resolvers.consignments.commission_coupons import CommissionCoupons
from resolvers.consignments.dispatch_batch import DispatchBatch
from resolvers.consignments.receive_batch import ReceiveBatch, ReceivedLine
from resolvers.consignments.record_production import ProducedLine, RecordProduction
from resolvers.consignments.report_damage import ReportDamage
from resolvers.consignments.void_dispatch import VoidDispatch
from resolvers.consignments.void_receipt import VoidReceipt
from schema.consignments.serial_inputs import (
    PACKS,
    RANGES,
    VARIANT_ID,
    BatchLineInput,
    NamedLineInput,
    SerialRangeInput,
    to_codes,
    to_spans,
)
from schema.fields import leaf, optional
from schema.ids import InputIds, input_id
from schema.scalars import SafeInt

KEY = (
    "A key of the client, such as a UUID. The same key with the same input answers as the first time and changes "
    "nothing. The server keeps keys for 30 days."
)
OCCURRED = (
    "When it happened, if not now. At most 5 minutes ahead, and not before the last movement of these coupons. Custody "
    "follows the order of recording."
)
CONSIGNMENT_ID = "The ID of the consignment."
_BATCH_ID = "The ID of the batch."


@strawberry.input(description="Coupons of a variant that the first vendor produced or spoiled.")
class ProducedLineInput:
    variant_id: strawberry.ID = leaf(VARIANT_ID)
    artwork_version: int | None = optional(
        "The version of the artwork that was printed. It must be the current one, which is the default."
    )
    quantity: SafeInt | None = optional(
        "How many coupons were produced: those with the lowest serials that are not produced or spoiled. Or name "
        "`serials`."
    )
    serials: list[SerialRangeInput] | None = optional(f"The serials that were produced. {RANGES}")
    spoiled_serials: list[SerialRangeInput] | None = optional(
        f"The serials that were spoiled. They are void for ever, and others can be generated. {RANGES}"
    )


@strawberry.input(description="What the first vendor of a consignment produced.")
class RecordProductionInput:
    consignment_id: strawberry.ID = leaf(CONSIGNMENT_ID)
    lines: list[ProducedLineInput] = leaf("The coupons, one line for each variant.")
    occurred_at: datetime | None = optional(OCCURRED)
    idempotency_key: str = leaf(KEY)

    def to_command(self) -> RecordProduction:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            return RecordProduction(
                consignment_id=ids.one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
                lines=tuple(
                    ProducedLine(
                        variant_id=ids.one(NodeKind.VARIANT, line.variant_id, "lines", str(index), "variantId"),
                        quantity=line.quantity,
                        serials=to_spans(line.serials),
                        spoiled_serials=to_spans(line.spoiled_serials),
                        artwork_version=line.artwork_version,
                    )
                    for index, line in enumerate(self.lines)
                ),
                occurred_at=self.occurred_at,
                idempotency_key=self.idempotency_key,
            )


@strawberry.input(description="A batch to send to the next vendor of the chain.")
class DispatchBatchInput:
    consignment_id: strawberry.ID = leaf(CONSIGNMENT_ID)
    lines: list[BatchLineInput] = leaf("The coupons, one line for each variant.")
    shipment_reference: str | None = optional("The vendor's own reference of the shipment, up to 120 characters.")
    occurred_at: datetime | None = optional(OCCURRED)
    idempotency_key: str = leaf(KEY)

    def to_command(self) -> DispatchBatch:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            return DispatchBatch(
                consignment_id=ids.one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
                lines=tuple(line.to_line(ids, index) for index, line in enumerate(self.lines)),
                shipment_reference=self.shipment_reference,
                occurred_at=self.occurred_at,
                idempotency_key=self.idempotency_key,
            )


@strawberry.input(description="A batch whose dispatch to void.")
class VoidDispatchInput:
    batch_id: strawberry.ID = leaf(_BATCH_ID)
    reason: str = leaf("The reason, which the receiver can read.")
    idempotency_key: str = leaf(KEY)

    def to_command(self) -> VoidDispatch:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return VoidDispatch(
            batch_id=input_id(NodeKind.BATCH, self.batch_id, "batchId"),
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(
    description="What arrived of a variant. `accepted` alone is enough if everything arrived and is good, and together "
    "with what is damaged if the two add up. Otherwise name the serials or packs, because it matters which coupons are "
    "missing."
)
class ReceivedLineInput:
    variant_id: strawberry.ID = leaf(VARIANT_ID)
    accepted: SafeInt | None = optional("How many good coupons arrived. 0 if none did.")
    accepted_serials: list[SerialRangeInput] | None = optional(
        f"The serials of the good coupons that arrived. Serials that were not sent open a discrepancy. {RANGES}"
    )
    accepted_packs: list[str] | None = optional(
        f"The packs that arrived good, beside `acceptedSerials`. Packs that were not sent open a discrepancy. {PACKS}"
    )
    damaged_serials: list[SerialRangeInput] | None = optional(f"The serials that arrived damaged. {RANGES}")
    damaged_packs: list[str] | None = optional(f"The packs of which everything arrived damaged. {PACKS}")
    final: bool | None = optional(
        "Whether the rest did not arrive, which opens a discrepancy. With false, the rest is still on its way. "
        "Default: true."
    )


@strawberry.input(description="What arrived of a batch. Variants that are left out are still on their way.")
class ReceiveBatchInput:
    batch_id: strawberry.ID = leaf(_BATCH_ID)
    lines: list[ReceivedLineInput] = leaf("What arrived, one line for each variant.")
    occurred_at: datetime | None = optional(OCCURRED)
    idempotency_key: str = leaf(KEY)

    def to_command(self) -> ReceiveBatch:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            return ReceiveBatch(
                batch_id=ids.one(NodeKind.BATCH, self.batch_id, "batchId"),
                lines=tuple(
                    ReceivedLine(
                        variant_id=ids.one(NodeKind.VARIANT, line.variant_id, "lines", str(index), "variantId"),
                        accepted=line.accepted,
                        accepted_serials=to_spans(line.accepted_serials),
                        damaged_serials=to_spans(line.damaged_serials),
                        final=line.final is not False,
                        accepted_packs=to_codes(line.accepted_packs),
                        damaged_packs=to_codes(line.damaged_packs),
                    )
                    for index, line in enumerate(self.lines)
                ),
                occurred_at=self.occurred_at,
                idempotency_key=self.idempotency_key,
            )


@strawberry.input(description="A batch whose receipts to void.")
class VoidReceiptInput:
    batch_id: strawberry.ID = leaf(_BATCH_ID)
    reason: str = leaf("The reason, which the sender can read.")
    idempotency_key: str = leaf(KEY)

    def to_command(self) -> VoidReceipt:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return VoidReceipt(
            batch_id=input_id(NodeKind.BATCH, self.batch_id, "batchId"),
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="Damaged coupons that the vendor has on hand.")
class ReportDamageInput:
    consignment_id: strawberry.ID = leaf(CONSIGNMENT_ID)
    lines: list[NamedLineInput] = leaf("The coupons, one line for each variant.")
    note: str = leaf("How the damage happened.")
    idempotency_key: str = leaf(KEY)

    def to_command(self) -> ReportDamage:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            return ReportDamage(
                consignment_id=ids.one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
                lines=tuple(line.to_line(ids, index) for index, line in enumerate(self.lines)),
                note=self.note,
                idempotency_key=self.idempotency_key,
            )


@strawberry.input(description="Coupons that the last vendor has put into products: a whole batch, or serials.")
class CommissionCouponsInput:
    consignment_id: strawberry.ID = leaf(CONSIGNMENT_ID)
    batch_id: strawberry.ID | None = optional(
        "The ID of a batch: everything good that arrived with it and is on hand. Or name `lines`."
    )
    lines: list[NamedLineInput] | None = optional("The coupons, one line for each variant. Or name `batchId`.")
    occurred_at: datetime | None = optional(OCCURRED)
    idempotency_key: str = leaf(KEY)

    def to_command(self) -> CommissionCoupons:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            lines = self.lines
            return CommissionCoupons(
                consignment_id=ids.one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
                batch_id=ids.maybe(NodeKind.BATCH, self.batch_id, "batchId"),
                lines=None if lines is None else tuple(line.to_line(ids, index) for index, line in enumerate(lines)),
                occurred_at=self.occurred_at,
                idempotency_key=self.idempotency_key,
            )
