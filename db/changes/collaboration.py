"""Changes to who takes part in a scheme, to its activity, and to notifications."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.event_rows import NotificationRow
from db.models import NotificationTable, SchemeActivityTable, SchemeParticipantTable
from db.sessions import Writing
from domain.events import EventKind
from domain.schemes.content import FieldDifference
from domain.schemes.stages import WizardStepKind


async def add_participant(session: Writing, scheme_id: UUID, account_id: UUID, added_by: UUID, at: datetime) -> bool:
    """Let somebody take part in a scheme; whether they did not before."""
    statement = upsert(SchemeParticipantTable).values(
        scheme_id=scheme_id, account_id=account_id, added_by=added_by, added_at=at
    )
    added = statement.on_conflict_do_nothing().returning(SchemeParticipantTable.account_id)
    return bool(await session.returning(added))


async def remove_participant(session: Writing, scheme_id: UUID, account_id: UUID) -> bool:
    """Let somebody take part no longer; whether they did before."""
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
    """Note what somebody did to a scheme."""
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


async def add_notifications(session: Writing, rows: Sequence[NotificationRow]) -> None:
    """Store notifications that nobody has read yet."""
    if rows:
        await session.execute(insert(NotificationTable), [msgspec.structs.asdict(row) for row in rows])


async def mark_read(session: Writing, account_id: UUID, ids: Collection[UUID] | None, at: datetime) -> list[UUID]:
    """Mark the unread ones among these notifications of an account as read, or all of them.

    Returns which ones they were, newest first.
    """
    unread: list[Any] = [NotificationTable.account_id == account_id, NotificationTable.read_at.is_(None)]
    if ids is not None:
        unread.append(NotificationTable.id.in_(ids))
    statement = update(NotificationTable).where(*unread).values(read_at=at)
    marked = await session.returning(statement.returning(NotificationTable.created_at, NotificationTable.id))
    return [key for _, key in sorted(marked, reverse=True)]
