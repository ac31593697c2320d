"""What waits on the desks of managers after the history: parked sales, aliases, and adjustments of every status."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from msgspec import Struct

from db.demo.reads import LARGEST_BALANCES, EarnerRow
from db.sales.recording_reads import VARIANTS_BY_KEY
from domain.sales.facts import AliasKind, IngestMode
from domain.sales.reports import ReportedLine, ReportedSale
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.history.sale_plan import SOURCE, PlannedLine
from resolvers.adjustments.adjust_points import AdjustPoints, adjust_points
from resolvers.adjustments.decide_adjustment import DecideAdjustment, decide_adjustment
from resolvers.adjustments.withdraw_adjustment import WithdrawAdjustment, withdraw_adjustment
from resolvers.context import Operation
from resolvers.sales.add_alias import AddAlias, add_alias
from resolvers.sales.record_sales import RecordSales, record_sales

_CURRENCY: Final = "INR"
_SKU: Final = "GLN-SHAM-1L"
# What other systems call this variant, and an ECP. GS1 has reserved the prefix 952 for examples.
_GTIN: Final = "9521234000013"
_DEALER: Final = "Dealer 1001"
# Sales that name what nobody has registered: hours before loading, the name of the ECP, and of the variant.
_UNKNOWN: Final = ((52, "Dealer 4471", _SKU), (31, "Dealer 4471", _SKU), (30, _DEALER, "9521234000020"))


class Adjusted(Struct, frozen=True, kw_only=True):
    """An adjustment, made by a manager hours before loading, and what became of it minutes before loading."""

    maker: Person
    hours: int
    points: int
    reason: str
    accept: bool | None = None
    withdrawn: bool = False


# One for each of the ECPs with the largest balances.
ADJUSTMENTS: Final = (
    Adjusted(maker=Person.MANAGER, hours=0, points=250, reason="A receipt of the trade fair was read too low."),
    Adjusted(maker=Person.MANAGER, hours=55, points=2_000, reason="The till was offline for a week.", accept=True),
    Adjusted(maker=Person.MANAGER, hours=54, points=-1_500, reason="The practice returned a pallet.", accept=False),
    Adjusted(maker=Person.SECOND_MANAGER, hours=53, points=20_000, reason="A missed display prize.", withdrawn=True),
    Adjusted(maker=Person.MANAGER, hours=29, points=1_800, reason="Sales of a closed branch were missing."),
    Adjusted(maker=Person.SECOND_MANAGER, hours=28, points=-3_000, reason="One sale was reported by two systems."),
)
_DECIDED_BY: Final = {Person.MANAGER: Person.SECOND_MANAGER, Person.SECOND_MANAGER: Person.MANAGER}


class Desk(Struct, frozen=True):
    """The environment of people at their desks at a moment, and the codes of ECPs by e-mail address."""

    environment: Environment
    clock: DemoClock
    at: datetime
    viewers: Mapping[Person, Viewer]
    codes: Mapping[str, str]

    def operation(self, person: Person, before: timedelta) -> Operation:
        """An operation of a person, this long before the moment."""
        self.clock.set_to(self.at - before)
        return self.environment.operation(self.viewers[person])


async def fill_desk(desk: Desk) -> None:
    """Add aliases, park sales, and adjust points, in the transaction of the job."""
    operation = desk.operation(Person.MANAGER, timedelta(hours=60))
    earners = await operation.fetch(LARGEST_BALANCES)
    (variant,) = await operation.fetch(VARIANTS_BY_KEY, keys=[], skus=[_SKU])
    await add_alias(operation, AddAlias(AliasKind.SKU, _GTIN, variant_id=variant.id))
    for earner in earners[:1]:
        await add_alias(operation, AddAlias(AliasKind.ECP, _DEALER, ecp_id=earner.ecp_id))
    for number, (hours, ecp, sku) in enumerate(_UNKNOWN, start=1):
        sale = _unknown_sale(desk, f"UNKNOWN-{number}", hours, (ecp, sku))
        await _park(desk.operation(Person.CONNECTOR, timedelta(hours=hours - 1)), [sale])
    for number, (adjusted, earner) in enumerate(zip(ADJUSTMENTS, earners, strict=False), start=1):
        await _adjust(desk, adjusted, earner, number)


def _unknown_sale(desk: Desk, external_id: str, hours: int, names: tuple[str, str]) -> ReportedSale:
    ecp, sku = names
    price = Decimal(PlannedLine(_SKU, 1).unit_price)
    return ReportedSale(
        external_id=external_id,
        ecp_code=ecp,
        sold_at=desk.at - timedelta(hours=hours),
        lines=(ReportedLine(sku=sku, quantity=2, unit_price=price, currency=_CURRENCY),),
    )


async def _park(operation: Operation, sales: Sequence[ReportedSale]) -> None:
    await record_sales(operation, RecordSales(SOURCE, IngestMode.EACH_ON_ITS_OWN, sales, park=True))


async def _adjust(desk: Desk, adjusted: Adjusted, earner: EarnerRow, number: int) -> None:
    """Adjust points, and decide or withdraw as planned."""
    made = timedelta(hours=adjusted.hours, seconds=120 - number)
    command = AdjustPoints(
        ecp_id=earner.ecp_id,
        scheme_id=earner.scheme_id,
        points=adjusted.points,
        reason=adjusted.reason,
        idempotency_key=f"demo made {number}",
    )
    adjustment_id = await adjust_points(desk.operation(adjusted.maker, made), command)
    later = timedelta(seconds=60 - number)
    if adjusted.withdrawn:
        operation = desk.operation(adjusted.maker, later)
        await withdraw_adjustment(operation, WithdrawAdjustment(adjustment_id, f"demo withdrawn {number}"))
    if adjusted.accept is not None:
        operation = desk.operation(_DECIDED_BY[adjusted.maker], later)
        reason = "Checked with the receipts." if adjusted.accept else "The pallet is in the returns already."
        decision = DecideAdjustment(adjustment_id, adjusted.accept, reason, idempotency_key=f"demo decided {number}")
        await decide_adjustment(operation, decision)
