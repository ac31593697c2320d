"""Rows of consignments, batches, movements, and custody; sets of serials are the text of multiranges here."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from db.catalog.rows import VariantRow
from domain.spans import Spans


class ConsignmentRow(Struct, frozen=True):
    """A consignment with what is derived from its custody."""

    id: UUID
    code: str
    scheme_id: UUID
    due_on: date | None
    created_at: datetime
    created_by: UUID
    codes_downloaded_at: datetime | None
    canceled_at: datetime | None
    canceled_by: UUID | None
    cancel_reason: str | None
    status: str
    since: datetime
    waiting_legs: list[int]
    waiting_since: datetime | None
    has_discrepancy: bool
    moved_at: datetime

    @property
    def deadline(self) -> tuple[date | None, str]:
        """The due date with the status."""
        return self.due_on, self.status


class LegRow(NamedTuple):
    """A vendor of a chain."""

    consignment_id: UUID
    position: int
    vendor_id: UUID


class LineRow(Struct, frozen=True):
    """The coupons of one variant in a consignment."""

    id: UUID
    consignment_id: UUID
    quantity: int
    segment_bits: int
    variant: VariantRow


class ChainRow(Struct, frozen=True):
    """A consignment as mutations need it: its vendors in order, and its lines as parallel lists."""

    id: UUID
    code: str
    scheme_id: UUID
    canceled: bool
    vendor_ids: list[UUID]
    vendor_names: list[str]
    line_ids: list[UUID]
    variant_ids: list[UUID]
    skus: list[str]
    quantities: list[int]
    segment_bits: list[int]
    packed: list[bool]


class HoldingRow(NamedTuple):
    """How many serials of a line are at one kind of place."""

    consignment_id: UUID
    line_id: UUID
    variant_id: UUID
    leg: int
    in_batch: bool
    condition: str
    quantity: int


class PlaceRow(Struct, frozen=True):
    """A place of serials and how many are there."""

    id: int
    line_id: UUID
    leg: int
    batch_id: UUID | None
    condition: str
    quantity: int


class PlaceSpansRow(Struct, frozen=True):
    """The serials at a place, of one segment or of those that were asked for."""

    place_id: int
    line_id: UUID
    leg: int
    batch_id: UUID | None
    condition: str
    text: str

    @property
    def spans(self) -> Spans:
        """The serials."""
        return Spans.parse(self.text)


class BatchRow(Struct, frozen=True):
    """A shipment from one leg to the next."""

    id: UUID
    code: str
    consignment_id: UUID
    from_leg: int
    from_vendor_id: UUID
    to_vendor_id: UUID
    status: str
    shipment_reference: str | None
    dispatched_at: datetime
    received_at: datetime | None
    voided_at: datetime | None
    void_reason: str | None

    @property
    def ends(self) -> tuple[UUID, UUID]:
        """The vendor that sends and the one that receives."""
        return self.from_vendor_id, self.to_vendor_id


class BatchLineRow(Struct, frozen=True):
    """The coupons of one line in a batch."""

    batch_id: UUID
    line_id: UUID
    quantity: int
    accepted: int
    damaged: int
    variant: VariantRow


class DiscrepancyRow(Struct, frozen=True):
    """Serials whose receipt differs from what was sent, or whose artwork is superseded: then there is no batch."""

    id: UUID
    kind: str
    consignment_id: UUID
    line_id: UUID
    variant_id: UUID
    batch_id: UUID | None
    vendor_id: UUID
    artwork_version: int | None
    spans_text: str
    open_text: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: UUID | None
    note: str | None

    @property
    def spans(self) -> Spans:
        """All its serials, resolved or not."""
        return Spans.parse(self.spans_text)

    @property
    def open_spans(self) -> Spans:
        """The serials that are not resolved yet."""
        return Spans.parse(self.open_text)


class MoveResultRow(NamedTuple):
    """What one step of `move_coupons` did."""

    step: int
    moved: int
    crossed: bool


class AllotmentRow(NamedTuple):
    """Serials that a line has taken."""

    variant_id: UUID
    text: str


class OccurrenceRow(NamedTuple):
    """When something happened last, or None."""

    at: datetime | None


class MovedPartRow(NamedTuple):
    """Serials of a line that a movement took to places of a condition."""

    kind: str
    line_id: UUID
    to_condition: str
    text: str


class AllottedRow(NamedTuple):
    """Serials that a line of a consignment has taken."""

    consignment_id: UUID
    line_id: UUID
    text: str


class RecallHolderRow(NamedTuple):
    """How many recalled coupons of a variant a vendor held in one condition, or were on their way to it."""

    vendor_id: UUID
    variant_id: UUID
    in_transit: bool
    condition: str
    quantity: int
