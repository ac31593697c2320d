"""GraphQL over WebSocket, for subscriptions: the protocol graphql-transport-ws.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import orjson
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from domain.requests import RequestError, Unauthenticated
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.errors import formatted
from graphql_api.subscriptions.close_reasons import Ending, log_bugs
from graphql_api.subscriptions.hub import Hub
from graphql_api.subscriptions.requests import Asked, Subscription
from graphql_api.subscriptions.sessions import Session
from graphql_api.transport.frames import BadFrame, Frame, Subscribe, read_frame

SUBPROTOCOL: Final = "graphql-transport-ws"
INIT_SECONDS: Final = 5.0
LEAVE_SECONDS: Final = 2.0
SUBSCRIPTIONS_LIMIT: Final = 20
_REASON_BYTES: Final = 123


class WebSocketEndpoint:
    """The endpoint `/graphql` for WebSockets, an ASGI application."""

    def __init__(self, hub: Hub, environment: Environment, authenticator: Authenticator) -> None:
        self._hub = hub
        self._environment = environment
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it ends; never raises for what a client did."""
        await receive()
        if SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            await send(_close(4406, f"Offer the subprotocol {SUBPROTOCOL}."))
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        # The client may be gone at any moment, which uvicorn tells by an OSError.
        with suppress(OSError):
            await _Connection(self, receive, send, headers).run()

    async def sign_in(self, headers: dict[str, str], connection: "_Connection") -> Session:
        """A session for the credential of a connection. Raises RequestError."""
        operation = self._environment.operation(None)
        try:
            signed_in = await self._authenticator.viewer(operation, headers)
        finally:
            await operation.close()
        if signed_in is None:
            raise Unauthenticated("Sign in to subscribe: send “Authorization” in the payload of connection_init.")
        return Session(signed_in, connection.end)

    @property
    def hub(self) -> Hub:
        """Who feeds the subscriptions."""
        return self._hub


class _Connection:
    """One WebSocket: a reader of the client's messages, and a writer of what its subscriptions have to send."""

    def __init__(self, endpoint: WebSocketEndpoint, receive: Receive, send: Send, headers: dict[str, str]) -> None:
        self._endpoint = endpoint
        self._hub = endpoint.hub
        self._receive = receive
        self._send = send
        self._headers = headers
        self._session: Session | None = None
        self._greeted = False
        self._subscriptions: dict[str, Subscription] = {}
        self._ids: dict[Subscription, str] = {}
        self._opening: dict[Subscription, asyncio.Task[None]] = {}
        self._ready: deque[Subscription] = deque()
        self._idle: asyncio.Future[None] | None = None
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    def end(self, ending: Ending) -> None:
        """End the connection from our side."""
        if not self._ending.done():
            self._hub.note(ending)
            self._ending.set_result(ending)

    async def run(self) -> None:
        """Talk until either side ends it."""
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write())
        try:
            ends: set[asyncio.Future[Any]] = {reader, writer, self._ending}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in (reader, writer, *self._opening.values()):
                task.cancel()
            results = await asyncio.gather(reader, writer, return_exceptions=True)
            log_bugs(results, BadFrame)
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await self._take_leave(results[0])
        finally:
            if self._session is not None:
                self._hub.disconnect(self._session)

    async def _take_leave(self, read: Any) -> None:
        """Say why it ends, and to a client that may come back, where each of its subscriptions stands."""
        if isinstance(read, BadFrame):
            await self._put(_close(read.code, read.reason))
        elif self._ending.done():
            ending = self._ending.result()
            cursors = {id_: self._hub.cursor_of(found) for id_, found in self._subscriptions.items()}
            known = {id_: cursor for id_, cursor in cursors.items() if cursor is not None}
            await self._tell({"type": "ping", "payload": {"reason": ending.code, "cursors": known}})
            await self._put(_close(ending.close, ending.message))
        elif isinstance(read, Exception) and not isinstance(read, OSError):
            await self._put(_close(4500, "Something went wrong on our side."))

    async def _read(self) -> None:
        """Handle messages until the client is gone. Raises BadFrame for one that the protocol does not allow."""
        try:
            async with asyncio.timeout(INIT_SECONDS):
                going_on = await self._next()
                while going_on and not self._greeted:
                    going_on = await self._next()
        except TimeoutError:
            raise BadFrame(4408, "Connection initialisation timeout") from None
        while going_on:
            going_on = await self._next()

    async def _next(self) -> bool:
        """Handle one message; False when there are no more."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            return False
        await self._handle(read_frame(message.get("text")))
        return True

    async def _handle(self, frame: Frame) -> None:
        if frame.type == "connection_init":
            await self._greet(frame)
        elif frame.type == "ping":
            await self._tell({"type": "pong"})
        elif frame.type == "subscribe":
            await self._subscribe(frame.subscribe())
        elif frame.type == "complete":
            self._forget(frame.id)

    async def _greet(self, frame: Frame) -> None:
        if self._greeted:
            raise BadFrame(4429, "Too many initialisation requests")
        self._greeted = True
        try:
            self._session = await self._endpoint.sign_in(frame.credentials() or self._headers, self)
            await self._hub.connect(self._session)
        except RequestError as refused:
            code = 4403 if isinstance(refused, Unauthenticated) else 1013
            raise BadFrame(code, str(refused)) from None
        if not self._ending.done():
            await self._tell({"type": "connection_ack"})

    async def _subscribe(self, wanted: Subscribe) -> None:
        if self._session is None:
            raise BadFrame(4401, "Unauthorized")
        if wanted.id in self._subscriptions:
            raise BadFrame(4409, f"Subscriber for {wanted.id} already exists")
        if len(self._subscriptions) >= SUBSCRIPTIONS_LIMIT:
            # Told here, so that whoever asks for more and more and reads nothing is not read from either.
            message = f"One connection carries at most {SUBSCRIPTIONS_LIMIT} subscriptions: end another one first."
            await self._refuse(wanted.id, [GraphQLError(message, extensions={"code": "LIMIT_EXCEEDED"})])
            return
        payload = wanted.payload
        asked = Asked(payload.query, payload.variables or {}, payload.operation_name or None)
        subscription = Subscription(asked, self._session, self._hub.tip, self._wake)
        self._subscriptions[wanted.id], self._ids[subscription] = subscription, wanted.id
        self._opening[subscription] = asyncio.create_task(self._open(subscription))

    async def _open(self, subscription: Subscription) -> None:
        try:
            if errors := await self._hub.subscribe(subscription):
                subscription.reject(errors)
        except Exception as bug:  # noqa: BLE001 - nobody may wait for what never comes; the transport masks and logs it
            subscription.reject([GraphQLError(str(bug), original_error=bug)])
        finally:
            self._opening.pop(subscription, None)

    def _forget(self, id_: str | None) -> None:
        """The client wants no more of a subscription, or it has got its end."""
        subscription = self._subscriptions.pop(id_ or "", None)
        if subscription is not None:
            del self._ids[subscription]
            if task := self._opening.pop(subscription, None):
                task.cancel()
            self._hub.unsubscribe(subscription)

    def _wake(self, subscription: Subscription) -> None:
        self._ready.append(subscription)
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while self._ready:
                await self._flush(self._ready.popleft())
            self._idle = loop.create_future()
            await self._idle

    async def _flush(self, subscription: Subscription) -> None:
        """Send what waits in one subscription, and its end."""
        subscription.scheduled = False
        id_ = self._ids.get(subscription)
        if id_ is None:
            return
        head = f'{{"id":{orjson.dumps(id_).decode()},"type":"next","payload":'
        while subscription.queue and subscription in self._ids:
            delivery = subscription.queue[0]
            await self._put({"type": "websocket.send", "text": f"{head}{delivery.text}}}"})
            subscription.sent(delivery)
        if subscription.errors is not None and subscription in self._ids:
            await self._refuse(id_, subscription.errors)
            self._forget(id_)

    async def _refuse(self, id_: str, errors: Iterable[GraphQLError]) -> None:
        await self._tell({"id": id_, "type": "error", "payload": formatted(errors, valid=True)})

    async def _tell(self, message: dict[str, Any]) -> None:
        await self._put({"type": "websocket.send", "text": orjson.dumps(message).decode()})

    async def _put(self, message: dict[str, Any]) -> None:
        """Send; waits while the client does not read. Raises OSError when the connection is gone."""
        try:
            await self._send(message)
        except RuntimeError as late:
            # uvicorn has closed it for reasons of its own: text that is not UTF-8, a frame too large, a silent client.
            raise ConnectionResetError from late


def _close(code: int, reason: str) -> dict[str, Any]:
    """A close frame; RFC 6455 gives the reason 123 bytes."""
    short = reason.encode()[:_REASON_BYTES].decode(errors="ignore")
    return {"type": "websocket.close", "code": code, "reason": short}
