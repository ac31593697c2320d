"""Inputs of the mutations of Operations: consignments, discrepancies, and recalls."""

from datetime import date

import strawberry

from domain.consignments.chains import LONGEST_CHAIN
from domain.node_kinds import NodeKind
from resolvers.consignments.cancel_consignment import CancelConsignment
from resolvers.consignments.create_consignment import CreateConsignment, LineOrder
from resolvers.consignments.resolve_discrepancy import ResolveDiscrepancy
from resolvers.consignments.update_consignment import UpdateConsignment
from resolvers.consignments.void_coupons import VoidCoupons
from schema.consignments.serial_inputs import PACKS, RANGES, SerialRangeInput, to_codes, to_spans
from schema.fields import leaf, optional
from schema.ids import InputIds, input_id
from schema.scalars import SafeInt

_KEY = "A key of the client. The same key with the same input answers as the first time and changes nothing."
_CHAIN = f"The IDs of the vendors in the order of the chain: first a printer, up to {LONGEST_CHAIN} vendors, each once."
_ACKNOWLEDGE = (
    "Whether an unusual chain is meant to be so: vendors in another order than printer, packager, factory, or no "
    "factory at the end."
)
_CONSIGNMENT_ID = "The ID of the consignment."
_DUE_ON = "The day by which the last vendor should have commissioned the coupons, today or later."


@strawberry.input(description="Coupons of one variant for a consignment.")
class ConsignmentLineInput:
    variant_id: strawberry.ID = leaf("The ID of the variant, which must be in the scheme.")
    quantity: SafeInt = leaf("How many coupons: no more than are generated and not allocated yet.")


@strawberry.input(description="A consignment to create.")
class CreateConsignmentInput:
    scheme_id: strawberry.ID = leaf("The ID of the scheme.")
    vendor_ids: list[strawberry.ID] = leaf(_CHAIN)
    lines: list[ConsignmentLineInput] = leaf("The coupons, one line for each variant.")
    due_on: date | None = optional(_DUE_ON)
    acknowledge_warnings: bool | None = optional(_ACKNOWLEDGE)
    idempotency_key: str | None = optional(_KEY)

    def to_command(self) -> CreateConsignment:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            return CreateConsignment(
                scheme_id=ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId"),
                vendor_ids=ids.many(NodeKind.VENDOR, self.vendor_ids, "vendorIds"),
                lines=tuple(
                    LineOrder(
                        ids.one(NodeKind.VARIANT, line.variant_id, "lines", str(index), "variantId"), line.quantity
                    )
                    for index, line in enumerate(self.lines)
                ),
                due_on=self.due_on,
                acknowledge_warnings=bool(self.acknowledge_warnings),
                idempotency_key=self.idempotency_key,
            )


@strawberry.input(description="A consignment to cancel.")
class CancelConsignmentInput:
    consignment_id: strawberry.ID = leaf(_CONSIGNMENT_ID)
    reason: str = leaf("The reason, which the vendors can read.")
    idempotency_key: str | None = optional(_KEY)

    def to_command(self) -> CancelConsignment:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return CancelConsignment(
            consignment_id=input_id(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="Changes to a consignment. Omitted fields stay as they are.")
class UpdateConsignmentInput:
    consignment_id: strawberry.ID = leaf(_CONSIGNMENT_ID)
    due_on: date | None = optional(_DUE_ON)
    remove_due_on: bool | None = optional("Whether to remove the due date.")
    vendor_ids: list[strawberry.ID] | None = optional(
        f"The whole new chain. Vendors to which coupons are or were on their way keep their positions. {_CHAIN}"
    )
    acknowledge_warnings: bool | None = optional(_ACKNOWLEDGE)
    idempotency_key: str | None = optional(_KEY)

    def to_command(self) -> UpdateConsignment:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            chain = self.vendor_ids
            return UpdateConsignment(
                consignment_id=ids.one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
                due_on=self.due_on,
                remove_due_on=bool(self.remove_due_on),
                vendor_ids=None if chain is None else ids.many(NodeKind.VENDOR, chain, "vendorIds"),
                acknowledge_warnings=bool(self.acknowledge_warnings),
                idempotency_key=self.idempotency_key,
            )


@strawberry.input(
    description="What became of serials of a discrepancy. Name serials or packs by outcome; those left out stay open."
)
class ResolveDiscrepancyInput:
    discrepancy_id: strawberry.ID = leaf("The ID of the discrepancy.")
    found: list[SerialRangeInput] | None = optional(
        f"The receiver has these after all. Of OVER_SENT, they move from the sender to the receiver. {RANGES}"
    )
    damaged: list[SerialRangeInput] | None = optional(f"The receiver has these, damaged. Only of SHORT. {RANGES}")
    lost: list[SerialRangeInput] | None = optional(f"Nobody has these. Only of SHORT. {RANGES}")
    found_packs: list[str] | None = optional(f"Packs of which everything is found, beside `found`. {PACKS}")
    damaged_packs: list[str] | None = optional(f"Packs of which everything is damaged, beside `damaged`. {PACKS}")
    lost_packs: list[str] | None = optional(f"Packs of which everything is lost, beside `lost`. {PACKS}")
    dismissed_packs: list[str] | None = optional(
        f"Packs of which everything stays where it is, beside `dismissed`. {PACKS}"
    )
    dismissed: list[SerialRangeInput] | None = optional(
        f"The receiver does not have these, and they stay where they are. Only of OVER_SENT. {RANGES}"
    )
    accepted: list[SerialRangeInput] | None = optional(
        f"These can be used although they carry superseded artwork. Only of ARTWORK_SUPERSEDED. {RANGES}"
    )
    scrapped: list[SerialRangeInput] | None = optional(
        f"These become void, and the vendors that have them destroy them. Only of ARTWORK_SUPERSEDED. {RANGES}"
    )
    note: str = leaf("How the discrepancy was resolved, for the vendors.")
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> ResolveDiscrepancy:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return ResolveDiscrepancy(
            discrepancy_id=input_id(NodeKind.DISCREPANCY, self.discrepancy_id, "discrepancyId"),
            found=to_spans(self.found),
            damaged=to_spans(self.damaged),
            lost=to_spans(self.lost),
            dismissed=to_spans(self.dismissed),
            accepted=to_spans(self.accepted),
            scrapped=to_spans(self.scrapped),
            note=self.note,
            idempotency_key=self.idempotency_key,
            found_packs=to_codes(self.found_packs),
            damaged_packs=to_codes(self.damaged_packs),
            lost_packs=to_codes(self.lost_packs),
            dismissed_packs=to_codes(self.dismissed_packs),
        )


@strawberry.input(description="Coupons to recall.")
class VoidCouponsInput:
    scheme_id: strawberry.ID = leaf("The ID of the scheme.")
    serials: list[SerialRangeInput] = leaf(f"The serials, all of them allocated to consignments. {RANGES}")
    reason: str = leaf("The reason, which the vendors can read.")
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> VoidCoupons:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return VoidCoupons(
            scheme_id=input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"),
            serials=to_spans(self.serials) or (),
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )
