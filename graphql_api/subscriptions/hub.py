"""The hub of one process: transports connect and subscribe here, and the tailer passes events and access changes on."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from graphql import GraphQLError

from db.outbox.rows import EventRow, StreamRow
from domain.events import Position
from domain.requests import CursorExpired, Overloaded
from graphql_api.context import Environment
from graphql_api.execution import CompiledSchema
from graphql_api.observability.metrics import EventCounts
from graphql_api.subscriptions.background import BackgroundTasks
from graphql_api.subscriptions.close_reasons import STOPPING, CloseReason
from graphql_api.subscriptions.connections import Connections
from graphql_api.subscriptions.group import StreamState
from graphql_api.subscriptions.midnight import at_each_midnight
from graphql_api.subscriptions.rendering import Renderer
from graphql_api.subscriptions.requests import RequestOpener, request_error_of
from graphql_api.subscriptions.routing import GroupRoutes
from graphql_api.subscriptions.sessions import Session, refresh
from graphql_api.subscriptions.subscription import Subscription
from graphql_api.subscriptions.tailer import LeaderHooks, Tailer
from resolvers.outbox.cursors import encode_stream_cursor

# How long a subscription waits for the stream to start, in seconds.
START_TIMEOUT_S: Final = 5.0
# How long a stopping server waits for its connections to close, in seconds.
DRAIN_TIMEOUT_S: Final = 5.0


class Hub:
    """Feeds every subscription of this process. Call `start`, and `drain` before connections are cut."""

    def __init__(self, environment: Environment, schema: CompiledSchema, leader: LeaderHooks) -> None:
        self._environment = environment
        self._opener = RequestOpener(environment, schema)
        self._renderer = Renderer(environment, schema)
        self._state = StreamState(environment, self._renderer)
        self._routes = GroupRoutes(self._state)
        self._connections = Connections()
        self._leader = leader
        self.tailer = Tailer(environment.database, self, leader)
        self._background = BackgroundTasks()
        self._closed: Counter[str] = Counter()
        self._started = asyncio.Event()
        self._origin = Position(0, 0)
        self._stopping = False

    def start(self) -> None:
        """Start to follow the outbox."""
        self._background.spawn(self.tailer.run())
        self._background.spawn(at_each_midnight(self._environment, self._routes.refresh_states))

    async def drain(self) -> None:
        """Send every client its last cursor and close its connection; wait until all are closed."""
        self._stopping = True
        for session in list(self._connections):
            session.end(STOPPING)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_TIMEOUT_S):
                while self._connections:  # noqa: ASYNC110 - connections close in their own time
                    await asyncio.sleep(0.01)

    async def close(self) -> None:
        """End all tasks."""
        await self._background.cancel()

    async def connect(self, session: Session) -> None:
        """Add a connection that has signed in, or close it when the server is stopping. Raises RequestError.

        Its access was read before the hub knew of it, perhaps from a replica, and changes since then are not announced
        again. So it is read once more.
        """
        self._connections.add_session(session)
        if self._stopping:
            session.end(STOPPING)
        else:
            await self._refresh([session])

    def disconnect(self, session: Session) -> None:
        """Remove a connection that is gone."""
        session.stop_timer()
        for subscription in self._connections.subscriptions_of(session):
            self.unsubscribe(subscription)
        self._connections.remove_session(session)

    def count_closed(self, reason: CloseReason) -> None:
        """Count a connection that the server closes."""
        self._closed[reason.code] += 1

    @property
    def tip(self) -> Position:
        """The current end of the stream, where subscriptions without a cursor start."""
        return self._state.tip

    async def subscribe(self, subscription: Subscription) -> list[GraphQLError]:
        """Start a subscription, or return the errors that reject it."""
        self._connections.add(subscription)
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await self._started.wait()
        except TimeoutError:
            return [request_error_of(Overloaded())]
        subscription.position = max(subscription.position, self._origin)
        if errors := await self._open(subscription, subscription.request.resume):
            return errors
        subscription.position = subscription.feed.after or subscription.position
        self._join(subscription)
        return []

    def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        subscription.finish()
        group = self._connections.remove(subscription)
        if group is not None:
            group.leave(subscription)

    def cursor_of(self, subscription: Subscription) -> str | None:
        """Return the cursor to resume from: the last event that was sent, or the tip when nothing waits."""
        group = self._connections.group_of(subscription)
        if group is None or subscription.ended or subscription.queue or subscription.cursor is None:
            return subscription.cursor
        return encode_stream_cursor(self._state.stream, subscription.feed.scope, group.position_of(subscription))

    def counts(self) -> EventCounts:
        """Return the counts for the metrics."""
        return EventCounts(
            sessions=len(self._connections),
            subscriptions=len(self._connections.subscriptions),
            groups=len(self._routes),
            executions=self._renderer.executions,
            delivered=self._state.delivered,
            closed=dict(self._closed),
            leads=self.tailer.leads,
        )

    async def access_changed(self) -> None:
        """Read the access of every viewer. Subscriptions whose access changed are opened anew before the next event."""
        if not self._connections:
            return
        for session in await self._refresh(self._connections):
            for subscription in self._connections.subscriptions_of(session):
                group = self._connections.group_of(subscription)
                if group is not None:
                    subscription.position = group.position_of(subscription)
                    group.leave(subscription)
                    self._connections.add(subscription)
                    self._background.spawn(self._reopen(subscription))

    def dispatch(self, events: list[EventRow], position: Position) -> None:
        """Hand events to their groups, and wake the tasks of the leader."""
        self._routes.dispatch(events)
        self._state.tip = position
        self._leader.wake(events)

    def begin(self, stream: StreamRow, position: Position) -> None:
        """Set the stream. After a restored database, cursors of the old stream have expired."""
        replaced = self._started.is_set()
        self._state.stream, self._state.tip = stream, position
        if not replaced:
            self._origin = position
        self._started.set()
        if replaced:
            for subscription in self._connections.subscriptions:
                if not (subscription.opened and subscription.feed.stream.state):
                    subscription.reject_request(CursorExpired())
            self._routes.refresh_states()

    async def _refresh(self, sessions: Iterable[Session]) -> list[Session]:
        operation = self._environment.operation(None, fresh=True)
        try:
            return await refresh(operation, sessions)
        finally:
            await operation.close()

    async def _open(self, subscription: Subscription, resume: str | None) -> list[GraphQLError]:
        """Open a subscription for its current viewer; return the errors that reject it."""
        while True:
            viewer = subscription.session.signed_in.viewer
            opened = await self._opener.open(subscription.request, viewer, resume)
            # When the access changed meanwhile, the answer no longer counts.
            if viewer == subscription.session.signed_in.viewer:
                break
        if isinstance(opened, list):
            return opened
        subscription.opened = opened
        return []

    async def _reopen(self, subscription: Subscription) -> None:
        """Open a subscription again with changed access: it may be rejected now, or get other answers."""
        feed = subscription.feed
        # From its position, because the cursor that it started with may have expired long ago.
        here = (
            None if feed.stream.state else encode_stream_cursor(self._state.stream, feed.scope, subscription.position)
        )
        if errors := await self._open(subscription, here):
            subscription.reject(errors)
        else:
            self._join(subscription)

    def _join(self, subscription: Subscription) -> None:
        """Put an open subscription into its group, unless its client is gone."""
        if subscription.ended or not self._connections.holds(subscription):
            return
        feed = subscription.feed
        # A subscription that joins again keeps its cursor: less may have been sent than was queued.
        if feed.stream.state is None and subscription.cursor is None:
            subscription.cursor = encode_stream_cursor(self._state.stream, feed.scope, subscription.position)
        group = self._routes.group_for(subscription)
        self._connections.add(subscription, group)
        group.join(subscription)
