"""Registering as an ECP: once per account, with all problems reported together (R18)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.ecps import EcpFactory
from tests.support.mutations.ecps import (
    MANAGERS,
    InputError,
    events,
    expect_errors,
    messages,
    mutate,
    payload_of,
    registration_input,
)
from tests.support.unchanged import nothing_changes
from tests.support.world import World

SELF = """{ viewer { permissions ecp { id code displayName practice status statusLabel email phone licenseNumber
    registeredAt verifiedAt suspendedReason erasedAt erasedReason geography { name level } tier { name }
    account { displayName email } viewerActions } } }"""
PLACES = """query ($ids: [ID!]) { ecps(filter: {geographyIds: $ids}) { totalCount nodes { geography { name } } } }"""


async def test_a_new_registration_waits_for_verification(clients: Clients, world: World, database_url: str) -> None:
    """R18: the ECP sees itself at once, and every program manager is notified."""
    ecp = clients[Role.ECP]
    assert (await ecp.send(SELF)).data["viewer"]["ecp"] is None
    made = await mutate(ecp, "registerEcp", **registration_input(world, displayName=" Asha Rao ", phone="  "))
    assert made["code"] == "ECP-2026-000001"
    found = (await ecp.send(SELF)).data["viewer"]["ecp"]
    assert found.pop("registeredAt").startswith("2026-03-10T09:00:00")
    assert found == {
        "id": made["id"],
        "code": "ECP-2026-000001",
        "displayName": "Asha Rao",
        "practice": "Rao Garage",
        "status": "PENDING",
        "statusLabel": "Verification pending",
        "email": "asha.rao@example.org",
        "phone": None,
        "licenseNumber": "MH-4711",
        "verifiedAt": None,
        "suspendedReason": None,
        "erasedAt": None,
        "erasedReason": None,
        "geography": {"name": "Pune", "level": "CITY"},
        "tier": None,
        "account": {"displayName": "Ecp", "email": "ecp@example.com"},
        "viewerActions": ["UPDATE"],
    }
    sentence = "ECP-2026-000001 registered in Pune and is waiting for verification."
    for manager in MANAGERS:
        assert await messages(clients[manager]) == [("ECP_REGISTERED", sentence)]
    for other in set(Role) - {Role.PROGRAM_MANAGER}:
        assert await messages(clients[other]) == []
    assert await events(database_url) == ["ECP_REGISTERED", *["NOTIFICATION_ADDED"] * 3]


async def test_codes_have_no_gaps_and_begin_again_each_year(
    clients: Clients, ecps: EcpFactory, world: World, clock: TestClock
) -> None:
    """R18: a rejected registration uses no code."""
    assert await expect_errors(clients[Role.ECP], "registerEcp", **registration_input(world, email="nobody"))
    await ecps.registered("Binod Thapa")
    clock.advance(days=365)
    made = await mutate(clients[Role.ECP], "registerEcp", **registration_input(world))
    assert made["code"] == "ECP-2027-000001"
    await ecps.registered("Chitra Iyer")
    listed = (await clients[Role.PROGRAM_MANAGER].send("{ ecps(orderBy: CODE_ASC) { nodes { code } } }")).data["ecps"]
    assert [node["code"] for node in listed["nodes"]] == ["ECP-2026-000001", "ECP-2027-000001", "ECP-2027-000002"]


@pytest.mark.parametrize(
    ("place", "found_in", "not_in"),
    [
        ("Pune", ["Pune", "Maharashtra", "India"], ["Mumbai", "Karnataka", "Nepal"]),
        ("Karnataka", ["Karnataka", "India"], ["Mysuru", "Maharashtra", "Nepal"]),
        ("Nepal", ["Nepal"], ["Bagmati", "Kathmandu", "India"]),
    ],
)
async def test_region_and_country_follow_from_the_place(  # noqa: PLR0913, PLR0917 - fixtures, and a row of the table
    clients: Clients, ecps: EcpFactory, world: World, place: str, found_in: list[str], not_in: list[str]
) -> None:
    """R18, R19: a city, a region or a country; filters by what lies above find the ECP."""
    await ecps.registered(place=place)
    for name in (*found_in, *not_in):
        ids = [gid(NodeKind.GEOGRAPHY, world.geographies[name].id)]
        listed = (await clients[Role.ANALYST].send(PLACES, ids=ids)).data["ecps"]
        expected = [{"geography": {"name": place}}] if name in found_in else []
        assert listed == {"totalCount": len(expected), "nodes": expected}, name


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"displayName": " "}, [("REQUIRED", "displayName", "The name is missing.")]),
        ({"email": ""}, [("REQUIRED", "email", "The e-mail address is missing.")]),
        ({"email": "x"}, [("INVALID", "email", "This is not an e-mail address.")]),
        ({"phone": "call"}, [("INVALID", "phone", "A phone number has 5 to 32 digits, spaces and + - ( ).")]),
        (
            {"practice": "x" * 121},
            [("INVALID", "practice", "The practice has 121 characters; at most 120 are allowed.")],
        ),
        (
            {"licenseNumber": "x" * 61},
            [("INVALID", "licenseNumber", "The license number has 61 characters; at most 60 are allowed.")],
        ),
        (
            {"displayName": "Asha\u0007"},
            [("INVALID", "displayName", "The name contains characters that cannot be shown.")],
        ),
        ({"geographyId": "x"}, [("NOT_FOUND", "geographyId", "This geography does not exist.")]),
        (
            {"geographyId": gid(NodeKind.TIER, UUID(int=7))},
            [("INVALID", "geographyId", "This is the ID of a tier, not of a geography.")],
        ),
        (
            {
                "displayName": "",
                "email": "BINOD.THAPA@Example.ORG",
                "phone": "no",
                "geographyId": gid(NodeKind.GEOGRAPHY, UUID(int=7)),
            },
            [
                ("REQUIRED", "displayName", "The name is missing."),
                ("INVALID", "phone", "A phone number has 5 to 32 digits, spaces and + - ( )."),
                ("DUPLICATE", "email", "Another ECP has this e-mail address."),
                ("NOT_FOUND", "geographyId", "This geography does not exist."),
            ],
        ),
    ],
)
async def test_invalid_registrations_are_rejected(  # noqa: PLR0913, PLR0917 - fixtures, and a row of the table
    clients: Clients,
    ecps: EcpFactory,
    world: World,
    database_url: str,
    changed: dict[str, Any],
    expected: list[InputError],
) -> None:
    """R18, R26: all problems together, and nothing changes. The owner of an address is not revealed."""
    await ecps.registered("Binod Thapa")
    async with nothing_changes(database_url):
        assert await expect_errors(clients[Role.ECP], "registerEcp", **registration_input(world, **changed)) == expected


async def test_a_second_registration_is_rejected_first(
    clients: Clients, ecps: EcpFactory, world: World, database_url: str
) -> None:
    """R18: before any other problem."""
    await ecps.registered()
    again = ("DUPLICATE", "", "You are already registered as ECP-2026-000001.")
    async with nothing_changes(database_url):
        assert await expect_errors(
            clients[Role.ECP], "registerEcp", **registration_input(world, email="asha@example.net")
        ) == [again]
        assert await expect_errors(clients[Role.ECP], "registerEcp", **registration_input(world, displayName="")) == [
            again
        ]


async def test_one_of_several_simultaneous_registrations_wins(clients: Clients, world: World) -> None:
    """R18: the others get the same error as for a later registration."""
    emails = [f"asha.{number}@example.org" for number in range(4)]
    payloads = await asyncio.gather(
        *(payload_of(clients[Role.ECP], "registerEcp", **registration_input(world, email=email)) for email in emails)
    )
    assert [payload["ecp"]["code"] for payload in payloads if payload["ecp"]] == ["ECP-2026-000001"]
    rejected = [error for payload in payloads for error in payload["errors"]]
    message = "You are already registered as ECP-2026-000001."
    assert rejected == [{"code": "DUPLICATE", "path": ["input"], "message": message}] * 3


async def test_one_of_several_people_with_one_address_wins(clients: Clients, ecps: EcpFactory, world: World) -> None:
    """R18: ignoring case."""
    accounts = [await ecps.account(name) for name in ("Binod Thapa", "Chitra Iyer", "Dev Patil")]
    emails = ["race@example.org", "RACE@example.org", "Race@Example.Org"]
    payloads = await asyncio.gather(
        *(
            payload_of(clients.of(account), "registerEcp", **registration_input(world, email=email))
            for account, email in zip(accounts, emails, strict=True)
        )
    )
    assert [payload["ecp"]["code"] for payload in payloads if payload["ecp"]] == ["ECP-2026-000001"]
    rejected = [error for payload in payloads for error in payload["errors"]]
    message = "Another ECP has this e-mail address."
    assert rejected == [{"code": "DUPLICATE", "path": ["input", "email"], "message": message}] * 2
    made = await mutate(clients[Role.ECP], "registerEcp", **registration_input(world))
    assert made["code"] == "ECP-2026-000002"


async def test_a_manager_who_registers_is_not_notified(clients: Clients, ecps: EcpFactory, world: World) -> None:
    """R18: an account may have several roles. The other managers are notified."""
    both = clients.of(await ecps.account("Esha Nair", (Role.ECP, Role.PROGRAM_MANAGER)))
    await mutate(both, "registerEcp", **registration_input(world))
    assert await messages(both) == []
    assert len(await messages(clients["second manager"])) == 1


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"geographyId": ""}, "This geography does not exist."),
        ({"geographyId": None}, None),
        ({}, None),
    ],
)
async def test_nobody_registers_without_a_place(
    clients: Clients, world: World, database_url: str, place: dict[str, Any], message: str | None
) -> None:
    """R18, R26: the schema asks for it, and an id that is empty is that of no place."""
    given = {**{name: value for name, value in registration_input(world).items() if name != "geographyId"}, **place}
    async with nothing_changes(database_url):
        if message is not None:
            assert await expect_errors(clients[Role.ECP], "registerEcp", **given) == [
                ("NOT_FOUND", "geographyId", message)
            ]
            return
        answer = await clients[Role.ECP].send(document("mobile/RegisterEcp"), input=given)
        assert answer.codes == ["BAD_USER_INPUT"]
        (error,) = answer.errors
        assert "geographyId" in error["message"]
