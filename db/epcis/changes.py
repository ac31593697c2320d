"""Changes of EPCIS: captured events with the movements that they caused, documents, and coupon references."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import insert, update

from db.epcis.tables import EpcisCaptureTable, EpcisEventMovementTable, EpcisEventTable
from db.sessions import Writing
from db.statement import Change
from domain.epcis.captures import ErrorBehavior, EventError


class NewEvent(Struct, frozen=True, kw_only=True):
    """A captured event to store, with the movements that it caused."""

    id: UUID
    owner_id: UUID
    event_id: str
    digest: bytes
    content: str
    event_time: datetime
    zone_offset: str
    recorded_at: datetime
    account_id: UUID
    movement_ids: tuple[UUID, ...]


class NewCapture(Struct, frozen=True, kw_only=True):
    """A document to capture."""

    id: UUID
    account_id: UUID
    behavior: ErrorBehavior
    events: int
    document: str
    created_at: datetime


_COLUMNS: Final = tuple(name for name in NewEvent.__struct_fields__ if name != "movement_ids")
ADD_EVENT: Final = Change(insert(EpcisEventTable), _COLUMNS)
ADD_MOVEMENT: Final = Change(insert(EpcisEventMovementTable), ("movement_id", "event_id", "leads"))
ADD_CAPTURE: Final = Change(insert(EpcisCaptureTable), NewCapture.__struct_fields__)


async def add_events(session: Writing, events: Sequence[NewEvent]) -> None:
    """Insert captured events and their movements. Raises DuplicateKey for an id that the owner has used."""
    if not events:
        return
    await session.run_many(ADD_EVENT, [{name: getattr(event, name) for name in _COLUMNS} for event in events])
    links = [
        {"movement_id": movement_id, "event_id": event.id, "leads": index == 0}
        for event in events
        for index, movement_id in enumerate(event.movement_ids)
    ]
    if links:
        await session.run_many(ADD_MOVEMENT, links)


async def add_capture(session: Writing, capture: NewCapture) -> None:
    """Insert a document to capture."""
    await session.run(ADD_CAPTURE, **{name: getattr(capture, name) for name in NewCapture.__struct_fields__})


async def finish_capture(
    session: Writing, capture_id: UUID, errors: Sequence[EventError], *, captured: int, at: datetime
) -> None:
    """Store what became of a document, and forget the document."""
    change = update(EpcisCaptureTable).where(EpcisCaptureTable.id == capture_id)
    values = {
        "finished_at": at,
        "success": not errors,
        "captured": captured,
        "errors": msgspec.to_builtins(list(errors)),
        "document": None,
    }
    await session.execute(change.values(**values))
