"""The hub of one process: who is connected, what they follow, and which group an event belongs to."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError

from db.outbox.rows import EventRow, StreamRow
from domain.events import Position
from domain.requests import CursorExpired, Overloaded
from graphql_api.context import Environment, utc_now
from graphql_api.errors import VALIDATION_FAILED
from graphql_api.execution import CompiledSchema
from graphql_api.execution.subscriptions import open_subscription
from graphql_api.observability.metrics import EventCounts
from graphql_api.subscriptions.close_reasons import STOPPING, Ending
from graphql_api.subscriptions.groups import EventGroup, Group, Stage, StateGroup
from graphql_api.subscriptions.rendering import Renderer
from graphql_api.subscriptions.requests import Subscription, refusal_error
from graphql_api.subscriptions.sessions import Session, refresh
from graphql_api.subscriptions.tailer import LeaderHooks, Tailer
from resolvers.outbox.cursors import encode_cursor
from resolvers.outbox.feeds import Feed, Stream

# Seconds to wait for the stream to begin, and for connections to take leave.
BEGINNING: Final = 5.0
FAREWELL: Final = 5.0
_NOT_HERE: Final = "Queries and mutations are sent over HTTP; this is for subscriptions."
_UNNAMED: Final = "Name one operation of the document in “operationName”: it has none, or more than one."

_log = structlog.get_logger("tessera.events")


class Hub:
    """Feeds every subscription of this process. `start` it, and `stop` it before connections are cut."""

    def __init__(self, environment: Environment, schema: CompiledSchema, leader: LeaderHooks) -> None:
        self._environment = environment
        self._schema = schema
        self._renderer = Renderer(environment, schema)
        self._stage = Stage(environment, self._renderer)
        self._leader = leader
        self.tailer = Tailer(environment.database, self, leader)
        self._begun = asyncio.Event()
        self._sessions: dict[Session, dict[Subscription, Group | None]] = {}
        self._groups: dict[Any, Group] = {}
        self._routes: dict[Stream, dict[UUID | None, dict[Group, None]]] = {}
        self._endings: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._origin = Position(0, 0)
        self._stopping = False

    def start(self) -> None:
        """Begin to follow the outbox."""
        self._spawn(self.tailer.run())
        self._spawn(self._look_at_midnight())

    async def stop(self) -> None:
        """Tell everybody who is connected how far they have got, and let them go."""
        self._stopping = True
        for session in list(self._sessions):
            session.end(STOPPING)
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                while self._sessions:  # noqa: ASYNC110 - connections end in their own time
                    await asyncio.sleep(0.01)

    async def close(self) -> None:
        """End all tasks."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def connect(self, session: Session) -> None:
        """A connection has signed in; one that comes while we stop is sent away. Raises RequestError.

        Who it is was read before we knew of it, perhaps from a replica, and what has changed since then is not told
        again. So it is read once more.
        """
        self._sessions[session] = {}
        if self._stopping:
            session.end(STOPPING)
        else:
            await self._refresh([session])

    def disconnect(self, session: Session) -> None:
        """A connection is gone."""
        session.forget()
        for subscription in list(self._sessions.get(session, ())):
            self.unsubscribe(subscription)
        self._sessions.pop(session, None)

    def note(self, ending: Ending) -> None:
        """Count a connection that was ended by us."""
        self._endings[ending.code] += 1

    @property
    def tip(self) -> Position:
        """Where the stream is now; what is subscribed without a cursor begins here."""
        return self._stage.tip

    async def subscribe(self, subscription: Subscription) -> list[GraphQLError]:
        """Let a subscription follow what it asks for, or say what is wrong with it."""
        self._sessions[subscription.session][subscription] = None
        try:
            async with asyncio.timeout(BEGINNING):
                await self._begun.wait()
        except TimeoutError:
            return [refusal_error(Overloaded())]
        subscription.position = max(subscription.position, self._origin)
        if errors := await self._open(subscription, subscription.asked.resume):
            return errors
        subscription.position = subscription.feed.after or subscription.position
        self._join(subscription)
        return []

    def unsubscribe(self, subscription: Subscription) -> None:
        """A subscription is over."""
        subscription.finish()
        group = self._sessions.get(subscription.session, {}).pop(subscription, None)
        if group is not None:
            group.leave(subscription)

    def cursor_of(self, subscription: Subscription) -> str | None:
        """What its client resumes behind: the last event it was sent, or the present when none is missing."""
        group = self._sessions.get(subscription.session, {}).get(subscription)
        if group is None or subscription.ended or subscription.queue or subscription.cursor is None:
            return subscription.cursor
        return encode_cursor(self._stage.stream, subscription.feed.scope, group.reached(subscription))

    def counts(self) -> EventCounts:
        """What has been counted."""
        return EventCounts(
            len(self._sessions),
            sum(map(len, self._sessions.values())),
            len(self._groups),
            self._renderer.executions,
            self._stage.delivered,
            dict(self._endings),
            self.tailer.leads,
        )

    async def access_changed(self) -> None:
        """Read who everybody is now. Who sees otherwise than before is asked for anew, before anything else is sent."""
        if not self._sessions:
            return
        for session in await self._refresh(self._sessions):
            for subscription, group in list(self._sessions.get(session, {}).items()):
                if group is not None:
                    subscription.position = group.reached(subscription)
                    group.leave(subscription)
                    self._sessions[session][subscription] = None
                    self._spawn(self._again(subscription))

    def dispatch(self, events: list[EventRow], position: Position) -> None:
        """Hand events to the groups that they belong to."""
        for event in events:
            for stream, routes in self._routes.items():
                for subject_id in stream.routes_of(event):
                    for group in routes.get(subject_id, ()):
                        group.enqueue(event)
        self._stage.tip = position
        self._leader.wake(events)

    def begin(self, stream: StreamRow, position: Position) -> None:
        """The stream begins, or another one does: then nobody can go on from what they know."""
        again = self._begun.is_set()
        self._stage.stream, self._stage.tip = stream, position
        if not again:
            self._origin = position
        self._begun.set()
        if again:
            for subscriptions in self._sessions.values():
                for subscription in subscriptions:
                    if not (subscription.opened and subscription.feed.stream.state):
                        subscription.refuse_with(CursorExpired())
            self._look_again()

    async def _refresh(self, sessions: Iterable[Session]) -> list[Session]:
        operation = self._environment.operation(None, fresh=True)
        try:
            return await refresh(operation, sessions)
        finally:
            await operation.close()

    async def _again(self, subscription: Subscription) -> None:
        """Whoever sees otherwise than before may follow something no longer, or sees it otherwise."""
        feed = subscription.feed
        # The cursor that it began with may have expired long ago.
        here = None if feed.stream.state else encode_cursor(self._stage.stream, feed.scope, subscription.position)
        if errors := await self._open(subscription, here):
            subscription.reject(errors)
        else:
            self._join(subscription)

    def _join(self, subscription: Subscription) -> None:
        """Put an open subscription among those that are answered alike, unless its client is gone."""
        if subscription.ended or subscription not in self._sessions.get(subscription.session, ()):
            return
        feed = subscription.feed
        # Whoever joins again may have been sent less than has been queued.
        if feed.stream.state is None and subscription.cursor is None:
            subscription.cursor = encode_cursor(self._stage.stream, feed.scope, subscription.position)
        group = self._group(subscription, feed)
        self._sessions[subscription.session][subscription] = group
        group.join(subscription)

    async def _open(self, subscription: Subscription, resume: str | None) -> list[GraphQLError]:
        asked = subscription.asked
        viewer = subscription.session.signed_in.viewer
        operation = self._environment.operation(viewer, fresh=True)
        try:
            opened = await open_subscription(
                self._schema,
                asked.query,
                variables=asked.variables,
                operation_name=asked.operation_name,
                context=operation,
                resume=resume,
            )
        except InvalidOperationTypeError:
            return [GraphQLError(_NOT_HERE)]
        except CannotGetOperationTypeError:
            name = asked.operation_name
            return [GraphQLError(f"The document has no operation “{name}”." if name else _UNNAMED)]
        finally:
            await operation.close()
        if viewer != subscription.session.signed_in.viewer:
            # Another one by now.
            return await self._open(subscription, resume)
        if isinstance(opened, PreExecutionError):
            return [_invalid(error) for error in opened.errors or ()]
        if isinstance(opened, list):
            return opened
        subscription.opened = opened
        return []

    def _group(self, subscription: Subscription, feed: Feed) -> Group:
        """The group of subscriptions that are answered like this one."""
        viewer = subscription.session.signed_in.viewer
        opened = subscription.opened
        key = (opened and opened.key, feed.scope, viewer.roles, viewer.vendor_id, viewer.ecp_id)
        found = self._groups.get(key)
        if found is None:
            kind = EventGroup if feed.stream.state is None else StateGroup
            found = self._groups[key] = kind(self._stage, subscription.asked, feed, lambda: self._drop(key))
            self._routes.setdefault(feed.stream, {}).setdefault(feed.subject_id, {})[found] = None
        return found

    def _drop(self, key: Any) -> None:
        group = self._groups.pop(key)
        routes = self._routes[group.feed.stream]
        del routes[group.feed.subject_id][group]
        if not routes[group.feed.subject_id]:
            del routes[group.feed.subject_id]

    async def _look_at_midnight(self) -> None:
        """Days begin at midnight UTC, and with them stages: states change although nothing happens."""
        while True:
            now = utc_now()
            midnight = datetime.combine(now.date() + timedelta(days=1), time(second=1), UTC)
            await asyncio.sleep((midnight - now).total_seconds())
            self._look_again()

    def _look_again(self) -> None:
        for group in list(self._groups.values()):
            if isinstance(group, StateGroup):
                group.enqueue()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("an event task failed", exc_info=error)


def _invalid(error: GraphQLError) -> GraphQLError:
    """An error of a document, which says so; that of its syntax has a type of its own."""
    error.extensions = {"code": VALIDATION_FAILED}
    return error
