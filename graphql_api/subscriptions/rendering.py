"""Answering a subscription for one event: visible to this viewer or not, and if so, the bytes to send."""

import asyncio
from typing import Any, Final
from uuid import UUID

import msgspec
import orjson
from msgspec import Struct
from strawberry.types.execution import ExecutionResult

from db.outbox.rows import EventRow, StreamRow
from domain.permissions import Viewer
from domain.requests import DatabaseUnavailable, Overloaded, StatementTimeout
from graphql_api.context import Environment
from graphql_api.errors import formatted
from graphql_api.execution import CompiledSchema
from graphql_api.subscriptions.requests import Asked, Delivery
from resolvers.outbox.feeds import Feed, FeedEvent, visible_events

# What passes when one waits a moment. An event is not lost because the database was busy.
PASSING: Final = (Overloaded, DatabaseUnavailable, StatementTimeout)
_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0


class Rendered(Struct, frozen=True):
    """An answer, None when the viewer may not see the event; a `personal` one is for this account only."""

    delivery: Delivery | None
    personal: bool


class WatchedViewer(Viewer, frozen=True):
    """A viewer that notices when somebody asks who it is, and not only what its roles allow.

    An answer for which nobody asked is the same for every viewer with these roles, so it is made once for all of them.
    """

    noticed: list[str] = msgspec.field(default_factory=list)

    @property  # type: ignore[misc] # read only, as the field of a frozen struct is
    def account_id(self) -> UUID:
        """Whose answer it is from now on."""
        return self._notice("account_id")  # type: ignore[no-any-return]

    @property  # type: ignore[misc] # as above
    def display_name(self) -> str:
        """The name of that account."""
        return self._notice("display_name")  # type: ignore[no-any-return]

    @property  # type: ignore[misc] # as above
    def email(self) -> str | None:
        """The address of that account."""
        return self._notice("email")  # type: ignore[no-any-return]

    def _notice(self, name: str) -> Any:
        self.noticed.append(name)
        return getattr(Viewer, name).__get__(self)


class Renderer:
    """Executes documents of subscriptions for events, each in an operation of its own.

    They read from the primary: a replica may not have yet what an event tells of.
    """

    def __init__(self, environment: Environment, schema: CompiledSchema) -> None:
        self._environment = environment
        self._schema = schema
        self.executions = 0

    async def event(self, asked: Asked, feed: Feed, event: EventRow, stream: StreamRow, viewer: Viewer) -> Rendered:
        """The answer for one event. It is tried again for as long as the database does not answer."""
        pause = _PAUSE
        while True:
            try:
                return await self._event(asked, feed, event, stream, viewer)
            except PASSING:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def state(self, asked: Asked, feed: Feed, viewer: Viewer) -> Rendered:
        """The answer for the present state of a stream that has one. It is tried again like an event."""
        pause = _PAUSE
        while True:
            try:
                return await self._state(asked, feed, viewer)
            except PASSING:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _event(self, asked: Asked, feed: Feed, event: EventRow, stream: StreamRow, viewer: Viewer) -> Rendered:
        watched = _watched(viewer)
        operation = self._environment.operation(watched, fresh=True)
        try:
            if not await visible_events(operation, feed, [event]):
                return Rendered(None, bool(watched.noticed))
            root = FeedEvent.of(event, feed, stream)
            result = await self._execute(asked, operation, root)
        finally:
            await operation.close()
        return Rendered(Delivery(_text(result, root.cursor), root.cursor), bool(watched.noticed))

    async def _state(self, asked: Asked, feed: Feed, viewer: Viewer) -> Rendered:
        if feed.stream.state is None:
            raise TypeError("a stream of events has no state")
        watched = _watched(viewer)
        operation = self._environment.operation(watched, fresh=True)
        try:
            result = await self._execute(asked, operation, await feed.stream.state(operation))
        finally:
            await operation.close()
        return Rendered(Delivery(_text(result, None), None), bool(watched.noticed))

    async def _execute(self, asked: Asked, operation: Any, root: Any) -> ExecutionResult:
        self.executions += 1
        result = await self._schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=operation,
            root_value=root,
            operation_name=asked.operation_name,
        )
        for error in result.errors or ():
            if isinstance(error.original_error, PASSING):
                raise error.original_error
        return result


def _watched(viewer: Viewer) -> WatchedViewer:
    return WatchedViewer(*(getattr(viewer, name) for name in Viewer.__struct_fields__))


def _text(result: ExecutionResult, cursor: str | None) -> str:
    """The payload of `next`; the cursor is there also for documents that do not select it."""
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        payload["errors"] = formatted(result.errors, valid=True)
    if cursor is not None:
        payload["extensions"] = {"cursor": cursor}
    return orjson.dumps(payload, option=orjson.OPT_UTC_Z).decode()
