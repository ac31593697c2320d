"""Rows of packs; sets of serials are the text of multiranges here."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from db.catalog.rows import VariantRow
from domain.spans import Spans


class PackRow(Struct, frozen=True):
    """A pack as mutations need it."""

    id: UUID
    sscc: str
    line_id: UUID
    leg: int
    batch_id: UUID | None
    quantity: int
    text: str

    @property
    def spans(self) -> Spans:
        """The serials inside."""
        return Spans.parse(self.text)


class PackViewRow(Struct, frozen=True):
    """A pack as clients read it; `void` of its serials are void, and `holder_id` is None while it is on its way."""

    id: UUID
    sscc: str
    line_id: UUID
    consignment_id: UUID
    leg: int
    batch_id: UUID | None
    quantity: int
    packed_at: datetime
    packed_by: UUID
    unpacked_at: datetime | None
    void: int
    unresolved: int
    holder_id: UUID | None
    variant: VariantRow


class TouchedPackRow(NamedTuple):
    """A pack from which a step of a movement takes serials; steps count from 1."""

    pack_id: UUID
    line_id: UUID
    leg: int
    batch_id: UUID | None
    quantity: int
    void: int
    step: int
    moved: int


class PackContentRow(NamedTuple):
    """The serials of a pack in one condition."""

    pack_id: UUID
    condition: str
    text: str


class RequestPackRow(NamedTuple):
    """A pack that a mutation opened."""

    request_id: UUID
    pack_id: UUID


class BatchPackRow(NamedTuple):
    """A pack that a batch carries or carried."""

    batch_id: UUID
    pack_id: UUID
