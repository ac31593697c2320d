"""The kinds of events of notifications, which only their own account sees."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.events import EventKind, EventSpec, EventVisibility, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission


def _own(of: NodeKind, description: str) -> EventSpec:
    return EventSpec(
        object=of,
        permission=Permission.NOTIFICATION_READ,
        visibility=EventVisibility.OWN_ACCOUNT,
        subjects=frozenset({SubjectKind.ACCOUNT}),
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.NOTIFICATION_ADDED: _own(NodeKind.NOTIFICATION, "An account received a notification."),
        EventKind.NOTIFICATIONS_READ: _own(NodeKind.ACCOUNT, "An account read some of its notifications."),
    }
)


def about_account(account_id: UUID) -> tuple[Subject, ...]:
    """The subjects of an event of a notification: the account that gets it."""
    return (Subject(SubjectKind.ACCOUNT, account_id),)
