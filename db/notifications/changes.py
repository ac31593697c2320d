"""Changes to notifications."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, or_, update

from db.notifications.rows import NotificationRow
from db.notifications.tables import NotificationTable
from db.sessions import Writing
from domain.ecps.events import EVENTS as OF_ECPS
from domain.ecps.facts import CODE_KIND
from domain.enrollments.events import EVENTS as OF_ENROLLMENTS


async def add_notifications(session: Writing, rows: Sequence[NotificationRow]) -> None:
    """Insert notifications."""
    if rows:
        await session.execute(insert(NotificationTable), [msgspec.structs.asdict(row) for row in rows])


async def mark_read(session: Writing, account_id: UUID, ids: Collection[UUID] | None, at: datetime) -> list[UUID]:
    """Mark the unread ones among these notifications of an account as read, or all of them.

    Return their ids, newest first.
    """
    unread: list[Any] = [NotificationTable.account_id == account_id, NotificationTable.read_at.is_(None)]
    if ids is not None:
        unread.append(NotificationTable.id.in_(ids))
    statement = update(NotificationTable).where(*unread).values(read_at=at)
    marked = await session.returning(statement.returning(NotificationTable.created_at, NotificationTable.id))
    return [key for _, key in sorted(marked, reverse=True)]


async def delete_notifications(session: Writing, account_id: UUID) -> None:
    """Delete all notifications of an account."""
    await session.execute(delete(NotificationTable).where(NotificationTable.account_id == account_id))


async def delete_notifications_of_ecp(session: Writing, account_id: UUID, code: str) -> None:
    """Delete the notifications to an account as the ECP with this code, and keep those to it as a manager.

    Notifications for managers name the ECP: their sentences begin with its code.
    """
    message = NotificationTable.message
    own = or_(message.startswith(f"{code} "), ~message.startswith(f"{CODE_KIND}-"))
    await session.execute(
        delete(NotificationTable).where(
            NotificationTable.account_id == account_id, NotificationTable.kind.in_([*OF_ECPS, *OF_ENROLLMENTS]), own
        )
    )
