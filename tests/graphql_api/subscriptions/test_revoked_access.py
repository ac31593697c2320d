"""Connections end with their credential, and continue when an account gains permissions."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from time import monotonic, time
from typing import Any

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.identity.development import DEV_TOKEN_LIFETIME, dev_token
from graphql_api.settings import Settings
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import WaitForEvents, joined
from tests.support.client import Client, Clients, gid
from tests.support.followed_scheme import ACTIVITY, NOTIFICATIONS, FollowedScheme, messages_of
from tests.support.sockets import Closed, connected, following
from tests.support.world import World

ACCESS_LOST = "This credential no longer opens an account: it was revoked, or the account is disabled."
EXPIRED = "This token has expired: sign in again."
UPSERT = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { errors { message } } }"
CREATE = 'mutation ($id: ID!) { createApiKey(input: {accountId: $id, name: "Till"}) { secret apiKey { id } } }'
REVOKE = "mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { errors { message } } }"
End = Callable[[], Awaitable[Any]]


class Accounts:
    """Changes to the second manager and to its key, by the administrator or in the database."""

    def __init__(self, admin: Client, world: World, database_url: str) -> None:
        self._admin = admin
        self._account = world.accounts["second manager"]
        self._url = database_url
        self.id = gid(NodeKind.ACCOUNT, self._account.id)
        self.key_id = ""

    async def make_key(self) -> str:
        """The secret of a new API key."""
        made = (await self._admin.send(CREATE, id=self.id)).data["createApiKey"]
        self.key_id = made["apiKey"]["id"]
        return str(made["secret"])

    async def replace(self, *roles: Role, disabled: bool = False) -> None:
        """Give the account other roles, or disable it."""
        given = {"id": self.id, "displayName": self._account.display_name, "roles": roles, "disabled": disabled}
        answer = await self._admin.send(UPSERT, input=given)
        assert answer.data["upsertAccount"]["errors"] == []

    async def disable(self) -> None:
        """Disable the account, whatever its roles are."""
        await self.replace(Role.PROGRAM_MANAGER, disabled=True)

    async def revoke(self) -> None:
        """Revoke the key."""
        answer = await self._admin.send(REVOKE, input={"apiKeyId": self.key_id})
        assert answer.data["revokeApiKey"]["errors"] == []

    async def run(self, statement: str) -> None:
        """Run SQL about the account's id."""
        connection = await asyncpg.connect(self._url)
        await connection.execute(statement, self._account.id)
        await connection.close()


@pytest.fixture
def accounts(clients: Clients, world: World, database_url: str) -> Accounts:
    """Account changes by the administrator."""
    return Accounts(clients[Role.ADMIN], world, database_url)


async def ended(server: LiveServer, client: Client, scheme: FollowedScheme, end: End) -> None:
    """Check that `end` closes both kinds of connections of a client, for good, and with the place of each stream."""
    async with contextlib.AsyncExitStack() as stack:
        socket = await stack.enter_async_context(connected(server.address, client))
        sent = await socket.subscribe(ACTIVITY, id_="a", schemeId=scheme.id)
        await socket.subscribe(NOTIFICATIONS, id_="n")
        await joined(server.hub, subscriptions=2, groups=2)
        stream = await stack.enter_async_context(following(client, ACTIVITY, schemeId=scheme.id))
        await scheme.record("Before.")
        cursor = (await sent.next()).cursor
        assert (await stream.next()).cursor == cursor
        began = monotonic()
        await end()
        await scheme.record("After.")
        assert await socket.ended() == (4403, ACCESS_LOST)
        assert monotonic() - began < 5
        assert not sent.waiting
        (ping,) = socket.pings
        assert (ping["reason"], ping["cursors"].keys()) == ("UNAUTHENTICATED", {"a", "n"})
        last = await stream.next()
        (error,) = last.errors
        assert error == {"message": ACCESS_LOST, "extensions": {"code": "UNAUTHENTICATED"}}
        with pytest.raises(Closed):
            await stream.next()
        assert stream.complete


async def test_a_disabled_account_loses_its_connections(
    live_server: LiveServer,
    clients: Clients,
    scheme: FollowedScheme,
    accounts: Accounts,
    wait_for_events: WaitForEvents,
) -> None:
    """Also if it is disabled in the database."""
    second = clients["second manager"]
    await ended(live_server, second, scheme, accounts.disable)
    await accounts.replace(Role.PROGRAM_MANAGER)
    await wait_for_events()
    await ended(
        live_server, second, scheme, lambda: accounts.run("UPDATE account SET disabled_at = now() WHERE id = $1")
    )


async def test_a_revoked_key_loses_its_connections(
    live_server: LiveServer,
    clients: Clients,
    scheme: FollowedScheme,
    accounts: Accounts,
    wait_for_events: WaitForEvents,
) -> None:
    """Other credentials of the account stay good; a key that was deleted is as good as revoked."""
    second = clients["second manager"]
    async with connected(live_server.address, second) as other:
        client = clients.with_credential(await accounts.make_key())
        await ended(live_server, client, scheme, accounts.revoke)
        client = clients.with_credential(await accounts.make_key())
        await wait_for_events()
        await ended(live_server, client, scheme, lambda: accounts.run("DELETE FROM api_key WHERE account_id = $1"))
        await other.synchronize()


async def test_an_expired_token_loses_its_connections(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme, world: World, settings: Settings
) -> None:
    """At that moment, with the place of the stream; a token that lasts keeps its connection."""
    expires = int(time()) + 3
    made = datetime.fromtimestamp(expires, UTC) - DEV_TOKEN_LIFETIME
    client = clients.with_credential(dev_token(settings, world.accounts["second manager"].id, made))
    async with (
        connected(live_server.address, client) as socket,
        following(client, ACTIVITY, schemeId=scheme.id) as stream,
        connected(live_server.address, clients["second manager"]) as lasting,
    ):
        sent = await socket.subscribe(ACTIVITY, schemeId=scheme.id)
        await socket.synchronize()
        await scheme.record("In time.")
        assert messages_of([await sent.next(), await stream.next()]) == ["In time.", "In time."]
        assert await socket.ended() == (4403, EXPIRED)
        assert expires <= time() < expires + 2
        assert socket.pings[0].keys() == {"reason", "cursors"}
        (error,) = (await stream.next()).errors
        assert error == {"message": EXPIRED, "extensions": {"code": "UNAUTHENTICATED"}}
        await lasting.synchronize()
    async with connected(live_server.address, clients["second manager"]) as back:
        again = await back.subscribe(ACTIVITY, schemeId=scheme.id, after=socket.pings[0]["cursors"][sent.id])
        await scheme.record("Later.")
        assert messages_of([await again.next()]) == ["Later."]


async def test_a_role_that_is_added_keeps_the_stream_without_loss(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme, accounts: Accounts
) -> None:
    """Again and again, while things happen; a new name changes nothing either."""
    second, count = clients["second manager"], 60
    held = [[Role.PROGRAM_MANAGER, *more] for more in ([Role.ANALYST], [], [Role.DESIGNER, Role.ECP], [Role.APPROVER])]

    async def change() -> None:
        for roles in held:
            await accounts.replace(*roles)

    async with connected(live_server.address, second) as socket, following(second, ACTIVITY, schemeId=scheme.id) as sse:
        stream = await socket.subscribe(ACTIVITY, schemeId=scheme.id)
        added = await socket.subscribe(NOTIFICATIONS)
        await socket.synchronize()
        expected = [str(number) for number in range(count)]
        changing = asyncio.gather(change(), scheme.record(*expected))
        for found in (stream, added, sse):
            assert messages_of(await found.many(count)) == expected
        await changing
        await accounts.run("UPDATE account SET display_name = 'Another' WHERE id = $1")
        await scheme.record("Last.")
        for found in (stream, added, sse):
            assert messages_of([await found.next()]) == ["Last."]
