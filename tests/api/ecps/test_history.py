"""The past of an ECP: its status, tier and place, and when each of them changed (R18)."""

from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.ecps import EcpFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.world import World

HISTORY = """query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Ecp {
    history(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
        validFrom validTo status statusLabel tier { name } geography { name } } } } } }"""
LISTED = """query { ecps { nodes { history { totalCount nodes { status } } } } }"""


async def read(client: Client, ecp_id: UUID, **page: Any) -> Any:
    """Read a page of the history of an ECP; None if the viewer does not see the ECP."""
    found = (await client.send(HISTORY, id=gid(NodeKind.ECP, ecp_id), **page)).data["node"]
    return found and found["history"]


async def change(client: Client, operation: str, ecp_id: UUID, **given: Any) -> None:
    """Send a mutation of an ECP that must succeed."""
    sent = {"ecpId": gid(NodeKind.ECP, ecp_id), **given}
    answer = await client.send(document(f"portal/{operation}"), input=sent)
    assert answer.data[operation[0].lower() + operation[1:]]["errors"] == []


@pytest.fixture
async def ecp_id(clients: Clients, ecps: EcpFactory, clock: TestClock, world: World) -> UUID:
    """An ECP that changed once a day from 10 March on, and was erased at last."""
    manager, admin = clients[Role.PROGRAM_MANAGER], clients[Role.ADMIN]
    found = await ecps.registered()
    steps: list[tuple[Client, str, dict[str, Any]]] = [
        (manager, "VerifyEcp", {"tierId": gid(NodeKind.TIER, world.tiers["Silver"].id)}),
        (manager, "UpdateEcp", {"practice": "Another Garage"}),
        (manager, "UpdateEcp", {"geographyId": gid(NodeKind.GEOGRAPHY, world.geographies["Mumbai"].id)}),
        (manager, "VerifyEcp", {"tierId": gid(NodeKind.TIER, world.tiers["Gold"].id)}),
        (manager, "SuspendEcp", {"reason": "Under review."}),
        (manager, "VerifyEcp", {"tierId": gid(NodeKind.TIER, world.tiers["Gold"].id)}),
        (admin, "EraseEcp", {"reason": "A request by letter."}),
    ]
    for client, operation, given in steps:
        clock.advance(days=1)
        await change(client, operation, found, **given)
    return found


async def test_each_change_of_status_tier_and_place_stays_known(clients: Clients, ecp_id: UUID) -> None:
    """R18: newest first, page by page; a correction of other details is no part of it, and an erasure leaves it."""
    history = await read(clients[Role.PROGRAM_MANAGER], ecp_id)
    nodes = history["nodes"]
    assert [
        (
            version["validFrom"][8:10],
            version["status"],
            (version["tier"] or {}).get("name"),
            version["geography"]["name"],
        )
        for version in nodes
    ] == [
        ("17", "CLOSED", "Gold", "Mumbai"),
        ("16", "ACTIVE", "Gold", "Mumbai"),
        ("15", "SUSPENDED", "Gold", "Mumbai"),
        ("14", "ACTIVE", "Gold", "Mumbai"),
        ("13", "ACTIVE", "Silver", "Mumbai"),
        ("11", "ACTIVE", "Silver", "Pune"),
        ("10", "PENDING", None, "Pune"),
    ]
    assert [version["validTo"] for version in nodes] == [None, *(version["validFrom"] for version in nodes[:-1])]
    assert nodes[-1]["statusLabel"] == "Verification pending"
    page = await read(clients[Role.ANALYST], ecp_id, first=3)
    assert (page["nodes"], page["pageInfo"]["hasNextPage"], page["totalCount"]) == (nodes[:3], True, 7)
    rest = await read(clients[Role.ANALYST], ecp_id, first=4, after=page["pageInfo"]["endCursor"])
    assert (rest["nodes"], rest["pageInfo"]["hasNextPage"]) == (nodes[3:], False)


async def test_an_ecp_sees_its_own_history_only(
    clients: Clients, ecps: EcpFactory, enrollments: EnrollmentFactory
) -> None:
    """R25: those of others do not exist for it, and nobody sees one without seeing the ECP."""
    own, other = await ecps.verified(), await ecps.verified("Binod Thapa")
    found = await read(clients[Role.ECP], own)
    assert ([version["status"] for version in found["nodes"]], found["totalCount"]) == (["ACTIVE", "PENDING"], 2)
    assert await read(clients[Role.ECP], other) is None
    for role in (Role.DESIGNER, Role.APPROVER, Role.OPERATIONS, Role.VENDOR, Role.INTEGRATION):
        assert await read(clients[role], own) is None
    await enrollments.suspend(other)
    listed = (await clients[Role.PROGRAM_MANAGER].send(LISTED)).data["ecps"]["nodes"]
    assert sorted([version["status"] for version in ecp["history"]["nodes"]] for ecp in listed) == [
        ["ACTIVE", "PENDING"],
        ["SUSPENDED", "ACTIVE", "PENDING"],
    ]
    assert sorted(ecp["history"]["totalCount"] for ecp in listed) == [2, 3]
