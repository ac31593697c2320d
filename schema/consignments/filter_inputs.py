"""Filters of lists of consignments, batches, and discrepancies."""

from datetime import date
from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from resolvers.consignments.board_loaders import TrackingFilter
from resolvers.consignments.lists import BatchFilter, ConsignmentFilter, DiscrepancyFilter
from resolvers.consignments.movements_feed import MovementFilter
from schema.consignments.enums import BatchStatus, ConsignmentStatus, DiscrepancyKind, MovementKind
from schema.fields import optional
from schema.ids import argument_id, argument_ids


@strawberry.input(name="ConsignmentFilter", description="A filter of consignments. All given conditions must hold.")
class ConsignmentFilterInput:
    search: str | None = optional(
        "A part of the code, or words of the scheme's code or title, or their beginnings. Case and accents do not "
        "matter."
    )
    scheme_ids: list[strawberry.ID] | None = optional("Return only consignments of one of these schemes.")
    variant_ids: list[strawberry.ID] | None = optional("Return only consignments with one of these variants.")
    vendor_ids: list[strawberry.ID] | None = optional(
        "Return only consignments in whose chain one of these vendors takes part."
    )
    waiting_on_vendor_ids: list[strawberry.ID] | None = optional(
        "Return only consignments for which one of these vendors must act now."
    )
    statuses: list[ConsignmentStatus] | None = optional("Return only consignments with one of these statuses.")
    overdue: bool | None = optional("Return only consignments that are overdue, or only those that are not.")
    has_discrepancy: bool | None = optional(
        "Return only consignments with an open discrepancy, or only those without one."
    )
    due_from: date | None = optional("Return only consignments that are due on or after this day.")
    due_to: date | None = optional("Return only consignments that are due on or before this day.")

    def to_filter(self) -> ConsignmentFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return ConsignmentFilter(
            search=self.search,
            scheme_ids=argument_ids(NodeKind.SCHEME, self.scheme_ids, "schemeIds"),
            variant_ids=argument_ids(NodeKind.VARIANT, self.variant_ids, "variantIds"),
            vendor_ids=argument_ids(NodeKind.VENDOR, self.vendor_ids, "vendorIds"),
            waiting_on_vendor_ids=argument_ids(NodeKind.VENDOR, self.waiting_on_vendor_ids, "waitingOnVendorIds"),
            statuses=self.statuses,
            overdue=self.overdue,
            has_discrepancy=self.has_discrepancy,
            due_from=self.due_from,
            due_to=self.due_to,
        )


@strawberry.input(name="BatchFilter", description="A filter of batches. All given conditions must hold.")
class BatchFilterInput:
    search: str | None = optional("A part of the code. Case does not matter.")
    consignment_id: strawberry.ID | None = optional("Return only batches of this consignment.")
    scheme_ids: list[strawberry.ID] | None = optional("Return only batches of one of these schemes.")
    from_vendor_id: strawberry.ID | None = optional("Return only batches that this vendor sent.")
    to_vendor_id: strawberry.ID | None = optional("Return only batches that this vendor receives.")
    statuses: list[BatchStatus] | None = optional("Return only batches with one of these statuses.")
    dispatched_from: date | None = optional("Return only batches that were dispatched on or after this day.")
    dispatched_to: date | None = optional("Return only batches that were dispatched on or before this day.")

    def to_filter(self) -> BatchFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return BatchFilter(
            search=self.search,
            consignment_id=_one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
            scheme_ids=argument_ids(NodeKind.SCHEME, self.scheme_ids, "schemeIds"),
            from_vendor_id=_one(NodeKind.VENDOR, self.from_vendor_id, "fromVendorId"),
            to_vendor_id=_one(NodeKind.VENDOR, self.to_vendor_id, "toVendorId"),
            statuses=self.statuses,
            dispatched_from=self.dispatched_from,
            dispatched_to=self.dispatched_to,
        )


@strawberry.input(name="DiscrepancyFilter", description="A filter of discrepancies. All given conditions must hold.")
class DiscrepancyFilterInput:
    consignment_id: strawberry.ID | None = optional("Return only discrepancies of this consignment.")
    scheme_id: strawberry.ID | None = optional("Return only discrepancies of this scheme.")
    vendor_id: strawberry.ID | None = optional(
        "Return only discrepancies of batches that this vendor sent or received."
    )
    kinds: list[DiscrepancyKind] | None = optional("Return only discrepancies of one of these kinds.")
    open: bool | None = optional("Return only open discrepancies, or only resolved ones.")

    def to_filter(self) -> DiscrepancyFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return DiscrepancyFilter(
            consignment_id=_one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
            scheme_id=_one(NodeKind.SCHEME, self.scheme_id, "schemeId"),
            vendor_id=_one(NodeKind.VENDOR, self.vendor_id, "vendorId"),
            kinds=self.kinds,
            open=self.open,
        )


@strawberry.input(name="TrackingFilter", description="A filter of a tracking board. All given conditions must hold.")
class TrackingFilterInput:
    scheme_ids: list[strawberry.ID] | None = optional("Show only consignments of one of these schemes.")
    vendor_ids: list[strawberry.ID] | None = optional(
        "Show only consignments in whose chain one of these vendors takes part."
    )
    stuck_for_days: int | None = optional(
        "Show only consignments for which the same vendors have had to act for so many days."
    )

    def to_filter(self) -> TrackingFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return TrackingFilter(
            scheme_ids=argument_ids(NodeKind.SCHEME, self.scheme_ids, "schemeIds"),
            vendor_ids=argument_ids(NodeKind.VENDOR, self.vendor_ids, "vendorIds"),
            stuck_for_days=self.stuck_for_days,
        )


@strawberry.input(
    name="BatchMovementFilter", description="A filter of movements of coupons. All given conditions must hold."
)
class BatchMovementFilterInput:
    scheme_id: strawberry.ID | None = optional("Return only movements of this scheme.")
    consignment_id: strawberry.ID | None = optional("Return only movements of this consignment.")
    vendor_id: strawberry.ID | None = optional(
        "Return only movements that concern this vendor: at its leg, or in batches that it sent or receives."
    )
    kinds: list[MovementKind] | None = optional(
        "Return only movements of one of these kinds. A cursor is valid for any selection of kinds."
    )

    def to_filter(self) -> MovementFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return MovementFilter(
            scheme_id=_one(NodeKind.SCHEME, self.scheme_id, "schemeId"),
            consignment_id=_one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
            vendor_id=_one(NodeKind.VENDOR, self.vendor_id, "vendorId"),
            kinds=None if self.kinds is None else frozenset(self.kinds),
        )


def _one(kind: NodeKind, text: str | None, argument: str) -> UUID | None:
    return None if text is None else argument_id(kind, text, argument)
