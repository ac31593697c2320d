"""Subscriptions of a hub without a socket, whose queues tests can read."""

import orjson

from graphql_api.subscriptions.close_reasons import CloseReason
from graphql_api.subscriptions.hub import Hub
from graphql_api.subscriptions.requests import SubscriptionRequest
from graphql_api.subscriptions.sessions import Session
from graphql_api.subscriptions.subscription import Subscription
from resolvers.accounts.viewers import SignedIn
from tests.support.followed_scheme import ACTIVITY, FollowedScheme, messages_of
from tests.support.sockets import Event, until
from tests.support.world import World


class Idle:
    """Connections of the second manager that send nothing; `close_reasons` are those of the closed ones."""

    def __init__(self, hub: Hub, world: World) -> None:
        self._hub = hub
        self._signed_in = SignedIn(world.viewer("second manager"), world.accounts["second manager"])
        self.sessions: list[Session] = []
        self.close_reasons: list[CloseReason] = []

    async def subscribe(self, scheme: FollowedScheme, after: str | None = None) -> Subscription:
        """An open subscription on a connection of its own."""
        session = Session(self._signed_in, self.close_reasons.append)
        await self._hub.connect(session)
        self.sessions.append(session)
        request = SubscriptionRequest(ACTIVITY, {"schemeId": scheme.id, "after": after}, None)
        subscription = Subscription(
            request=request, session=session, start=self._hub.tip, wake=lambda _subscription: None
        )
        assert await self._hub.subscribe(subscription) == []
        return subscription

    def leave(self) -> None:
        """End all connections."""
        for session in self.sessions:
            self._hub.disconnect(session)


async def waiting(subscription: Subscription, count: int) -> list[str]:
    """Wait until the queue has `count` events, and return them."""
    await until(lambda: len(subscription.queue) >= count)
    return messages_of(Event(orjson.loads(delivery.text)) for delivery in subscription.queue)
