"""Who sees which sales, and the list of the sales of an ECP (R20, R25)."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Clients, document, gid
from tests.support.factories.ecps import EcpFactory
from tests.support.sales import CODE, Till, line, sale

READ = document("vendor/Sale")
LIST = document("portal/EcpSales")


async def listed(clients: Clients, **variables: Any) -> Any:
    """The page of the sales of the world's ECP, as an analyst sees it."""
    return (await clients[Role.ANALYST].send(LIST, code=CODE, **variables)).data["ecp"]["sales"]


async def test_who_sees_a_sale(till: Till, clients: Clients, ecps: EcpFactory) -> None:
    """R25: staff who read ECPs, the ECP, and the systems of the source; others get the answer of an unknown one."""
    await ecps.registered("Binod Thapa")
    await till.outcomes(sale(), sale("s-2", ecpCode="ECP-2026-000002"))
    for role in (Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST, Role.INTEGRATION, Role.ECP):
        found = [
            (await clients[role].send(READ, source=source, externalId=external_id)).data["sale"]
            for source, external_id in (("till", "s-1"), ("Till ", "s-2"), ("till", "s-3"), ("other", "s-1"))
        ]
        visible = [True, role is not Role.ECP, False, False]
        assert [one is not None for one in found] == visible, role
    for role in (Role.VENDOR, Role.DESIGNER, Role.APPROVER, Role.OPERATIONS):
        assert (await clients[role].send(READ, source="till", externalId="s-1")).codes == ["FORBIDDEN"]
    # A system sees no ECP.
    query = '{ sale(source: "till", externalId: "s-1") { ecp { code } revisions { ecp { code } } } }'
    assert (await till.client.send(query)).data["sale"] == {"ecp": None, "revisions": [{"ecp": None}]}
    assert (await clients[Role.ECP].send(query)).data["sale"]["ecp"] == {"code": CODE}


async def test_the_sales_of_an_ecp(till: Till, clients: Clients, stored: asyncpg.Connection) -> None:
    """R20: newest first, page by page, each in its current revision, filtered by days and schemes."""
    days = ["11", "12", "12", "14", "15"]
    await till.outcomes(*[sale(f"s-{n}", soldAt=f"2026-03-{day}T10:00:00Z") for n, day in enumerate(days)])
    await till.outcomes(
        sale("s-3", line("LENS-1"), soldAt="2026-03-13T10:00:00Z", revision=2),
        sale("s-4", line("LENS-1"), soldAt="2026-03-15T10:00:00Z", revision=2),
    )
    page = await listed(clients)
    assert page["totalCount"] == 5
    expected = [("s-4", 2), ("s-3", 2), ("s-2", 1), ("s-1", 1), ("s-0", 1)]
    assert [(node["externalId"], node["revision"]) for node in page["nodes"]] == expected
    found, after = [], None
    for _ in range(3):
        page = await listed(clients, first=2, after=after)
        found += [node["externalId"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert found == ["s-4", "s-3", "s-2", "s-1", "s-0"]
    assert not page["pageInfo"]["hasNextPage"]
    scheme_id = gid(NodeKind.SCHEME, await stored.fetchval("SELECT id FROM scheme"))
    for chosen, ids in (
        ({"from": "2026-03-12", "to": "2026-03-13"}, ["s-3", "s-2", "s-1"]),
        ({"to": "2026-03-11"}, ["s-0"]),
        ({"schemeIds": [scheme_id], "from": "2026-03-12"}, ["s-4", "s-2", "s-1"]),
    ):
        page = await listed(clients, filter=chosen)
        assert ([node["externalId"] for node in page["nodes"]], page["totalCount"]) == (ids, len(ids)), chosen


async def test_an_ecp_lists_its_own_sales(till: Till, clients: Clients) -> None:
    """R25: also for itself."""
    await till.outcomes(sale())
    query = "{ viewer { ecp { sales { totalCount nodes { externalId lines { netQuantity variant { sku } } } } } } }"
    found = (await clients[Role.ECP].send(query)).data["viewer"]["ecp"]["sales"]
    line_ = {"netQuantity": 3, "variant": {"sku": "AMB-1L"}}
    assert found == {"totalCount": 1, "nodes": [{"externalId": "s-1", "lines": [line_]}]}


@pytest.mark.parametrize("kind", [NodeKind.SALE, NodeKind.SALE_LINE])
async def test_ids_that_no_sale_can_have(till: Till, kind: NodeKind) -> None:
    """R26: they are unknown."""
    query = "query ($id: ID!) { node(id: $id) { id } }"
    for number in (0, 2**63, 2**128 - 1):
        assert (await till.client.send(query, id=gid(kind, UUID(int=number)))).data == {"node": None}
