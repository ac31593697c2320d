"""Clients that do not read lose their connection and nothing else, and no other client notices."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from graphql_api.subscriptions.hub import Hub
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import Complaints
from tests.support.client import Client
from tests.support.followed_scheme import POLL_ACTIVITY, FollowedScheme, polled
from tests.support.sockets import Closed, Event, Socket, SseStream, Stream, connected, following, until

# Events of 60 kB, so that what the kernel keeps for a connection is soon full.
MESSAGE = "x" * 2000
COUNT = 400
HEAVY = f"""subscription ($schemeId: ID!, $after: EventCursor) {{
    schemeActivity(schemeId: $schemeId, after: $after) {{
        activity {{ {" ".join(f"m{number}: message" for number in range(30))} }} }} }}"""
# Small enough to be full soon, and large enough that reading what is in it does not take long.
SMALL = 128 * 1024
UNFINISHED = "ASGI callable returned without completing response."


@pytest.fixture
async def narrow() -> AsyncIterator[socket.socket]:
    """A socket that takes little before it is read from."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    made.setblocking(False)  # noqa: FBT003 - Python's own
    yield made
    made.close()


@pytest.fixture
async def reluctant(live_server: LiveServer, analyst: Client, narrow: socket.socket) -> AsyncIterator[Socket]:
    """A connection that reads only when it is asked to."""
    port = int(live_server.address.rpartition(":")[2])
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", port))
    async with connected(live_server.address, analyst, sock=narrow, max_queue=1) as client:
        yield client


async def slow(hub: Hub, before: int = 0) -> None:
    """Wait until the hub drops a slow subscriber."""
    await until(lambda: hub.counts().closed.get("SLOW_CONSUMER", 0) != before)


async def places(client: Client, scheme: FollowedScheme, after: str) -> list[str]:
    """The cursors of everything behind this one."""
    found: list[str] = []
    while len(found) < COUNT:
        page = (await client.send(POLL_ACTIVITY, schemeId=scheme.id, after=after, first=200)).data["page"]
        found += [edge["cursor"] for edge in page["edges"]]
        after = page["resumeAt"]
    return found


async def rest(stream: Stream | SseStream) -> tuple[list[Event], Closed]:
    """Read a stream to its end; return the events and the end."""
    events = []
    try:
        while True:
            events.append(await stream.next())
    except Closed as closed:
        return events, closed


async def test_a_slow_socket_that_reads_again_gets_its_position(  # noqa: PLR0913, PLR0917 - fixtures
    live_server: LiveServer,
    analyst: Client,
    scheme: FollowedScheme,
    reluctant: Socket,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With close code 1013 and the cursor, so that nothing is missed. Other subscribers get every event."""
    monkeypatch.setattr("graphql_api.transport.websocket.CLOSE_TIMEOUT_S", 30.0)
    start = (await polled(analyst, POLL_ACTIVITY, schemeId=scheme.id))[1]
    before = hub.counts().closed.get("SLOW_CONSUMER", 0)
    asked: dict[str, Any] = {"schemeId": scheme.id, "after": start}
    async with connected(live_server.address, analyst) as quick, following(analyst, HEAVY, **asked) as other:
        lagging, sent = await reluctant.subscribe(HEAVY, **asked), await quick.subscribe(HEAVY, **asked)
        for client in (reluctant, quick):
            await client.synchronize()
        await scheme.burst(COUNT, MESSAGE)
        all_sent, all_streamed = await asyncio.gather(sent.many(COUNT), other.many(COUNT))
        await slow(hub, before)
        await quick.synchronize()
    cursors = await places(analyst, scheme, start)
    assert [event.cursor for event in all_sent] == [event.id for event in all_streamed] == cursors
    seen, closed = await rest(lagging)
    message = "Events arrived faster than you read them. Connect again, and resume from the cursor."
    assert (closed.code, closed.reason) == (1013, message)
    assert [event.cursor for event in seen] == cursors[: len(seen)]
    assert reluctant.pings == [{"reason": "SLOW_CONSUMER", "cursors": {lagging.id: seen[-1].cursor}}]
    async with connected(live_server.address, analyst) as again:
        stream = await again.subscribe(HEAVY, schemeId=scheme.id, after=seen[-1].cursor)
        assert [event.cursor for event in await stream.many(COUNT - len(seen))] == cursors[len(seen) :]


async def test_a_socket_that_never_reads_is_cut(  # noqa: PLR0913, PLR0917 - fixtures
    live_server: LiveServer,
    analyst: Client,
    scheme: FollowedScheme,
    reluctant: Socket,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a while; what the network still held ends in the midst of the stream, and resuming brings the rest."""
    monkeypatch.setattr("graphql_api.transport.websocket.CLOSE_TIMEOUT_S", 0.1)
    start = (await polled(analyst, POLL_ACTIVITY, schemeId=scheme.id))[1]
    stream = await reluctant.subscribe(HEAVY, schemeId=scheme.id, after=start)
    await reluctant.synchronize()
    assert hub.counts().sessions == 1
    await scheme.burst(COUNT, MESSAGE)
    await until(lambda: not hub.counts().sessions)
    seen, closed = await rest(stream)
    assert (closed.code, closed.reason, reluctant.pings) == (1006, "", [])
    assert 0 < len(seen) < COUNT
    async with connected(live_server.address, analyst) as again:
        stream = await again.subscribe(HEAVY, schemeId=scheme.id, after=seen[-1].cursor)
        missed = await stream.many(COUNT - len(seen))
    assert [event.cursor for event in (*seen, *missed)] == await places(analyst, scheme, start)


@pytest.mark.parametrize("patience", [30.0, 0.1])
async def test_an_unread_sse_stream_is_closed(  # noqa: PLR0913, PLR0917 - fixtures
    live_server: LiveServer,
    analyst: Client,
    scheme: FollowedScheme,
    hub: Hub,
    complaints: Complaints,
    patience: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A client that reads in time finds the end and its position; otherwise the stream is cut. Neither loses events."""
    monkeypatch.setattr("graphql_api.transport.sse.CLOSE_TIMEOUT_S", patience)
    before = hub.counts().closed.get("SLOW_CONSUMER", 0)
    start = (await polled(analyst, POLL_ACTIVITY, schemeId=scheme.id))[1]
    options = [(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)]
    transport = httpx.AsyncHTTPTransport(socket_options=options)
    async with httpx.AsyncClient(base_url=live_server.address, transport=transport, timeout=30) as http:
        lagging = Client(http, analyst.headers)
        async with following(lagging, HEAVY, schemeId=scheme.id, after=start) as stream:
            await scheme.burst(COUNT, MESSAGE)
            await slow(hub, before)
            if patience < 1:
                await until(lambda: not hub.counts().sessions)
            seen, _ = await rest(stream)
    assert 0 < len(seen) < COUNT
    assert not stream.complete
    assert stream.comments == (["", "SLOW_CONSUMER"] if patience > 1 else [""])
    assert stream.last_id == seen[-1].cursor
    headers = {"Last-Event-ID": stream.last_id or ""}
    async with following(analyst, HEAVY, headers, schemeId=scheme.id) as again:
        missed = await again.many(COUNT - len(seen))
    assert [event.cursor for event in (*seen, *missed)] == await places(analyst, scheme, start)
    assert complaints.take() == ([] if patience > 1 else [UNFINISHED])
