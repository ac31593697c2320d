"""Inputs of ranges of serials, and of lines that name coupons of a variant."""

from collections.abc import Sequence

import strawberry

from domain.consignments.ranges import MOST_RANGES
from domain.node_kinds import NodeKind
from domain.spans import LAST_SERIAL, Span
from resolvers.consignments.serial_inputs import NamedLine, SerialLine
from schema.fields import leaf, optional
from schema.ids import InputIds
from schema.scalars import SafeInt

VARIANT_ID = "The ID of the variant, which must be in the consignment."
RANGES = f"Up to {MOST_RANGES:,} ranges, which must not overlap."


@strawberry.input(description="A range of serials.")
class SerialRangeInput:
    first: SafeInt = leaf(f"The first serial, from 0 to {LAST_SERIAL:,}.")
    last: SafeInt = leaf("The last serial, which belongs to the range. The same as `first` for one coupon.")


@strawberry.input(description="Coupons of a variant: so many of them, or ranges of serials.")
class BatchLineInput:
    variant_id: strawberry.ID = leaf(VARIANT_ID)
    quantity: SafeInt | None = optional("How many coupons: those with the lowest serials on hand. Or name `serials`.")
    serials: list[SerialRangeInput] | None = optional(f"The serials. {RANGES}")

    def to_line(self, ids: InputIds, index: int) -> SerialLine:
        """Convert the line at this index of `lines`."""
        return SerialLine(
            variant_id=ids.one(NodeKind.VARIANT, self.variant_id, "lines", str(index), "variantId"),
            quantity=self.quantity,
            serials=to_spans(self.serials),
        )


@strawberry.input(description="Coupons of a variant by serial.")
class NamedLineInput:
    variant_id: strawberry.ID = leaf(VARIANT_ID)
    serials: list[SerialRangeInput] | None = optional(
        f"The serials, which are required: a quantity does not say which coupons they are. {RANGES}"
    )

    def to_line(self, ids: InputIds, index: int) -> NamedLine:
        """Convert the line at this index of `lines`."""
        return NamedLine(
            variant_id=ids.one(NodeKind.VARIANT, self.variant_id, "lines", str(index), "variantId"),
            serials=to_spans(self.serials) or (),
        )


def to_spans(ranges: Sequence[SerialRangeInput] | None) -> tuple[Span, ...] | None:
    """Convert ranges, which may still be wrong; None if they were left out."""
    return None if ranges is None else tuple(Span(each.first, each.last) for each in ranges)
