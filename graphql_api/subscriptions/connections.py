"""The connections of this process, the subscriptions on each, and the group that each subscription is in."""

from collections.abc import Iterator

from graphql_api.subscriptions.group import Group
from graphql_api.subscriptions.sessions import Session
from graphql_api.subscriptions.subscription import Subscription


class Connections:
    """A registry of sessions and their subscriptions. A subscription that is not open yet has no group."""

    def __init__(self) -> None:
        self._sessions: dict[Session, dict[Subscription, Group | None]] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._sessions)

    @property
    def subscriptions(self) -> list[Subscription]:
        """Every subscription on every connection."""
        return [subscription for found in self._sessions.values() for subscription in found]

    def add_session(self, session: Session) -> None:
        """Add a connection without subscriptions."""
        self._sessions[session] = {}

    def remove_session(self, session: Session) -> None:
        """Remove a connection, if it is known."""
        self._sessions.pop(session, None)

    def subscriptions_of(self, session: Session) -> list[Subscription]:
        """Return the subscriptions on one connection; none for a connection that is gone."""
        return list(self._sessions.get(session, ()))

    def add(self, subscription: Subscription, group: Group | None = None) -> None:
        """Add a subscription, or put it into a group. Raises KeyError when its connection is gone."""
        self._sessions[subscription.session][subscription] = group

    def holds(self, subscription: Subscription) -> bool:
        """Whether the subscription is on a connection that is not gone."""
        return subscription in self._sessions.get(subscription.session, ())

    def remove(self, subscription: Subscription) -> Group | None:
        """Remove a subscription and return the group that it was in."""
        return self._sessions.get(subscription.session, {}).pop(subscription, None)

    def group_of(self, subscription: Subscription) -> Group | None:
        """Return the group of a subscription; None when it is not open, or gone."""
        return self._sessions.get(subscription.session, {}).get(subscription)
