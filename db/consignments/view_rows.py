"""Rows of consignments as clients read them; sets of serials are the text of multiranges here."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from db.catalog.rows import VariantRow, VendorRow
from domain.spans import Spans


class ChainLegRow(Struct, frozen=True):
    """A leg with its vendor, and whether it must act; `designer`: a designer must."""

    consignment_id: UUID
    position: int
    vendor: VendorRow
    waiting: bool
    has_discrepancy: bool
    designer: bool


class CustodyRow(Struct, frozen=True):
    """How many serials of a line are at one kind of place; of a line that has none left, the place is None.

    `legs` is how many legs the consignment has.
    """

    consignment_id: UUID
    legs: int
    variant: VariantRow
    leg: int | None
    in_batch: bool
    condition: str | None
    quantity: int


class SerialsRow(NamedTuple):
    """The serials of one thing, like a line; `text` is None if it has none."""

    id: UUID
    text: str | None


class SerialsSentRow(NamedTuple):
    """The serials of one line that a batch carried."""

    batch_id: UUID
    line_id: UUID
    text: str


class BatchLineViewRow(Struct, frozen=True):
    """The coupons of one line in a batch, and where they are by now."""

    batch_id: UUID
    line_id: UUID
    received: bool
    quantity: int
    accepted: int
    damaged: int
    unresolved: int
    lost: int
    void: int
    in_transit: int
    variant: VariantRow

    @property
    def key(self) -> tuple[UUID, UUID]:
        """The batch and the line."""
        return self.batch_id, self.line_id


class MovementViewRow(Struct, frozen=True):
    """A movement of serials of one line, with the names of what it is about."""

    id: UUID
    request_id: UUID
    consignment_id: UUID
    batch_id: UUID | None
    batch_code: str | None
    kind: str
    from_condition: str
    to_condition: str
    quantity: int
    occurred_at: datetime
    recorded_at: datetime
    account_id: UUID
    note: str | None
    artwork_version: int | None
    pack_id: UUID | None
    sscc: str | None
    vendor: VendorRow
    variant: VariantRow


class DiscrepancyViewRow(Struct, frozen=True):
    """Serials whose receipt differs from what was sent, or whose artwork is superseded.

    `sent` is how many the batch carried of the variant. Superseded artwork concerns no batch: `printed` are the
    versions that the serials carry, and `artwork_version` is the one that superseded them. The vendor is None if the
    viewer may not read its name.
    """

    id: UUID
    kind: str
    consignment_id: UUID
    batch_id: UUID | None
    batch_code: str | None
    sent: int | None
    artwork_version: int | None
    printed: list[int] | None
    spans_text: str
    open_text: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: UUID | None
    note: str | None
    vendor: VendorRow | None
    variant: VariantRow

    @property
    def spans(self) -> Spans:
        """All its serials, resolved or not."""
        return Spans.parse(self.spans_text)

    @property
    def open_spans(self) -> Spans:
        """The serials that are not resolved yet."""
        return Spans.parse(self.open_text)

    @property
    def lifetime(self) -> tuple[datetime, datetime | None]:
        """When it was opened and resolved."""
        return self.opened_at, self.resolved_at


class ChainFactsRow(Struct, frozen=True):
    """A consignment as its guards see it, with one kind of place; the place is None if there are no serials.

    `packed` is how many serials are in packs on hand at the leg.
    """

    id: UUID
    code: str
    canceled: bool
    vendor_ids: list[UUID]
    leg: int | None
    in_batch: bool
    condition: str | None
    quantity: int
    packed: int


class BatchFactsRow(Struct, frozen=True):
    """A batch as its guards see it."""

    id: UUID
    code: str
    consignment: str
    canceled: bool
    from_vendor_id: UUID
    to_vendor_id: UUID
    status: str
    moved_on: bool
