"""Changes of EPCIS: captured events with the movements that they describe, and documents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import bindparam, cast, exists, func, insert, update
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE

from db.epcis.reads import JOB_OF_CAPTURE
from db.epcis.tables import CapturedMovementTable, EpcisCaptureTable, EpcisEventTable
from db.jobs.tables import JobTable
from db.sessions import Writing
from db.statement import Change, moment, number, string, uuid
from domain.epcis.captures import ErrorBehavior, EventError


class NewEvent(Struct, frozen=True, kw_only=True):
    """A captured event to store, with the text of the multirange of its serials."""

    id: UUID
    owner_id: UUID
    event_id: str
    digest: bytes
    content: str
    event_time: datetime
    zone_offset: str
    recorded_at: datetime
    account_id: UUID
    spans: str
    movement_id: UUID | None


class NewCapture(Struct, frozen=True, kw_only=True):
    """A document to capture."""

    id: UUID
    account_id: UUID
    behavior: ErrorBehavior
    events: int
    document: str
    created_at: datetime


# Change takes no ranges as parameters, so this one reads their text.
ADD_EVENT: Final = Change(
    insert(EpcisEventTable).values(
        {name: bindparam(name, type_=getattr(EpcisEventTable, name).type) for name in NewEvent.__struct_fields__}
        | {"spans": cast(string("spans"), INT8MULTIRANGE)}
    )
)
ADD_MOVEMENT: Final = Change(insert(CapturedMovementTable), ("movement_id",))
ADD_CAPTURE: Final = Change(insert(EpcisCaptureTable), NewCapture.__struct_fields__)

_SAVE_CAPTURED: Final = Change(
    update(EpcisCaptureTable)
    .where(EpcisCaptureTable.id == uuid("capture_id"))
    .values(captured=func.greatest(EpcisCaptureTable.captured, number("captured")))
)
_FORGET: Final = Change(
    update(EpcisCaptureTable)
    .where(
        EpcisCaptureTable.document.is_not(None),
        ~exists().where(JOB_OF_CAPTURE, JobTable.due_at.is_not(None) | (JobTable.finished_at > moment("before"))),
    )
    .values(document=None)
)


async def add_events(session: Writing, events: Sequence[NewEvent], movement_ids: Sequence[UUID]) -> None:
    """Insert captured events, and the movements that they describe. Raises DuplicateKey for an id used by the owner."""
    await session.run_many(ADD_EVENT, [asdict(event) for event in events])
    await session.run_many(ADD_MOVEMENT, [{"movement_id": movement_id} for movement_id in movement_ids])


async def add_capture(session: Writing, capture: NewCapture) -> None:
    """Insert a document to capture."""
    await session.run(ADD_CAPTURE, **{name: getattr(capture, name) for name in NewCapture.__struct_fields__})


async def save_captured(session: Writing, capture_id: UUID, captured: int) -> None:
    """Store how many events of a document are recorded. An attempt that begins again counts those of earlier ones."""
    await session.run(_SAVE_CAPTURED, capture_id=capture_id, captured=captured)


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


async def forget_documents(session: Writing, before: datetime) -> None:
    """Delete the documents of captures whose jobs ended before a moment without finishing them."""
    await session.run(_FORGET, before=before)
