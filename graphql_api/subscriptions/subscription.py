"""One subscription of one client: its feed, the deliveries that wait to be sent, and how far it has come."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from graphql import GraphQLError
from msgspec import Struct

from domain.events import Position
from domain.requests import RequestError
from graphql_api.execution.subscriptions import Opened
from graphql_api.subscriptions.close_reasons import TOO_SLOW
from graphql_api.subscriptions.requests import SubscriptionRequest, request_error_of
from graphql_api.subscriptions.sessions import Session
from resolvers.outbox.feeds import Feed

# The deliveries that may wait for a client. When there are more, its connection is closed, and it resumes later.
QUEUE_LIMIT: Final = 256
# How long a replay waits for its client to read, in seconds.
READ_TIMEOUT_S: Final = 30.0


class RenderedAnswer(Struct, frozen=True):
    """One answer, made once for all of its recipients: JSON text, and the cursor to resume behind it."""

    text: str
    cursor: str | None


class Subscription:
    """One subscription. It calls `wake` when it has something to send: deliveries, or the errors that end it.

    `position` is how far it has come: every event up to there was queued, or was not for it. `cursor` belongs to the
    last delivery that was sent; before the first one, it is the start of the subscription.
    """

    def __init__(
        self, request: SubscriptionRequest, session: Session, start: Position, wake: Callable[["Subscription"], None]
    ) -> None:
        self.request = request
        self.session = session
        self.position = start
        self.queue: deque[RenderedAnswer] = deque()
        self.errors: list[GraphQLError] | None = None
        self.ended = False
        self.opened: Opened | None = None
        self.cursor: str | None = None
        self.last_text: str | None = None
        # Whether it waits for its turn to send.
        self.scheduled = False
        self._wake = wake
        self._has_room = asyncio.Event()

    @property
    def feed(self) -> Feed:
        """The feed that it follows. Raises RuntimeError before the subscription is open."""
        if self.opened is None:
            raise RuntimeError("A subscription that is not open has no feed.")
        feed: Feed = self.opened.value
        return feed

    def deliver(self, delivery: RenderedAnswer) -> None:
        """Queue a delivery; a client that is too far behind loses its connection instead."""
        if self.ended:
            return
        if len(self.queue) >= QUEUE_LIMIT:
            self.close_as_slow()
            return
        self.queue.append(delivery)
        self._schedule()

    async def wait_for_room(self) -> bool:
        """Wait until half of the queue is free; return False when the client does not read in time."""
        while len(self.queue) >= QUEUE_LIMIT // 2:
            self._has_room.clear()
            try:
                async with asyncio.timeout(READ_TIMEOUT_S):
                    await self._has_room.wait()
            except TimeoutError:
                return False
        return True

    def mark_sent(self, delivery: RenderedAnswer) -> None:
        """Take the oldest delivery off the queue, because it was sent."""
        self.queue.popleft()
        if delivery.cursor is not None:
            self.cursor = delivery.cursor
        self._has_room.set()

    def reject(self, errors: list[GraphQLError]) -> None:
        """End with errors, after the deliveries that wait."""
        if not self.ended:
            self.errors = errors
            self.finish()
            self._schedule()

    def reject_request(self, rejected: RequestError) -> None:
        """End with one error that belongs to no field."""
        self.reject([request_error_of(rejected)])

    def close_as_slow(self) -> None:
        """Close the connection of a client that is too far behind; it gets nothing from behind the gap."""
        self.finish()
        self.session.end(TOO_SLOW)

    def finish(self) -> None:
        """Accept no more deliveries."""
        self.ended = True

    def _schedule(self) -> None:
        if not self.scheduled:
            self.scheduled = True
            self._wake(self)
