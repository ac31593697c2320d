"""Subscriptions that are answered alike: each event is executed once, and its bytes go to all of them.

A group is a document with its variables, a feed, and what a viewer's roles show. Only where an answer turns out to
depend on who asks, it is made once for every account.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Final
from uuid import UUID

from graphql import GraphQLError

from db.outbox.reads import STREAM, events_of
from db.outbox.rows import EventRow, StreamRow
from domain.events import Position
from domain.permissions import Viewer
from domain.requests import CursorExpired
from graphql_api.context import Environment
from graphql_api.lru_cache import Bounded
from graphql_api.subscriptions.rendering import PASSING, Rendered, Renderer
from graphql_api.subscriptions.requests import Asked, Subscription
from resolvers.outbox.feeds import Feed

# Answers of a group that are kept for those who come back at the same time, after a server was restarted.
KEPT: Final = 64
# Events that may wait in a group for being executed; then everybody in it resumes from the database.
BACKLOG: Final = 10_000
_PAGE: Final = 100
_PAUSE: Final = 0.2


class Stage:
    """What groups share: the tip of the stream, and who renders."""

    def __init__(self, environment: Environment, renderer: Renderer) -> None:
        self.environment = environment
        self.renderer = renderer
        self.stream = StreamRow(0, b"", 0, 0)
        self.tip = Position(0, 0)
        self.delivered = 0


class Group(ABC):
    """Subscriptions that are answered alike, live or still on their way to the present."""

    def __init__(self, stage: Stage, asked: Asked, feed: Feed, emptied: Callable[[], None]) -> None:
        self._stage = stage
        self._asked = asked
        self._emptied = emptied
        self._live: dict[Subscription, None] = {}
        self._joining: dict[Subscription, asyncio.Task[None]] = {}
        # Those two, and whoever has been refused and has not left yet.
        self._members: set[Subscription] = set()
        self._task: asyncio.Task[None] | None = None
        # One execution at a time: in order, and whoever wants the same answer finds it made.
        self._turn = asyncio.Lock()
        self.feed = feed

    def join(self, subscription: Subscription) -> None:
        """Take a subscription in: it gets everything behind its position."""
        self._members.add(subscription)
        self._joining[subscription] = asyncio.create_task(self._bring(subscription))

    def leave(self, subscription: Subscription) -> None:
        """Let a subscription go."""
        self._live.pop(subscription, None)
        if task := self._joining.pop(subscription, None):
            task.cancel()
        self._members.discard(subscription)
        if not self._members:
            if self._task is not None:
                self._task.cancel()
            self._emptied()

    def reached(self, subscription: Subscription) -> Position:
        """How far a subscription has got: everything up to here was handed to it."""
        return subscription.position

    @abstractmethod
    def enqueue(self, event: EventRow) -> None:
        """Something happened that belongs to the feed."""

    @abstractmethod
    async def _join(self, subscription: Subscription) -> None:
        """Bring a subscription to the present, and make it live."""

    @abstractmethod
    async def _work(self) -> None:
        """Do what waits to be done."""

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._work()
        except Exception as error:  # noqa: BLE001 - our own fault; nobody may believe that they are still followed
            self._fail(error, list(self._live))
        finally:
            # Before anything else runs: what is enqueued from now on needs a task of its own.
            self._task = None

    async def _bring(self, subscription: Subscription) -> None:
        try:
            await self._join(subscription)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error, [subscription])
        finally:
            self._joining.pop(subscription, None)

    def _fail(self, error: Exception, subscriptions: list[Subscription]) -> None:
        for subscription in subscriptions:
            self._live.pop(subscription, None)
            subscription.reject([GraphQLError(str(error), original_error=error)])

    def _end_all(self) -> None:
        for subscription in list(self._live):
            subscription.give_up()


class EventGroup(Group):
    """A group that follows events. `position` is how far all of its live subscriptions have got."""

    def __init__(self, stage: Stage, asked: Asked, feed: Feed, emptied: Callable[[], None]) -> None:
        super().__init__(stage, asked, feed, emptied)
        self._pending: deque[EventRow] = deque()
        self._told = stage.tip
        self._kept: Bounded[tuple[Position, UUID | None], Rendered] = Bounded(KEPT)

    @property
    def position(self) -> Position:
        """Events up to here have been told; a group that has nothing to tell is as far as the stream."""
        return self._stage.tip if self._task is None else self._told

    def reached(self, subscription: Subscription) -> Position:
        """As far as the group, for one that is live."""
        return max(subscription.position, self.position) if subscription in self._live else subscription.position

    def enqueue(self, event: EventRow) -> None:
        """Tell an event, after those before it."""
        if self._task is None:
            self._told = self._stage.tip
        if len(self._pending) >= BACKLOG:
            self._pending.clear()
            self._end_all()
            return
        self._pending.append(event)
        self._begin()

    async def _work(self) -> None:
        while self._pending:
            event = self._pending.popleft()
            await self._tell(event)
            self._told = event.position

    async def _tell(self, event: EventRow) -> None:
        place = event.position
        while True:
            behind = [waiting for waiting in self._live if waiting.position < place]
            if not behind:
                return
            viewer = behind[0].session.signed_in.viewer
            rendered = await self._rendered(event, viewer)
            for subscription in self._live:
                if subscription.position < place and _may_get(subscription, rendered, viewer):
                    self._offer(subscription, place, rendered)

    def _offer(self, subscription: Subscription, place: Position, rendered: Rendered) -> None:
        subscription.position = place
        if rendered.delivery is not None:
            self._stage.delivered += 1
            subscription.offer(rendered.delivery)

    async def _rendered(self, event: EventRow, viewer: Viewer) -> Rendered:
        async with self._turn:
            place = event.position
            found = self._kept.get((place, None)) or self._kept.get((place, viewer.account_id))
            if found is None:
                stage = self._stage
                found = await stage.renderer.event(self._asked, self.feed, event, stage.stream, viewer)
                self._kept.put((place, viewer.account_id if found.personal else None), found)
            return found

    async def _join(self, subscription: Subscription) -> None:
        """Replay from the database until nothing is missing; between the last look and being live nothing happens."""
        while subscription.position < (until := self.position):
            events = await self._replayed(subscription, until)
            if events is None:
                subscription.refuse_with(CursorExpired())
                return
            for event in events:
                if not await subscription.room():
                    subscription.give_up()
                    return
                viewer = subscription.session.signed_in.viewer
                self._offer(subscription, event.position, await self._rendered(event, viewer))
            if len(events) < _PAGE:
                subscription.position = max(subscription.position, until)
        if not subscription.ended:
            self._live[subscription] = None

    async def _replayed(self, subscription: Subscription, until: Position) -> list[EventRow] | None:
        """The next page of what a subscription has missed; None when some of that has been deleted."""
        after = subscription.position
        while True:
            # On the primary: a replica may not have yet what the tailer has told of.
            operation = self._stage.environment.operation(None, fresh=True)
            try:
                events = await operation.fetch(
                    events_of(self.feed.stream.subject, bounded=True),
                    after_xid=after.xid,
                    after_id=after.id,
                    until_xid=until.xid,
                    until_id=until.id,
                    limit=_PAGE,
                    **self.feed.parameters,
                )
                # Looked at after the events: what retention deletes meanwhile is noticed.
                (stream,) = await operation.fetch(STREAM)
            except PASSING:
                await asyncio.sleep(_PAUSE)
            else:
                return None if after < stream.floor else events
            finally:
                await operation.close()


class StateGroup(Group):
    """A group that follows a state: told at the beginning, and whenever it has become another one."""

    def __init__(self, stage: Stage, asked: Asked, feed: Feed, emptied: Callable[[], None]) -> None:
        super().__init__(stage, asked, feed, emptied)
        self._stale = False

    def enqueue(self, event: EventRow | None = None) -> None:
        """The state may be another one; however much happened at once, it is looked at once."""
        del event
        self._stale = True
        self._begin()

    async def _join(self, subscription: Subscription) -> None:
        self._live[subscription] = None
        await self._tell([subscription])

    async def _work(self) -> None:
        while self._stale:
            self._stale = False
            await self._tell(list(self._live))

    async def _tell(self, waiting: list[Subscription]) -> None:
        async with self._turn:
            while waiting:
                viewer = waiting[0].session.signed_in.viewer
                rendered = await self._stage.renderer.state(self._asked, self.feed, viewer)
                told = [one for one in waiting if _may_get(one, rendered, viewer)]
                waiting = [one for one in waiting if one not in told]
                for subscription in told:
                    delivery = rendered.delivery
                    if subscription in self._live and delivery is not None and delivery.text != subscription.last_text:
                        subscription.last_text = delivery.text
                        self._stage.delivered += 1
                        subscription.offer(delivery)


def _may_get(subscription: Subscription, rendered: Rendered, viewer: Viewer) -> bool:
    return not rendered.personal or subscription.session.account_id == viewer.account_id
