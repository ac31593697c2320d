"""Changes to the outbox: the transaction that causes an event appends it, and retention deletes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BigInteger, delete, insert, literal, tuple_, update

from db.outbox.tables import EventStreamTable, EventTable, Xid8
from db.sessions import Writing
from db.statement import Change
from domain.events import EventKind, Position, Subject, SubjectKind


class NewEvent(Struct, frozen=True):
    """An event of this transaction, with its object and its subjects."""

    kind: EventKind
    object_id: UUID
    subjects: tuple[Subject, ...] = ()

    def subject_of(self, kind: SubjectKind) -> UUID | None:
        """The id of its first subject of a kind."""
        return next((subject.id for subject in self.subjects if subject.kind is kind), None)


# Every mutation appends an event, so it does not wait for SQLAlchemy to write the SQL.
_APPEND: Final = Change(
    insert(EventTable).inline(), ["kind", "object_id", "subject_kinds", "subject_ids", "recorded_at"]
)


async def append_events(session: Writing, events: Sequence[NewEvent], at: datetime) -> None:
    """Append events to the outbox, in order."""
    rows = [
        {
            "kind": event.kind.value,
            "object_id": event.object_id,
            "subject_kinds": [subject.kind.value for subject in event.subjects],
            "subject_ids": [subject.id for subject in event.subjects],
            "recorded_at": at,
        }
        for event in events
    ]
    if len(rows) == 1:
        await session.run(_APPEND, **rows[0])
    elif rows:
        await session.run_many(_APPEND, rows)


async def delete_events(session: Writing, through: Position) -> None:
    """Delete the events up to a position and store it: cursors before it expire."""
    place = tuple_(EventTable.xid, EventTable.id)
    await session.execute(
        delete(EventTable).where(place <= tuple_(literal(through.xid, Xid8()), literal(through.id, BigInteger())))
    )
    await session.execute(update(EventStreamTable).values(floor_xid=through.xid, floor_id=through.id))


async def begin_epoch(session: Writing, origin: str) -> None:
    """Begin a new epoch if the stream belongs to another database than `origin`, as in a restored copy.

    All existing cursors then expire and all events are deleted: transactions and ids of a copy are not comparable.
    """
    changed = {"epoch": EventStreamTable.epoch + 1, "origin": origin, "floor_xid": 0, "floor_id": 0}
    restored = update(EventStreamTable).where(EventStreamTable.origin != origin).values(changed)
    if await session.returning(restored.returning(EventStreamTable.epoch)):
        await session.execute(delete(EventTable))
    else:
        await session.execute(update(EventStreamTable).where(EventStreamTable.origin.is_(None)).values(origin=origin))
