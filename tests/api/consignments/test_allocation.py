"""How the coupons of a scheme are allocated, by variant and by vendor (R12, R13)."""

from typing import Any
from uuid import UUID

import pytest

from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Client, Clients
from tests.support.factories.consignments import ConsignmentFactory

ALLOCATION = """{ schemes { nodes { variants { variant { sku } plannedQuantity allocatedQuantity pendingQuantity }
    consignments { totalCount nodes { code } }
    allocation { plannedQuantity generatedQuantity shortfallQuantity allocatedQuantity pendingQuantity
        availableQuantity
        byVariant { variant { sku } plannedQuantity generatedQuantity voidQuantity closedQuantity shortfallQuantity
            allocatedQuantity pendingQuantity availableQuantity }
        byVendor { vendor { name } quantity consignments } } } } }"""
NAMES = ("planned", "generated", "shortfall", "allocated", "pending", "available")


async def allocation(client: Client) -> Any:
    """The one scheme, with its allocation."""
    (scheme,) = (await client.send(ALLOCATION)).data["schemes"]["nodes"]
    return scheme


def sums(found: Any) -> tuple[int, ...]:
    """The sums of an allocation, in the order of NAMES."""
    return tuple(found["allocation"][f"{name}Quantity"] for name in NAMES)


@pytest.fixture
async def scheme_id(consignments: ConsignmentFactory) -> UUID:
    """An approved scheme that plans 1,000 coupons of each of two variants, none of them generated."""
    return await consignments.schemes.approved()


async def test_allocation_follows_the_coupons(
    clients: Clients, consignments: ConsignmentFactory, scheme_id: UUID
) -> None:
    """R12, R13: generated, allocated, and spoiled, which must be generated and allocated again."""
    operations = clients[Role.OPERATIONS]
    assert sums(await allocation(operations)) == (2000, 0, 2000, 0, 2000, 0)
    await consignments.generated(scheme_id)
    assert sums(await allocation(operations)) == (2000, 2000, 0, 0, 2000, 2000)
    first = await consignments.created(scheme_id, quantities={"AMB-1L": 400, "AMB-4L": 100})
    await consignments.created(scheme_id, chain=("PRN-1", "FAC-1"), quantities={"AMB-1L": 600})
    await consignments.produce(first, quantity=300, spoiled_serials=(Span(0, 9),))
    found = await allocation(operations)
    assert sums(found) == (2000, 2000, 10, 1090, 910, 900)
    assert found["allocation"]["byVariant"] == [
        {
            "variant": {"sku": "AMB-1L"},
            "plannedQuantity": 1000,
            "generatedQuantity": 1000,
            "voidQuantity": 10,
            "closedQuantity": 0,
            "shortfallQuantity": 10,
            "allocatedQuantity": 990,
            "pendingQuantity": 10,
            "availableQuantity": 0,
        },
        {
            "variant": {"sku": "AMB-4L"},
            "plannedQuantity": 1000,
            "generatedQuantity": 1000,
            "voidQuantity": 0,
            "closedQuantity": 0,
            "shortfallQuantity": 0,
            "allocatedQuantity": 100,
            "pendingQuantity": 900,
            "availableQuantity": 900,
        },
    ]
    assert found["allocation"]["byVendor"] == [
        {"vendor": {"name": "First Print"}, "quantity": 1090, "consignments": 2},
        {"vendor": {"name": "Third Factory"}, "quantity": 1090, "consignments": 2},
        {"vendor": {"name": "Second Pack"}, "quantity": 490, "consignments": 1},
    ]
    assert found["variants"] == [
        {"variant": {"sku": "AMB-1L"}, "plannedQuantity": 1000, "allocatedQuantity": 990, "pendingQuantity": 10},
        {"variant": {"sku": "AMB-4L"}, "plannedQuantity": 1000, "allocatedQuantity": 100, "pendingQuantity": 900},
    ]
    assert found["consignments"] == {
        "totalCount": 2,
        "nodes": [{"code": "CON-2026-000002"}, {"code": "CON-2026-000001"}],
    }
    for role in (Role.ADMIN, Role.PROGRAM_MANAGER, Role.APPROVER, Role.DESIGNER, Role.ANALYST):
        assert await allocation(clients[role]) == found, role


async def test_others_read_no_allocation(clients: Clients, consignments: ConsignmentFactory, scheme_id: UUID) -> None:
    """R25: neither a vendor of one of its chains nor an ECP; a vendor sees its own consignments."""
    await consignments.generated(scheme_id)
    await consignments.created(scheme_id, quantities={"AMB-1L": 400})
    nothing = {**{f"{name}Quantity": 0 for name in NAMES}, "byVariant": [], "byVendor": []}
    vendor = await allocation(clients[Role.VENDOR])
    assert (vendor["allocation"], vendor["variants"]) == (nothing, [])
    assert vendor["consignments"] == {"totalCount": 1, "nodes": [{"code": "CON-2026-000001"}]}
    ecp = await allocation(clients[Role.ECP])
    assert ecp["allocation"] == nothing
    assert {(each["allocatedQuantity"], each["pendingQuantity"]) for each in ecp["variants"]} == {(0, 0)}
    assert ecp["consignments"] == {"totalCount": 0, "nodes": []}
