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
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from domain.requests import RequestError, Unauthenticated
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.errors import formatted
from graphql_api.origins import Origins
from graphql_api.subscriptions.close_reasons import CloseReason, log_bugs
from graphql_api.subscriptions.hub import Hub
from graphql_api.subscriptions.requests import SubscriptionRequest
from graphql_api.subscriptions.sessions import Session
from graphql_api.subscriptions.subscription import Subscription
from graphql_api.transport.frames import BadFrame, Frame, Subscribe, read_frame

SUBPROTOCOL: Final = "graphql-transport-ws"
# How long a client may take to send connection_init, in seconds.
INIT_TIMEOUT_S: Final = 5.0
# How long subscriptions that are still opening may take when the connection closes, in seconds.
OPENING_TIMEOUT_S: Final = 1.0
# How long the last messages may take to send, in seconds.
CLOSE_TIMEOUT_S: Final = 2.0
SUBSCRIPTIONS_LIMIT: Final = 20
_REASON_LIMIT_BYTES: Final = 123
# After this close code, the same credential is useless.
_FORBIDDEN_CLOSE_CODE: Final = 4403


class WebSocketEndpoint:
    """The endpoint `/graphql` for WebSockets, an ASGI application."""

    def __init__(self, hub: Hub, environment: Environment, authenticator: Authenticator, *, origins: Origins) -> None:
        self._origins = origins
        self._hub = hub
        self._environment = environment
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it ends; never raises because of a client."""
        await receive()
        if not self._origins.allow_socket(Headers(scope=scope)):
            # A close before the acceptance answers the handshake with 403.
            await send(_close(_FORBIDDEN_CLOSE_CODE, "Pages of this origin may not connect to this server."))
            return
        if SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            await send(_close(4406, f"Offer the subprotocol {SUBPROTOCOL}."))
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        # The client may leave at any moment; uvicorn then raises an OSError.
        with suppress(OSError):
            await _Connection(endpoint=self, receive=receive, send=send, headers=headers).run()

    async def sign_in(self, headers: dict[str, str], connection: "_Connection") -> Session:
        """Return a session for the credential of a connection. Raises RequestError."""
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
        """The hub that feeds the subscriptions."""
        return self._hub


class _Connection:
    """One WebSocket: one task reads the messages of the client, another one sends the queues of its subscriptions."""

    def __init__(self, endpoint: WebSocketEndpoint, receive: Receive, send: Send, headers: dict[str, str]) -> None:
        self._endpoint = endpoint
        self._hub = endpoint.hub
        self._receive = receive
        self._send = send
        self._headers = headers
        self._session: Session | None = None
        self._initialized = False
        self._subscriptions: dict[str, Subscription] = {}
        self._ids: dict[Subscription, str] = {}
        self._opening: dict[Subscription, asyncio.Task[None]] = {}
        self._ready: deque[Subscription] = deque()
        self._idle: asyncio.Future[None] | None = None
        self._close_reason: asyncio.Future[CloseReason] = asyncio.get_running_loop().create_future()

    def end(self, reason: CloseReason) -> None:
        """Close the connection from the server's side."""
        if not self._close_reason.done():
            self._hub.count_closed(reason)
            self._close_reason.set_result(reason)

    async def run(self) -> None:
        """Read and write until either side closes the connection."""
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write())
        try:
            ends: set[asyncio.Future[Any]] = {reader, writer, self._close_reason}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            reader.cancel()
            writer.cancel()
            results = await asyncio.gather(reader, writer, return_exceptions=True)
            log_bugs(results, BadFrame)
            await self._finish_opening()
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self._send_last(results[0])
        finally:
            if self._session is not None:
                self._hub.disconnect(self._session)

    async def _finish_opening(self) -> None:
        """Open the subscriptions that have been read, if the client may resume: each has a cursor only once it is open.

        A client that subscribed without a cursor would otherwise miss what happens before it comes back.
        """
        reason = self._close_reason
        if self._opening and reason.done() and reason.result().close_code != _FORBIDDEN_CLOSE_CODE:
            await asyncio.wait(self._opening.values(), timeout=OPENING_TIMEOUT_S)
        for task in self._opening.values():
            task.cancel()

    async def _send_last(self, read: Any) -> None:
        """Send the reason of the close, and the last cursor of each subscription for clients that may come back."""
        if isinstance(read, BadFrame):
            await self._put(_close(read.code, read.reason))
        elif self._close_reason.done():
            reason = self._close_reason.result()
            cursors = {id_: self._hub.cursor_of(found) for id_, found in self._subscriptions.items()}
            known = {id_: cursor for id_, cursor in cursors.items() if cursor is not None}
            await self._send_json({"type": "ping", "payload": {"reason": reason.code, "cursors": known}})
            await self._put(_close(reason.close_code, reason.message))
        elif isinstance(read, Exception) and not isinstance(read, OSError):
            await self._put(_close(4500, "Something went wrong on our side."))

    async def _read(self) -> None:
        """Handle messages until the client is gone. Raises BadFrame for a message that the protocol does not allow."""
        try:
            async with asyncio.timeout(INIT_TIMEOUT_S):
                connected = await self._next()
                while connected and not self._initialized:
                    connected = await self._next()
        except TimeoutError:
            raise BadFrame(4408, "Connection initialisation timeout") from None
        while connected:
            connected = await self._next()

    async def _next(self) -> bool:
        """Handle one message; False when there are no more."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            return False
        await self._handle(read_frame(message.get("text")))
        return True

    async def _handle(self, frame: Frame) -> None:
        if frame.type == "connection_init":
            await self._initialize(frame)
        elif frame.type == "ping":
            await self._send_json({"type": "pong"})
        elif frame.type == "subscribe":
            await self._subscribe(frame.subscribe())
        elif frame.type == "complete":
            self._remove(frame.id)

    async def _initialize(self, frame: Frame) -> None:
        if self._initialized:
            raise BadFrame(4429, "Too many initialisation requests")
        self._initialized = True
        try:
            self._session = await self._endpoint.sign_in(frame.credentials() or self._headers, self)
            await self._hub.connect(self._session)
        except RequestError as rejection:
            code = 4403 if isinstance(rejection, Unauthenticated) else 1013
            raise BadFrame(code, str(rejection)) from None
        if not self._close_reason.done():
            await self._send_json({"type": "connection_ack"})

    async def _subscribe(self, frame: Subscribe) -> None:
        if self._session is None:
            raise BadFrame(4401, "Unauthorized")
        if frame.id in self._subscriptions:
            raise BadFrame(4409, f"Subscriber for {frame.id} already exists")
        if len(self._subscriptions) >= SUBSCRIPTIONS_LIMIT:
            # Sent here, in the reader: a client that subscribes on and on without reading blocks itself.
            message = f"One connection carries at most {SUBSCRIPTIONS_LIMIT} subscriptions: end another one first."
            await self._reject(frame.id, [GraphQLError(message, extensions={"code": "LIMIT_EXCEEDED"})])
            return
        payload = frame.payload
        request = SubscriptionRequest(payload.query, payload.variables or {}, payload.operation_name or None)
        subscription = Subscription(request=request, session=self._session, start=self._hub.tip, wake=self._wake)
        self._subscriptions[frame.id], self._ids[subscription] = subscription, frame.id
        self._opening[subscription] = asyncio.create_task(self._open(subscription))

    async def _open(self, subscription: Subscription) -> None:
        try:
            if errors := await self._hub.subscribe(subscription):
                subscription.reject(errors)
        except Exception as bug:  # noqa: BLE001 - the client must not wait forever; the transport masks and logs it
            subscription.reject([GraphQLError(str(bug), original_error=bug)])
        finally:
            self._opening.pop(subscription, None)

    def _remove(self, id_: str | None) -> None:
        """Remove a subscription, because the client has ended it or has received its end."""
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
        """Send the queue of one subscription, and its errors."""
        subscription.scheduled = False
        id_ = self._ids.get(subscription)
        if id_ is None:
            return
        head = f'{{"id":{orjson.dumps(id_).decode()},"type":"next","payload":'
        while subscription.queue and subscription in self._ids:
            delivery = subscription.queue[0]
            await self._put({"type": "websocket.send", "text": f"{head}{delivery.text}}}"})
            subscription.mark_sent(delivery)
        if subscription.errors is not None and subscription in self._ids:
            await self._reject(id_, subscription.errors)
            self._remove(id_)

    async def _reject(self, id_: str, errors: Iterable[GraphQLError]) -> None:
        await self._send_json({"id": id_, "type": "error", "payload": formatted(errors, valid=True)})

    async def _send_json(self, message: dict[str, Any]) -> None:
        await self._put({"type": "websocket.send", "text": orjson.dumps(message).decode()})

    async def _put(self, message: dict[str, Any]) -> None:
        """Send a message; wait while the client does not read. Raises OSError when the connection is gone."""
        try:
            await self._send(message)
        except RuntimeError as late:
            # uvicorn has closed it: text that is not UTF-8, a frame that is too large, or a client without pongs.
            raise ConnectionResetError from late


def _close(code: int, reason: str) -> dict[str, Any]:
    """Return a close frame. RFC 6455 limits the reason to 123 bytes."""
    short = reason.encode()[:_REASON_LIMIT_BYTES].decode(errors="ignore")
    return {"type": "websocket.close", "code": code, "reason": short}
