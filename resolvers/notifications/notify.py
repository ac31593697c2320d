"""Notify accounts of an event, in the transaction of the mutation that caused it."""

from collections.abc import Mapping
from uuid import UUID

from db.notifications.changes import add_notifications
from db.notifications.rows import NewNotification
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind, SubjectKind
from domain.notifications.events import about_account
from domain.notifications.stored_facts import NotificationFact
from resolvers.context import Operation


async def append_and_notify(  # noqa: PLR0913 - the event, its actor, and the fact for each account
    operation: Operation,
    session: Writing,
    event: NewEvent,
    facts: Mapping[UUID, NotificationFact | None],
    *,
    actor_id: UUID | None,
    activity_id: UUID | None = None,
) -> None:
    """Append the event to the outbox, and add a notification with its fact for each account.

    The accounts must be able to sign in. None in place of a fact stands for that of the activity.
    """
    rows = [
        NewNotification(
            id=operation.new_id(),
            account_id=account_id,
            kind=event.kind,
            fact=fact,
            actor_id=actor_id,
            scheme_id=event.subject_of(SubjectKind.SCHEME),
            activity_id=activity_id,
            created_at=operation.now,
        )
        for account_id, fact in facts.items()
    ]
    await add_notifications(session, rows)
    await append_events(session, [event, *map(_notification_added, rows)], operation.now)


def _notification_added(row: NewNotification) -> NewEvent:
    """Build the event of a new notification; its subject is the account that receives it."""
    return NewEvent(EventKind.NOTIFICATION_ADDED, row.id, about_account(row.account_id))
