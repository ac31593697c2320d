"""Which events a viewer may see, as webhooks deliver them and the query `events` lists them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from db.outbox.rows import EventRow
from domain.events import EventKind, EventVisibility
from domain.viewers import Viewer
from resolvers.consignments import movements_feed
from resolvers.context import Operation
from resolvers.events.table import EVENTS
from resolvers.imports import progress_feed as imports_feed
from resolvers.jobs.progress_feed import JOB_PROGRESS
from resolvers.notifications.loaders import NOTIFICATION_ADDED
from resolvers.outbox.feeds import VisibleTo
from resolvers.points import posted_feed
from resolvers.schemes.activity_feed import SCHEME_ACTIVITY

# The predicates of the streams that deliver the same events, so that a viewer sees the same everywhere.
PREDICATES: Final[Mapping[EventVisibility, VisibleTo | None]] = MappingProxyType(
    {
        EventVisibility.PERMISSION: None,
        EventVisibility.SCHEME: SCHEME_ACTIVITY.visible_to,
        EventVisibility.CONSIGNMENT: movements_feed.visible_to_viewer,
        EventVisibility.ECP: posted_feed.visible_to_viewer,
        EventVisibility.OWN_ACCOUNT: NOTIFICATION_ADDED.visible_to,
        EventVisibility.JOB: JOB_PROGRESS.visible_to,
        EventVisibility.SALES_IMPORT: imports_feed.visible_to_viewer,
    }
)


def permitted_kinds(viewer: Viewer) -> frozenset[EventKind]:
    """The kinds whose permission the viewer holds; of some, they see only part of the events."""
    return frozenset(kind for kind, spec in EVENTS.items() if viewer.may(spec.permission))


async def visible_to_viewer(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    """Return for each event whether the viewer may see it now. Events of unknown kinds are never visible."""
    permitted = permitted_kinds(operation.viewer)
    visible = [event.kind in permitted for event in events]
    for visibility, predicate in PREDICATES.items():
        indexes = [
            index
            for index, event in enumerate(events)
            if visible[index] and EVENTS[EventKind(event.kind)].visibility is visibility
        ]
        if predicate is not None and indexes:
            answers = await predicate(operation, [events[index] for index in indexes])
            for index, answer in zip(indexes, answers, strict=True):
                visible[index] = answer
    return visible
