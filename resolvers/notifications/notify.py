"""Telling people of what happened, in the transaction of the mutation that made the fact."""

from collections.abc import Mapping
from uuid import UUID

from db.notifications.changes import add_notifications
from db.notifications.rows import NotificationRow
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind, SubjectKind
from domain.notifications.events import about_account
from resolvers.context import Operation


async def notify(  # noqa: PLR0913 - what happened, who did it, and who is told what
    operation: Operation,
    session: Writing,
    event: NewEvent,
    messages: Mapping[UUID, str],
    *,
    actor_id: UUID | None,
    activity_id: UUID | None = None,
) -> None:
    """Tell whoever follows the stream of an event, and each of the accounts, which can sign in, a sentence about it."""
    rows = [
        NotificationRow(
            id=operation.new_id(),
            account_id=account_id,
            kind=event.kind,
            message=message,
            actor_id=actor_id,
            scheme_id=event.subject_of(SubjectKind.SCHEME),
            activity_id=activity_id,
            created_at=operation.now,
            read_at=None,
        )
        for account_id, message in messages.items()
    ]
    await add_notifications(session, rows)
    await append_events(session, [event, *map(notification_added, rows)], operation.now)


def notification_added(row: NotificationRow) -> NewEvent:
    """The event of a new notification, about the account that gets it."""
    return NewEvent(EventKind.NOTIFICATION_ADDED, row.id, about_account(row.account_id))
