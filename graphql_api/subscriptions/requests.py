"""One subscription of one client: what it follows, what waits to be sent to it, and how far it has got."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLError
from msgspec import Struct

from domain.events import Position
from domain.requests import RequestError
from graphql_api.execution.subscriptions import Opened
from graphql_api.subscriptions.close_reasons import TOO_SLOW
from graphql_api.subscriptions.sessions import Session
from resolvers.outbox.feeds import Feed

# How many events may wait for a client. One that is further behind is ended, and resumes from its cursor.
QUEUE: Final = 256
# Seconds that a replay waits for its client to read on.
PATIENCE: Final = 30.0


class Asked(Struct, frozen=True):
    """What a client sent to subscribe; `resume` is a cursor that came beside the document."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    resume: str | None = None


class Delivery(Struct, frozen=True):
    """One answer, made once and sent to everybody who is to get it: JSON text, and the cursor to resume behind it."""

    text: str
    cursor: str | None


class Subscription:
    """`wake` is called when there is something to send: deliveries, or the errors that end it.

    `position` is how far it has got: every event up to there has been queued, or was not for it. `cursor` is that of
    the last delivery that went out, and before the first one, of where the subscription began.
    """

    def __init__(self, asked: Asked, session: Session, start: Position, wake: Callable[["Subscription"], None]) -> None:
        self.asked = asked
        self.session = session
        self.position = start
        self.queue: deque[Delivery] = deque()
        self.errors: list[GraphQLError] | None = None
        self.ended = False
        self.opened: Opened | None = None
        self.cursor: str | None = None
        self.last_text: str | None = None
        # Whether it waits for its turn to be sent from.
        self.scheduled = False
        self._wake = wake
        self._room = asyncio.Event()

    @property
    def feed(self) -> Feed:
        """What is followed, once the subscription is open."""
        if self.opened is None:
            raise RuntimeError("a subscription that is not open follows nothing")
        feed: Feed = self.opened.value
        return feed

    def offer(self, delivery: Delivery) -> None:
        """Let a delivery wait to be sent; a client that is too far behind is ended with all it holds."""
        if self.ended:
            return
        if len(self.queue) >= QUEUE:
            self.give_up()
            return
        self.queue.append(delivery)
        self._schedule()

    async def room(self) -> bool:
        """Wait until there is room for another delivery; False when the client does not read on."""
        while len(self.queue) >= QUEUE // 2:
            self._room.clear()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._room.wait()
            except TimeoutError:
                return False
        return True

    def sent(self, delivery: Delivery) -> None:
        """Note that the oldest delivery has gone out."""
        self.queue.popleft()
        if delivery.cursor is not None:
            self.cursor = delivery.cursor
        self._room.set()

    def reject(self, errors: list[GraphQLError]) -> None:
        """End with errors, after what waits to be sent."""
        if not self.ended:
            self.errors = errors
            self.finish()
            self._schedule()

    def refuse_with(self, refused: RequestError) -> None:
        """End with one error that belongs to no field."""
        self.reject([refusal_error(refused)])

    def give_up(self) -> None:
        """End the connection of a client that is too far behind; what is behind the gap is not for it any more."""
        self.finish()
        self.session.end(TOO_SLOW)

    def finish(self) -> None:
        """Nothing more comes."""
        self.ended = True

    def _schedule(self) -> None:
        if not self.scheduled:
            self.scheduled = True
            self._wake(self)


def refusal_error(refused: RequestError) -> GraphQLError:
    """A refusal as an error that belongs to no field."""
    return GraphQLError(str(refused), original_error=refused, extensions=dict(refused.extensions))
