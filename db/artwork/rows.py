"""Rows of artwork."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.catalog.rows import VendorRow


class DecisionRow(Struct, frozen=True):
    """What a reviewer decided, with the vendors that share a chain with it if it asked for a revision."""

    vendor_id: UUID
    vendor_name: str
    state: str
    comment: str | None
    decided_at: datetime
    chain_vendor_ids: list[UUID] | None


class ArtworkFactsRow(Struct, frozen=True):
    """The artwork of a variant, with one decision about its current version if there is any."""

    id: UUID
    scheme_id: UUID
    variant_id: UUID
    sku: str
    current_version: int
    uploaded_at: datetime | None
    decision: DecisionRow | None


class LineArtworkRow(Struct, frozen=True):
    """The artwork of the variant of a line of a consignment: whether its vendors may go on."""

    line_id: UUID
    uploaded: bool
    approved: bool
    blocked: bool


class ArtworkRow(Struct, frozen=True):
    """The artwork of a variant of a scheme."""

    id: UUID
    scheme_id: UUID
    variant_id: UUID
    current_version: int
    created_at: datetime

    @property
    def version_key(self) -> tuple[UUID, int]:
        """The key of the current version."""
        return self.id, self.current_version


class VersionRow(Struct, frozen=True):
    """A version of an artwork with its file."""

    id: UUID
    artwork_id: UUID
    number: int
    note: str | None
    uploaded_at: datetime
    uploaded_by: UUID
    file_id: UUID
    thumbnail_id: UUID | None
    content_type: str
    byte_size: int


class ReviewerRow(Struct, frozen=True):
    """A vendor whose chains carry the variant of an artwork, since its first live consignment."""

    artwork_id: UUID
    vendor: VendorRow
    since: datetime


class HeldRow(Struct, frozen=True):
    """A live consignment that carries the variant of an artwork: its chain, and how many coupons are not settled."""

    artwork_id: UUID
    consignment_id: UUID
    vendor_ids: list[UUID]
    quantity: int


class SharingRow(Struct, frozen=True):
    """A vendor that shares a chain of the variant of an artwork with the viewer's vendor."""

    artwork_id: UUID
    vendor_id: UUID


class BlockedLineRow(Struct, frozen=True):
    """An artwork whose open requests hold coupons of a consignment."""

    consignment_id: UUID
    artwork_id: UUID
