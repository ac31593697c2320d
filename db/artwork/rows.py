"""Rows of artwork."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


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
