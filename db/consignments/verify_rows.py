"""Rows of what `tessera custody verify` compares; sets of serials are the text of multiranges here."""

from typing import NamedTuple
from uuid import UUID


class VerifiedConsignmentRow(NamedTuple):
    """A consignment to verify."""

    id: UUID
    code: str
    scheme_id: UUID


class VerifiedLineRow(NamedTuple):
    """A line to verify, and the place where its serials were planned."""

    id: UUID
    sku: str
    first_place: int | None


class SpansDifferenceRow(NamedTuple):
    """Serials that are missing and that should not be there, as multiranges; `doubled` are in several places."""

    segment: int
    missing: str
    extra: str
    doubled: int


class QuantityDifferenceRow(NamedTuple):
    """A quantity that is stored for something, and the one that was counted."""

    name: str
    stored: int
    counted: int


class FaultyMovementRow(NamedTuple):
    """A movement that contradicts itself."""

    id: UUID
    kind: str


class SegmentRow(NamedTuple):
    """A segment with the serials that were planned in it."""

    segment: int
    text: str


class PartRow(NamedTuple):
    """What a movement took of a segment."""

    id: int
    movement_id: UUID
    from_place: int
    to_place: int
    text: str


class PlaceNameRow(NamedTuple):
    """The parts of the name of a place."""

    id: int
    leg: int
    batch: str | None
    condition: str


class HeldSpansRow(NamedTuple):
    """The serials of a segment at a place."""

    place: int
    text: str


class BatchDifferenceRow(NamedTuple):
    """A batch whose discrepancies or status contradict its custody; the serials are multiranges."""

    batch: str
    sku: str
    missing: str
    extra: str


class VerifiedStateRow(NamedTuple):
    """The stored state of a consignment, with what it follows from beside its custody."""

    canceled: bool
    discrepancy_open: bool
    status: str
    custody_status: str
    waiting_legs: list[int]
    has_discrepancy: bool
