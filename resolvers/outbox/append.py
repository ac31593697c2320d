"""Append events to the outbox, in the transaction of the mutation that caused them."""

from uuid import UUID

from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind
from resolvers.context import Operation


async def append_event(operation: Operation, session: Writing, kind: EventKind, object_id: UUID) -> None:
    """Append an event that has an object and no subjects."""
    await append_events(session, [NewEvent(kind, object_id)], operation.now)
