"""Verifying, changing the tier, suspending, and reinstating: notifications and rejections (R18, R25)."""

import asyncio

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.ecps import EcpFactory
from tests.support.mutations.ecps import (
    NO_SUCH_ECP,
    UNKNOWN_ECP,
    events,
    expect_errors,
    messages,
    mutate,
    payload_of,
    registration_input,
)
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

STATE = """query ($id: ID!) { node(id: $id) { ... on Ecp { status statusLabel tier { name } verifiedAt suspendedReason
    registeredAt updatedAt } } }"""
CLOSED = ("ILLEGAL_STATE", "ecpId", "This ECP is closed and cannot be verified again.")


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


def tier(world: World, name: str) -> str:
    """The global id of a tier."""
    return gid(NodeKind.TIER, world.tiers[name].id)


async def verify(client: Client, world: World, ecp_id: str, name: str = "Gold") -> str:
    """The label of the status after a verification."""
    ecp = await mutate(client, "verifyEcp", ecpId=ecp_id, tierId=tier(world, name))
    assert ecp["tier"]["name"] == name
    label: str = ecp["statusLabel"]
    return label


async def test_the_life_of_an_ecp(  # noqa: PLR0913, PLR0917 - fixtures
    clients: Clients, manager: Client, ecps: EcpFactory, world: World, clock: TestClock, database_url: str
) -> None:
    """R18: verified, of another tier, suspended, active again. The ECP is notified each time."""
    ecp_id = gid(NodeKind.ECP, await ecps.registered())
    clock.advance(days=1)
    assert await verify(manager, world, ecp_id) == "Active"
    first = (await manager.send(STATE, id=ecp_id)).data["node"]
    assert first["verifiedAt"].startswith("2026-03-11T09:00:00")
    assert first["updatedAt"] == first["verifiedAt"]
    assert first["registeredAt"].startswith("2026-03-10T09:00:00")
    clock.advance(days=1)
    assert await verify(manager, world, ecp_id, "Platinum") == "Active"
    suspended = await mutate(manager, "suspendEcp", ecpId=ecp_id, reason=" Under review. ")
    assert (suspended["statusLabel"], suspended["suspendedReason"]) == ("Suspended", "Under review.")
    assert (suspended["tier"]["name"], suspended["viewerActions"]) == ("Platinum", ["UPDATE", "VERIFY", "ERASE"])
    assert await verify(manager, world, ecp_id, "Silver") == "Active"
    last = (await manager.send(STATE, id=ecp_id)).data["node"]
    assert (last["verifiedAt"], last["suspendedReason"]) == (first["verifiedAt"], None)
    assert await messages(clients[Role.ECP]) == [
        ("ECP_VERIFIED", "You are active again as Silver."),
        ("ECP_SUSPENDED", "You are suspended: Under review."),
        ("ECP_VERIFIED", "Your tier is now Platinum."),
        ("ECP_VERIFIED", "You are verified as Gold."),
    ]
    assert await messages(clients["second manager"]) == [
        ("ECP_REGISTERED", "ECP-2026-000001 registered in Pune and is waiting for verification.")
    ]
    fetch_messages = ["ECP_VERIFIED", "ECP_VERIFIED", "ECP_SUSPENDED", "ECP_VERIFIED"]
    expected = [kind for event in fetch_messages for kind in (event, "NOTIFICATION_ADDED")]
    assert (await events(database_url))[4:] == expected


async def test_verifying_an_ecp_as_it_is_changes_nothing(
    manager: Client, ecps: EcpFactory, world: World, database_url: str
) -> None:
    """R18: neither the time nor any notification."""
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    async with nothing_changes(database_url):
        assert await verify(manager, world, ecp_id) == "Active"


async def test_an_ecp_with_a_disabled_account_is_not_notified(
    clients: Clients, manager: Client, ecps: EcpFactory, world: World
) -> None:
    """R18: it is verified all the same."""
    ecp_id = await ecps.registered()
    document = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { errors { code } } }"
    account = gid(NodeKind.ACCOUNT, world.accounts[Role.ECP].id)
    disabled = {"id": account, "displayName": "Ecp", "email": "ecp@example.com", "roles": ["ECP"], "disabled": True}
    await clients[Role.ADMIN].send(document, input=disabled)
    assert await verify(manager, world, gid(NodeKind.ECP, ecp_id)) == "Active"
    await clients[Role.ADMIN].send(document, input={**disabled, "disabled": False})
    assert await messages(clients[Role.ECP]) == []


async def test_unknown_objects_are_rejected(manager: Client, ecps: EcpFactory, world: World, database_url: str) -> None:
    """R26."""
    ecp_id = gid(NodeKind.ECP, await ecps.registered())
    gold, nothing = tier(world, "Gold"), gid(NodeKind.TIER, key("no such tier"))
    no_tier = ("NOT_FOUND", "tierId", "This tier does not exist.")
    async with nothing_changes(database_url):
        assert await expect_errors(manager, "verifyEcp", ecpId=UNKNOWN_ECP, tierId=gold) == [NO_SUCH_ECP]
        assert await expect_errors(manager, "verifyEcp", ecpId=ecp_id, tierId=nothing) == [no_tier]
        assert await expect_errors(manager, "verifyEcp", ecpId="x", tierId="x") == [NO_SUCH_ECP, no_tier]
        wrong = ("INVALID", "ecpId", "This is the ID of a tier, not of an ECP.")
        assert await expect_errors(manager, "verifyEcp", ecpId=gold, tierId=gold) == [wrong]
        swapped = ("INVALID", "tierId", "This is the ID of an ECP, not of a tier.")
        assert await expect_errors(manager, "verifyEcp", ecpId=ecp_id, tierId=ecp_id) == [swapped]
        assert await expect_errors(manager, "suspendEcp", ecpId=UNKNOWN_ECP, reason="Under review.") == [NO_SUCH_ECP]


async def test_actions_that_the_status_forbids_are_rejected(
    manager: Client, ecps: EcpFactory, world: World, database_url: str
) -> None:
    """R18: only an active ECP is suspended, and an erased one stays so."""
    pending = gid(NodeKind.ECP, await ecps.registered())
    suspended = gid(NodeKind.ECP, await ecps.suspended("Binod Thapa"))
    erased = gid(NodeKind.ECP, await ecps.erased("Chitra Iyer"))
    gold = tier(world, "Gold")
    reasons = {
        pending: "This ECP is not verified yet and cannot be suspended.",
        suspended: "This ECP is already suspended.",
        erased: "This ECP is closed and cannot be suspended.",
    }
    async with nothing_changes(database_url):
        for ecp_id, message in reasons.items():
            expected = [("ILLEGAL_STATE", "ecpId", message)]
            assert await expect_errors(manager, "suspendEcp", ecpId=ecp_id, reason="Under review.") == expected
        assert await expect_errors(manager, "verifyEcp", ecpId=erased, tierId=gold) == [CLOSED]


async def test_a_suspension_needs_a_reason(manager: Client, ecps: EcpFactory, database_url: str) -> None:
    """R26."""
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    async with nothing_changes(database_url):
        for reason, code, message in (
            (" ", "REQUIRED", "The reason is missing."),
            ("no", "INVALID", "The reason needs at least 3 characters."),
            ("x" * 1001, "INVALID", "The reason has 1,001 characters; at most 1,000 are allowed."),
        ):
            assert await expect_errors(manager, "suspendEcp", ecpId=ecp_id, reason=reason) == [
                (code, "reason", message)
            ]


async def test_nobody_verifies_or_suspends_themselves(
    clients: Clients, ecps: EcpFactory, world: World, database_url: str
) -> None:
    """R25: four eyes, also with two roles."""
    account = await ecps.account("Esha Nair", (Role.ECP, Role.PROGRAM_MANAGER))
    both = clients.of(account)
    made = await mutate(both, "registerEcp", **registration_input(world))
    own = ("SELF_APPROVAL", "ecpId", "This is your own registration. Another person must decide on it.")
    async with nothing_changes(database_url):
        assert await expect_errors(both, "verifyEcp", ecpId=made["id"], tierId=tier(world, "Gold")) == [own]
    await verify(clients["second manager"], world, made["id"])
    async with nothing_changes(database_url):
        assert await expect_errors(both, "suspendEcp", ecpId=made["id"], reason="Under review.") == [own]


async def test_simultaneous_decisions_are_applied_in_turn(
    manager: Client, clients: Clients, ecps: EcpFactory, world: World
) -> None:
    """R18: each decision sees the result of the previous one, and none is lost."""
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    requests = [
        payload_of(clients["second manager"], "suspendEcp", ecpId=ecp_id, reason="Under review."),
        payload_of(manager, "suspendEcp", ecpId=ecp_id, reason="Under review."),
        payload_of(manager, "suspendEcp", ecpId=ecp_id, reason="Under review."),
    ]
    payloads = await asyncio.gather(*requests)
    assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1, 1]
    rejected = {error["message"] for payload in payloads for error in payload["errors"]}
    assert rejected == {"This ECP is already suspended."}
    assert len(await messages(clients[Role.ECP])) == 2
