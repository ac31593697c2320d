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
from graphql_api.subscriptions.close_reasons import Ending, log_bugs
from graphql_api.subscriptions.hub import Hub
from graphql_api.subscriptions.requests import Asked, Subscription
from graphql_api.subscriptions.sessions import Session
from graphql_api.transport.requests import EVENT_STREAM
from resolvers.accounts.viewers import SignedIn

# Seconds without an event after which a sign of life is sent, so that proxies keep the connection.
HEARTBEAT: Final = 15.0
LEAVE_SECONDS: Final = 2.0
# The close code of an ending after which the same credential is of no use.
_FOR_GOOD: Final = 4403
_HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "no-cache, no-transform",
    # Proxies that know this header pass events on at once.
    "x-accel-buffering": "no",
}
_COMPLETE: Final = "event: complete\ndata: \n\n"


def single_result(answer: dict[str, Any]) -> Response:
    """The answer to a query or mutation as a stream of one event."""
    text = orjson.dumps(answer, option=orjson.OPT_UTC_Z).decode()
    return Response(f"event: next\ndata: {text}\n\n{_COMPLETE}", 200, dict(_HEADERS), EVENT_STREAM)


class EventStream(Response):
    """The response to a subscription: it goes on until the client leaves, or the server ends it."""

    media_type = EVENT_STREAM

    def __init__(self, hub: Hub, asked: Asked, signed_in: SignedIn) -> None:
        super().__init__(headers=dict(_HEADERS))
        del self.headers["content-length"]
        self._hub = hub
        self._woken = asyncio.Event()
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._session = Session(signed_in, self._end)
        self._subscription = Subscription(asked, self._session, hub.tip, lambda _: self._woken.set())

    async def open(self) -> list[GraphQLError]:
        """Begin to follow; errors take the place of the stream. Raises RequestError."""
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
        """Send events until either side ends it."""
        del scope
        writer = asyncio.create_task(self._write(send))
        reader = asyncio.create_task(_gone(receive))
        try:
            ends: set[asyncio.Future[Any]] = {writer, reader, self._ending}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finished = writer.done() or reader.done()
            writer.cancel()
            reader.cancel()
            log_bugs(await asyncio.gather(writer, reader, return_exceptions=True))
            if not finished:
                with suppress(TimeoutError, OSError):
                    async with asyncio.timeout(LEAVE_SECONDS):
                        await self._take_leave(send, self._ending.result())
        finally:
            self._hub.disconnect(self._session)

    def _check_access(self) -> None:
        """Raise Unauthenticated for who has lost it since they signed in."""
        if self._ending.done() and self._ending.result().close == _FOR_GOOD:
            raise Unauthenticated(self._ending.result().message)

    def _end(self, ending: Ending) -> None:
        if not self._ending.done():
            self._hub.note(ending)
            self._ending.set_result(ending)

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await _send(send, ":\n\n")
        subscription = self._subscription
        while True:
            subscription.scheduled = False
            self._woken.clear()
            while subscription.queue:
                delivery = subscription.queue[0]
                place = "" if delivery.cursor is None else f"id: {delivery.cursor}\n"
                await _send(send, f"event: next\n{place}data: {delivery.text}\n\n")
                subscription.sent(delivery)
            if subscription.errors is not None:
                await _send(send, f"{_next(subscription.errors)}{_COMPLETE}")
                await _send(send, "", more=False)
                return
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await self._woken.wait()
            except TimeoutError:
                await _send(send, self._place())

    async def _take_leave(self, send: Send, ending: Ending) -> None:
        """Say where the stream stands. Clients that may come back take a cut for one, and resume."""
        final = "" if ending.close != _FOR_GOOD else f"{_next([_error(ending)])}{_COMPLETE}"
        await _send(send, f": {ending.code}\n{self._place()}{final}")
        await _send(send, "", more=False)

    def _place(self) -> str:
        """A sign of life that moves the place to resume behind on, if there is one, and dispatches no event."""
        cursor = self._hub.cursor_of(self._subscription)
        return ":\n\n" if cursor is None else f"id: {cursor}\n\n"


def _next(errors: list[GraphQLError]) -> str:
    text = orjson.dumps({"errors": formatted(errors, valid=True)}).decode()
    return f"event: next\ndata: {text}\n\n"


def _error(ending: Ending) -> GraphQLError:
    return GraphQLError(ending.message, extensions={"code": ending.code})


async def _send(send: Send, text: str, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
