"""How a piece of the history is stored: through the mutations, as a connected system and as ECPs."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import structlog
from msgspec import Struct

from domain.failures import Failure
from domain.sales.facts import IngestMode, SaleOutcome
from domain.sales.reports import ReportedLine, ReportedSale
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.history.coupons import CommissionedCoupons
from graphql_api.demo.history.sale_plan import SOURCE
from graphql_api.demo.history.timeline import Piece, TimedRedemption, TimedSale
from resolvers.redemptions.redeem_coupon import RedeemCoupon, redeem_coupon
from resolvers.sales.record_sales import RecordSales, record_sales

# That of the program.
_CURRENCY: Final = "INR"
_EXPECTED: Final = frozenset({SaleOutcome.RECORDED, SaleOutcome.CORRECTED, SaleOutcome.DUPLICATE})
_log = structlog.get_logger("tessera.demo")


class Actors(Struct, frozen=True):
    """The environment of a piece, and those who act in it: viewers by e-mail address, and codes of ECPs."""

    environment: Environment
    clock: DemoClock
    connector: Viewer
    viewers: Mapping[str, Viewer]
    codes: Mapping[str, str]


async def record_piece(piece: Piece, coupons: CommissionedCoupons, actors: Actors) -> None:
    """Record the sales and redemptions of a piece. What is not accepted is logged, and the rest goes on."""
    if piece.sales:
        actors.clock.set_to(piece.at)
        await _report(piece.sales, actors)
    for redemption in piece.redemptions:
        actors.clock.set_to(redemption.sent_at)
        await _redeem(redemption, coupons, actors)


async def _report(sales: Sequence[TimedSale], actors: Actors) -> None:
    reported = [
        _reported(sale, code) for sale in sales if (code := actors.codes.get(sale.plan.ecp.details.email or ""))
    ]
    if not reported:
        return
    operation = actors.environment.operation(actors.connector)
    report = await record_sales(operation, RecordSales(SOURCE, IngestMode.EACH_ON_ITS_OWN, reported))
    for result in report.results:
        if result.outcome not in _EXPECTED:
            reasons = "; ".join(problem.message for problem in result.problems)
            _log.warning("a demo sale is not recorded", sale=result.external_id, outcome=result.outcome, reason=reasons)


def _reported(sale: TimedSale, code: str) -> ReportedSale:
    plan = sale.plan
    return ReportedSale(
        external_id=plan.external_id,
        ecp_code=code,
        sold_at=sale.sold_at,
        lines=tuple(
            ReportedLine(sku=line.sku, quantity=line.quantity, unit_price=Decimal(line.unit_price), currency=_CURRENCY)
            for line in plan.lines
        ),
        revision=plan.revision,
        returns_external_id=plan.returns,
    )


async def _redeem(redemption: TimedRedemption, coupons: CommissionedCoupons, actors: Actors) -> None:
    viewer = actors.viewers.get(redemption.plan.ecp.details.email or "")
    if viewer is None:
        return
    environment = actors.environment
    code = coupons.code(redemption.serial, environment.coupon_keys)
    command = RedeemCoupon(
        code=code,
        scanned_at=redemption.scanned_at,
        device_id=f"demo-{redemption.plan.ecp.details.phone or ''}"[-12:],
        idempotency_key=f"demo {redemption.serial}",
    )
    try:
        await redeem_coupon(environment.operation(viewer), command)
    except Failure as failure:
        _log.warning("a demo coupon is not redeemed", serial=redemption.serial, reason=str(failure))
