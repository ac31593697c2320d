"""Erasing an ECP removes all personal data and keeps the history (R18)."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from db.metadata import METADATA
from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, document, gid
from tests.support.factories.ecps import EcpFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.ecps import (
    NO_SUCH_ECP,
    REGISTRATION,
    UNKNOWN_ECP,
    events,
    expect_errors,
    mutate,
    registration_input,
)
from tests.support.traces import REASON, create_account_client, find_columns, keys_of
from tests.support.unchanged import contents, nothing_changes
from tests.support.world import World

KNOWN_BY = ("Asha Rao", "asha.rao@example.org", "555-0101", "MH-4711", "Rao Garage", "asha.rao@example.com")
# The columns in which the database holds personal data.
NAMED = [
    "account.display_name",
    "account.email",
    "account.email_key",
    "account.sort_name",
    "api_key.name",
    "ecp.display_name",
    "ecp.email",
    "ecp.email_key",
    "ecp.license_number",
    "ecp.phone",
    "ecp.practice",
    "ecp.sort_name",
    "ecp.suspended_reason",
    "enrollment.reason",
    "notification.fact",
    "webhook_endpoint.url",
]
ECP_QUERY = """query ($id: ID!) { node(id: $id) { ... on Ecp { code displayName practice status statusLabel email phone
    licenseNumber tier { name } geography { name } suspendedReason erasedReason account { id } viewerActions } } }"""
HISTORY = """
INSERT INTO enrollment (id, scheme_id, ecp_id, status, terms_version, requested_at, requested_by, decided_at,
    decided_by, reason) VALUES (gen_random_uuid(), $1, $2, 'REJECTED', 1, $3, $4, $3, $5, $6)
"""
ACTIVITY = """
INSERT INTO ecp_activity (source, source_key, external_id, ecp_id, kind, occurred_at, recorded_at, recorded_by)
VALUES ('lms', 'lms', $4, $1, 'TRAINING_COMPLETED', $2, $2, $3)
"""


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


async def with_history(  # noqa: PLR0913, PLR0917 - what there is of an enrollment and an activity
    url: str, ecp_id: UUID, scheme_id: UUID, world: World, reason: str, external_id: str = "1"
) -> None:
    """Create an enrollment with a manager's reason, and an activity."""
    connection = await asyncpg.connect(url)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    accounts = {name: world.accounts[name].id for name in (Role.ECP, Role.PROGRAM_MANAGER, Role.INTEGRATION)}
    try:
        people = accounts[Role.ECP], accounts[Role.PROGRAM_MANAGER]
        await connection.execute(HISTORY, scheme_id, ecp_id, at, *people, reason)
        await connection.execute(ACTIVITY, ecp_id, at, accounts[Role.INTEGRATION], external_id)
    finally:
        await connection.close()


async def named_everywhere(
    clients: Clients, ecps: EcpFactory, factory: SchemeFactory, world: World, database_url: str
) -> tuple[Client, str]:
    """Create an ECP whose name appears in every possible place; return the client of its account and its ID."""
    ecp, manager = await create_account_client(ecps, clients, Role.ECP), clients[Role.PROGRAM_MANAGER]
    made = await mutate(ecp, "registerEcp", **registration_input(world))
    gold = gid(NodeKind.TIER, world.tiers["Gold"].id)
    await mutate(manager, "verifyEcp", ecpId=made["id"], tierId=gold)
    await mutate(manager, "suspendEcp", ecpId=made["id"], reason="Asha Rao does not answer under 555-0101.")
    ((ecp_id, account_id),) = await keys_of(database_url)
    make_key = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { errors { code } } }"
    key = {"accountId": gid(NodeKind.ACCOUNT, account_id), "name": "The till of Asha Rao"}
    assert (await clients[Role.ADMIN].send(make_key, input=key)).data["createApiKey"]["errors"] == []
    hook = {"accountId": key["accountId"], "url": "https://example.org/rao", "kinds": ["TIER_SAVED"]}
    made_hook = await clients[Role.ADMIN].send(document("portal/CreateWebhookEndpoint"), input=hook)
    assert made_hook.data["createWebhookEndpoint"]["errors"] == []
    await with_history(database_url, ecp_id, await factory.approved(), world, "ASHA RAO has another license.")
    await with_history(database_url, ecp_id, await factory.approved(), world, "Mr. Rao did not call.", "asha_rao_2")
    return ecp, made["id"]


async def test_nothing_that_names_the_person_is_left_anywhere(  # noqa: PLR0913, PLR0917 - fixtures
    clients: Clients, manager: Client, ecps: EcpFactory, factory: SchemeFactory, world: World, database_url: str
) -> None:
    """R18: no text of any table holds name, addresses, phone or license, and nothing else is changed."""
    ecp, ecp_id = await named_everywhere(clients, ecps, factory, world, database_url)
    before = await contents(database_url)
    assert await find_columns(database_url, (*KNOWN_BY, "/rao")) == NAMED
    await mutate(manager, "eraseEcp", ecpId=ecp_id, reason=REASON)
    assert await find_columns(database_url, (*KNOWN_BY, "asha", "rao", "5550101")) == []
    # No other account loses access.
    assert (await ecp.send("{ viewer { roles } }")).codes == ["UNAUTHENTICATED"]
    after = await contents(database_url)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {
        "access_version",
        "account",
        "api_key",
        "ecp",
        "ecp_activity",
        "ecp_count",
        # The version of the ECP that is closed; those before stay.
        "ecp_version",
        "enrollment",
        "event",
        "event_subject",
        "notification",
        # Empty, and locked, so that nothing is posted meanwhile.
        "points_ledger",
        "webhook_endpoint",
    }
    assert (await events(database_url))[-3:] == ["ECP_ERASED", "ACCOUNT_SAVED", "WEBHOOK_ENDPOINT_DELETED"]


async def test_an_erased_ecp_keeps_its_code_place_and_tier(
    manager: Client, clients: Clients, ecps: EcpFactory, world: World, database_url: str
) -> None:
    """R18: for every viewer. Its former details find nothing."""
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    await mutate(manager, "eraseEcp", ecpId=ecp_id, reason=REASON)
    for client in (manager, clients[Role.ADMIN], clients[Role.ANALYST]):
        shown = (await client.send(ECP_QUERY, id=ecp_id)).data["node"]
        assert shown == {
            "code": "ECP-2026-000001",
            "displayName": "Erased ECP",
            "practice": None,
            "status": "CLOSED",
            "statusLabel": "Closed",
            "email": None,
            "phone": None,
            "licenseNumber": None,
            "tier": {"name": "Gold"},
            "geography": {"name": "Pune"},
            "suspendedReason": None,
            "erasedReason": REASON,
            "account": None,
            "viewerActions": [],
        }
    listed = "query ($search: String) { ecps(filter: {search: $search}) { totalCount nodes { code } } }"
    for search, found in (
        ("asha", 0),
        ("garage", 0),
        (REGISTRATION["email"], 0),
        ("ECP-2026-000001", 1),
        ("erased", 1),
    ):
        assert (await manager.send(listed, search=search)).data["ecps"]["totalCount"] == found, search


async def test_a_registration_during_an_erasure_does_not_survive_it(
    clients: Clients, ecps: EcpFactory, world: World, database_url: str
) -> None:
    """R18: a concurrent registration does not bring erased data back."""
    account_id = await ecps.account("Binod Thapa")
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute("UPDATE account SET disabled_at = now() WHERE id = $1", account_id)
        registering = asyncio.create_task(
            clients.of(account_id).send(document("mobile/RegisterEcp"), input=registration_input(world))
        )
        done, _ = await asyncio.wait({registering}, timeout=0.3)
        assert not done
    await connection.close()
    (error,) = (await registering).errors
    assert error["message"] == "This credential does not open an account. It was revoked, or the account is disabled."
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert await keys_of(database_url) == []


async def test_the_history_stays_whole(
    manager: Client, ecps: EcpFactory, factory: SchemeFactory, world: World, database_url: str
) -> None:
    """R18: enrollments and activities keep the code as a pseudonym. Reasons identify nobody."""
    ecp_id = await ecps.verified()
    await with_history(database_url, ecp_id, await factory.approved(), world, "The license has expired.")
    before = await contents(database_url)
    await mutate(manager, "eraseEcp", ecpId=gid(NodeKind.ECP, ecp_id), reason=REASON)
    after = await contents(database_url)
    assert after["enrollment"] == before["enrollment"]
    assert after["ecp_activity"] == before["ecp_activity"]


async def test_erasing_again_changes_nothing(
    manager: Client, clients: Clients, ecps: EcpFactory, database_url: str
) -> None:
    """R18: neither the reason nor the time."""
    ecp_id = gid(NodeKind.ECP, await ecps.erased())
    async with nothing_changes(database_url):
        for client in (manager, clients[Role.ADMIN]):
            ecp = await mutate(client, "eraseEcp", ecpId=ecp_id, reason="Another reason.")
            assert ecp["displayName"] == "Erased ECP"


async def test_an_administrator_erases_a_pending_ecp(clients: Clients, ecps: EcpFactory) -> None:
    """R18: in any status. It leaves the work queue."""
    ecp_id = gid(NodeKind.ECP, await ecps.registered())
    ecp = await mutate(clients[Role.ADMIN], "eraseEcp", ecpId=ecp_id, reason=REASON)
    assert (ecp["status"], ecp["tier"]) == ("CLOSED", None)
    queues = (await clients[Role.PROGRAM_MANAGER].send("{ workQueues { key count } }")).data["workQueues"]
    assert {queue["key"]: queue["count"] for queue in queues}["ECPS_TO_VERIFY"] == 0


async def test_an_erased_address_can_be_registered_again(
    manager: Client, clients: Clients, ecps: EcpFactory, world: World
) -> None:
    """R18: another person may have the address now."""
    await mutate(manager, "eraseEcp", ecpId=gid(NodeKind.ECP, await ecps.verified()), reason=REASON)
    account = clients.of(await ecps.account("Somebody Else"))
    made = await mutate(account, "registerEcp", **registration_input(world, email=REGISTRATION["email"]))
    assert made["code"] == "ECP-2026-000002"


@pytest.mark.parametrize(
    ("reason", "code", "message"),
    [
        (" ", "REQUIRED", "The reason is missing."),
        ("no", "INVALID", "The reason needs at least 3 characters."),
        *(
            (
                f"Request of {known}, by letter.",
                "INVALID",
                f"The reason is kept, so it must not name the person: leave out “{named or known}”.",
            )
            for known, named in (
                ("ASHA RAO", None),
                ("Mrs. Rao", "Rao"),
                ("asha.RAO@example.org", None),
                ("+91 (20) 555-0101", "555-0101"),
                ("mh-4711", None),
                ("Rao garage", None),
            )
        ),
    ],
)
async def test_a_reason_is_needed_and_names_nobody(  # noqa: PLR0913, PLR0917 - fixtures, and a row of the table
    manager: Client, ecps: EcpFactory, database_url: str, reason: str, code: str, message: str
) -> None:
    """R18, R26: because the reason outlives the personal data."""
    ecp_id = gid(NodeKind.ECP, await ecps.verified())
    async with nothing_changes(database_url):
        assert await expect_errors(manager, "eraseEcp", ecpId=ecp_id, reason=reason) == [(code, "reason", message)]


async def test_an_unknown_ecp_cannot_be_erased(manager: Client, ecps: EcpFactory, database_url: str) -> None:
    """R26."""
    await ecps.verified()
    async with nothing_changes(database_url):
        for ecp_id in (UNKNOWN_ECP, "x"):
            assert await expect_errors(manager, "eraseEcp", ecpId=ecp_id, reason=REASON) == [NO_SUCH_ECP]


async def test_the_scan_sees_every_table_with_texts(database_url: str, world: World) -> None:
    """The detector can fail: it looks into every table of ours that has a text, also within JSON and lists."""
    del world
    assert "account.display_name" in await find_columns(database_url, ["APPROVER"])
    assert "account.search_words" in await find_columns(database_url, ["approver"])
    texts = {column.table.name for table in METADATA.sorted_tables for column in table.columns if _textual(column)}
    assert texts >= {"ecp_activity", "scheme_submission", "webhook_delivery", "api_key"}


def _textual(column: Any) -> bool:
    return str(column.type).startswith(("TEXT", "JSONB", "ARRAY", "TSVECTOR"))
