"""What is known about events when they are told: loaded for the viewer, and nothing that the viewer may not see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.accounts.rows import AccountRow
from db.notifications.rows import NotificationRow
from db.outbox.rows import EventRow
from db.schemes.rows import ActivityRow, SchemeRow
from domain.events import SCHEME_ACTIVITIES, EventKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.context import Operation
from resolvers.notifications.loaders import notifications_by_id
from resolvers.schemes.activity_loaders import activities_by_id
from resolvers.schemes.loaders import schemes_by_id

_OF_NOTIFICATIONS: Final = frozenset({EventKind.NOTIFICATION_ADDED})
# Kinds whose events tell more than the id of an object.
_WITH_SUBJECT: Final = SCHEME_ACTIVITIES | _OF_NOTIFICATIONS


class ActivityFacts(Struct, frozen=True):
    """What somebody did to a scheme."""

    activity: ActivityRow
    scheme: SchemeRow
    actor: AccountRow


Subject = ActivityFacts | NotificationRow


class EventFacts(Struct, frozen=True):
    """An event, its cursor in the stream of all events, and what it tells of if that is more than an object's id."""

    event: EventRow
    cursor: str
    subject: Subject | None = None

    @property
    def kind(self) -> EventKind:
        """What happened."""
        return EventKind(self.event.kind)

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.recorded_at


async def facts_of(operation: Operation, events: Sequence[EventRow], cursors: Sequence[str]) -> list[EventFacts | None]:
    """The facts of events, whose cursors are given; None where what an event tells of is gone, or not the viewer's."""
    subjects: dict[UUID, Subject] = {
        **await _notifications(operation, [event.object_id for event in events if event.kind in _OF_NOTIFICATIONS]),
        **await _activities(operation, [event.object_id for event in events if event.kind in SCHEME_ACTIVITIES]),
    }
    return [
        None
        if event.kind in _WITH_SUBJECT and event.object_id not in subjects
        else EventFacts(event, cursor, subjects.get(event.object_id))
        for event, cursor in zip(events, cursors, strict=True)
    ]


async def _notifications(operation: Operation, ids: list[UUID]) -> dict[UUID, NotificationRow]:
    rows = await notifications_by_id(operation, ids) if ids else []
    return {row.id: row for row in rows if row is not None}


async def _activities(operation: Operation, ids: list[UUID]) -> dict[UUID, ActivityFacts]:
    if not ids:
        return {}
    rows = [row for row in await activities_by_id(operation, ids) if row is not None]
    schemes = await schemes_by_id(operation, [row.scheme_id for row in rows])
    actors = await accounts_by_id(operation, [row.actor_id for row in rows])
    return {
        row.id: ActivityFacts(row, scheme, actor)
        for row, scheme, actor in zip(rows, schemes, actors, strict=True)
        if scheme is not None and actor is not None
    }
