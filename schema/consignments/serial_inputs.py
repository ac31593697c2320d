"""Inputs of ranges of serials, and of lines that name coupons of a variant."""

from collections.abc import Sequence

import strawberry

from domain.consignments.packs import MOST_PACKS
from domain.consignments.ranges import MOST_RANGES
from domain.node_kinds import NodeKind
from domain.spans import LAST_SERIAL, Span
from resolvers.consignments.serial_inputs import NamedLine, SerialLine
from schema.fields import leaf, optional
from schema.ids import InputIds
from schema.scalars import SafeInt

VARIANT_ID = "The ID of the variant, which must be in the consignment."
PACKS = f"The packs by SSCC, up to {MOST_PACKS:,} in one call. (00), spaces, and dashes do not matter."
RANGES = f"Up to {MOST_RANGES:,} ranges, which must not overlap."


@strawberry.input(description="A range of serials.")
class SerialRangeInput:
    first: SafeInt = leaf(f"The first serial, from 0 to {LAST_SERIAL:,}.")
    last: SafeInt = leaf("The last serial, which belongs to the range. The same as `first` for one coupon.")


@strawberry.input(description="Coupons of a variant: so many of them, or ranges of serials, packs, or both.")
class BatchLineInput:
    variant_id: strawberry.ID = leaf(VARIANT_ID)
    quantity: SafeInt | None = optional(
        "How many coupons: those with the lowest serials on hand. Or name `serials` "
        "or `packs`. Packs that this takes only a part of are opened."
    )
    serials: list[SerialRangeInput] | None = optional(f"The serials. {RANGES}")
    packs: list[str] | None = optional(PACKS)

    def to_line(self, ids: InputIds, index: int) -> SerialLine:
        """Convert the line at this index of `lines`."""
        return SerialLine(
            variant_id=ids.one(NodeKind.VARIANT, self.variant_id, "lines", str(index), "variantId"),
            quantity=self.quantity,
            serials=to_spans(self.serials),
            packs=to_codes(self.packs),
        )


@strawberry.input(description="Coupons of a variant by serial, by pack, or both.")
class NamedLineInput:
    variant_id: strawberry.ID = leaf(VARIANT_ID)
    serials: list[SerialRangeInput] | None = optional(
        f"The serials. They or `packs` are required: a quantity does not say which coupons they are. {RANGES}"
    )
    packs: list[str] | None = optional(PACKS)

    def to_line(self, ids: InputIds, index: int) -> NamedLine:
        """Convert the line at this index of `lines`."""
        return NamedLine(
            variant_id=ids.one(NodeKind.VARIANT, self.variant_id, "lines", str(index), "variantId"),
            serials=to_spans(self.serials),
            packs=to_codes(self.packs),
        )


def to_spans(ranges: Sequence[SerialRangeInput] | None) -> tuple[Span, ...] | None:
    """Convert ranges, which may still be wrong; None if they were left out."""
    return None if ranges is None else tuple(Span(each.first, each.last) for each in ranges)


def to_codes(packs: Sequence[str] | None) -> tuple[str, ...] | None:
    """Convert the codes of packs, which may still be wrong; None if they were left out."""
    return None if packs is None else tuple(packs)
