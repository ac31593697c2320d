"""Lists of enrollments: of schemes, of ECPs, and of applications to decide (R10, R19)."""

from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.mutations.enrollments import scheme_gid
from tests.support.world import World

DOCUMENT = document("portal/SchemeEnrollments")
# Name, practice, place, tier, and outcome of each application; one per day from 10 March.
PEOPLE = (
    ("Asha Rao", "Rao Garage", "Pune", "Gold", "enrolled"),
    ("binod Thapa", "Hill Motors", "Mumbai", "Bronze", "enrolled"),
    ("Chitra Iyer", "Coast Optics", "Mumbai", "Silver", "pending"),
    ("Dev Nair", "Nair Garage", "Mysuru", "Gold", "rejected"),
    ("Esha Patil", "Patil Works", "Maharashtra", "Platinum", "withdrawn"),
)
NEWEST = ["Esha Patil", "Dev Nair", "Chitra Iyer", "binod Thapa", "Asha Rao"]


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.fixture
async def scheme_id(enrollments: EnrollmentFactory, clock: TestClock) -> UUID:
    """A scheme with five enrollments, and another one with a single enrollment."""
    found, other = [await enrollments.open_scheme(title, places=("India",)) for title in ("Monsoon Care", "Other")]
    for name, practice, place, tier, state in PEOPLE:
        ecp_id = await enrollments.ecps.verified(name, practice=practice, place=place, tier=tier)
        await getattr(enrollments, state)(found, ecp_id)
        if name == "Asha Rao":
            await enrollments.enrolled(other, ecp_id)
        clock.advance(days=1)
    return found


async def page_of(client: Client, scheme_id: UUID, **given: Any) -> Any:
    """A page of the enrollments of a scheme."""
    return (await client.send(DOCUMENT, id=scheme_gid(scheme_id), **given)).data["node"]["enrollments"]


async def names(client: Client, scheme_id: UUID, **chosen: Any) -> list[str]:
    """Return the names of the ECPs that a filter finds, and check the count."""
    page = await page_of(client, scheme_id, filter=chosen)
    found = [node["ecp"]["displayName"] for node in page["nodes"]]
    assert page["totalCount"] == len(found)
    return found


async def test_a_scheme_lists_its_enrollments(manager: Client, scheme_id: UUID) -> None:
    """R19: with place, tier and status of each; in any order."""
    page = await page_of(manager, scheme_id)
    assert [node["ecp"]["displayName"] for node in page["nodes"]] == NEWEST
    assert [node["statusLabel"] for node in page["nodes"]] == [
        "Withdrawn",
        "Rejected",
        "Decision pending",
        "Enrolled",
        "Enrolled",
    ]
    assert page["nodes"][3]["ecp"] | {"id": None, "geography": None} == {
        "id": None,
        "code": "ECP-2026-000002",
        "displayName": "binod Thapa",
        "practice": "Hill Motors",
        "status": "ACTIVE",
        "geography": None,
        "tier": page["nodes"][3]["ecp"]["tier"],
    }
    assert page["nodes"][3]["ecp"]["tier"]["name"] == "Bronze"
    for order, expected in (("REQUESTED_AT_DESC", NEWEST), ("REQUESTED_AT_ASC", NEWEST[::-1])):
        page = await page_of(manager, scheme_id, orderBy=order)
        assert [node["ecp"]["displayName"] for node in page["nodes"]] == expected


async def test_filters_hold_together(manager: Client, scheme_id: UUID, world: World) -> None:
    """R19: by place with everything beneath it, tier, status, words and time; each agrees with its count."""
    place = {name: gid(NodeKind.GEOGRAPHY, row.id) for name, row in world.geographies.items()}
    tier = {name: gid(NodeKind.TIER, row.id) for name, row in world.tiers.items()}
    nowhere, no_tier = gid(NodeKind.GEOGRAPHY, UUID(int=7)), gid(NodeKind.TIER, UUID(int=7))
    enrolled = ["binod Thapa", "Asha Rao"]
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, NEWEST),
        ({"search": "garage"}, ["Dev Nair", "Asha Rao"]),
        ({"search": "gara nai"}, ["Dev Nair"]),
        ({"search": "ECP-2026-000003"}, ["Chitra Iyer"]),
        ({"search": "asha.rao@example.org"}, []),
        ({"search": " ' "}, []),
        ({"search": "  "}, NEWEST),
        ({"statuses": ["ENROLLED"]}, enrolled),
        ({"statuses": ["PENDING", "REJECTED"]}, ["Dev Nair", "Chitra Iyer"]),
        ({"statuses": []}, []),
        ({"geographyIds": [place["Mumbai"]]}, ["Chitra Iyer", "binod Thapa"]),
        ({"geographyIds": [place["Maharashtra"]]}, ["Esha Patil", "Chitra Iyer", "binod Thapa", "Asha Rao"]),
        ({"geographyIds": [place["India"]]}, NEWEST),
        ({"geographyIds": [place["Nepal"]]}, []),
        ({"geographyIds": [place["Karnataka"], place["Pune"]]}, ["Dev Nair", "Asha Rao"]),
        ({"geographyIds": [place["Pune"], place["Pune"]]}, ["Asha Rao"]),
        ({"geographyIds": [nowhere]}, []),
        ({"geographyIds": []}, []),
        ({"tierIds": [tier["Gold"]]}, ["Dev Nair", "Asha Rao"]),
        ({"tierIds": [tier["Silver"], tier["Bronze"]]}, ["Chitra Iyer", "binod Thapa"]),
        ({"tierIds": [no_tier]}, []),
        ({"enrolledFrom": "2026-03-11"}, ["Esha Patil", "binod Thapa"]),
        ({"enrolledTo": "2026-03-11"}, enrolled),
        ({"enrolledFrom": "2026-03-11", "enrolledTo": "2026-03-11"}, ["binod Thapa"]),
        ({"enrolledFrom": "2026-03-12", "enrolledTo": "2026-03-11"}, []),
        ({"enrolledFrom": "0001-01-01", "enrolledTo": "9999-12-31"}, ["Esha Patil", *enrolled]),
        ({"geographyIds": [place["Maharashtra"]], "statuses": ["ENROLLED"], "tierIds": [tier["Gold"]]}, ["Asha Rao"]),
        ({"geographyIds": [place["Mumbai"]], "search": "garage"}, []),
    ]
    for chosen, expected in cases:
        assert await names(manager, scheme_id, **chosen) == expected, chosen
        page = await page_of(manager, scheme_id, filter=chosen, orderBy="REQUESTED_AT_ASC")
        assert [node["ecp"]["displayName"] for node in page["nodes"]] == expected[::-1], chosen


async def test_place_and_tier_are_current(manager: Client, clients: Clients, scheme_id: UUID, world: World) -> None:
    """R19: after a city has moved to another region, and an ECP to another tier."""
    place = {name: gid(NodeKind.GEOGRAPHY, row.id) for name, row in world.geographies.items()}
    gold = gid(NodeKind.TIER, world.tiers["Gold"].id)
    document = "mutation ($input: VerifyEcpInput!) { verifyEcp(input: $input) { ecp { id } errors { message } } }"
    page = await page_of(manager, scheme_id)
    ecp_ids = {node["ecp"]["displayName"]: node["ecp"]["id"] for node in page["nodes"]}
    given = {"ecpId": ecp_ids["binod Thapa"], "tierId": gold}
    assert (await manager.send(document, input=given)).data["verifyEcp"]["errors"] == []
    assert await names(manager, scheme_id, tierIds=[gold]) == ["Dev Nair", "binod Thapa", "Asha Rao"]
    document = "mutation ($input: UpsertGeographyInput!) { upsertGeography(input: $input) { errors { message } } }"
    named = {"id": place["Mumbai"], "code": "MUMBAI", "name": "Mumbai", "level": "CITY"}
    moving = {**named, "parentId": place["Bagmati"], "acknowledgeImpact": True}
    assert (await clients[Role.ADMIN].send(document, input=moving)).data["upsertGeography"]["errors"] == []
    for of_now in ("Bagmati", "Nepal", "Mumbai"):
        assert await names(manager, scheme_id, geographyIds=[place[of_now]]) == ["Chitra Iyer", "binod Thapa"]
    assert await names(manager, scheme_id, geographyIds=[place["Maharashtra"]]) == ["Esha Patil", "Asha Rao"]
