"""The facts of events, loaded for a viewer, without anything that the viewer may not see."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.accounts.rows import AccountRow
from db.consignments.rows import ConsignmentRow
from db.consignments.view_rows import MovementViewRow
from db.notifications.rows import NotificationRow
from db.outbox.rows import EventRow
from db.schemes.rows import ActivityRow, SchemeRow
from domain.events import EventKind
from domain.node_kinds import NodeKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.consignments.batch_loaders import movements_by_id
from resolvers.consignments.loaders import consignments_by_id
from resolvers.context import Operation
from resolvers.events.table import EVENTS
from resolvers.notifications.loaders import notification_messages, notifications_by_id
from resolvers.schemes.activity_loaders import activities_by_id, activity_messages
from resolvers.schemes.loaders import schemes_by_id


class ActivityFacts(Struct, frozen=True):
    """An entry of a scheme's activity, with its scheme, its actor, and its sentence."""

    activity: ActivityRow
    scheme: SchemeRow
    actor: AccountRow
    message: str


class NotificationFacts(Struct, frozen=True):
    """A notification, with its sentence for the viewer."""

    notification: NotificationRow
    message: str


class MovementFacts(Struct, frozen=True):
    """A movement of coupons, with its consignment."""

    movement: MovementViewRow
    consignment: ConsignmentRow


Detail = ActivityFacts | NotificationFacts | MovementFacts


class EventFacts(Struct, frozen=True):
    """An event and its cursor in the stream of all events; with `detail` where clients get more than an object's id."""

    event: EventRow
    cursor: str
    detail: Detail | None = None

    @property
    def kind(self) -> EventKind:
        """The kind of the event."""
        return EventKind(self.event.kind)

    @property
    def object_kind(self) -> NodeKind:
        """The kind of node that the event's object is."""
        return EVENTS[self.kind].object

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.recorded_at


async def facts_of(operation: Operation, events: Sequence[EventRow], cursors: Sequence[str]) -> list[EventFacts | None]:
    """Load the facts of events, given with their cursors.

    None where the object has a detail that is deleted, or that the viewer may not see.
    """
    details: dict[UUID, Detail] = {}
    kinds = [EVENTS[EventKind(event.kind)].object for event in events]
    for kind, load in _DETAILS.items():
        ids = [event.object_id for event, object_kind in zip(events, kinds, strict=True) if object_kind is kind]
        if ids:
            details |= await load(operation, ids)
    return [
        None
        if kind in _DETAILS and event.object_id not in details
        else EventFacts(event, cursor, details.get(event.object_id))
        for event, kind, cursor in zip(events, kinds, cursors, strict=True)
    ]


async def _notifications(operation: Operation, ids: list[UUID]) -> Mapping[UUID, Detail]:
    rows = [row for row in await notifications_by_id(operation, ids) if row is not None]
    messages = await notification_messages(operation, [row.stored for row in rows])
    return {row.id: NotificationFacts(row, message) for row, message in zip(rows, messages, strict=True)}


async def _activities(operation: Operation, ids: list[UUID]) -> Mapping[UUID, Detail]:
    rows = [row for row in await activities_by_id(operation, ids) if row is not None]
    schemes = await schemes_by_id(operation, [row.scheme_id for row in rows])
    actors = await accounts_by_id(operation, [row.actor_id for row in rows])
    messages = await activity_messages(operation, [row.stored for row in rows])
    return {
        row.id: ActivityFacts(activity=row, scheme=scheme, actor=actor, message=message)
        for row, scheme, actor, message in zip(rows, schemes, actors, messages, strict=True)
        if scheme is not None and actor is not None
    }


async def _movements(operation: Operation, ids: list[UUID]) -> Mapping[UUID, Detail]:
    rows = [row for row in await movements_by_id(operation, ids) if row is not None]
    consignments = await consignments_by_id(operation, [row.consignment_id for row in rows])
    return {
        row.id: MovementFacts(movement=row, consignment=consignment)
        for row, consignment in zip(rows, consignments, strict=True)
        if consignment is not None
    }


_DETAILS: Final[Mapping[NodeKind, Callable[[Operation, list[UUID]], Awaitable[Mapping[UUID, Detail]]]]] = (
    MappingProxyType(
        {
            NodeKind.NOTIFICATION: _notifications,
            NodeKind.SCHEME_ACTIVITY: _activities,
            NodeKind.BATCH_MOVEMENT: _movements,
        }
    )
)
