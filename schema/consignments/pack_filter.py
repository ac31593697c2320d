"""The filter of the list of packs."""

import strawberry

from domain.node_kinds import NodeKind
from resolvers.consignments.pack_lists import PackFilter
from schema.fields import optional
from schema.ids import argument_id


@strawberry.input(name="PackFilter", description="A filter of packs. All given conditions must hold.")
class PackFilterInput:
    consignment_id: strawberry.ID | None = optional("Return only packs of this consignment.")
    batch_id: strawberry.ID | None = optional("Return only packs that were dispatched with this batch.")
    variant_id: strawberry.ID | None = optional("Return only packs of this variant.")
    sscc: str | None = optional("Return only packs whose SSCC begins with these digits.")
    open: bool | None = optional("With true, return only packs that are not opened; with false, only opened ones.")

    def to_filter(self) -> PackFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        kinds = {
            "consignment_id": (NodeKind.CONSIGNMENT, "consignmentId"),
            "batch_id": (NodeKind.BATCH, "batchId"),
            "variant_id": (NodeKind.VARIANT, "variantId"),
        }
        ids = {
            name: None if getattr(self, name) is None else argument_id(kind, getattr(self, name), argument)
            for name, (kind, argument) in kinds.items()
        }
        return PackFilter(sscc=self.sscc, open=self.open, **ids)
