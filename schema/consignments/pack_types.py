"""The type of packs."""

from datetime import datetime
from typing import Annotated, Final

import strawberry

from db.consignments.pack_rows import PackViewRow
from domain.consignments.sentences import PackWords, pack_sentence
from domain.node_kinds import NodeKind
from resolvers.catalog.loaders import vendors_by_id
from resolvers.consignments.chain_loaders import LISTED_RANGES, people_by_id
from resolvers.consignments.loaders import batches_by_id, consignments_by_id
from resolvers.consignments.pack_loaders import serials_by_pack
from resolvers.documents.loaders import label_urls
from schema.accounts.types import Account
from schema.catalog.types import Variant, Vendor
from schema.consignments.movement_types import SerialRange
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.scalars import SafeInt

LINK_OF_VIEWER: Final = (
    "It is signed for the viewer, and anyone who has it can use it until it expires after a few minutes, as long as "
    "the viewer sees the object; a request with the token of another account is denied. Keep it secret, and read it "
    "again for a new one."
)


@node_type(PackViewRow, "A roll or a carton with coupons of one variant, which moves as a whole until it is opened.")
class Pack(Node):
    id: strawberry.ID = node_id(NodeKind.PACK)
    sscc: str = leaf("The Serial Shipping Container Code of GS1, 18 digits.")
    consignment: Annotated["Consignment", strawberry.lazy("schema.consignments.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        consignments_by_id, key="consignment_id", description="The consignment."
    )
    variant: Variant = leaf("The variant.")
    quantity: SafeInt = leaf("How many coupons were packed.")
    void: SafeInt = leaf("How many of the coupons were recalled since. They stay inside. 0 after it was opened.")
    contents: str = computed(lambda row: _contents(row), "What is inside, as a sentence.")  # noqa: PLW0108 - below
    serials: list[SerialRange] = batched(
        serials_by_pack,
        key="id",
        pick=lambda found: found.ranges,
        description=f"The serials that were packed, in order: the first {LISTED_RANGES} ranges.",
    )
    holder: Vendor | None = batched(
        vendors_by_id,
        key="holder_id",
        description="The vendor that has the pack on hand. Null while it is on its way, and after it was opened.",
    )
    batch: Annotated["Batch", strawberry.lazy("schema.consignments.types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        batches_by_id,
        key="batch_id",
        description="The batch in which the pack is on its way, or in which it was opened. Null if it is on hand.",
    )
    label_url: str = batched(
        label_urls,
        key="id",
        description=f"A link to the label as PDF, relative to the server, with the SSCC as GS1-128. {LINK_OF_VIEWER}",
    )
    packed_at: datetime = leaf("When it was packed, as the vendor reported it.")
    packed_by: Account | None = batched(
        people_by_id,
        key="packed_by",
        description="The account that declared it. Null for a vendor, unless the account works for the same vendor.",
    )
    unpacked_at: datetime | None = leaf("When it was opened. Null while it is a pack.")


def _contents(row: PackViewRow) -> str:
    return pack_sentence(
        PackWords(
            quantity=row.quantity,
            void=row.void,
            missing=row.unresolved > 0,
            opened=row.unpacked_at is not None,
            sku=row.variant.sku,
        )
    )
