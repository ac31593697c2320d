"""The base points that the planned coupons of a scheme pay."""

from domain.permissions import Role
from tests.support.client import Clients
from tests.support.mutations.schemes import mutate, variant
from tests.support.world import World

VARIANTS = "query ($id: ID!) { node(id: $id) { ... on Scheme { variants { variant { sku } plannedPoints } } } }"


async def test_planned_points_are_base_points_times_planned_quantity(clients: Clients, world: World) -> None:
    """They are 0 until the coupon value of a variant is set, and may exceed 32 bits."""
    manager = clients[Role.PROGRAM_MANAGER]
    scheme = (await mutate(manager, "createScheme", title="Monsoon Care", earningChannels=["COUPON"]))["scheme"]
    named = {"schemeId": scheme["id"], "expectedVersion": 0}
    litre, gallon = variant(world, "AMB-1L"), variant(world, "AMB-4L")
    await mutate(manager, "saveSchemeProducts", **named, variantIds=[litre, gallon])
    value = {"variantId": litre, "basePoints": 1_000_000, "plannedQuantity": 100_000_000}
    await mutate(manager, "saveSchemeCouponValues", **named, values=[value])
    found = (await manager.send(VARIANTS, id=scheme["id"])).data["node"]["variants"]
    assert found == [
        {"variant": {"sku": "AMB-1L"}, "plannedPoints": 100_000_000_000_000},
        {"variant": {"sku": "AMB-4L"}, "plannedPoints": 0},
    ]
