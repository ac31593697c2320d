"""A sale that would take a balance beyond what clients hold exactly is rejected, and stops no other (R20, R22)."""

from typing import Any

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.sales.recording import record_entries
from resolvers.sales.retry_parked import retry_parked_sales
from tests.support.client import Clients, document, gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.sales import Till, line, sale
from tests.support.unchanged import nothing_changes
from tests.support.world import World

EXCEEDED = (
    "The balance of the ECP would be 9,007,199,254,741,012 points, and a balance is at most 9,007,199,254,740,991. "
    "Check the quantities of the sale and the points of the scheme."
)
PARKED = "SELECT external_id, code, problem FROM parked_sale ORDER BY source, external_id"
OTHER = "ECP-2026-000002"


@pytest.fixture(autouse=True)
async def balance(till: Till, stored: asyncpg.Connection, enrollments: EnrollmentFactory) -> None:
    """The balance of the first ECP has room for 9 points; a sale earns 30. There is a second ECP."""
    await enrollments.ecps.verified("Binod Thapa")
    assert await till.outcomes(sale("s-0")) == ["RECORDED"]
    await stored.execute("UPDATE points_account SET available = $1", 2**53 - 10)


async def add_alias(clients: Clients, world: World) -> Any:
    """Let the world's ECP have an alias, and return how many parked sales are recorded because of it."""
    given = {"kind": "ECP", "alias": "Dealer 7", "ecpId": gid(NodeKind.ECP, next(iter(world.ecps.values())))}
    payload = (await clients[Role.PROGRAM_MANAGER].send(document("portal/AddAlias"), input=given)).data["addAlias"]
    assert payload["errors"] == []
    return payload["recorded"]


async def test_only_the_sale_itself_is_rejected(till: Till, database_url: str) -> None:
    """R20, R22: with the reason; in the other mode nothing is recorded."""
    sales = [sale("s-1", ecpCode=OTHER), sale("s-2"), sale("s-3", ecpCode=OTHER)]
    async with nothing_changes(database_url):
        problems = await till.problems(*sales, mode="ALL_OR_NOTHING")
        undone = "Another sale of this report was rejected, so none of them was recorded."
        assert problems == [
            ("ILLEGAL_STATE", ["sales", "0"], undone),
            ("LIMIT_EXCEEDED", ["sales", "1", "lines"], EXCEEDED),
            ("ILLEGAL_STATE", ["sales", "2"], undone),
        ]
        assert await till.problems(sales[1]) == [("LIMIT_EXCEEDED", ["sales", "0", "lines"], EXCEEDED)]
    assert await till.outcomes(*sales) == ["RECORDED", "REJECTED", "RECORDED"]
    assert await till.outcomes(*sales, sale("s-4", line(quantity=0))) == [
        "DUPLICATE",
        "REJECTED",
        "DUPLICATE",
        "REJECTED",
    ]


async def test_a_parked_sale_stops_neither_an_alias_nor_others(
    till: Till, clients: Clients, world: World, stored: asyncpg.Connection, environment: Environment
) -> None:
    """R20: it stays parked and says why, and is recorded when it fits."""
    parking = Till(till.client, options={"park": True})
    named = [sale(f"s-{number}", line(quantity=of), ecpCode="Dealer 7") for number, of in ((1, 3), (2, 3))]
    await parking.outcomes(*named, sale("s-3", line("NEW-1"), ecpCode="Dealer 7"))
    await stored.execute("UPDATE points_account SET available = $1", 2**53 - 40)
    assert await add_alias(clients, world) == 1
    rows = [tuple(row)[:2] for row in await stored.fetch(PARKED)]
    assert rows == [("s-2", "LIMIT_EXCEEDED"), ("s-3", "NOT_FOUND")]
    await stored.execute("UPDATE points_account SET available = 0")
    operation = environment.operation(None)
    await retry_parked_sales(operation, None)  # type: ignore[arg-type] # it has no settings
    await operation.close()
    assert [row["external_id"] for row in await stored.fetch(PARKED)] == ["s-3"]


async def test_a_parked_sale_that_fails_stops_no_other(
    till: Till, clients: Clients, world: World, stored: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: whatever the error is, of its own source or another one; it says so."""

    async def record(operation: Any, session: Any, source: str, entries: Any, **options: Any) -> Any:
        recorded = await record_entries(operation, session, source, entries, **options)
        if any(entry.sale.external_id == "s-2" for entry in entries):
            raise OverflowError("Integer value out of range")
        return recorded

    monkeypatch.setattr("resolvers.sales.retry_parked.record_entries", record)
    await stored.execute("UPDATE points_account SET available = 0")
    for source in ("a till", "till", "z till"):
        parking = Till(till.client, source=source, options={"park": True})
        ids = ("s-1", "s-2", "s-3") if source == "till" else ("s-1",)
        assert await parking.outcomes(*[sale(one, ecpCode="Dealer 7") for one in ids]) == ["PARKED"] * len(ids)
    assert await add_alias(clients, world) == 4
    problem = (
        "The server failed to record this sale, and tries it again later. Send it again as it should be, or discard it."
    )
    assert [tuple(row) for row in await stored.fetch(PARKED)] == [("s-2", "ILLEGAL_STATE", problem)]
    assert await stored.fetchval("SELECT sum(available) FROM points_account") == 4 * 30
