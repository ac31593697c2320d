"""Redemptions as redeemCoupon answers them: what a coupon earned, and why it earned nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.points.redemption_reads import FIRST_POINTS, HAS_BASE_POINTS
from db.sessions import Fetching, TransactionConflict
from domain.redemptions.facts import CouponFacts
from domain.redemptions.notices import unpaid_notice


class Redeemed(Struct, frozen=True):
    """A redemption: the number of its sale, the ECP, and the points that it earned when it was posted.

    The points are None while a job values earlier lines of the ECP again; it then posts them. `notices` say why there
    are none.
    """

    sale: int
    ecp_id: UUID
    ecp: int
    redeemed_at: datetime
    points: int | None
    notices: tuple[str, ...] = ()

    @property
    def ledger_key(self) -> tuple[UUID, int, datetime, int]:
        """Where the ledger has the entries of the redemption."""
        return self.ecp_id, self.ecp, self.redeemed_at, self.sale


async def read_redeemed(fetching: Fetching, ecp_id: UUID, facts: CouponFacts) -> Redeemed:
    """What the command that redeemed a coupon answered. Raises TransactionConflict while that is not committed."""
    if facts.redeemed_sale is None or facts.redeemed_at is None:
        raise TransactionConflict
    found = await fetching.fetch(FIRST_POINTS, **place_of(facts))
    redeemed = Redeemed(
        sale=facts.redeemed_sale,
        ecp_id=ecp_id,
        ecp=facts.ecp,
        redeemed_at=facts.redeemed_at,
        points=found[0] if found else None,
    )
    return await add_notices(fetching, facts, redeemed)


async def add_notices(fetching: Fetching, facts: CouponFacts, redeemed: Redeemed) -> Redeemed:
    """Say why a redemption earned nothing, if it did not."""
    if redeemed.points != 0:
        return redeemed
    found = await fetching.fetch(
        HAS_BASE_POINTS,
        ecp=redeemed.ecp,
        scheme=facts.scheme,
        redeemed_at=redeemed.redeemed_at,
        sale=redeemed.sale,
        variant_id=facts.variant_id,
    )
    return replace(redeemed, notices=(unpaid_notice(facts.title, has_base_points=any(found)),))


def place_of(facts: CouponFacts) -> dict[str, Any]:
    """The parameters that name the line of a redeemed coupon in the ledger."""
    return {
        "ecp": facts.ecp,
        "scheme": facts.scheme,
        "redeemed_at": facts.redeemed_at,
        "sale": facts.redeemed_sale,
    }
