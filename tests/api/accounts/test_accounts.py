"""Accounts and API keys: creating, changing, disabling, and revoking them, and how quickly access ends (R25)."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.unchanged import nothing_changes
from tests.support.world import World

UPSERT = """mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) {
    account { id displayName email roles vendor { name } createdAt disabledAt } errors { code message path } } }"""
CREATE = """mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    apiKey { id name hint createdAt revokedAt account { displayName } createdBy { displayName } } secret
    errors { code message path } } }"""
REVOKE = """mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) {
    apiKey { id revokedAt } errors { code message path } } }"""
WHO = "{ viewer { account { displayName email } roles permissions vendor { name } } }"
GIVEN: dict[str, Any] = {"displayName": "Asha Rao", "email": "asha@example.com", "roles": ["ANALYST"]}
Errors = list[tuple[str, str, str]]


async def upsert(client: Client, **given: Any) -> Any:
    """The payload of upsertAccount."""
    return (await client.send(UPSERT, input={**GIVEN, **given})).data["upsertAccount"]


def errors_of(payload: Any) -> Errors:
    """Return the errors of a rejected mutation as (code, field, message)."""
    assert all(error["path"][0] == "input" for error in payload["errors"])
    return [(error["code"], ".".join(error["path"][1:]), error["message"]) for error in payload["errors"]]


async def make_key(admin: Client, account_id: UUID) -> Any:
    """A new API key."""
    payload = (await admin.send(CREATE, input={"accountId": gid(NodeKind.ACCOUNT, account_id), "name": " Till "})).data
    assert payload["createApiKey"]["errors"] == []
    return payload["createApiKey"]


async def make_key_of(admin: Client, account_id: str) -> str:
    """The secret of a new API key of an account."""
    given = {"accountId": account_id, "name": "Till"}
    secret: str = (await admin.send(CREATE, input=given)).data["createApiKey"]["secret"]
    return secret


@pytest.fixture
def admin(clients: Clients) -> Client:
    """The administrator."""
    return clients[Role.ADMIN]


@pytest.mark.parametrize("role", Role)
async def test_the_viewer_is_the_account_of_the_request(clients: Clients, world: World, role: Role) -> None:
    """R25: with its current roles and permissions."""
    viewer = (await clients[role].send(WHO)).data["viewer"]
    account = world.accounts[role.value]
    assert viewer == {
        "account": {"displayName": account.display_name, "email": account.email},
        "roles": [role.value],
        "permissions": sorted(permission.value for permission in world.viewer(role).permissions),
        "vendor": {"name": "First Print"} if role is Role.VENDOR else None,
    }


async def test_an_account_is_added_and_replaced(admin: Client, clients: Clients, world: World) -> None:
    """R25: it has exactly the given roles, at once."""
    vendor = gid(NodeKind.VENDOR, world.vendors["PRN-1"].id)
    added = await upsert(admin, displayName=" Asha Rao ", email=" Asha@Example.com ")
    assert added["errors"] == []
    account = added["account"]
    assert (account["displayName"], account["email"], account["roles"]) == ("Asha Rao", "Asha@Example.com", ["ANALYST"])
    assert (account["vendor"], account["disabledAt"]) == (None, None)
    again = await upsert(admin, id=account["id"], roles=["VENDOR", "DESIGNER"], vendorId=vendor, email=None)
    assert again["account"] == {
        **account,
        "email": None,
        "roles": ["DESIGNER", "VENDOR"],
        "vendor": {"name": "First Print"},
    }
    nobody = await upsert(admin, id=account["id"], roles=[])
    assert (nobody["account"]["roles"], nobody["account"]["vendor"]) == ([], None)


async def test_a_role_change_applies_to_the_next_request(admin: Client, clients: Clients, world: World) -> None:
    """R25: the same token then grants different access."""
    analyst = world.accounts["ANALYST"]
    client = clients["ANALYST"]
    listing = "{ vendors { totalCount } }"
    assert (await client.send(listing)).data == {"vendors": {"totalCount": 3}}
    given = {"id": gid(NodeKind.ACCOUNT, analyst.id), "displayName": "Ana", "email": analyst.email}
    await upsert(admin, **given, roles=["ECP"])
    assert (await client.send(listing)).codes == ["FORBIDDEN"]
    assert (await client.send(WHO)).data["viewer"]["roles"] == ["ECP"]


async def test_a_disabled_account_has_no_access_until_it_is_enabled(
    admin: Client, clients: Clients, world: World
) -> None:
    """R25: neither its token nor its API keys work. Disabling it again keeps the original time."""
    system = world.accounts["INTEGRATION"]
    key = clients.with_credential((await make_key(admin, system.id))["secret"])
    given = {"id": gid(NodeKind.ACCOUNT, system.id), "email": system.email, "roles": ["INTEGRATION"]}
    disabled = await upsert(admin, **given, disabled=True)
    assert disabled["account"]["disabledAt"] is not None
    again = await upsert(admin, **given, disabled=True)
    assert again["account"]["disabledAt"] == disabled["account"]["disabledAt"]
    for client in (key, clients["INTEGRATION"]):
        answer = await client.send(WHO)
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
        assert "data" not in answer.body
    assert (await upsert(admin, **given, disabled=False))["account"]["disabledAt"] is None
    for client in (key, clients["INTEGRATION"]):
        assert (await client.send(WHO)).data["viewer"]["roles"] == ["INTEGRATION"]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"displayName": " "}, [("REQUIRED", "displayName", "The name is missing.")]),
        ({"email": "APPROVER@Example.COM"}, [("DUPLICATE", "email", "Another account has this e-mail address.")]),
        *(
            ({"email": email}, [("INVALID", "email", "This is not an e-mail address.")])
            for email in ("x", "a@b", "@b.c", "a@b.c@d.e", "a b@c.d", "a@.b", "a@b.")
        ),
        ({"roles": ["ECP", "ECP"]}, [("DUPLICATE", "roles", "A role is given twice.")]),
        (
            {"roles": ["VENDOR"]},
            [
                (
                    "REQUIRED",
                    "vendorId",
                    "An account with the role vendor works for one vendor, and only such an account does.",
                )
            ],
        ),
        (
            {"roles": ["VENDOR"], "vendorId": gid(NodeKind.VENDOR, UUID(int=7))},
            [("NOT_FOUND", "vendorId", "This vendor does not exist.")],
        ),
        (
            {"id": gid(NodeKind.ACCOUNT, UUID(int=7))},
            [("NOT_FOUND", "id", "This account does not exist.")],
        ),
        (
            {"id": gid(NodeKind.TIER, UUID(int=7)), "vendorId": "x"},
            [
                ("INVALID", "id", "This is the ID of a tier, not of an account."),
                ("NOT_FOUND", "vendorId", "This vendor does not exist."),
            ],
        ),
        (
            {"displayName": "x" * 121, "email": "no", "roles": ["ECP", "ECP", "VENDOR"]},
            [
                ("INVALID", "displayName", "The name has 121 characters; at most 120 are allowed."),
                ("INVALID", "email", "This is not an e-mail address."),
                ("DUPLICATE", "roles", "A role is given twice."),
                (
                    "REQUIRED",
                    "vendorId",
                    "An account with the role vendor works for one vendor, and only such an account does.",
                ),
            ],
        ),
    ],
)
async def test_invalid_accounts_are_rejected(
    admin: Client, database_url: str, given: dict[str, Any], errors: Errors
) -> None:
    """R25, R26: all problems together, and nothing is changed."""
    async with nothing_changes(database_url):
        payload = await upsert(admin, **given)
        assert payload["account"] is None
        assert errors_of(payload) == errors


async def test_a_vendor_is_only_for_the_role_vendor(admin: Client, world: World, database_url: str) -> None:
    """R25: an analyst works for no vendor."""
    vendor = gid(NodeKind.VENDOR, world.vendors["PRN-1"].id)
    async with nothing_changes(database_url):
        payload = await upsert(admin, vendorId=vendor)
    message = "An account with the role vendor works for one vendor, and only such an account does."
    assert errors_of(payload) == [("CONFLICT", "vendorId", message)]


async def test_the_last_administrator_is_kept(admin: Client, clients: Clients, world: World, database_url: str) -> None:
    """R25: also when two disable each other at once."""
    own = {"id": gid(NodeKind.ACCOUNT, world.accounts["ADMIN"].id), "displayName": "Admin", "email": None}
    for number in range(12):
        added = (await upsert(admin, displayName=f"Second {number}", email=None, roles=["ADMIN"]))["account"]
        second = Client(admin.http, {"authorization": f"Bearer {(await make_key_of(admin, added['id']))}"})
        other = {"id": added["id"], "displayName": added["displayName"], "email": None}
        answers = await asyncio.gather(
            second.send(UPSERT, input={**own, "roles": ["ADMIN"], "disabled": True}),
            admin.send(UPSERT, input={**other, "roles": ["ANALYST"]}),
        )
        left = "SELECT account.id FROM account JOIN account_role ON account_id = account.id "
        connection = await asyncpg.connect(database_url)
        holders = await connection.fetch(f"{left} WHERE role = 'ADMIN' AND disabled_at IS NULL")
        assert len(holders) >= 1, answers
        await connection.execute("UPDATE account SET disabled_at = NULL WHERE id = $1", world.accounts["ADMIN"].id)
        await connection.close()


async def test_administrators_cannot_lock_themselves_out(admin: Client, world: World, database_url: str) -> None:
    """R25: only another administrator can remove their role or disable them."""
    own = {"id": gid(NodeKind.ACCOUNT, world.accounts["ADMIN"].id), "displayName": "Admin", "email": None}
    message = "You cannot disable your own account or take the role administrator from it."
    async with nothing_changes(database_url):
        assert errors_of(await upsert(admin, **own, roles=["ANALYST"])) == [("CONFLICT", "roles", message)]
        disabled = await upsert(admin, **own, roles=["ADMIN"], disabled=True)
        assert errors_of(disabled) == [("CONFLICT", "disabled", message)]
    renamed = await upsert(admin, **{**own, "displayName": "Asha"}, roles=["ADMIN", "ANALYST"])
    assert renamed["account"]["roles"] == ["ADMIN", "ANALYST"]


async def test_simultaneous_accounts_with_one_address_create_exactly_one(admin: Client) -> None:
    """R25: ignoring case."""
    addresses = ["race@example.com", "RACE@example.com", "Race@Example.com", "race@EXAMPLE.com"]
    payloads = await asyncio.gather(*(upsert(admin, email=email) for email in addresses))
    assert sum(payload["account"] is not None for payload in payloads) == 1
    rejected = [error for payload in payloads for error in errors_of(payload)]
    assert rejected == [("DUPLICATE", "email", "Another account has this e-mail address.")] * 3


async def test_an_api_key_works_as_a_credential(admin: Client, clients: Clients, world: World) -> None:
    """R20: as a bearer credential, of the account it was made for."""
    made = await make_key(admin, world.accounts["INTEGRATION"].id)
    key = made["apiKey"]
    assert (key["name"], key["revokedAt"]) == ("Till", None)
    assert (key["account"], key["createdBy"]) == ({"displayName": "Integration"}, {"displayName": "Admin"})
    assert made["secret"].startswith(key["hint"])
    assert len(made["secret"]) >= 43 + len("tsk_")
    viewer = (await clients.with_credential(made["secret"]).send(WHO)).data["viewer"]
    assert viewer["account"]["displayName"] == "Integration"
    for wrong in (made["secret"][:-1], made["secret"] + "x", key["hint"], "tsk_", made["secret"].upper()):
        assert (await clients.with_credential(wrong).send(WHO)).codes == ["UNAUTHENTICATED"]


async def test_only_a_hash_of_the_secret_is_stored(admin: Client, world: World, database_url: str) -> None:
    """R25: no table holds the secret, in any column."""
    made = await make_key(admin, world.accounts["INTEGRATION"].id)
    connection = await asyncpg.connect(database_url)
    (row,) = await connection.fetch("SELECT *, api_key::text AS everything FROM api_key")
    await connection.close()
    assert row["secret_hash"] == hashlib.sha256(made["secret"].encode()).digest()
    assert row["hint"] == made["secret"][:8]
    assert made["secret"][8:] not in row["everything"]
    document = "{ apiKeys(first: 5) { totalCount nodes { name hint } } }"
    assert (await admin.send(document)).data == {
        "apiKeys": {"totalCount": 1, "nodes": [{"name": "Till", "hint": row["hint"]}]}
    }


async def test_a_revoked_key_stops_working_at_once(
    admin: Client, clients: Clients, world: World, database_url: str
) -> None:
    """R25: other keys of the account keep working, and revoking the key again changes nothing."""
    first, second = [await make_key(admin, world.accounts["INTEGRATION"].id) for _ in range(2)]
    assert first["secret"] != second["secret"]
    revoked = (await admin.send(REVOKE, input={"apiKeyId": first["apiKey"]["id"]})).data["revokeApiKey"]
    assert revoked["errors"] == []
    assert revoked["apiKey"]["revokedAt"] is not None
    assert (await clients.with_credential(first["secret"]).send(WHO)).codes == ["UNAUTHENTICATED"]
    assert (await clients.with_credential(second["secret"]).send(WHO)).status == 200
    async with nothing_changes(database_url):
        again = (await admin.send(REVOKE, input={"apiKeyId": first["apiKey"]["id"]})).data["revokeApiKey"]
    assert again == revoked


async def test_invalid_api_keys_are_rejected(admin: Client, world: World, database_url: str) -> None:
    """R25: an unknown account, a disabled one, no name, and an unknown key."""
    analyst = gid(NodeKind.ACCOUNT, world.accounts["ANALYST"].id)
    await upsert(admin, id=analyst, disabled=True)
    missing = gid(NodeKind.ACCOUNT, UUID(int=7))
    async with nothing_changes(database_url):
        for given, expected in (
            ({"accountId": missing, "name": "Till"}, ("NOT_FOUND", "accountId", "This account does not exist.")),
            ({"accountId": analyst, "name": "Till"}, ("NOT_FOUND", "accountId", "This account is disabled.")),
            ({"accountId": analyst, "name": " "}, ("REQUIRED", "name", "The name is missing.")),
        ):
            payload = (await admin.send(CREATE, input=given)).data["createApiKey"]
            assert (payload["apiKey"], payload["secret"]) == (None, None)
            assert errors_of(payload) == [expected]
        for key in (gid(NodeKind.API_KEY, UUID(int=7)), "x"):
            payload = (await admin.send(REVOKE, input={"apiKeyId": key})).data["revokeApiKey"]
            assert errors_of(payload) == [("NOT_FOUND", "apiKeyId", "This API key does not exist.")]
