"""Routes events to groups: which groups exist, and which feed each follows."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from db.outbox.rows import EventRow
from graphql_api.subscriptions.event_group import EventGroup
from graphql_api.subscriptions.group import Group, StreamState
from graphql_api.subscriptions.state_group import StateGroup
from graphql_api.subscriptions.subscription import Subscription
from resolvers.outbox.feeds import Stream


class GroupRoutes:
    """The groups of this process by key, and by the stream and subject that they follow."""

    def __init__(self, state: StreamState) -> None:
        self._state = state
        self._groups: dict[Any, Group] = {}
        self._routes: dict[Stream, dict[UUID | None, dict[Group, None]]] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def group_for(self, subscription: Subscription) -> Group:
        """Return the group of subscriptions that get the same answers as this open one; make it if there is none."""
        viewer, feed = subscription.session.signed_in.viewer, subscription.feed
        opened = subscription.opened
        key = (opened and opened.key, feed.scope, viewer.roles, viewer.vendor_id, viewer.ecp_id)
        found = self._groups.get(key)
        if found is None:
            kind = EventGroup if feed.stream.state is None else StateGroup
            found = self._groups[key] = kind(self._state, subscription.request, feed, lambda: self._drop(key))
            self._routes.setdefault(feed.stream, {}).setdefault(feed.subject_id, {})[found] = None
        return found

    def dispatch(self, events: Iterable[EventRow]) -> None:
        """Hand each event to the groups whose feeds it belongs to."""
        for event in events:
            for stream, routes in self._routes.items():
                for subject_id in stream.routes_of(event):
                    for group in routes.get(subject_id, ()):
                        if group.feed.admits(event):
                            group.enqueue(event)

    def refresh_states(self) -> None:
        """Read the state of every group that follows one again."""
        for group in list(self._groups.values()):
            if isinstance(group, StateGroup):
                group.enqueue()

    def _drop(self, key: Any) -> None:
        group = self._groups.pop(key)
        routes = self._routes[group.feed.stream]
        del routes[group.feed.subject_id][group]
        if not routes[group.feed.subject_id]:
            del routes[group.feed.subject_id]
