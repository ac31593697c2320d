"""When a geography moves, its ECPs move along, and their counts match the lists (R19)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.factories.ecps import EcpFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.mutations.ecps import mutate, registration_input
from tests.support.unchanged import nothing_changes
from tests.support.world import World

MOVE = "mutation ($input: UpsertGeographyInput!) { upsertGeography(input: $input) { errors { code message path } } }"
LIST = "query ($filter: EcpFilter) { ecps(filter: $filter) { totalCount nodes { displayName } } }"
# What is counted wrong: of ECPs, and of enrollments in each scheme.
COUNTED = """
SELECT scheme_id, geography_id, tier_id, status, sum(number) FROM (
    SELECT NULL::uuid AS scheme_id, geography_id, tier_id, status, 1 AS number FROM ecp
    UNION ALL SELECT NULL::uuid, geography_id, tier_id, status, -count FROM ecp_count
    UNION ALL SELECT scheme_id, geography_id, tier_id, status, 1 FROM enrollment
    UNION ALL SELECT scheme_id, geography_id, tier_id, status, -count FROM enrollment_count) AS compared
GROUP BY 1, 2, 3, 4 HAVING sum(number) <> 0
"""


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Any]:
    """A connection of the test's own."""
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def people(ecps: EcpFactory) -> None:
    """One ECP in each of several places, named after it."""
    for place in ("Pune", "Mumbai", "Maharashtra", "Mysuru", "Karnataka", "India", "Kathmandu", "Nepal"):
        await ecps.verified(f"Of {place}", place=place)


async def move(clients: Clients, world: World, name: str, level: str, parent: str | None) -> list[Any]:
    """Move a geography and return the errors."""
    row = world.geographies[name]
    above = None if parent is None else gid(NodeKind.GEOGRAPHY, world.geographies[parent].id)
    given = {"id": gid(NodeKind.GEOGRAPHY, row.id), "code": row.code, "name": row.name, "level": level}
    answer = await clients[Role.ADMIN].send(MOVE, input={**given, "parentId": above})
    errors: list[Any] = answer.data["upsertGeography"]["errors"]
    return errors


async def found(client: Client, world: World, *names: str) -> set[str]:
    """Return the places of the ECPs that a filter by geographies finds, and check the count."""
    ids = [gid(NodeKind.GEOGRAPHY, world.geographies[name].id) for name in names]
    page = (await client.send(LIST, filter={"geographyIds": ids})).data["ecps"]
    assert page["totalCount"] == len(page["nodes"]), names
    return {node["displayName"].removeprefix("Of ") for node in page["nodes"]}


@pytest.mark.usefixtures("people")
async def test_a_city_takes_its_ecps_into_another_region(clients: Clients, world: World) -> None:
    """R19: no other ECP moves."""
    manager = clients[Role.PROGRAM_MANAGER]
    assert await move(clients, world, "Pune", "CITY", "Bagmati") == []
    assert await found(manager, world, "Pune") == {"Pune"}
    assert await found(manager, world, "Bagmati") == {"Pune", "Kathmandu"}
    assert await found(manager, world, "Nepal") == {"Pune", "Kathmandu", "Nepal"}
    assert await found(manager, world, "Maharashtra") == {"Mumbai", "Maharashtra"}
    assert await found(manager, world, "India") == {"Mumbai", "Maharashtra", "Mysuru", "Karnataka", "India"}
    assert await found(manager, world, "India", "Bagmati") == {
        "Pune",
        "Kathmandu",
        "Mumbai",
        "Maharashtra",
        "Mysuru",
        "Karnataka",
        "India",
    }


@pytest.mark.usefixtures("people")
async def test_a_region_takes_its_cities_into_another_country(clients: Clients, world: World) -> None:
    """R19: its cities' ECPs and its own."""
    manager = clients[Role.PROGRAM_MANAGER]
    assert await move(clients, world, "Maharashtra", "REGION", "Nepal") == []
    assert await found(manager, world, "Maharashtra") == {"Pune", "Mumbai", "Maharashtra"}
    assert await found(manager, world, "Nepal") == {"Pune", "Mumbai", "Maharashtra", "Kathmandu", "Nepal"}
    assert await found(manager, world, "India") == {"Mysuru", "Karnataka", "India"}


@pytest.mark.usefixtures("people")
async def test_a_geography_that_becomes_another_level_keeps_its_ecps(clients: Clients, world: World) -> None:
    """R19: a city may become a region, and then a country."""
    manager = clients[Role.PROGRAM_MANAGER]
    assert await move(clients, world, "Pune", "REGION", "India") == []
    assert await found(manager, world, "Pune") == {"Pune"}
    assert await found(manager, world, "Maharashtra") == {"Mumbai", "Maharashtra"}
    assert "Pune" in await found(manager, world, "India")
    assert await move(clients, world, "Pune", "COUNTRY", None) == []
    assert await found(manager, world, "Pune") == {"Pune"}
    assert "Pune" not in await found(manager, world, "India")
    assert await move(clients, world, "Pune", "CITY", "Karnataka") == []
    assert await found(manager, world, "Karnataka") == {"Pune", "Mysuru", "Karnataka"}


@pytest.mark.usefixtures("people")
async def test_a_rejected_move_moves_no_ecp(clients: Clients, world: World, database_url: str) -> None:
    """R19: the ECPs go in the transaction of the move, or not at all."""
    async with nothing_changes(database_url):
        assert await move(clients, world, "Pune", "CITY", "India")
        assert await move(clients, world, "Maharashtra", "CITY", "Karnataka")


@pytest.mark.usefixtures("people")
async def test_a_new_name_touches_no_ecp(clients: Clients, world: World, connection: Any) -> None:
    """R19: only a move does."""
    before = await connection.fetch("SELECT xmin, id FROM ecp ORDER BY id")
    row = world.geographies["Pune"]
    parent = gid(NodeKind.GEOGRAPHY, world.geographies["Maharashtra"].id)
    given = {"id": gid(NodeKind.GEOGRAPHY, row.id), "code": "PNQ", "name": "Poona", "level": "CITY"}
    assert (await clients[Role.ADMIN].send(MOVE, input={**given, "parentId": parent})).data
    assert await connection.fetch("SELECT xmin, id FROM ecp ORDER BY id") == before


@pytest.mark.parametrize("moved", ["Pune", "Maharashtra"])
async def test_a_registration_during_a_move_moves_along(
    clients: Clients, world: World, connection: Any, moved: str
) -> None:
    """R19: the registration waits for the move, whichever of its geographies it is that moves."""
    transaction = connection.transaction()
    await transaction.start()
    above = world.geographies["Bagmati" if moved == "Pune" else "Nepal"].id
    await connection.execute("UPDATE geography SET parent_id = $1 WHERE id = $2", above, world.geographies[moved].id)
    registering = asyncio.create_task(mutate(clients[Role.ECP], "registerEcp", **registration_input(world)))
    done, _ = await asyncio.wait({registering}, timeout=0.3)
    assert not done
    await transaction.commit()
    await registering
    manager = clients[Role.PROGRAM_MANAGER]
    assert await found(manager, world, "Nepal") == {"Asha Rao"}
    assert await found(manager, world, "India") == set()


async def test_a_move_waits_for_a_registration_in_its_place(clients: Clients, world: World, connection: Any) -> None:
    """R19: a move cannot happen between reading a place and registering there."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT 1 FROM geography WHERE id = $1 FOR SHARE", world.geographies["Pune"].id)
    moving = asyncio.create_task(move(clients, world, "Pune", "CITY", "Karnataka"))
    done, _ = await asyncio.wait({moving}, timeout=0.3)
    assert not done
    await transaction.rollback()
    assert await moving == []


@pytest.mark.usefixtures("people")
async def test_counts_stay_correct_after_any_change(
    clients: Clients, enrollments: EnrollmentFactory, world: World, connection: Any
) -> None:
    """R19: for every geography, tier, and status, after changes of one ECP or many."""
    assert await connection.fetch(COUNTED) == []
    manager = clients[Role.PROGRAM_MANAGER]
    found = await enrollments.ecps.verified()
    ecp_id, scheme_id = gid(NodeKind.ECP, found), await enrollments.open_scheme(places=("India",))
    await enrollments.withdrawn(scheme_id, found)
    await enrollments.rejected(scheme_id, found)
    for other in list(world.ecps.values())[:5]:
        await enrollments.enrolled(scheme_id, other)
    assert await connection.fetch(COUNTED) == []
    for name in ("Bronze", "Silver"):
        await mutate(manager, "verifyEcp", ecpId=ecp_id, tierId=gid(NodeKind.TIER, world.tiers[name].id))
        assert await connection.fetch(COUNTED) == []
    await mutate(manager, "suspendEcp", ecpId=ecp_id, reason="Under review.")
    mumbai = gid(NodeKind.GEOGRAPHY, world.geographies["Mumbai"].id)
    await mutate(manager, "updateEcp", ecpId=ecp_id, geographyId=mumbai)
    await move(clients, world, "Maharashtra", "REGION", "Nepal")
    await mutate(manager, "eraseEcp", ecpId=ecp_id, reason="A request by letter.")
    assert await connection.fetch(COUNTED) == []
    silver = world.tiers["Silver"].id
    await connection.execute("UPDATE ecp SET tier_id = $1 WHERE status = 'ACTIVE'", silver)
    assert await connection.fetch(COUNTED) == []
    await connection.execute("DELETE FROM enrollment WHERE geography_id = $1", world.geographies["Pune"].id)
    await connection.execute("DELETE FROM ecp WHERE geography_id = $1", world.geographies["Pune"].id)
    assert await connection.fetch(COUNTED) == []


@pytest.mark.usefixtures("people")
async def test_a_change_that_counts_as_before_touches_no_count(
    clients: Clients, ecps: EcpFactory, world: World, connection: Any
) -> None:
    """R19: correcting a phone number does not wait for the verification of a neighbor."""
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    before = await connection.fetch("SELECT xmin, * FROM ecp_count ORDER BY id")
    await mutate(clients[Role.PROGRAM_MANAGER], "updateEcp", ecpId=ecp_id, phone="12345")
    await move(clients, world, "Pune", "CITY", "Bagmati")
    assert await connection.fetch("SELECT xmin, * FROM ecp_count ORDER BY id") == before


@pytest.mark.usefixtures("people")
async def test_the_check_of_counts_sees_a_wrong_one(
    connection: Any, enrollments: EnrollmentFactory, world: World
) -> None:
    """The detector can fail."""
    await connection.execute("UPDATE ecp_count SET count = count + 1 WHERE status = 'ACTIVE'")
    assert len(await connection.fetch(COUNTED)) == 8
    scheme_id = await enrollments.open_scheme()
    for ecp_id in list(world.ecps.values())[:2]:
        await enrollments.enrolled(scheme_id, ecp_id)
    await connection.execute("UPDATE enrollment_count SET count = count - 1")
    assert len(await connection.fetch(COUNTED)) == 10


@pytest.mark.usefixtures("people")
async def test_a_city_that_leaves_a_region_while_it_moves_is_not_moved_with_it(
    clients: Clients, world: World, connection: Any
) -> None:
    """R19: one move waits for the other, so the lists agree with the tree."""
    async with connection.transaction():
        # Both moves stop at this ECP and overlap.
        await connection.execute("SELECT FROM ecp WHERE display_name = 'Of Pune' FOR UPDATE")
        city = asyncio.create_task(move(clients, world, "Pune", "CITY", "Karnataka"))
        await asyncio.sleep(0.3)
        region = asyncio.create_task(move(clients, world, "Maharashtra", "REGION", "Nepal"))
        await asyncio.sleep(0.3)
    assert await city == await region == []
    manager = clients[Role.PROGRAM_MANAGER]
    assert await found(manager, world, "Karnataka") == {"Pune", "Mysuru", "Karnataka"}
    assert await found(manager, world, "Maharashtra") == {"Mumbai", "Maharashtra"}
    assert await found(manager, world, "India") == {"Pune", "Mysuru", "Karnataka", "India"}
