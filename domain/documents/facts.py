"""What shipping documents are about: a batch with its lines and packs, and packs with their ends."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.spans import Spans


class Party(Struct, frozen=True):
    """A vendor at one end of a shipment."""

    name: str
    code: str
    city: str | None


class PrintedVersion(Struct, frozen=True):
    """The serials that a version of the artwork was printed on."""

    version: int
    spans: Spans


class SentLine(Struct, frozen=True):
    """The coupons of one variant that a batch carried; `printed` are versions of the artwork, in order."""

    id: UUID
    sku: str
    name: str
    quantity: int
    spans: Spans
    printed: Sequence[PrintedVersion] = ()


class SentPack(Struct, frozen=True):
    """A pack as it was made, with serials of one line."""

    sscc: str
    line_id: UUID
    spans: Spans


class Shipment(Struct, frozen=True, kw_only=True):
    """A batch as it was sent. `packs` are the first of `pack_count`, in the order in which they were made.

    A vendor that the reader may not see is None.
    """

    batch: str
    consignment: str
    sender: Party | None
    receiver: Party | None
    reference: str | None
    dispatched_at: datetime
    voided_at: datetime | None
    void_reason: str | None
    lines: Sequence[SentLine]
    packs: Sequence[SentPack]
    pack_count: int


class LabeledPack(Struct, frozen=True, kw_only=True):
    """A pack with what its label states. `batch` is None before it was dispatched.

    A vendor that the reader may not see is None.
    """

    sscc: str
    sku: str
    name: str
    spans: Spans
    consignment: str
    batch: str | None
    sender: Party | None
    receiver: Party | None
    packed_at: datetime
    voided: bool = False
    opened: bool = False
