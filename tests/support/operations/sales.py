"""Documents of sales: connected systems, and the people who repair parked sales."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from domain.node_kinds import NodeKind
from tests.support.client import gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.sales import CODE, example_sales, line, returning, sale
from tests.support.world import World

# The scheme has begun, so that sales earn points.
_RUNNING = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 3, 10), date(2026, 7, 31))
_NOW = "2026-03-10T09:04:00Z"


async def _enrolled(factory: SchemeFactory) -> None:
    made = EnrollmentFactory(factory)
    await made.enrolled(await made.open_scheme(dates=_RUNNING), await factory.ecps.verified())


def _report(*sales: dict[str, Any]) -> Any:
    async def prepared(factory: SchemeFactory, world: World) -> Prepared:
        await _enrolled(factory)
        await example_sales(factory.environment, world)
        return "INTEGRATION", {"input": {"source": "till", "mode": "ALL_OR_NOTHING", "sales": list(sales)}}

    return prepared


async def _a_sale(factory: SchemeFactory, world: World) -> Prepared:
    await factory.ecps.verified()
    await example_sales(factory.environment, world)
    return "INTEGRATION", {"source": "till", "externalId": "s-1"}


def _parked(account: str, **variables: Any) -> Any:
    async def prepared(factory: SchemeFactory, world: World) -> Prepared:
        await factory.ecps.verified()
        await example_sales(factory.environment, world)
        return account, variables

    return prepared


async def _a_dealer_code(factory: SchemeFactory, _world: World) -> Prepared:
    ecp_id = gid(NodeKind.ECP, await factory.ecps.verified())
    return "PROGRAM_MANAGER", {"input": {"kind": "ECP", "alias": "Dealer 17", "ecpId": ecp_id}}


async def _an_alias(factory: SchemeFactory, world: World) -> Prepared:
    await factory.ecps.verified()
    made = await example_sales(factory.environment, world)
    return "PROGRAM_MANAGER", {"input": {"aliasId": made[NodeKind.ALIAS]}}


async def _discarding(factory: SchemeFactory, world: World) -> Prepared:
    await factory.ecps.verified()
    made = await example_sales(factory.environment, world)
    return "PROGRAM_MANAGER", {"input": {"parkedSaleIds": [made[NodeKind.PARKED_SALE]], "reason": "A test sale."}}


async def _a_source(_factory: SchemeFactory, world: World) -> Prepared:
    account_id = gid(NodeKind.ACCOUNT, world.accounts["INTEGRATION"].id)
    return "ADMIN", {"input": {"source": "till", "accountIds": [account_id]}}


OF_SALES: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "vendor/RecordSales": _report(sale("s-2", soldAt=_NOW)),
    "vendor/CorrectSale": _report(sale("s-1", line(quantity=2), revision=2, soldAt=_NOW)),
    "vendor/ReturnSale": _report(sale("s-2", soldAt=_NOW), returning("r-2", "s-2", soldAt=_NOW)),
    "vendor/Sale": _a_sale,
    "vendor/ParkedSales": _parked("INTEGRATION", source="till", first=10),
    "portal/AddAlias": _a_dealer_code,
    "portal/ParkedSales": _parked("PROGRAM_MANAGER", search="s-9", alias="gtin", first=10),
    "portal/EcpSales": _parked("ANALYST", code=CODE, filter={"from": "2026-03-01", "to": "2026-03-31"}, first=10),
    "portal/RemoveAlias": _an_alias,
    "portal/DiscardParkedSales": _discarding,
    "portal/SetSaleSourceAccounts": _a_source,
}
