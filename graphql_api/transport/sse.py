"""GraphQL as server-sent events: a stream for each subscription, in the distinct connections mode of graphql-sse.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. Each event carries its cursor as `id`, so that a
browser's EventSource resumes by itself.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import orjson
from graphql import GraphQLError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.requests import Unauthenticated
from graphql_api.errors import formatted
from graphql_api.subscriptions.close_reasons import CloseReason, log_bugs
from graphql_api.subscriptions.hub import Hub
from graphql_api.subscriptions.requests import SubscriptionRequest
from graphql_api.subscriptions.sessions import Session
from graphql_api.subscriptions.subscription import Subscription
from graphql_api.transport.requests import EVENT_STREAM
from resolvers.accounts.viewers import SignedIn

# Seconds without an event after which the stream sends a comment, so that proxies keep the connection.
HEARTBEAT_INTERVAL_S: Final = 15.0
# How long the last message may take to send, in seconds.
CLOSE_TIMEOUT_S: Final = 2.0
# The close code after which the same credential is useless.
_ACCESS_LOST_CODE: Final = 4403
_HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "no-cache, no-transform",
    # Proxies that know this header do not buffer events.
    "x-accel-buffering": "no",
}
_COMPLETE: Final = "event: complete\ndata: \n\n"


def single_result(answer: dict[str, Any]) -> Response:
    """Return the answer to a query or mutation as a stream of one event."""
    text = orjson.dumps(answer, option=orjson.OPT_UTC_Z).decode()
    return Response(
        content=f"event: next\ndata: {text}\n\n{_COMPLETE}",
        status_code=200,
        headers=dict(_HEADERS),
        media_type=EVENT_STREAM,
    )


class EventStream(Response):
    """The response to a subscription, which goes on until the client leaves or the server closes it."""

    media_type = EVENT_STREAM

    def __init__(self, hub: Hub, request: SubscriptionRequest, signed_in: SignedIn) -> None:
        super().__init__(headers=dict(_HEADERS))
        del self.headers["content-length"]
        self._hub = hub
        self._woken = asyncio.Event()
        self._close_reason: asyncio.Future[CloseReason] = asyncio.get_running_loop().create_future()
        self._session = Session(signed_in, self._close)
        self._subscription = Subscription(
            request=request, session=self._session, start=hub.tip, wake=lambda _: self._woken.set()
        )

    async def open(self) -> list[GraphQLError]:
        """Start the subscription; return errors, which replace the stream. Raises RequestError."""
        errors: list[GraphQLError] = []
        try:
            await self._hub.connect(self._session)
            self._check_access()
            errors = await self._hub.subscribe(self._subscription)
        except BaseException:
            self._hub.disconnect(self._session)
            raise
        if errors:
            self._hub.disconnect(self._session)
        return errors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until either side closes the stream."""
        del scope
        writer = asyncio.create_task(self._write(send))
        reader = asyncio.create_task(wait_for_disconnect(receive))
        try:
            ends: set[asyncio.Future[Any]] = {writer, reader, self._close_reason}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finished = writer.done() or reader.done()
            writer.cancel()
            reader.cancel()
            log_bugs(await asyncio.gather(writer, reader, return_exceptions=True))
            if not finished:
                with suppress(TimeoutError, OSError):
                    async with asyncio.timeout(CLOSE_TIMEOUT_S):
                        await self._send_last(send, self._close_reason.result())
        finally:
            self._hub.disconnect(self._session)

    def _check_access(self) -> None:
        """Raise Unauthenticated for a viewer who has lost access since signing in."""
        if self._close_reason.done() and self._close_reason.result().close_code == _ACCESS_LOST_CODE:
            raise Unauthenticated(self._close_reason.result().message)

    def _close(self, reason: CloseReason) -> None:
        if not self._close_reason.done():
            self._hub.count_closed(reason)
            self._close_reason.set_result(reason)

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await _send(send, ":\n\n")
        subscription = self._subscription
        while True:
            subscription.scheduled = False
            self._woken.clear()
            while subscription.queue:
                delivery = subscription.queue[0]
                id_line = "" if delivery.cursor is None else f"id: {delivery.cursor}\n"
                await _send(send, f"event: next\n{id_line}data: {delivery.text}\n\n")
                subscription.mark_sent(delivery)
            if subscription.errors is not None:
                await _send(send, f"{_next(subscription.errors)}{_COMPLETE}")
                await _send(send, "", more=False)
                return
            try:
                async with asyncio.timeout(HEARTBEAT_INTERVAL_S):
                    await self._woken.wait()
            except TimeoutError:
                await _send(send, self._heartbeat())

    async def _send_last(self, send: Send, reason: CloseReason) -> None:
        """Send the last cursor. Clients that may come back see a broken connection and resume."""
        final = "" if reason.close_code != _ACCESS_LOST_CODE else f"{_next([_error(reason)])}{_COMPLETE}"
        await _send(send, f": {reason.code}\n{self._heartbeat()}{final}")
        await _send(send, "", more=False)

    def _heartbeat(self) -> str:
        """Return an event without data, which only moves the cursor to resume from, or a comment without a cursor."""
        cursor = self._hub.cursor_of(self._subscription)
        return ":\n\n" if cursor is None else f"id: {cursor}\n\n"


def _next(errors: list[GraphQLError]) -> str:
    text = orjson.dumps({"errors": formatted(errors, valid=True)}).decode()
    return f"event: next\ndata: {text}\n\n"


def _error(reason: CloseReason) -> GraphQLError:
    return GraphQLError(reason.message, extensions={"code": reason.code})


async def _send(send: Send, text: str, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def wait_for_disconnect(receive: Receive) -> None:
    """Return when the client has closed the connection, or the server ends it."""
    while (await receive())["type"] != "http.disconnect":
        pass
