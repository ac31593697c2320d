"""A client that resumes with its last cursor gets exactly the missed events, under concurrent writes."""

import asyncio
from random import Random

import pytest

from domain.permissions import Role
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import WaitForEvents
from tests.support.client import Client
from tests.support.followed_scheme import (
    ACTIVITY,
    POLL_ACTIVITY,
    ConcurrentWriters,
    FollowedScheme,
    messages_of,
    polled,
)
from tests.support.sockets import SseStream, Stream, connected, following


class Resuming:
    """A client that is disconnected repeatedly and collects its events."""

    def __init__(self, server: LiveServer, client: Client, scheme: FollowedScheme, cursor: str) -> None:
        self._server = server
        self._client = client
        self._scheme = scheme
        self._start = self.cursor = cursor
        self.messages: list[str] = []

    async def by_socket(self, count: int) -> None:
        """Follow over a WebSocket until so many events have come."""
        async with connected(self._server.address, self._client) as socket:
            await self._take(await socket.subscribe(ACTIVITY, schemeId=self._scheme.id, after=self.cursor), count)

    async def by_stream(self, count: int) -> None:
        """Follow server-sent events as an EventSource does: the cursor in its address is still the first one."""
        headers = {"Last-Event-ID": self.cursor}
        async with following(self._client, ACTIVITY, headers, schemeId=self._scheme.id, after=self._start) as stream:
            await self._take(stream, count)

    async def by_query(self, count: int) -> None:
        """Read a page."""
        variables = {"schemeId": self._scheme.id, "after": self.cursor, "first": count}
        page = (await self._client.send(POLL_ACTIVITY, **variables)).data["page"]
        self.messages += [edge["node"]["message"] for edge in page["edges"]]
        self.cursor = page["resumeAt"]

    async def _take(self, stream: Stream | SseStream, count: int) -> None:
        for _ in range(count):
            event = await stream.next()
            self.messages += messages_of([event])
            self.cursor = event.cursor


@pytest.mark.parametrize("ways", [("socket",), ("stream",), ("socket", "stream", "query")])
async def test_nothing_is_missed_and_nothing_comes_twice(
    live_server: LiveServer,
    analyst: Client,
    scheme: FollowedScheme,
    wait_for_events: WaitForEvents,
    ways: tuple[str, ...],
) -> None:
    """In the order of the stream, whichever way a client comes back."""
    random = Random(7)  # noqa: S311 - the same every time
    start = (await polled(analyst, POLL_ACTIVITY, schemeId=scheme.id))[1]
    clients = [Resuming(server=live_server, client=analyst, scheme=scheme, cursor=start) for _ in range(2)]

    async def follow(client: Resuming) -> None:
        for _ in range(15):
            way = {"socket": client.by_socket, "stream": client.by_stream, "query": client.by_query}[
                random.choice(ways)
            ]
            await way(random.randint(1, 9))

    async with ConcurrentWriters(scheme, writers=4).running():
        await asyncio.gather(*(follow(client) for client in clients))
    await wait_for_events()
    expected = (await polled(analyst, POLL_ACTIVITY, start, schemeId=scheme.id))[0]
    assert len(set(expected)) == len(expected)
    for client in clients:
        await client.by_query(200)
        assert client.messages == expected


async def test_a_long_absence_is_replayed_page_by_page(
    live_server: LiveServer, analyst: Client, scheme: FollowedScheme
) -> None:
    """More than a page of the replay, and more than waits in a queue; then it is live."""
    start = (await polled(analyst, POLL_ACTIVITY, schemeId=scheme.id))[1]
    await scheme.burst(400, "While away.")
    async with connected(live_server.address, analyst) as socket:
        stream = await socket.subscribe(ACTIVITY, schemeId=scheme.id, after=start)
        missed = await stream.many(300)
        await scheme.record("Now.", by=Role.ADMIN)
        missed += await stream.many(101)
    assert messages_of(missed) == [*["While away."] * 400, "Now."]
    assert len({event.cursor for event in missed}) == 401
