"""Groups that follow events: every event once and in order, whether live or replayed."""

from collections import deque
from collections.abc import Callable
from typing import Final
from uuid import UUID

from db.outbox.rows import EventRow
from domain.events import Position
from domain.lru_cache import LruCache
from domain.requests import CursorExpired
from domain.viewers import Viewer
from graphql_api.subscriptions.group import Group, StreamState, may_receive
from graphql_api.subscriptions.rendering import Rendered
from graphql_api.subscriptions.replay import PAGE_SIZE, read_missed
from graphql_api.subscriptions.requests import SubscriptionRequest
from graphql_api.subscriptions.subscription import Subscription
from resolvers.outbox.feeds import Feed

# The answers that a group keeps for clients that come back at the same time, after a server was restarted.
REPLAY_CACHE_SIZE: Final = 64
# The events that may wait in a group for execution. When there are more, every member resumes from the database.
BACKLOG_LIMIT: Final = 10_000


class EventGroup(Group):
    """A group that follows events. `position` is how far all of its live members have come."""

    def __init__(
        self, state: StreamState, request: SubscriptionRequest, feed: Feed, on_empty: Callable[[], None]
    ) -> None:
        super().__init__(state, request, feed, on_empty)
        self._pending: deque[EventRow] = deque()
        self._delivered_to = state.tip
        self._answers: LruCache[tuple[Position, UUID | None], Rendered] = LruCache(REPLAY_CACHE_SIZE)

    @property
    def position(self) -> Position:
        """Events up to here are delivered. A group without pending events is as far as the stream."""
        return self._state.tip if self._task is None else self._delivered_to

    def position_of(self, subscription: Subscription) -> Position:
        """Return how far a member has come: as far as the group, when it is live."""
        return max(subscription.position, self.position) if subscription in self._live else subscription.position

    def enqueue(self, event: EventRow) -> None:
        """Deliver an event to the live members, after those before it."""
        if self._task is None:
            self._delivered_to = self._state.tip
        if len(self._pending) >= BACKLOG_LIMIT:
            self._pending.clear()
            self._close_live()
            return
        if self.feed.stream.coalesces:
            self._pending.clear()
        self._pending.append(event)
        self._start_work()

    async def _work(self) -> None:
        while self._pending:
            event = self._pending.popleft()
            await self._deliver(event)
            self._delivered_to = event.position

    async def _deliver(self, event: EventRow) -> None:
        position = event.position
        while True:
            behind = [waiting for waiting in self._live if waiting.position < position]
            if not behind:
                return
            viewer = behind[0].session.signed_in.viewer
            rendered = await self._render(event, viewer)
            for subscription in self._live:
                if subscription.position < position and may_receive(subscription, rendered, viewer):
                    self._queue(subscription, position, rendered)

    def _queue(self, subscription: Subscription, position: Position, rendered: Rendered) -> None:
        subscription.position = position
        if rendered.delivery is not None:
            self._state.delivered += 1
            subscription.deliver(rendered.delivery)

    async def _render(self, event: EventRow, viewer: Viewer) -> Rendered:
        async with self._turn:
            position = event.position
            found = self._answers.get((position, None)) or self._answers.get((position, viewer.account_id))
            if found is None:
                state = self._state
                found = await state.renderer.render_event(self._request, self.feed, event, state.stream, viewer)
                self._answers.put((position, viewer.account_id if found.personal else None), found)
            return found

    async def _join(self, subscription: Subscription) -> None:
        """Replay until nothing is missing. No event can come between the last check and being live."""
        while subscription.position < (until := self.position):
            events = await read_missed(self._state.environment, self.feed, subscription.position, until)
            if events is None:
                subscription.reject_request(CursorExpired())
                return
            for event in events[-1:] if self.feed.stream.coalesces else events:
                if not await subscription.wait_for_room():
                    subscription.close_as_slow()
                    return
                viewer = subscription.session.signed_in.viewer
                self._queue(subscription, event.position, await self._render(event, viewer))
            if len(events) < PAGE_SIZE:
                subscription.position = max(subscription.position, until)
        if not subscription.ended:
            self._live[subscription] = None
