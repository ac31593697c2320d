"""Correcting an ECP's details: managers change everything, ECPs their own until they are verified (R18, R25)."""

from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.factories.ecps import EcpFactory
from tests.support.mutations.ecps import (
    NO_SUCH_ECP,
    REGISTRATION,
    UNKNOWN_ECP,
    InputError,
    events,
    expect_errors,
    messages,
    mutate,
    registration_input,
)
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

ECP_QUERY = """query ($id: ID!) { node(id: $id) { ... on Ecp { displayName practice email phone licenseNumber
    geography { name } status tier { name } } } }"""
LISTED = "query ($filter: EcpFilter) { ecps(filter: $filter) { totalCount nodes { displayName } } }"


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


def place(world: World, name: str) -> str:
    """The global id of a geography."""
    return gid(NodeKind.GEOGRAPHY, world.geographies[name].id)


async def shown(client: Client, ecp_id: str) -> Any:
    """Return an ECP as a manager sees it."""
    return (await client.send(ECP_QUERY, id=ecp_id)).data["node"]


async def found(client: Client, **chosen: Any) -> list[str]:
    """The names that a filter finds, counted right."""
    page = (await client.send(LISTED, filter=chosen)).data["ecps"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["displayName"] for node in page["nodes"]]


async def test_a_manager_corrects_everything(
    clients: Clients, manager: Client, ecps: EcpFactory, world: World, database_url: str
) -> None:
    """R18: status and tier stay, lists and searches reflect the change, and nobody is notified."""
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    before = len(await events(database_url))
    corrected = {"displayName": " Zara Rao ", "practice": "", "email": "ZARA@example.org", "phone": "+977 5550101"}
    await mutate(
        manager, "updateEcp", ecpId=ecp_id, geographyId=place(world, "Kathmandu"), licenseNumber="BA-1", **corrected
    )
    assert await shown(manager, ecp_id) == {
        "displayName": "Zara Rao",
        "practice": None,
        "email": "ZARA@example.org",
        "phone": "+977 5550101",
        "licenseNumber": "BA-1",
        "geography": {"name": "Kathmandu"},
        "status": "ACTIVE",
        "tier": {"name": "Gold"},
    }
    for name, expected in (("Nepal", ["Zara Rao"]), ("Bagmati", ["Zara Rao"]), ("Pune", []), ("India", [])):
        assert await found(manager, geographyIds=[place(world, name)]) == expected
    assert await found(manager, search="zara") == ["Zara Rao"]
    assert await found(manager, search="asha") == await found(manager, search="garage") == []
    assert (await events(database_url))[before:] == ["ECP_UPDATED", "NOTIFICATION_ADDED"]
    assert [kind for kind, _ in await messages(clients[Role.ECP])] == ["ECP_UPDATED", "ECP_VERIFIED"]


async def test_omitted_fields_stay(manager: Client, ecps: EcpFactory, database_url: str) -> None:
    """R18: unchanged values change nothing."""
    ecp_id = gid(NodeKind.ECP, await ecps.registered())
    before = await shown(manager, ecp_id)
    await mutate(manager, "updateEcp", ecpId=ecp_id, phone="")
    assert await shown(manager, ecp_id) == {**before, "phone": None}
    async with nothing_changes(database_url):
        await mutate(manager, "updateEcp", ecpId=ecp_id)
        await mutate(
            manager, "updateEcp", ecpId=ecp_id, phone=" ", displayName="Asha Rao ", email=REGISTRATION["email"]
        )


async def test_an_ecp_corrects_itself_until_it_is_verified(
    clients: Clients, manager: Client, ecps: EcpFactory, world: World, database_url: str
) -> None:
    """R18: then its name, place and license are what a manager looked at, and the rest stays its own."""
    ecp, own = clients[Role.ECP], await ecps.registered()
    ecp_id = gid(NodeKind.ECP, own)
    changed = {"displayName": "Asha R. Rao", "geographyId": place(world, "Mumbai"), "licenseNumber": "MH-1"}
    await mutate(ecp, "updateEcp", ecpId=ecp_id, **changed)
    mumbai = {"displayName": "Asha R. Rao", "geography": {"name": "Mumbai"}, "licenseNumber": "MH-1"}
    assert (await shown(manager, ecp_id)).items() >= mumbai.items()
    await mutate(manager, "verifyEcp", ecpId=ecp_id, tierId=gid(NodeKind.TIER, world.tiers["Gold"].id))
    back = {"displayName": "Asha Rao", "geographyId": place(world, "Pune"), "licenseNumber": "MH-4711"}
    async with nothing_changes(database_url):
        assert await expect_errors(ecp, "updateEcp", ecpId=ecp_id, **back, phone="no") == [
            ("ILLEGAL_STATE", "displayName", "Your name was verified: ask a program manager to correct it."),
            ("ILLEGAL_STATE", "geographyId", "Your place was verified: ask a program manager to correct it."),
            (
                "ILLEGAL_STATE",
                "licenseNumber",
                "Your license number was verified: ask a program manager to correct it.",
            ),
            ("INVALID", "phone", "A phone number has 5 to 32 digits, spaces and + - ( )."),
        ]
    # Unchanged values may be sent again.
    contact = {"practice": "Another Garage", "email": "asha@example.net", "phone": ""}
    await mutate(ecp, "updateEcp", ecpId=ecp_id, **changed, **contact)
    after = await shown(manager, ecp_id)
    assert (after["practice"], after["email"], after["phone"]) == ("Another Garage", "asha@example.net", None)
    assert after.items() >= mumbai.items()


async def test_managers_cannot_correct_their_own_verified_details(
    manager: Client, clients: Clients, ecps: EcpFactory, world: World, database_url: str
) -> None:
    """R25: four eyes, also with two roles; another manager does it."""
    both = clients.of(await ecps.account("Esha Nair", (Role.ECP, Role.PROGRAM_MANAGER)))
    ecp_id = (await mutate(both, "registerEcp", **registration_input(world)))["id"]
    await mutate(both, "updateEcp", ecpId=ecp_id, licenseNumber="MH-1")
    await mutate(manager, "verifyEcp", ecpId=ecp_id, tierId=gid(NodeKind.TIER, world.tiers["Gold"].id))
    changed = {"displayName": "Esha Rao", "geographyId": place(world, "Mumbai"), "licenseNumber": "MH-2"}
    async with nothing_changes(database_url):
        assert await expect_errors(both, "updateEcp", ecpId=ecp_id, **changed) == [
            ("ILLEGAL_STATE", field, f"Your {noun} was verified: ask a program manager to correct it.")
            for field, noun in (("displayName", "name"), ("geographyId", "place"), ("licenseNumber", "license number"))
        ]
    await mutate(both, "updateEcp", ecpId=ecp_id, phone="")
    await mutate(manager, "updateEcp", ecpId=ecp_id, **changed)
    after = {"displayName": "Esha Rao", "geography": {"name": "Mumbai"}, "licenseNumber": "MH-2", "phone": None}
    assert (await shown(manager, ecp_id)).items() >= after.items()


async def test_an_ecp_cannot_correct_another_ecp(clients: Clients, ecps: EcpFactory, database_url: str) -> None:
    """R25: a foreign ECP and one that does not exist answer alike; an analyst's role does not help."""
    await ecps.registered()
    other = gid(NodeKind.ECP, await ecps.registered("Binod Thapa"))
    analyst = await ecps.account("Esha Nair", (Role.ECP, Role.ANALYST))
    stranger = await ecps.account("Dev Patil")
    async with nothing_changes(database_url):
        for client in (clients[Role.ECP], clients.of(analyst), clients.of(stranger)):
            for ecp_id in (other, UNKNOWN_ECP, "x"):
                assert await expect_errors(client, "updateEcp", ecpId=ecp_id, phone="") == [NO_SUCH_ECP]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"displayName": ""}, [("REQUIRED", "displayName", "The name is missing.")]),
        ({"email": ""}, [("REQUIRED", "email", "The e-mail address is missing.")]),
        (
            {
                "email": "BINOD.THAPA@example.org",
                "geographyId": gid(NodeKind.GEOGRAPHY, key("nowhere")),
                "licenseNumber": "x" * 61,
            },
            [
                ("INVALID", "licenseNumber", "The license number has 61 characters; at most 60 are allowed."),
                ("DUPLICATE", "email", "Another ECP has this e-mail address."),
                ("NOT_FOUND", "geographyId", "This geography does not exist."),
            ],
        ),
    ],
)
async def test_invalid_corrections_are_rejected(
    manager: Client, ecps: EcpFactory, database_url: str, changed: dict[str, Any], expected: list[InputError]
) -> None:
    """R26: all problems together, and nothing changes."""
    await ecps.registered("Binod Thapa")
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    async with nothing_changes(database_url):
        assert await expect_errors(manager, "updateEcp", ecpId=ecp_id, **changed) == expected


async def test_an_erased_ecp_is_not_corrected(manager: Client, ecps: EcpFactory, database_url: str) -> None:
    """R18: erased data does not come back."""
    ecp_id = gid(NodeKind.ECP, await ecps.erased())
    closed = ("ILLEGAL_STATE", "ecpId", "This ECP is closed and cannot be corrected.")
    async with nothing_changes(database_url):
        assert await expect_errors(manager, "updateEcp", ecpId=ecp_id, displayName="Asha Rao") == [closed]
