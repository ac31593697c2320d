"""Changes to the participants of schemes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert

from db.schemes.tables import SchemeParticipantTable
from db.sessions import Writing


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
