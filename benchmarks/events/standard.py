"""The standard path of a delivery: Strawberry's subscription behind its own WebSocket endpoint, one per subscriber.

    PORT=… python -m benchmarks.events.standard RATE

The same document is answered with the same fields from memory: no database, no authorization, one event RATE times a
second for all subscribers.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final, NewType

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig

from benchmarks.events.floor import serve
from benchmarks.events.writing import CHANGES

MESSAGE: Final = "Asha Rao saved the basics of Monsoon Care: title, description, enrollment and budget."
_QUEUE: Final = 256

EventCursor = NewType("EventCursor", str)


@strawberry.type
class Account:
    """The actor of an activity."""

    id: strawberry.ID
    display_name: str


@strawberry.type
class FieldChange:
    """A change of one field."""

    field: str
    before: JSON
    after: JSON


@strawberry.type
class Scheme:
    """The scheme of an activity."""

    id: strawberry.ID
    code: str
    title: str
    status: str
    status_label: str
    progress: float


@strawberry.type
class SchemeActivity:
    """An entry of the activity of a scheme."""

    id: strawberry.ID
    kind: str
    message: str
    at: datetime
    step: str
    version: int
    actor: Account
    changes: list[FieldChange]
    scheme: Scheme


@strawberry.type
class SchemeActivityEvent:
    """An event."""

    cursor: EventCursor
    activity: SchemeActivity


class Broadcast:
    """Puts every event into the queue of each subscriber."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self.queues: dict[asyncio.Queue[SchemeActivityEvent], None] = {}

    async def tick(self) -> None:
        """Broadcast until canceled; a full queue loses the event."""
        began, number = monotonic(), 0
        while True:
            number += 1
            await asyncio.sleep(began + number / self._rate - monotonic())
            event = _event(number)
            for queue in list(self.queues):
                if not queue.full():
                    queue.put_nowait(event)


def build_standard(rate: float) -> Starlette:
    """The application."""
    broadcast = Broadcast(rate)

    @strawberry.type
    class Query:
        """Nothing."""

        nothing: str = ""

    @strawberry.type
    class Subscription:
        """The root of subscriptions."""

        @strawberry.subscription
        async def scheme_activity(
            self, scheme_id: strawberry.ID, after: EventCursor | None = None
        ) -> AsyncGenerator[SchemeActivityEvent, None]:
            """Every event."""
            del scheme_id, after
            queue: asyncio.Queue[SchemeActivityEvent] = asyncio.Queue(_QUEUE)
            broadcast.queues[queue] = None
            try:
                while True:
                    yield await queue.get()
            finally:
                del broadcast.queues[queue]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(broadcast.tick())
        yield
        ticking.cancel()

    scalars: Any = {EventCursor: strawberry.scalar(name="EventCursor")}
    schema = strawberry.Schema(Query, subscription=Subscription, config=StrawberryConfig(scalar_map=scalars))
    endpoint: Any = GraphQL(schema)
    return Starlette(routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)], lifespan=lifespan)


def _event(number: int) -> SchemeActivityEvent:
    changes = [FieldChange(field=one.field, before=one.before, after=one.after) for one in CHANGES]
    activity = SchemeActivity(
        id=strawberry.ID(f"SAC_{number:022}"),
        kind="SCHEME_STEP_SAVED",
        message=MESSAGE,
        at=datetime.now(UTC),
        step="BASICS",
        version=number,
        actor=Account(id=strawberry.ID("ACC_0123456789012345678901"), display_name="Asha Rao"),
        changes=changes,
        scheme=Scheme(
            id=strawberry.ID("SCH_0123456789012345678901"),
            code="SCH-2026-000001",
            title="Monsoon Care 0",
            status="DRAFT",
            status_label="Draft",
            progress=0.0,
        ),
    )
    return SchemeActivityEvent(cursor=EventCursor("A" * 44), activity=activity)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(serve(build_standard(float(sys.argv[1]))))
