"""The scan of a genuine code, and what came of it."""

from collections.abc import Hashable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.redemptions.rows import ScannedCouponRow
from db.sessions import TransactionConflict
from domain.calendar import Calendar
from domain.coupons.keys import FoundSerial
from domain.failures import Failure
from resolvers.redemptions.attempts import Attempt


class Scan(Struct, frozen=True, eq=False):
    """A genuine code that an ECP scanned at a time that counts, as the server received it at `now`.

    The idempotency key belongs to `owner_id`, and `digest` is that of the input which it came with.
    """

    found: FoundSerial
    ecp_id: UUID
    owner_id: UUID
    key: str
    digest: bytes
    at: datetime
    now: datetime
    timed: bool
    attempt: Attempt
    calendar: Calendar

    @property
    def claims(self) -> frozenset[Hashable]:
        """The coupon, the ledger, and the key: what depends on one of them is decided when it is committed."""
        return frozenset((self.found.serial, self.ecp_id, (self.owner_id, self.key)))


class Unpaid(Struct, frozen=True):
    """A scan that paid nothing, and why, where that is known without reading more; without a coupon there is none."""

    coupon: ScannedCouponRow | None
    why: Failure | TransactionConflict | None = None
