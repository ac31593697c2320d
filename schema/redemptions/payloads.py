"""Payloads of redemptions."""

from datetime import datetime
from uuid import UUID

import strawberry

from resolvers.points.balance_loaders import balances_of_ecps
from resolvers.points.sale_loaders import entries_by_sale
from resolvers.redemptions.redeemed import Redeemed
from schema.fields import batched
from schema.paging import Connection, forward_page
from schema.payloads import KeyedPayload
from schema.points.ledger_types import PointsBalance, PointsEntry
from schema.scalars import SafeInt


@strawberry.type(description="The result of `redeemCoupon`.")
class RedeemCouponPayload(KeyedPayload):
    ledger_key: strawberry.Private[tuple[UUID, int, datetime, int] | None] = None
    points: SafeInt | None = strawberry.field(
        default=None,
        description="The points that the coupon earned when it was redeemed. Null if there are errors, and while a job "
        "values earlier sales of the ECP again: it then posts the points.",
    )
    entries: Connection[PointsEntry] | None = batched(
        entries_by_sale,
        key="ledger_key",
        arguments=forward_page,
        description="The entries of the ledger for the coupon, last recorded first. Null if there are errors.",
    )
    notices: list[str] = strawberry.field(
        default_factory=list,
        description="Why a coupon that is redeemed earned no points. Empty if there is nothing to say.",
    )
    balance: PointsBalance | None = batched(
        balances_of_ecps, key="key", description="The points of the ECP after the mutation. Null if there are errors."
    )

    @classmethod
    def of(cls, redeemed: Redeemed) -> "RedeemCouponPayload":
        """Build the payload of a redemption."""
        points = None if redeemed.points is None else SafeInt(redeemed.points)
        return cls(key=redeemed.ecp_id, ledger_key=redeemed.ledger_key, points=points, notices=list(redeemed.notices))
