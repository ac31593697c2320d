"""Renders the answer of a subscription to one event: the bytes to send, or nothing for viewers who may not see it."""

import asyncio
from typing import Any, Final
from uuid import UUID

import msgspec
import orjson
from msgspec import Struct
from strawberry.types.execution import ExecutionResult

from db.outbox.rows import EventRow, StreamRow
from domain.requests import DatabaseUnavailable, Overloaded, StatementTimeout
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.errors import formatted
from graphql_api.execution import CompiledSchema
from graphql_api.subscriptions.requests import SubscriptionRequest
from graphql_api.subscriptions.subscription import RenderedAnswer
from resolvers.outbox.feeds import Feed, FeedEvent, visible_events

# Errors that pass with time: no event is lost because the database was busy.
PASSING_ERRORS: Final = (Overloaded, DatabaseUnavailable, StatementTimeout)
# Pauses between attempts, in seconds.
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 5.0


class Rendered(Struct, frozen=True):
    """An answer; None when the viewer may not see the event. A `personal` one is for this account only."""

    delivery: RenderedAnswer | None
    personal: bool


class WatchedViewer(Viewer, frozen=True):
    """A viewer that notes every read of its identity, as opposed to its access.

    An answer that was made without such a read is the same for every viewer with the same access, so one serves all.
    """

    identity_reads: list[str] = msgspec.field(default_factory=list)

    @property  # type: ignore[misc] # read only, as the field of a frozen struct is
    def account_id(self) -> UUID:
        """The account; reading it makes the answer personal."""
        return self._note_read("account_id")  # type: ignore[no-any-return]

    @property  # type: ignore[misc] # as above
    def display_name(self) -> str:
        """The name of the account; reading it makes the answer personal."""
        return self._note_read("display_name")  # type: ignore[no-any-return]

    @property  # type: ignore[misc] # as above
    def email(self) -> str | None:
        """The address of the account; reading it makes the answer personal."""
        return self._note_read("email")  # type: ignore[no-any-return]

    def _note_read(self, name: str) -> Any:
        self.identity_reads.append(name)
        return getattr(Viewer, name).__get__(self)


class Renderer:
    """Executes documents of subscriptions for events, each in a separate operation.

    Operations read from the primary: a replica may not have the rows of an event yet.
    """

    def __init__(self, environment: Environment, schema: CompiledSchema) -> None:
        self._environment = environment
        self._schema = schema
        self.executions = 0

    async def render_event(
        self, request: SubscriptionRequest, feed: Feed, event: EventRow, stream: StreamRow, viewer: Viewer
    ) -> Rendered:
        """Render the answer to one event; try again for as long as the database does not answer."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return await self._event(request, feed, event, stream, viewer)
            except PASSING_ERRORS:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def render_state(self, request: SubscriptionRequest, feed: Feed, viewer: Viewer) -> Rendered:
        """Render the current state of a stream that has one; try again like for an event."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return await self._state(request, feed, viewer)
            except PASSING_ERRORS:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _event(
        self, request: SubscriptionRequest, feed: Feed, event: EventRow, stream: StreamRow, viewer: Viewer
    ) -> Rendered:
        watched = _watch(viewer)
        operation = self._environment.operation(watched, fresh=True)
        try:
            if not await visible_events(operation, feed, [event]):
                return Rendered(None, bool(watched.identity_reads))
            root = FeedEvent.of(event, feed, stream)
            result = await self._execute(request, operation, root)
        finally:
            await operation.close()
        return Rendered(RenderedAnswer(_encode(result, root.cursor), root.cursor), bool(watched.identity_reads))

    async def _state(self, request: SubscriptionRequest, feed: Feed, viewer: Viewer) -> Rendered:
        if feed.stream.state is None:
            raise TypeError("A stream of events has no state.")
        watched = _watch(viewer)
        operation = self._environment.operation(watched, fresh=True)
        try:
            result = await self._execute(request, operation, await feed.stream.state(operation))
        finally:
            await operation.close()
        return Rendered(RenderedAnswer(_encode(result, None), None), bool(watched.identity_reads))

    async def _execute(self, request: SubscriptionRequest, operation: Any, root: Any) -> ExecutionResult:
        self.executions += 1
        result = await self._schema.execute(
            request.query,
            variable_values=request.variables,
            context_value=operation,
            root_value=root,
            operation_name=request.operation_name,
        )
        for error in result.errors or ():
            if isinstance(error.original_error, PASSING_ERRORS):
                raise error.original_error
        return result


def _watch(viewer: Viewer) -> WatchedViewer:
    return WatchedViewer(**{name: getattr(viewer, name) for name in Viewer.__struct_fields__})


def _encode(result: ExecutionResult, cursor: str | None) -> str:
    """Encode the payload of `next`, with the cursor also for documents that do not select it."""
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        payload["errors"] = formatted(result.errors, valid=True)
    if cursor is not None:
        payload["extensions"] = {"cursor": cursor}
    return orjson.dumps(payload, option=orjson.OPT_UTC_Z).decode()
