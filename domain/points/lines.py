"""Lines as the ledger values them: sales and redeemed coupons, each at its place in canonical order (R21)."""

from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.channels import EarningChannel

# A redeemed coupon has one line.
COUPON_POSITION: Final = 1


class SalePlace(Struct, frozen=True, order=True, gc=False):
    """The place of a sale among those of its ECP: by the time of the sale, then by source, then by external ID.

    Sources and external IDs compare by code point. A redeemed coupon is placed at the time of its redemption; its
    source is empty, and its external ID is the id of its run and its serial.
    """

    sold_at: datetime
    source: str
    external_id: str


class SoldLine(Struct, frozen=True, gc=False):
    """A line of a sale as it counts now. Its quantity is net of returns, 0 if everything came back."""

    position: int
    variant_id: UUID
    quantity: int
    unit_price: Decimal
    currency: str


class SaleChange(Struct, frozen=True, gc=False):
    """A sale or redemption that is new or has changed, with all of its lines as they count now.

    `number` is the number of the sale. Without lines, the sale no longer counts at this place: a correction that moves
    a sale to another ECP or time is two changes. `cause` is the number of the sale that caused the change, such as a
    return; None if it is the sale itself. A coupon earns in one scheme only; None is every scheme.
    """

    number: int
    ecp_id: UUID
    place: SalePlace
    channel: EarningChannel
    lines: tuple[SoldLine, ...]
    scheme_id: UUID | None = None
    cause: int | None = None
