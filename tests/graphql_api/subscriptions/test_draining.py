"""A stopping server reports the position of every stream, and the next server resumes there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from time import monotonic
from typing import Any

import pytest
from graphql import GraphQLError

from db.database import Database
from graphql_api.settings import Settings
from graphql_api.subscriptions.subscription import Subscription
from graphql_api.transport import websocket
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import Complaints, WaitForEvents, joined
from tests.support.application import application_url
from tests.support.client import Client, Clients, http_client
from tests.support.clock import TestClock
from tests.support.followed_scheme import (
    ACTIVITY,
    NOTIFICATIONS,
    POLL_ACTIVITY,
    QUEUES,
    ConcurrentWriters,
    FollowedScheme,
    messages_of,
    polled,
)
from tests.support.sockets import Closed, SseStream, Stream, connected, following, opened, until

pytestmark = pytest.mark.long

STOPPING = (1012, "The server is stopping. Connect again, and resume from the cursor.")
Start = Callable[[], Awaitable["Server"]]


class Server:
    """A server of a test's own, and a client of it; `stop` is what a signal does."""

    def __init__(self, live: LiveServer, client: Client) -> None:
        self.live = live
        self.client = client
        self.running = AsyncExitStack()

    async def stop(self) -> float:
        """Stop, and return how many seconds that took."""
        began = monotonic()
        await self.running.aclose()
        return monotonic() - began


@pytest.fixture
async def start(
    clients: Clients, database_url: str, settings: Settings, clock: TestClock, complaints: Complaints
) -> AsyncIterator[Start]:
    """Starts servers with a database pool of their own, on which the second manager is a client."""
    async with AsyncExitStack() as stack:

        async def make() -> Server:
            live = LiveServer(await Database.connect(application_url(database_url), pool_size=4), settings)
            live.clock = clock
            complaints.attach()
            http = await stack.enter_async_context(http_client(live.address))
            server = Server(live, Client(http, clients["second manager"].headers))
            await server.running.enter_async_context(live.running())
            stack.push_async_callback(server.stop)
            return server

        yield make


async def test_every_stream_gets_its_position(start: Start, clients: Clients, scheme: FollowedScheme) -> None:
    """Also a stream without events. The next server delivers events from the time between."""
    server = await start()
    variables: dict[str, Any] = {"schemeId": scheme.id}
    async with connected(server.live.address, server.client) as socket:
        first = await socket.subscribe(ACTIVITY, id_="activity", **variables)
        await socket.subscribe(NOTIFICATIONS, id_="notifications")
        await (await socket.subscribe(QUEUES, id_="queues")).next()
        await joined(server.live.hub, subscriptions=3, groups=3)
        async with (
            following(server.client, ACTIVITY, **variables) as stream,
            following(server.client, NOTIFICATIONS) as quiet,
        ):
            await scheme.record("Before.", by="second manager")
            assert messages_of([await first.next(), await stream.next()]) == ["Before.", "Before."]
            stopping = asyncio.create_task(server.stop())
            assert await socket.ended() == STOPPING
            for ended in (stream, quiet):
                with pytest.raises(Closed):
                    await ended.next()
                assert ended.comments == ["", "SERVER_STOPPING"]
                assert not ended.complete
            assert await stopping < 5
    (ping,) = socket.pings
    assert (ping["reason"], ping["cursors"].keys()) == ("SERVER_STOPPING", {"activity", "notifications"})
    await scheme.record("Meanwhile.")
    server = await start()
    resumed = [
        (ACTIVITY, variables, ping["cursors"]["activity"], stream),
        (NOTIFICATIONS, {}, ping["cursors"]["notifications"], quiet),
    ]
    async with connected(server.live.address, server.client) as socket:
        for document, given, cursor, before in resumed:
            again = await socket.subscribe(document, after=cursor, **given)
            headers = {"Last-Event-ID": before.last_id or ""}
            async with following(server.client, document, headers, **given) as source:
                assert messages_of([await again.next(), await source.next()]) == ["Meanwhile.", "Meanwhile."]
        await socket.synchronize()


async def test_a_restart_amid_events_loses_and_repeats_nothing(
    start: Start, clients: Clients, scheme: FollowedScheme, wait_for_events: WaitForEvents
) -> None:
    """Three servers, one after the other, while others go on writing."""
    second = clients["second manager"]
    begin = (await polled(second, POLL_ACTIVITY, schemeId=scheme.id))[1]
    places: list[str] = [begin, begin]
    streams_received: list[list[str]] = [[], []]

    async def take(stream: Stream | SseStream, found: list[str]) -> None:
        with contextlib.suppress(Closed):
            while True:
                found += messages_of([await stream.next()])

    async with ConcurrentWriters(scheme, writers=3).running():
        for count in (10, 30, 30):
            server = await start()
            async with (
                connected(server.live.address, server.client) as socket,
                following(server.client, ACTIVITY, schemeId=scheme.id, after=places[1]) as source,
            ):
                sent = await socket.subscribe(ACTIVITY, id_="a", schemeId=scheme.id, after=places[0])
                before = [len(found) for found in streams_received]
                reading = asyncio.gather(take(sent, streams_received[0]), take(source, streams_received[1]))
                await each_has_more(count, streams_received, before)
                assert await server.stop() < 5
                await reading
                places = [socket.pings[0]["cursors"]["a"], source.last_id or ""]
    await wait_for_events()
    for place, found in zip(places, streams_received, strict=True):
        rest = (await polled(second, POLL_ACTIVITY, place, schemeId=scheme.id))[0]
        assert found + rest == (await polled(second, POLL_ACTIVITY, begin, schemeId=scheme.id))[0]


async def each_has_more(count: int, received: list[list[str]], before: list[int]) -> None:
    """Wait until each list has grown by more than `count`: a replay alone may bring as much as an earlier server."""
    await until(lambda: all(len(now) > then + count for now, then in zip(received, before, strict=True)))


async def test_a_subscription_that_is_opening_when_the_server_stops_has_a_cursor(
    start: Start, scheme: FollowedScheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It requested all later events, so it must not miss those during the restart."""
    server = await start()
    hub = server.live.hub
    subscribe, began, stopped = hub.subscribe, asyncio.Event(), asyncio.Event()

    async def subscribe_late(subscription: Subscription) -> list[GraphQLError]:
        began.set()
        await stopped.wait()
        return await subscribe(subscription)

    monkeypatch.setattr(hub, "subscribe", subscribe_late)
    async with connected(server.live.address, server.client) as socket:
        await socket.subscribe(ACTIVITY, id_="activity", schemeId=scheme.id)
        await began.wait()
        stopping = asyncio.create_task(hub.drain())
        await asyncio.sleep(0)
        stopped.set()
        assert await socket.ended() == STOPPING
        await stopping
    (ping,) = socket.pings
    await scheme.record("Meanwhile.")
    server = await start()
    async with connected(server.live.address, server.client) as socket:
        again = await socket.subscribe(ACTIVITY, after=ping["cursors"]["activity"], schemeId=scheme.id)
        assert messages_of([await again.next()]) == ["Meanwhile."]


async def test_a_hanging_subscription_does_not_block_the_stop(
    start: Start, scheme: FollowedScheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "OPENING_TIMEOUT_S", 0.05)
    server = await start()
    began = asyncio.Event()

    async def never(_subscription: Subscription) -> list[GraphQLError]:
        began.set()
        return await asyncio.Future()

    monkeypatch.setattr(server.live.hub, "subscribe", never)
    async with connected(server.live.address, server.client) as socket:
        await socket.subscribe(ACTIVITY, id_="activity", schemeId=scheme.id)
        await began.wait()
        assert await server.stop() < 5
        assert await socket.ended() == STOPPING
    assert socket.pings == [{"reason": "SERVER_STOPPING", "cursors": {}}]


async def test_a_connection_during_the_stop_is_asked_to_retry(start: Start) -> None:
    """The port is closed first, but a connection may have been made already."""
    server = await start()
    async with opened(server.live.address) as early:
        await server.live.hub.drain()
        await early.say({"type": "connection_init", "payload": server.client.headers})
        assert await early.ended() == STOPPING
        assert early.pings == [{"reason": "SERVER_STOPPING", "cursors": {}}]
    async with following(server.client, NOTIFICATIONS) as stream:
        with pytest.raises(Closed):
            await stream.next()
        assert stream.comments[-1:] == ["SERVER_STOPPING"]
        assert not stream.complete
