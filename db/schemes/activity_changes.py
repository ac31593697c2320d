"""Changes to the participants and the activity of schemes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import insert as upsert

from db.schemes.tables import SchemeActivityTable, SchemeParticipantTable
from db.sessions import Writing
from domain.events import EventKind
from domain.schemes.content import FieldDifference
from domain.schemes.stages import WizardStepKind


async def add_participant(session: Writing, scheme_id: UUID, account_id: UUID, added_by: UUID, at: datetime) -> bool:
    """Add a participant; return whether they are new."""
    statement = upsert(SchemeParticipantTable).values(
        scheme_id=scheme_id, account_id=account_id, added_by=added_by, added_at=at
    )
    added = statement.on_conflict_do_nothing().returning(SchemeParticipantTable.account_id)
    return bool(await session.returning(added))


async def remove_participant(session: Writing, scheme_id: UUID, account_id: UUID) -> bool:
    """Remove a participant; return whether they took part."""
    key = (SchemeParticipantTable.scheme_id == scheme_id, SchemeParticipantTable.account_id == account_id)
    removed = delete(SchemeParticipantTable).where(*key).returning(SchemeParticipantTable.account_id)
    return bool(await session.returning(removed))


async def add_activity(  # noqa: PLR0913 - the columns of an activity, by name
    session: Writing,
    *,
    activity_id: UUID,
    scheme_id: UUID,
    kind: EventKind,
    actor_id: UUID,
    at: datetime,
    message: str,
    section: WizardStepKind | None = None,
    version: int | None = None,
    changes: Sequence[FieldDifference] = (),
) -> None:
    """Insert an entry of the activity of a scheme."""
    await session.execute(
        insert(SchemeActivityTable).values(
            id=activity_id,
            scheme_id=scheme_id,
            kind=kind.value,
            actor_id=actor_id,
            at=at,
            message=message,
            section=section,
            version=version,
            changes=tuple(changes),
        )
    )
