"""Clients in any order of actions leave nothing behind when they disconnect."""

import asyncio
import contextlib
import gc
from random import Random
from typing import Any

import pytest

from graphql_api.subscriptions.hub import Hub
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import released
from tests.support.client import Client, Clients
from tests.support.followed_scheme import ACTIVITY, NOTIFICATIONS, POLL_ACTIVITY, QUEUES, FollowedScheme, polled
from tests.support.sockets import Socket, SseStream, Stream, connected, following, until

NAMES = ("PROGRAM_MANAGER", "second manager", "ANALYST", "APPROVER")
STEPS = 120


class Crowd:
    """Connections that take random actions."""

    def __init__(self, server: LiveServer, clients: Clients, scheme: FollowedScheme, cursor: str, seed: int) -> None:
        self._server = server
        self._clients = clients
        self._random = Random(seed)  # noqa: S311 - the same every time
        self._documents: list[tuple[str, dict[str, Any]]] = [
            (ACTIVITY, {"schemeId": scheme.id}),
            (ACTIVITY, {"schemeId": scheme.id, "after": cursor}),
            (NOTIFICATIONS, {}),
            (QUEUES, {}),
            (ACTIVITY, {}),
            ("{ tiers { name } }", {}),
        ]
        self._stack = contextlib.AsyncExitStack()
        self._sockets: list[tuple[Socket, contextlib.AsyncExitStack]] = []
        self._sources: list[tuple[SseStream, contextlib.AsyncExitStack]] = []

    async def step(self, scheme: FollowedScheme) -> None:
        """Do one thing."""
        do = self._random.choice(
            [self.connect, self.follow, *[self.subscribe] * 4, self.complete, self.complete, self.cut, self.leave]
        )
        await do()
        if self._random.random() < 0.2:
            await scheme.record("Something.")

    async def connect(self) -> None:
        """Open a WebSocket."""
        stack = contextlib.AsyncExitStack()
        client = self._clients[self._random.choice(NAMES)]
        self._sockets.append((await stack.enter_async_context(connected(self._server.address, client)), stack))

    async def follow(self) -> None:
        """Open a stream of server-sent events, or be rejected."""
        stack = contextlib.AsyncExitStack()
        document, variables = self._random.choice(self._documents)
        client = self._clients[self._random.choice(NAMES)]
        stream = await stack.enter_async_context(following(client, document, **variables))
        self._sources.append((stream, stack))

    async def subscribe(self) -> None:
        """Subscribe to something, well or badly."""
        if self._sockets:
            document, variables = self._random.choice(self._documents)
            await self._random.choice(self._sockets)[0].subscribe(document, **variables)

    async def complete(self) -> None:
        """Complete any subscription, maybe before it is open."""
        streams: list[Stream] = [stream for socket, _ in self._sockets for stream in socket.streams.values()]
        if streams:
            await self._random.choice(streams).complete()

    async def cut(self) -> None:
        """Lose a WebSocket, properly or not, with all that is on it."""
        if self._sockets:
            socket, stack = self._sockets.pop(self._random.randrange(len(self._sockets)))
            if self._random.random() < 0.5:
                socket.connection.transport.abort()
            await stack.aclose()

    async def leave(self) -> None:
        """Leave a stream of events."""
        if self._sources:
            await self._sources.pop(self._random.randrange(len(self._sources)))[1].aclose()

    async def disperse(self) -> None:
        """Lose everything."""
        for _, stack in (*self._sockets, *self._sources):
            await stack.aclose()


@pytest.mark.parametrize("seed", range(2))
async def test_disconnected_clients_leave_nothing_behind(  # noqa: PLR0913, PLR0917 - fixtures
    live_server: LiveServer, clients: Clients, analyst: Client, scheme: FollowedScheme, hub: Hub, seed: int
) -> None:
    """No session, subscription, group or task."""
    _, cursor = await polled(analyst, POLL_ACTIVITY, schemeId=scheme.id)
    await scheme.record("Missed.")
    before = asyncio.all_tasks()
    crowd = Crowd(server=live_server, clients=clients, scheme=scheme, cursor=cursor, seed=seed)
    for _ in range(STEPS):
        await crowd.step(scheme)
    counts = hub.counts()
    assert min(counts.sessions, counts.subscriptions, counts.groups) > 0
    await crowd.disperse()
    await released(hub)
    await until(lambda: asyncio.all_tasks() <= before)
    # Tasks that failed and that nobody asked say so now, to the log.
    gc.collect()
