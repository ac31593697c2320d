"""Groups that follow a state: members get it when they join, and again whenever it has changed."""

from collections.abc import Callable

from db.outbox.rows import EventRow
from graphql_api.subscriptions.group import Group, StreamState, may_receive
from graphql_api.subscriptions.requests import SubscriptionRequest
from graphql_api.subscriptions.subscription import Subscription
from resolvers.outbox.feeds import Feed


class StateGroup(Group):
    """A group that follows a state."""

    def __init__(
        self, state: StreamState, request: SubscriptionRequest, feed: Feed, on_empty: Callable[[], None]
    ) -> None:
        super().__init__(state, request, feed, on_empty)
        self._stale = False

    def enqueue(self, event: EventRow | None = None) -> None:
        """Read the state again, because it may have changed; many events at once cause one read."""
        del event
        self._stale = True
        self._start_work()

    async def _join(self, subscription: Subscription) -> None:
        self._live[subscription] = None
        await self._deliver([subscription])

    async def _work(self) -> None:
        while self._stale:
            self._stale = False
            await self._deliver(list(self._live))

    async def _deliver(self, waiting: list[Subscription]) -> None:
        async with self._turn:
            while waiting:
                viewer = waiting[0].session.signed_in.viewer
                rendered = await self._state.renderer.render_state(self._request, self.feed, viewer)
                recipients = [one for one in waiting if may_receive(one, rendered, viewer)]
                waiting = [one for one in waiting if one not in recipients]
                for subscription in recipients:
                    delivery = rendered.delivery
                    if subscription in self._live and delivery is not None and delivery.text != subscription.last_text:
                        subscription.last_text = delivery.text
                        self._state.delivered += 1
                        subscription.deliver(delivery)
