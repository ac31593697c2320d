"""What the mapping from movements to events takes."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.epcis.identifiers import CouponClass
from domain.spans import Spans


class Occurrence(Struct, frozen=True):
    """When something happened, with the offset of the place from UTC, like `+05:30`; and when it was recorded."""

    occurred_at: datetime
    offset: str
    recorded_at: datetime


class MovementFacts(Struct, frozen=True, kw_only=True):
    """A movement or a redemption as its event describes it; vendors, consignments, and batches by their codes.

    A redemption has neither: it names no place, because that of an ECP is personal.
    """

    id: UUID
    kind: str
    condition: str
    spans: Spans
    coupons: CouponClass
    occurrence: Occurrence
    vendor: str | None
    consignment: str | None
    batch: str | None = None
    sender: str | None = None
    receiver: str | None = None
    sscc: str | None = None
