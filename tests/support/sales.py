"""Reports of sales over HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from db.sales.rows import id_of_number
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.sales.facts import AliasKind, IngestMode
from domain.sales.reports import ReportedLine, ReportedSale
from graphql_api.context import Environment
from resolvers.paging import PageArguments
from resolvers.sales.add_alias import AddAlias, add_alias
from resolvers.sales.lists import list_parked_sales
from resolvers.sales.record_sales import RecordSales, record_sales
from tests.support.client import Client, document, gid
from tests.support.world import World

RECORD_SALES = document("vendor/RecordSales")
CODE = "ECP-2026-000001"
# It is ten days later in the tests of sales.
SOLD_AT = "2026-03-12T09:30:00Z"
NOW = datetime(2026, 3, 22, 9, tzinfo=UTC)


def line(sku: str = "AMB-1L", quantity: int = 3, **changed: Any) -> dict[str, Any]:
    """A line of three cans."""
    return {"sku": sku, "quantity": quantity, "unitPrice": "12.50", "currency": "INR", **changed}


def sale(external_id: str = "s-1", *lines: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A sale of one line, with something changed."""
    return {
        "externalId": external_id,
        "ecpCode": CODE,
        "soldAt": SOLD_AT,
        "lines": list(lines) or [line()],
        **changed,
    }


def returning(external_id: str, returned: str, *lines: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A sale that returns one can of another one."""
    return sale(external_id, *(lines or (line(quantity=-1),)), returnsExternalId=returned, **changed)


def unknown_ecp(code: str) -> str:
    """What is wrong with a sale that names an unknown ECP."""
    return f"There is no ECP with the code or alias “{code}”. Register the ECP, add an alias, or correct the sale."


def unknown_sku(sku: str, number: int = 1) -> str:
    """What is wrong with a line that names an unknown variant; lines are counted from 1."""
    return (
        f"There is no variant with the SKU or alias “{sku}” (line {number}). Add the product or an alias, or correct "
        "the sale."
    )


@dataclass
class Till:
    """A connected system that reports sales; by default each on its own, and none is parked."""

    client: Client
    source: str = "till"
    options: dict[str, Any] = field(default_factory=dict)

    async def report(self, *sales: dict[str, Any], **options: Any) -> Any:
        """The payload of a report."""
        given = {"mode": "EACH_ON_ITS_OWN", "source": self.source, **self.options, **options, "sales": list(sales)}
        return (await self.client.send(RECORD_SALES, input=given)).data["recordSales"]

    async def results(self, *sales: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
        """Return the result of each sale, and check the totals."""
        payload = await self.report(*sales, **options)
        assert payload["errors"] == []
        found: list[dict[str, Any]] = payload["results"]
        assert [result["externalId"] for result in found] == [item["externalId"].strip() for item in sales]
        outcomes = [result["outcome"] for result in found]
        for name, outcome in (
            ("recorded", "RECORDED"),
            ("corrected", "CORRECTED"),
            ("duplicates", "DUPLICATE"),
            ("conflicts", "CONFLICT"),
            ("rejected", "REJECTED"),
            ("parked", "PARKED"),
        ):
            assert payload[name] == outcomes.count(outcome)
        failed = {"REJECTED", "CONFLICT", "PARKED"}
        assert all(bool(result["errors"]) is (result["outcome"] in failed) for result in found)
        return found

    async def outcomes(self, *sales: dict[str, Any], **options: Any) -> list[str]:
        """Return the outcome of each sale."""
        return [result["outcome"] for result in await self.results(*sales, **options)]

    async def problems(self, *sales: dict[str, Any], **options: Any) -> list[tuple[str, list[str], str]]:
        """Return the code, the path within the input, and the sentence of every problem, in order."""
        return [
            (error["code"], error["path"][1:], error["message"])
            for result in await self.results(*sales, **options)
            for error in result["errors"]
        ]


async def example_sales(environment: Environment, world: World) -> dict[NodeKind, str]:
    """The global ids of a sale of the world's ECP, its line, a parked return, and an alias."""
    system = environment.operation(world.viewer(Role.INTEGRATION))
    sold = ReportedLine("AMB-1L", 3, unit_price=Decimal("12.50"), currency="INR")
    back = ReportedLine("AMB-1L", -1, unit_price=Decimal("12.50"), currency="INR")
    at = environment.clock() - timedelta(days=1)
    sales = [
        ReportedSale("s-1", CODE, sold_at=at, lines=(sold,)),
        ReportedSale("r-9", CODE, sold_at=at, lines=(back,), returns_external_id="s-9"),
    ]
    report = await record_sales(system, RecordSales("till", IngestMode.EACH_ON_ITS_OWN, sales=sales))
    (parked,) = (await list_parked_sales(system, PageArguments(), None)).nodes
    await system.close()
    manager = environment.operation(world.viewer(Role.PROGRAM_MANAGER))
    added = await add_alias(manager, AddAlias(AliasKind.SKU, "GTIN-1", variant_id=world.variants["AMB-4L"].id))
    await manager.close()
    number = report.results[0].number
    assert number is not None
    return {
        NodeKind.ALIAS: gid(NodeKind.ALIAS, added.alias_id),
        NodeKind.PARKED_SALE: gid(NodeKind.PARKED_SALE, parked.id),
        NodeKind.SALE: gid(NodeKind.SALE, id_of_number(number)),
        NodeKind.SALE_LINE: gid(NodeKind.SALE_LINE, UUID(int=number << 16)),
    }
