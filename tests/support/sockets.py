"""Clients of live events: `connected` for WebSockets (graphql-transport-ws), `following` for server-sent events.

    async with connected(live_server.address, clients[Role.ANALYST]) as client:
        stream = await client.subscribe(ACTIVITY, schemeId=gid(NodeKind.SCHEME, scheme_id))
        event = await stream.next()           # .data, .errors, .cursor
        await stream.complete()

    async with following(clients[Role.ANALYST], ACTIVITY, schemeId=...) as stream:
        event = await stream.next()           # the same, and .id

Nothing is read before a test asks for it, so a test makes a slow client by not reading. When `client.synchronize()`
returns, the server has registered every subscription: none of them misses a later commit. Events from shortly before
may arrive, too. A test that needs an exact start subscribes after `present`.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.client import Client

SUBPROTOCOL = "graphql-transport-ws"
# Seconds after which a test that waits has failed. Events wait for every transaction of the whole server, and other
# tests fill tables with 100,000 rows in one of them.
WAIT_TIMEOUT_S = 90.0
Message = dict[str, Any]


class SubscriptionRejected(Exception):
    """The server ended a subscription with errors."""

    def __init__(self, errors: list[Message]) -> None:
        super().__init__(str(errors))
        self.errors = errors


class Closed(Exception):
    """The connection has ended; over SSE, without a code."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds in the server beside the test. Raises TimeoutError."""
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while not condition():  # noqa: ASYNC110 - no event signals it
            await asyncio.sleep(0.01)


@dataclass(frozen=True)
class Event:
    """One received event. Over SSE, `id` is the field of that name."""

    payload: Message
    id: str | None = None

    @property
    def data(self) -> Any:
        """The data of an event without errors."""
        assert "errors" not in self.payload, self.payload["errors"]
        return self.payload["data"]

    @property
    def errors(self) -> list[Message]:
        """The errors, of which there must be some."""
        found: list[Message] = self.payload["errors"]
        return found

    @property
    def cursor(self) -> str:
        """The cursor that every event of a stream carries."""
        found: str = self.payload["extensions"]["cursor"]
        return found


@dataclass
class Stream:
    """One subscription of a socket."""

    socket: "Socket"
    id: str
    waiting: deque[Message] = field(default_factory=deque)

    async def next(self) -> Event:
        """The next event. Raises SubscriptionRejected or Closed when the subscription or connection ends."""
        while not self.waiting:
            await self.socket.pull()
        message = self.waiting.popleft()
        if message["type"] == "error":
            raise SubscriptionRejected(message["payload"])
        assert message["type"] == "next", message
        return Event(message["payload"])

    async def many(self, count: int) -> list[Event]:
        """Read `count` events."""
        return [await self.next() for _ in range(count)]

    async def errors(self) -> list[Message]:
        """The errors that end the subscription, which must be what comes next."""
        try:
            event = await self.next()
        except SubscriptionRejected as rejected:
            return rejected.errors
        raise AssertionError(event)

    async def complete(self) -> None:
        """Complete the subscription."""
        await self.socket.say({"type": "complete", "id": self.id})
        self.socket.streams.pop(self.id, None)


class Socket:
    """A WebSocket. `pings` holds the payloads of the server's pings; `say` sends any message."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.streams: dict[str, Stream] = {}
        self.pings: list[Any] = []
        self.pongs = 0
        self._turn = asyncio.Lock()
        self._ids = 0

    async def say(self, message: Message | list[Any] | str | bytes) -> None:
        """Send a message as JSON; text and bytes as they are."""
        await self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def receive(self) -> Message:
        """Receive the next message unchanged. Raises Closed."""
        try:
            async with asyncio.timeout(WAIT_TIMEOUT_S):
                message: Message = json.loads(await self.connection.recv())
                return message
        except ConnectionClosed:
            raise Closed(self.connection.close_code, self.connection.close_reason or "") from None

    async def init(self, payload: Message | None = None) -> Message:
        """Send `connection_init` and return the answer. Raises Closed."""
        await self.say(
            {"type": "connection_init"} if payload is None else {"type": "connection_init", "payload": payload}
        )
        return await self.receive()

    async def subscribe(
        self, document: str, *, id_: str | None = None, operation_name: str | None = None, **variables: Any
    ) -> Stream:
        """Start a subscription. The stream raises its errors."""
        self._ids += 1
        stream = Stream(self, str(self._ids) if id_ is None else id_)
        self.streams[stream.id] = stream
        payload: Message = {"query": document, "variables": variables}
        if operation_name is not None:
            payload["operationName"] = operation_name
        await self.say({"id": stream.id, "type": "subscribe", "payload": payload})
        return stream

    async def pull(self) -> None:
        """Read one message and pass it to its stream. Raises Closed."""
        async with self._turn:
            message = await self.receive()
        if message["type"] == "ping":
            self.pings.append(message.get("payload"))
        elif message["type"] == "pong":
            self.pongs += 1
        elif (stream := self.streams.get(message["id"])) is not None:
            stream.waiting.append(message)

    async def synchronize(self) -> None:
        """Wait until the server has handled every message sent so far."""
        wait_for_events = self.pongs
        await self.say({"type": "ping"})
        while self.pongs == wait_for_events:
            await self.pull()

    async def ended(self) -> tuple[int | None, str]:
        """Read until the server closes the connection; return the code and reason."""
        try:
            while True:
                await self.pull()
        except Closed as closed:
            return closed.code, closed.reason


@asynccontextmanager
async def opened(
    address: str,
    headers: Mapping[str, str] | None = None,
    *,
    subprotocols: tuple[str, ...] = (SUBPROTOCOL,),
    **options: Any,
) -> AsyncIterator[Socket]:
    """Open a WebSocket without `connection_init`; `options` are those of `websockets`."""
    url = f"{address.replace('http', 'ws', 1)}/graphql"
    offered = [Subprotocol(name) for name in subprotocols] or None
    async with connect(
        url, subprotocols=offered, additional_headers=headers, proxy=None, compression=None, close_timeout=1, **options
    ) as connection:
        yield Socket(connection)


@asynccontextmanager
async def connected(address: str, client: Client, **options: Any) -> AsyncIterator[Socket]:
    """Open a WebSocket that is signed in with a client's credential."""
    async with opened(address, **options) as socket:
        assert await socket.init(client.headers) == {"type": "connection_ack"}
        yield socket


class SseStream:
    """A stream of server-sent events. `comments` are the lines that are no event, `last_id` is the last `id:`."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.comments: list[str] = []
        self.last_id: str | None = None
        self.complete = False
        self._parts = response.aiter_raw()
        self._read = b""

    async def next(self) -> Event:
        """The next event. Raises Closed at the end of the stream; `complete` is True if the server completed it."""
        while (block := await self.block()) is not None:
            if block.get("event") == "complete":
                self.complete = True
            elif block.get("event") == "next":
                return Event(json.loads(block["data"]), block.get("id"))
        raise Closed(None, "")

    async def many(self, count: int) -> list[Event]:
        """Read `count` events."""
        return [await self.next() for _ in range(count)]

    async def block(self) -> dict[str, str] | None:
        """The fields up to the next empty line, as they came; None at the end of the stream."""
        try:
            async with asyncio.timeout(WAIT_TIMEOUT_S):
                while b"\n\n" not in self._read:
                    self._read += await anext(self._parts)
        except (StopAsyncIteration, httpx.RemoteProtocolError):
            # Over, or cut in the middle.
            return None
        block, _, self._read = self._read.partition(b"\n\n")
        fields: dict[str, str] = {}
        for line in block.decode().split("\n"):
            name, _, value = line.partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
            else:
                self.comments.append(value.strip())
        self.last_id = fields.get("id", self.last_id)
        return fields


@asynccontextmanager
async def following(
    client: Client, document: str, headers: Mapping[str, str] | None = None, **variables: Any
) -> AsyncIterator[SseStream]:
    """A subscription as server-sent events; `headers` replace and add to those of the client."""
    body = {"query": document, "variables": variables}
    sent = {**client.headers, "Accept": "text/event-stream", **(headers or {})}
    async with client.http.stream("POST", "/graphql", json=body, headers=sent) as response:
        yield SseStream(response)


async def refusal(response: httpx.Response) -> list[Message]:
    """The errors of a refused subscription, as one event: a client of events reads nothing else."""
    await response.aread()
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    (answer,) = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: {")]
    errors: list[Message] = json.loads(answer)["errors"]
    return errors


async def present(client: Client, scheme_id: str) -> str:
    """The cursor of the present in the activity of a scheme: a subscription behind it gets what is committed next."""
    query = "query ($id: ID!) { schemeActivity(schemeId: $id, first: 200) { resumeAt pageInfo { hasNextPage } } }"
    page = (await client.send(query, id=scheme_id)).data["schemeActivity"]
    assert not page["pageInfo"]["hasNextPage"]
    return str(page["resumeAt"])
