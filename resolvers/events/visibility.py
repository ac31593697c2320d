"""Who is told of which events, by webhooks and by the query `events`: the table of kinds, as data."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from db.outbox.rows import EventRow
from domain.events import ECP_CHANGES, SCHEME_ACTIVITIES, EventKind
from domain.permissions import Permission, Viewer
from resolvers.context import Operation
from resolvers.notifications.loaders import NOTIFICATION_ADDED
from resolvers.schemes.activity_feed import SCHEME_ACTIVITY

Shows = Callable[[Operation, Sequence[EventRow]], Awaitable[list[bool]]]


class Sight(Struct, frozen=True):
    """Who sees a kind of events: whoever holds the permission, and where `shows` is given, only what it lets them see.

    It is that of the stream which tells of the same events, so that both tell the same.
    """

    permission: Permission
    shows: Shows | None = None


_OF_SCHEMES: Final = Sight(Permission.SCHEME_FOLLOW, SCHEME_ACTIVITY.shows)
_OWN: Final = Sight(Permission.NOTIFICATION_READ, NOTIFICATION_ADDED.shows)
# Whoever may read ECPs reads all of them; an ECP hears of its own enrollments by notifications.
_OF_ECPS: Final = Sight(Permission.ECP_READ)
_OF_CATALOG: Final = Sight(Permission.CATALOG_READ)
_OF_WEBHOOKS: Final = Sight(Permission.WEBHOOK_MANAGE)
# A kind that is missing here is shown to nobody.
SIGHTS: Final[Mapping[EventKind, Sight]] = MappingProxyType(
    {
        **dict.fromkeys(sorted(SCHEME_ACTIVITIES), _OF_SCHEMES),
        **dict.fromkeys(sorted(ECP_CHANGES), _OF_ECPS),
        EventKind.PRODUCT_SAVED: _OF_CATALOG,
        EventKind.GEOGRAPHY_SAVED: _OF_CATALOG,
        EventKind.TIER_SAVED: _OF_CATALOG,
        EventKind.VENDOR_SAVED: Sight(Permission.VENDOR_READ),
        EventKind.ACCOUNT_SAVED: Sight(Permission.ACCOUNT_READ),
        EventKind.API_KEY_CREATED: Sight(Permission.API_KEY_MANAGE),
        EventKind.API_KEY_REVOKED: Sight(Permission.API_KEY_MANAGE),
        EventKind.NOTIFICATION_ADDED: _OWN,
        EventKind.NOTIFICATIONS_READ: _OWN,
        EventKind.WEBHOOK_ENDPOINT_SAVED: _OF_WEBHOOKS,
        EventKind.WEBHOOK_ENDPOINT_DELETED: _OF_WEBHOOKS,
        EventKind.WEBHOOK_ENDPOINT_DISABLED: _OF_WEBHOOKS,
    }
)


def permitted_kinds(viewer: Viewer) -> frozenset[EventKind]:
    """The kinds of which the viewer may see any events."""
    return frozenset(kind for kind, sight in SIGHTS.items() if viewer.may(sight.permission))


async def visible_events(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    """For each event whether the viewer may see it now."""
    permitted = permitted_kinds(operation.viewer)
    shown: dict[EventRow, bool] = {event: event.kind in permitted for event in events}
    for shows in dict.fromkeys(sight.shows for sight in SIGHTS.values() if sight.shows is not None):
        asked = [event for event, so_far in shown.items() if so_far and SIGHTS[EventKind(event.kind)].shows is shows]
        if asked:
            shown.update(zip(asked, await shows(operation, asked), strict=True))
    return [shown[event] for event in events]
