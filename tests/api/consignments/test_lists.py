"""Lists of consignments, batches, and discrepancies: filters, orders, and pages (R13, R15)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory

CONSIGNMENTS = """query ($filter: ConsignmentFilter, $orderBy: ConsignmentOrder, $first: Int, $after: String,
    $last: Int, $before: String) { consignments(filter: $filter, orderBy: $orderBy, first: $first, after: $after,
    last: $last, before: $before) { totalCount nodes { code overdue }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
BATCHES = """query ($filter: BatchFilter, $first: Int, $after: String) { batches(filter: $filter, first: $first,
    after: $after) { totalCount nodes { code status } pageInfo { hasNextPage endCursor } } }"""
DISCREPANCIES = """query ($filter: DiscrepancyFilter, $first: Int, $after: String) { discrepancies(filter: $filter,
    first: $first, after: $after) { totalCount nodes { message owner ageInDays } pageInfo { endCursor } } }"""


@pytest.fixture
async def three(consignments: ConsignmentFactory, clock: TestClock) -> Mapping[str, str]:
    """Three consignments, a day after the other: one for the printer alone, one on the road, and one just made.

    Returns the global IDs of the schemes; the third consignment belongs to the second one.
    """
    today = clock.now.date()
    first_scheme, second_scheme = [await consignments.generated() for _ in range(2)]
    first = await consignments.created(
        first_scheme, chain=("PRN-1",), quantities={"AMB-1L": 100}, due_on=today + timedelta(days=1)
    )
    await consignments.produce(first, quantity=100)
    clock.advance(days=1)
    second = await consignments.created(first_scheme, quantities={"AMB-4L": 200}, due_on=today + timedelta(days=30))
    await consignments.produce(second, sku="AMB-4L", quantity=200)
    batch_id = await consignments.dispatch(second, sku="AMB-4L", quantity=150)
    clock.advance(hours=5)
    await consignments.dispatch(second, sku="AMB-4L", quantity=50)
    await consignments.receive(batch_id, sku="AMB-4L", accepted_serials=(Span(1000, 1148),))
    clock.advance(days=1)
    await consignments.created(second_scheme, chain=("PRN-1", "FAC-1"), quantities={"AMB-1L": 300})
    return {"first": gid(NodeKind.SCHEME, first_scheme), "second": gid(NodeKind.SCHEME, second_scheme)}


async def listed(client: Client, **given: Any) -> list[int]:
    """The numbers of the consignments in a list; its count agrees."""
    found = (await client.send(CONSIGNMENTS, **given)).data["consignments"]
    assert found["totalCount"] == len(found["nodes"])
    return [int(node["code"][-6:]) for node in found["nodes"]]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, [3, 2, 1]),
        ("CREATED_AT_DESC", [3, 2, 1]),
        ("DUE_ON_ASC", [1, 2, 3]),
        ("MOVED_AT_DESC", [3, 2, 1]),
        ("WAITING_SINCE_ASC", [1, 2, 3]),
    ],
)
async def test_orders(clients: Clients, three: Mapping[str, str], order: str | None, expected: list[int]) -> None:
    """R13: consignments without a due date are the last ones by it."""
    assert await listed(clients[Role.OPERATIONS], orderBy=order) == expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"search": "con-2026-000002"}, [2]),
        ({"search": "000003 "}, [3]),
        ({"search": "monsoon"}, [3, 2, 1]),
        ({"search": "SCH-2026-000001"}, [2, 1]),
        ({"search": "winter"}, []),
        ({"search": "%"}, []),
        ({"search": "  "}, [3, 2, 1]),
        ({"statuses": ["READY", "DELIVERED"]}, [3]),
        ({"statuses": ["IN_PRODUCTION"]}, [2, 1]),
        ({"statuses": []}, []),
        ({"hasDiscrepancy": True}, [2]),
        ({"hasDiscrepancy": False}, [3, 1]),
        ({"dueFrom": "2026-03-11", "dueTo": "2026-03-11"}, [1]),
        ({"dueFrom": "2026-03-12"}, [2]),
        ({"overdue": True}, [1]),
        ({"overdue": False}, [3, 2]),
        ({"overdue": True, "hasDiscrepancy": True}, []),
    ],
)
async def test_filters(
    clients: Clients, three: Mapping[str, str], chosen: Mapping[str, Any], expected: list[int]
) -> None:
    """R13: all conditions hold together."""
    assert await listed(clients[Role.OPERATIONS], filter=chosen) == expected


async def test_filters_by_other_objects(
    clients: Clients, three: Mapping[str, str], consignments: ConsignmentFactory
) -> None:
    """R13, R15: by scheme, variant, vendor, and the vendor that must act."""
    operations, world = clients[Role.OPERATIONS], consignments.world
    vendors = {code: gid(NodeKind.VENDOR, row.id) for code, row in world.vendors.items()}
    assert await listed(operations, filter={"schemeIds": [three["second"]]}) == [3]
    assert await listed(operations, filter={"schemeIds": [three["second"], three["first"]]}) == [3, 2, 1]
    lens = gid(NodeKind.VARIANT, world.variants["AMB-4L"].id)
    assert await listed(operations, filter={"variantIds": [lens]}) == [2]
    assert await listed(operations, filter={"vendorIds": [vendors["FAC-1"]]}) == [3, 2]
    assert await listed(operations, filter={"vendorIds": [vendors["PCK-1"], vendors["FAC-1"]]}) == [3, 2]
    assert await listed(operations, filter={"waitingOnVendorIds": [vendors["PRN-1"]]}) == [3, 1]
    assert await listed(operations, filter={"waitingOnVendorIds": [vendors["PCK-1"]]}) == [2]
    assert await listed(operations, filter={"waitingOnVendorIds": [vendors["FAC-1"]]}) == []
    for name, wrong in (("schemeIds", lens), ("vendorIds", lens), ("waitingOnVendorIds", lens)):
        answer = await operations.send(CONSIGNMENTS, filter={name: [wrong]})
        assert answer.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": name}


@pytest.mark.parametrize("order", ["CREATED_AT_DESC", "DUE_ON_ASC", "MOVED_AT_DESC", "WAITING_SINCE_ASC"])
async def test_pages_go_through_a_list_in_both_directions(
    clients: Clients, consignments: ConsignmentFactory, order: str, clock: TestClock
) -> None:
    """R13: also where several consignments have no date at all."""
    scheme_id = await consignments.generated()
    for days in (5, None, 3, None, 4):
        due_on = None if days is None else clock.now.date() + timedelta(days=days)
        made = await consignments.created(scheme_id, chain=("PRN-1",), quantities={"AMB-1L": 10}, due_on=due_on)
        if days == 4:
            await consignments.produce(made, quantity=10)
            await consignments.commission(made, Span(40, 49), by="PRN-1")
    operations = clients[Role.OPERATIONS]
    whole = await listed(operations, orderBy=order)
    assert len(whole) == 5
    forward: list[int] = []
    page: Any = {"endCursor": None}
    for _ in range(3):
        found = (await operations.send(CONSIGNMENTS, orderBy=order, first=2, after=page["endCursor"])).data
        page = found["consignments"]["pageInfo"]
        forward += [int(node["code"][-6:]) for node in found["consignments"]["nodes"]]
    assert (forward, page["hasNextPage"], page["hasPreviousPage"]) == (whole, False, True)
    backward: list[int] = []
    page = {"startCursor": None}
    for _ in range(3):
        found = (await operations.send(CONSIGNMENTS, orderBy=order, last=2, before=page["startCursor"])).data
        page = found["consignments"]["pageInfo"]
        backward = [int(node["code"][-6:]) for node in found["consignments"]["nodes"]] + backward
    assert (backward, page["hasPreviousPage"]) == (whole, False)


async def test_a_cursor_of_another_order_is_rejected(clients: Clients, three: Mapping[str, str]) -> None:
    """R26."""
    operations = clients[Role.OPERATIONS]
    found = (await operations.send(CONSIGNMENTS, orderBy="DUE_ON_ASC", first=1)).data["consignments"]
    answer = await operations.send(CONSIGNMENTS, after=found["pageInfo"]["endCursor"])
    assert answer.errors[0]["message"] == "This cursor belongs to another list or order; start from the beginning."


async def test_batches(clients: Clients, three: Mapping[str, str], consignments: ConsignmentFactory) -> None:
    """R15: last dispatched first, by consignment, vendor, status, and day."""
    operations, world = clients[Role.OPERATIONS], consignments.world

    async def numbers(**chosen: Any) -> list[int]:
        found = (await operations.send(BATCHES, filter=chosen)).data["batches"]
        assert found["totalCount"] == len(found["nodes"])
        return [int(node["code"][-6:]) for node in found["nodes"]]

    (consignment,) = (await operations.send('{ consignment(code: "con-2026-000002") { id } }')).data.values()
    printer, packer = (gid(NodeKind.VENDOR, world.vendors[code].id) for code in ("PRN-1", "PCK-1"))
    assert await numbers() == [2, 1]
    assert await numbers(consignmentId=consignment["id"]) == [2, 1]
    assert await numbers(schemeIds=[three["second"]]) == []
    assert await numbers(fromVendorId=printer, toVendorId=packer) == [2, 1]
    assert await numbers(fromVendorId=packer) == []
    assert await numbers(statuses=["IN_TRANSIT"]) == [2]
    assert await numbers(statuses=["RECEIVED", "VOIDED"]) == [1]
    assert await numbers(search="bat-2026-000001") == [1]
    assert await numbers(dispatchedFrom="2026-03-11", dispatchedTo="2026-03-11") == [2, 1]
    assert await numbers(dispatchedTo="2026-03-10") == []
    first = (await operations.send(BATCHES, first=1)).data["batches"]
    rest = (await operations.send(BATCHES, first=1, after=first["pageInfo"]["endCursor"])).data["batches"]
    assert [found["nodes"][0]["code"][-1] for found in (first, rest)] == ["2", "1"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    vendor = (await clients[Role.VENDOR].send(BATCHES, first=1)).data["batches"]
    after = vendor["pageInfo"]["endCursor"]
    assert (vendor["totalCount"], vendor["nodes"][0]["code"][-1]) == (2, "2")
    assert (await clients[Role.VENDOR].send(BATCHES, first=1, after=after)).data["batches"] == {
        "totalCount": 2,
        "nodes": [{"code": "BAT-2026-000001", "status": "RECEIVED"}],
        "pageInfo": {"hasNextPage": False, "endCursor": rest["pageInfo"]["endCursor"]},
    }


async def test_discrepancies(
    clients: Clients, three: Mapping[str, str], consignments: ConsignmentFactory, clock: TestClock
) -> None:
    """R15: with owner and age, by consignment, scheme, vendor, and kind."""
    clock.advance(days=2)
    operations, world = clients[Role.OPERATIONS], consignments.world
    message = "1 short of 150 coupons of AMB-4L in BAT-2026-000001."

    async def messages(**chosen: Any) -> list[str]:
        found = (await operations.send(DISCREPANCIES, filter=chosen)).data["discrepancies"]
        assert found["totalCount"] == len(found["nodes"])
        assert [(node["owner"], node["ageInDays"]) for node in found["nodes"]] == [("OPERATIONS", 3)] * len(
            found["nodes"]
        )
        return [node["message"] for node in found["nodes"]]

    (consignment,) = (await operations.send('{ consignment(code: "CON-2026-000002") { id } }')).data.values()
    vendors = {code: gid(NodeKind.VENDOR, row.id) for code, row in world.vendors.items()}
    for chosen in (
        {},
        {"open": True, "kinds": ["SHORT"]},
        {"consignmentId": consignment["id"]},
        {"schemeId": three["first"]},
        {"vendorId": vendors["PRN-1"]},
        {"vendorId": vendors["PCK-1"]},
    ):
        assert await messages(**chosen) == [message], chosen
    for chosen in (
        {"open": False},
        {"kinds": ["OVER_SENT"]},
        {"schemeId": three["second"]},
        {"vendorId": vendors["FAC-1"]},
    ):
        assert await messages(**chosen) == [], chosen
