"""Groups of subscriptions that get the same answers: each event is executed once, and every member gets its bytes.

A group is a document with its variables, a feed, and the access of its viewers. Only an answer that turns out to depend
on the account is made once per account.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from graphql import GraphQLError

from db.outbox.rows import EventRow, StreamRow
from domain.events import Position
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.subscriptions.rendering import Rendered, Renderer
from graphql_api.subscriptions.requests import SubscriptionRequest
from graphql_api.subscriptions.subscription import Subscription
from resolvers.outbox.feeds import Feed


class StreamState:
    """The state that all groups share: the tip of the stream, the renderer, and the number of deliveries."""

    def __init__(self, environment: Environment, renderer: Renderer) -> None:
        self.environment = environment
        self.renderer = renderer
        self.stream = StreamRow(epoch=0, key=b"", floor_xid=0, floor_id=0)
        self.tip = Position(0, 0)
        self.delivered = 0


class Group(ABC):
    """Subscriptions that get the same answers. Members are live, or still catching up with the stream."""

    def __init__(
        self, state: StreamState, request: SubscriptionRequest, feed: Feed, on_empty: Callable[[], None]
    ) -> None:
        self._state = state
        self._request = request
        self._on_empty = on_empty
        self._live: dict[Subscription, None] = {}
        self._joining: dict[Subscription, asyncio.Task[None]] = {}
        # Live and joining members, and rejected ones until their clients have left.
        self._members: set[Subscription] = set()
        self._task: asyncio.Task[None] | None = None
        # One execution at a time keeps the order, and lets members with the same question share the answer.
        self._turn = asyncio.Lock()
        self.feed = feed

    def join(self, subscription: Subscription) -> None:
        """Add a subscription; it gets everything behind its position."""
        self._members.add(subscription)
        self._joining[subscription] = asyncio.create_task(self._run_join(subscription))

    def leave(self, subscription: Subscription) -> None:
        """Remove a subscription; without members, the group stops and calls `on_empty`."""
        self._live.pop(subscription, None)
        if task := self._joining.pop(subscription, None):
            task.cancel()
        self._members.discard(subscription)
        if not self._members:
            if self._task is not None:
                self._task.cancel()
            self._on_empty()

    def position_of(self, subscription: Subscription) -> Position:
        """Return how far a member has come: every event up to there was queued for it."""
        return subscription.position

    @abstractmethod
    def enqueue(self, event: EventRow) -> None:
        """Take an event that belongs to the feed."""

    @abstractmethod
    async def _join(self, subscription: Subscription) -> None:
        """Bring a subscription up to date, and make it live."""

    @abstractmethod
    async def _work(self) -> None:
        """Work until nothing waits."""

    def _start_work(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run_work())

    async def _run_work(self) -> None:
        try:
            await self._work()
        except Exception as error:  # noqa: BLE001 - our bug; no client may believe that its subscription still runs
            self._fail(error, list(self._live))
        finally:
            # Before anything else runs: events that are enqueued from now on need a new task.
            self._task = None

    async def _run_join(self, subscription: Subscription) -> None:
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

    def _close_live(self) -> None:
        for subscription in list(self._live):
            subscription.close_as_slow()


def may_receive(subscription: Subscription, rendered: Rendered, viewer: Viewer) -> bool:
    """Whether an answer that was rendered for `viewer` may go to a subscription with the same access."""
    return not rendered.personal or subscription.session.account_id == viewer.account_id
