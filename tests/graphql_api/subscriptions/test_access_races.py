"""Access that changes during sign-in, during subscribing, or while events wait to be read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from db.outbox.tail import Tail
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.execution.subscriptions import open_subscription
from graphql_api.subscriptions.sessions import Session, refresh
from graphql_api.transport.sse import EventStream
from graphql_api.transport.websocket import WebSocketEndpoint
from resolvers.accounts.viewers import SignedIn
from tests.fixtures import LiveServer
from tests.support.client import Client, Clients
from tests.support.followed_scheme import ACTIVITY, NOTIFICATIONS, FollowedScheme
from tests.support.sockets import Stream, connected, following, opened, refusal
from tests.support.world import World

ACCESS_LOST = "This credential no longer opens an account: it was revoked, or the account is disabled."
Disable = Callable[[], Awaitable[None]]


class Revoking:
    """Takes the roles of the second manager, once, and waits until the server has noticed."""

    def __init__(self, url: str, world: World, watcher: Stream) -> None:
        self._url = url
        self._account_id = world.accounts["second manager"].id
        self._watcher = watcher
        self.done = False

    async def revoke(self) -> None:
        """Take them."""
        if not self.done:
            self.done = True
            await self.commit()
            assert (await self._watcher.errors())[0]["extensions"]["code"] == "FORBIDDEN"

    async def commit(self) -> None:
        """Take them, and do not wait."""
        connection = await asyncpg.connect(self._url)
        await connection.execute("DELETE FROM account_role WHERE account_id = $1", self._account_id)
        await connection.close()


@pytest.fixture
async def revoking(
    live_server: LiveServer, clients: Clients, world: World, database_url: str, scheme: FollowedScheme
) -> AsyncIterator[Revoking]:
    """A revocation that another connection of the same account watches."""
    async with connected(live_server.address, clients["second manager"]) as socket:
        watcher = await socket.subscribe(ACTIVITY, schemeId=scheme.id)
        await socket.synchronize()
        yield Revoking(database_url, world, watcher)


async def test_roles_revoked_while_a_socket_signs_in_do_not_count(
    live_server: LiveServer,
    clients: Clients,
    scheme: FollowedScheme,
    revoking: Revoking,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The roles read before the change do not count."""
    real = WebSocketEndpoint.sign_in

    async def slow(*arguments: Any) -> Session:
        session = await real(*arguments)
        await revoking.revoke()
        return session

    monkeypatch.setattr(WebSocketEndpoint, "sign_in", slow)
    async with connected(live_server.address, clients["second manager"]) as socket:
        assert revoking.done
        (error,) = await (await socket.subscribe(ACTIVITY, schemeId=scheme.id)).errors()
        assert error["extensions"]["code"] == "FORBIDDEN"


async def test_roles_revoked_before_an_sse_stream_starts_do_not_count(
    live_server: LiveServer,
    clients: Clients,
    scheme: FollowedScheme,
    revoking: Revoking,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = EventStream.open

    async def late(stream: EventStream) -> Any:
        await revoking.revoke()
        return await real(stream)

    monkeypatch.setattr(EventStream, "open", late)
    async with following(clients["second manager"], ACTIVITY, schemeId=scheme.id) as stream:
        codes = [found["extensions"]["code"] for found in await refusal(stream.response)]
        assert revoking.done
        assert codes == ["FORBIDDEN"]


@pytest.fixture
async def disable(live_server: LiveServer, clients: Clients, database_url: str) -> AsyncIterator[Disable]:
    """Disables every account, and waits until the server has noticed."""

    async def end_all() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("UPDATE account SET disabled_at = now()")
        await connection.close()
        assert (await watcher.ended())[0] == 4403

    async with connected(live_server.address, clients[Role.ADMIN]) as watcher:
        yield end_all


async def test_an_account_disabled_while_a_socket_signs_in_is_disconnected(
    live_server: LiveServer, analyst: Client, disable: Disable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server closes the connection instead of acknowledging it."""
    real = WebSocketEndpoint.sign_in

    async def slow(*arguments: Any) -> Session:
        session = await real(*arguments)
        await disable()
        return session

    monkeypatch.setattr(WebSocketEndpoint, "sign_in", slow)
    async with opened(live_server.address) as socket:
        await socket.say({"type": "connection_init", "payload": analyst.headers})
        assert (await socket.receive())["type"] == "ping"
        assert await socket.ended() == (4403, ACCESS_LOST)


async def test_an_account_disabled_before_an_sse_stream_starts_is_rejected(
    analyst: Client, disable: Disable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets the same answer as an account that was always disabled."""
    real = EventStream.open

    async def late(stream: EventStream) -> Any:
        await disable()
        return await real(stream)

    monkeypatch.setattr(EventStream, "open", late)
    async with following(analyst, NOTIFICATIONS) as stream:
        await stream.response.aread()
        assert stream.response.status_code == 401
        (error,) = stream.response.json()["errors"]
        assert error == {"message": ACCESS_LOST, "extensions": {"code": "UNAUTHENTICATED"}}


async def test_roles_revoked_while_a_subscription_opens_do_not_count(
    live_server: LiveServer,
    clients: Clients,
    scheme: FollowedScheme,
    revoking: Revoking,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was allowed when requested, and is denied when it opens."""
    real = open_subscription

    async def slow(*arguments: Any, **named: Any) -> Any:
        opened = await real(*arguments, **named)
        await revoking.revoke()
        return opened

    async with connected(live_server.address, clients["second manager"]) as socket:
        monkeypatch.setattr("graphql_api.subscriptions.requests.open_subscription", slow)
        (error,) = await (await socket.subscribe(ACTIVITY, schemeId=scheme.id)).errors()
        assert error["extensions"]["code"] == "FORBIDDEN"


async def test_events_right_after_a_revocation_are_not_delivered(
    live_server: LiveServer,
    clients: Clients,
    scheme: FollowedScheme,
    revoking: Revoking,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Although the tailer may read the event before it notices the revocation."""
    looks, real_fetch, real_pause = [False], Tail.fetch, Tail.pause

    async def fetch(*arguments: Any, **parameters: Any) -> Any:
        found = await real_fetch(*arguments, **parameters)
        if looks and looks.pop():
            await revoking.commit()
            await scheme.record("Too late.")
        looks.append(False)
        return found

    async def pause(*arguments: Any) -> None:
        await real_pause(*arguments)
        if waiting:
            looks[:] = [waiting.pop()]

    async def slow(*arguments: Any) -> Any:
        await asyncio.sleep(0.2)
        return await refresh(*arguments)

    async with connected(live_server.address, clients["second manager"]) as socket:
        stream = await socket.subscribe(ACTIVITY, schemeId=scheme.id)
        await socket.synchronize()
        waiting = [True]
        monkeypatch.setattr("graphql_api.subscriptions.hub.refresh", slow)
        monkeypatch.setattr(Tail, "fetch", fetch)
        monkeypatch.setattr(Tail, "pause", pause)
        assert (await stream.errors())[0]["extensions"]["code"] == "FORBIDDEN"
    assert not waiting


async def test_an_earlier_read_does_not_overwrite_a_later_one(
    environment: Environment, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sign-in and an access change read the account at the same time."""
    account = world.accounts["second manager"]
    before, after = [SignedIn(world.viewer(name), account) for name in ("second manager", Role.ECP)]
    session = Session(before, lambda _reason: None)
    answers: list[asyncio.Future[list[SignedIn]]] = []

    async def asked(*_arguments: Any) -> list[SignedIn]:
        answers.append(asyncio.get_running_loop().create_future())
        return await answers[-1]

    monkeypatch.setattr("graphql_api.subscriptions.sessions.refresh_signed_in", asked)
    operation = environment.operation(None)
    first, second = [asyncio.create_task(refresh(operation, [session])) for _ in range(2)]
    await asyncio.sleep(0)
    answers[1].set_result([after])
    assert await second == [session]
    answers[0].set_result([before])
    assert await first == []
    assert session.signed_in is after
