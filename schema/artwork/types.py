"""Types of artwork: its versions, the reviews of vendors, and what open requests hold."""

from datetime import datetime
from typing import Annotated

import strawberry

from db.artwork.rows import ArtworkRow
from db.artwork.view_reads import LISTED_VERSIONS
from domain.node_kinds import NodeKind
from resolvers.artwork.block_loaders import (
    LISTED_CONSIGNMENTS,
    asking_vendors,
    blocks_by_artwork,
    consignments_by_block,
    vendors_by_block,
)
from resolvers.artwork.loaders import actions_by_artwork, reviews_by_artwork, versions_by_artwork
from resolvers.catalog.loaders import variants_by_id
from resolvers.consignments.chain_loaders import people_by_id
from resolvers.schemes.loaders import schemes_by_id
from schema.accounts.types import Account
from schema.artwork.enums import ArtworkAction, ArtworkReviewState
from schema.catalog.types import Variant, Vendor
from schema.consignments.types import Consignment
from schema.fields import batched, leaf
from schema.ids import node_id, part_id
from schema.nodes import Node, node_type
from schema.scalars import SafeInt

_CHAIN = "that share a chain of the variant with it"


@strawberry.type(description="A file that was uploaded as artwork.")
class ArtworkVersion:
    id: strawberry.ID = part_id("arv", "id")
    number: int = leaf("The number of the version, from 1. The newest version is the current one.")
    url: str = leaf(
        "A link that downloads the file. It is signed for the viewer, and anyone who has it can use it until it "
        "expires, as long as the viewer sees the file; a request with the token of another account is denied. "
        "Keep it secret."
    )
    thumbnail_url: str | None = leaf(
        "A link to a small picture of the file, which opens like `url`. Null until the picture is made."
    )
    content_type: str = leaf("The media type of the file.")
    byte_size: SafeInt = leaf("The size of the file in bytes.")
    note: str | None = leaf("What the designer noted about the version.")
    uploaded_by: Account | None = batched(
        people_by_id, key="uploaded_by", description="The account that uploaded the version. Null for a vendor."
    )
    uploaded_at: datetime = leaf("When the version was uploaded.")


@strawberry.type(description="The review of the current version of an artwork by a vendor.")
class ArtworkReview:
    id: strawberry.ID = part_id("arr", "artwork_id", "vendor_id")
    vendor: Vendor = leaf("The vendor.")
    state: ArtworkReviewState = leaf("What the vendor decided.")
    comment: str | None = leaf("What the vendor commented. Always present if the vendor asks for a revision.")
    decided_at: datetime | None = leaf("When the vendor decided. Null if it has not.")


@strawberry.type(
    description="An open request for a revision of artwork. While it is open, nobody can produce or dispatch the "
    "variant."
)
class ArtworkBlock:
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    requested_by: Vendor | None = batched(
        asking_vendors,
        key="requested_by",
        description=f"The vendor that asked. A vendor reads it only of vendors {_CHAIN}.",
    )
    comment: str | None = leaf("Why the vendor asked. Null where the viewer may not read which vendor it is.")
    message: str = leaf("Who asked, since when, and why, as a sentence for people.")
    since: datetime = leaf("When the vendor asked.")
    held_vendors: list[Vendor] = batched(
        vendors_by_block,
        key="held_vendor_ids",
        description="The vendors of the consignments that are held. A vendor sees itself and its neighbors in its own "
        "chains.",
    )
    held_consignments: list[Consignment] = batched(
        consignments_by_block,
        key="held_consignment_ids",
        description="The consignments with coupons of the variant that are not settled, the oldest first: the first "
        f"{LISTED_CONSIGNMENTS}. A vendor sees its own.",
    )
    held_quantity: SafeInt = leaf(
        "How many coupons of the variant are held, in all consignments that the viewer may see."
    )


@node_type(ArtworkRow, "The artwork of a variant of a scheme. Every vendor whose chain carries the variant reviews it.")
class Artwork(Node):
    id: strawberry.ID = node_id(NodeKind.ARTWORK)
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme."
    )
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    current_version: ArtworkVersion | None = batched(
        versions_by_artwork,
        key="id",
        pick=lambda versions: versions[0] if versions else None,
        description="The current version. Null before the first.",
    )
    versions: list[ArtworkVersion] = batched(
        versions_by_artwork,
        key="id",
        description=f"The versions, newest first: the latest {LISTED_VERSIONS}.",
    )
    reviews: list[ArtworkReview] = batched(
        reviews_by_artwork,
        key="id",
        description="The review of the current version by each vendor whose chain carries the variant. A vendor sees "
        f"its own and those of vendors {_CHAIN}.",
    )
    blocks: list[ArtworkBlock] = batched(
        blocks_by_artwork, key="id", description="The open requests for a revision, oldest first."
    )
    viewer_actions: list[ArtworkAction] = batched(
        actions_by_artwork,
        key="id",
        description="The actions that the viewer may take now. None of them would fail because of the artwork's state.",
    )
