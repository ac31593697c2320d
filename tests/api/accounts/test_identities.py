"""Identities: found by issuer and subject, linked on first use by verified e-mail address or by an ADMIN (R25)."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.app import build_app
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.identity.development import dev_token
from graphql_api.settings import Settings
from resolvers.accounts.link_identity import LinkIdentity
from resolvers.accounts.loaders import refresh_signed_in
from resolvers.accounts.unlink_identity import unlink_identity
from tests.api.accounts.conftest import OidcServer
from tests.support.client import Client, Clients, gid
from tests.support.databases import owner_connection
from tests.support.mutations.ecps import events
from tests.support.oidc_provider import OidcProvider
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

WHO = "{ viewer { account { displayName } email } }"
NOT_VERIFIED = (
    "This token belongs to no account, and it has no verified e-mail address by which to find one. Verify your address "
    "with the identity provider and sign in again, or ask an administrator to link your identity to your account."
)
TAKEN = (
    "This token belongs to no account, and the account with its e-mail address cannot be linked to it: it is disabled, "
    "or linked to another identity. Ask an administrator to link your identity."
)
UNLINKED = (
    "This token belongs to no account, because an administrator unlinked your identity. Ask an administrator to link "
    "it again."
)
REVOKED = "This credential does not open an account. It was revoked, or the account is disabled."


async def who(client: Client) -> str:
    """The account that the server identifies, or the sentence with which it rejects the request."""
    answer = await client.send(WHO)
    if "errors" in answer.body:
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
        return str(answer.errors[0]["message"])
    return str(answer.data["viewer"]["account"]["displayName"])


async def change(url: str, statement: str, *values: Any) -> None:
    """Change rows as their owner may."""
    async with owner_connection(url) as connection:
        await connection.execute(statement, *values)


async def identities(url: str) -> list[tuple[str, str, str]]:
    """The identities that are linked: account, subject, and how they were linked."""
    async with owner_connection(url) as connection:
        rows: list[asyncpg.Record] = await connection.fetch(
            "SELECT display_name, subject, origin FROM account_identity JOIN account ON account.id = account_id "
            "WHERE unlinked_at IS NULL ORDER BY subject"
        )
    return [(row["display_name"], row["subject"], row["origin"]) for row in rows]


async def test_the_first_use_links_the_account_with_the_verified_address(server: OidcServer, database_url: str) -> None:
    """Once; from then on the subject decides, whatever the address is."""
    assert await who(server.person("ada", email="Analyst@Example.com")) == "Analyst"
    assert await identities(database_url) == [("Analyst", "ada", "EMAIL")]
    assert await events(database_url) == ["IDENTITY_LINKED"]
    async with nothing_changes(database_url):
        assert await who(server.person("ada", email="approver@example.com")) == "Analyst"
        assert await who(server.person("ada")) == "Analyst"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "analyst@example.com", "email_verified": False},
        {"email": "analyst@example.com", "email_verified": 1},
    ],
)
async def test_an_address_that_is_not_verified_links_nothing(
    server: OidcServer, database_url: str, claims: dict[str, Any]
) -> None:
    """Anybody may write any address into a profile."""
    async with nothing_changes(database_url):
        assert await who(server.person("ada", **claims)) == NOT_VERIFIED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE account SET disabled_at = now() WHERE display_name = 'Analyst'",
        # Two accounts with one address, as there were before keys were introduced.
        "UPDATE account SET email = 'ANALYST@example.com', email_key = NULL WHERE display_name = 'Designer'",
        # An address that has the same key and may be somebody else's.
        "UPDATE account SET email = 'analy\u017ft@example.com' WHERE display_name = 'Analyst'",
    ],
    ids=["disabled", "ambiguous", "another letter"],
)
async def test_accounts_that_are_not_certainly_meant_are_not_linked(
    server: OidcServer, database_url: str, statement: str
) -> None:
    """Nor may the person register beside them."""
    await change(database_url, statement)
    async with nothing_changes(database_url):
        assert await who(server.person("ada", email="analyst@example.com")) == TAKEN


async def test_an_identity_never_takes_an_account_over(server: OidcServer, database_url: str) -> None:
    """An account with one subject of the issuer is not linked to another one."""
    assert await who(server.person("ada", email="analyst@example.com")) == "Analyst"
    async with nothing_changes(database_url):
        assert await who(server.person("eve", email="analyst@example.com")) == TAKEN
    assert await who(server.person("ada")) == "Analyst"


async def test_first_uses_at_once_make_one_link(server: OidcServer, database_url: str) -> None:
    """Every request of the same subject succeeds, and only one of two subjects gets the account."""
    client = server.person("ada", email="analyst@example.com")
    assert await asyncio.gather(*(who(client) for _ in range(8))) == ["Analyst"] * 8
    assert await identities(database_url) == [("Analyst", "ada", "EMAIL")]
    people = [server.person(subject, email="designer@example.com") for subject in ("bob", "eve")]
    assert sorted(await asyncio.gather(*(who(person) for person in people))) == sorted(["Designer", TAKEN])
    assert [found[0] for found in await identities(database_url)] == ["Analyst", "Designer"]


async def test_an_administrator_links_and_unlinks(
    server: OidcServer, clients: Clients, world: World, database_url: str
) -> None:
    """Any account, whatever its address; what was unlinked is not linked again by its address."""
    admin, named = clients[Role.ADMIN], _named(server, world, "DESIGNER")
    linked = (await admin.run("LinkIdentity", input=named))["linkIdentity"]
    assert linked["account"]["identities"][0].pop("linkedAt").startswith("2026-03-10T09:00:00")
    shown = {
        "issuer": server.provider.issuer,
        "subject": "ada",
        "origin": "ADMIN",
        "linkedBy": {"displayName": "Admin"},
    }
    account = {"id": named["accountId"], "identities": [shown]}
    assert linked == {"account": account, "errors": []}
    assert await who(server.person("ada", email="analyst@example.com")) == "Designer"
    async with nothing_changes(database_url):
        assert (await admin.run("LinkIdentity", input=named))["linkIdentity"]["errors"] == []
    unlinked = await admin.run("UnlinkIdentity", input=named)
    assert unlinked["unlinkIdentity"] == {"account": {"id": named["accountId"], "identities": []}, "errors": []}
    async with nothing_changes(database_url):
        assert await who(server.person("ada", email="analyst@example.com")) == UNLINKED
    await admin.run("LinkIdentity", input=named)
    assert await who(server.person("ada")) == "Designer"
    assert await events(database_url) == ["IDENTITY_LINKED", "IDENTITY_UNLINKED", "IDENTITY_LINKED"]


async def test_links_that_are_rejected_change_nothing(
    server: OidcServer, clients: Clients, world: World, database_url: str
) -> None:
    """Each with a sentence."""
    admin, named = clients[Role.ADMIN], _named(server, world, "DESIGNER")
    await admin.run("LinkIdentity", input=named)
    other, missing = _named(server, world, "ANALYST"), gid(NodeKind.ACCOUNT, key("no such account"))
    url = "The issuer is a URL, exactly as the tokens have it in “iss”, such as https://id.example.com."
    rejected: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
        (other, ("DUPLICATE", "subject", "This identity opens another account: unlink it from that one first.")),
        (
            {**named, "subject": "bob"},
            ("CONFLICT", "issuer", "This account has another identity of the same issuer: unlink that one first."),
        ),
        ({**named, "accountId": missing}, ("NOT_FOUND", "accountId", "This account does not exist.")),
        ({**named, "issuer": "tessera"}, ("INVALID", "issuer", url)),
        ({**named, "issuer": "https://id.example.com#x"}, ("INVALID", "issuer", url)),
        ({**named, "subject": " "}, ("REQUIRED", "subject", "The subject is missing.")),
        (
            {**named, "subject": "x" * 256},
            ("INVALID", "subject", "The subject has 256 characters; at most 255 are allowed."),
        ),
    ]
    async with nothing_changes(database_url):
        for given, expected in rejected:
            (error,) = (await admin.run("LinkIdentity", input=given))["linkIdentity"]["errors"]
            assert (error["code"], error["path"][1], error["message"]) == expected
        (error,) = (await admin.run("UnlinkIdentity", input=other))["unlinkIdentity"]["errors"]
        assert error["message"] == "This account does not have this identity."
        own = {**named, "accountId": gid(NodeKind.ACCOUNT, world.accounts["ADMIN"].id)}
        (error,) = (await admin.run("UnlinkIdentity", input=own))["unlinkIdentity"]["errors"]
        assert error["message"] == "You cannot unlink an identity of your own account: ask another administrator."


async def test_an_account_has_at_most_ten_identities(clients: Clients, world: World, server: OidcServer) -> None:
    """Of ten issuers."""
    admin, named = clients[Role.ADMIN], _named(server, world, "DESIGNER")
    for number in range(10):
        issuer = f"https://id{number}.example"
        assert (await admin.run("LinkIdentity", input={**named, "issuer": issuer}))["linkIdentity"]["errors"] == []
    (error,) = (await admin.run("LinkIdentity", input=named))["linkIdentity"]["errors"]
    assert error["message"] == "An account has at most 10 identities: unlink another one first."


async def test_only_administrators_see_identities(server: OidcServer, clients: Clients) -> None:
    """Others see accounts as actors, too."""
    assert await who(server.person("ada", email="designer@example.com")) == "Designer"
    query = "{ viewer { account { identities { subject } } } }"
    for role in Role:
        shown = (await clients[role].send(query)).data["viewer"]["account"]["identities"]
        assert shown == ([] if role is Role.ADMIN else None), role
    listed = await clients[Role.ADMIN].run("AccountIdentities", search="designer")
    assert [node["identities"][0]["subject"] for node in listed["accounts"]["nodes"]] == ["ada"]


async def test_a_disabled_account_is_closed_to_its_identity(server: OidcServer, database_url: str) -> None:
    """Its person is no newcomer."""
    assert await who(server.person("ada", email="analyst@example.com")) == "Analyst"
    await change(database_url, "UPDATE account SET disabled_at = now() WHERE display_name = 'Analyst'")
    assert await who(server.person("ada", email="new@example.com")) == REVOKED


async def test_one_statement_finds_the_viewer(
    oidc_settings: Settings, server: OidcServer, environment: Environment, world: World
) -> None:
    """By issuer and subject as by account; and an unlinked identity loses its open connections."""
    authenticator = Authenticator(oidc_settings)
    await who(server.person("ada", email="analyst@example.com"))
    own = dev_token(oidc_settings, world.accounts["ANALYST"].id)
    signed_in = None
    for credential in (own, server.provider.token("ada")):
        operation = environment.operation(None)
        signed_in = await authenticator.viewer(operation, {"authorization": f"Bearer {credential}"})
        assert signed_in is not None
        assert (signed_in.account.display_name, operation.statements) == ("Analyst", 1)
    assert signed_in is not None
    assert await refresh_signed_in(environment.operation(None), [signed_in]) != [None]
    command = LinkIdentity(account_id=signed_in.account.id, issuer=server.provider.issuer, subject="ada")
    await unlink_identity(environment.operation(world.viewer("ADMIN")), command)
    assert await refresh_signed_in(environment.operation(None), [signed_in]) == [None]


async def test_a_provider_that_never_answered_is_no_reason_to_sign_in_again(
    environment: Environment, oidc_settings: Settings, provider: OidcProvider, world: World
) -> None:
    """R25: 503 says to try again; our own tokens are good all the while."""
    del world
    settings = oidc_settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})
    transport = httpx.ASGITransport(build_app(settings, environment))
    async with httpx.AsyncClient(transport=transport, base_url="https://tessera") as http:
        token = provider.token("ada", iss="http://127.0.0.1:1")
        answer = await Client(http, {"Authorization": f"Bearer {token}"}).send(WHO)
        assert (answer.status, answer.codes) == (503, ["SERVICE_UNAVAILABLE"])
        expected = "The identity provider does not answer. Try again in a minute, with the same token."
        assert answer.errors[0]["message"] == expected


async def test_servers_notice_a_change_of_identities(server: OidcServer, database_url: str) -> None:
    """Whoever makes it, by whatever way."""
    await who(server.person("ada", email="analyst@example.com"))
    async with owner_connection(database_url) as connection:
        before = await connection.fetchval("SELECT xid FROM access_version")
        await connection.execute("DELETE FROM account_identity")
        assert await connection.fetchval("SELECT xid FROM access_version") != before


async def test_the_id_that_the_api_shows_is_a_subject_of_our_own_issuer(
    server: OidcServer, oidc_settings: Settings, world: World
) -> None:
    """R25: `acc_…` is what administrators see."""
    account_id: Any = gid(NodeKind.ACCOUNT, world.accounts["ANALYST"].id)
    assert (
        await who(Client(server.http, {"Authorization": f"Bearer {dev_token(oidc_settings, account_id)}"})) == "Analyst"
    )


def _named(server: OidcServer, world: World, account: str) -> dict[str, Any]:
    return {
        "accountId": gid(NodeKind.ACCOUNT, world.accounts[account].id),
        "issuer": server.provider.issuer,
        "subject": "ada",
    }
