"""Notify accounts of an event, in the transaction of the mutation that caused it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.accounts.reads import HOLDERS_OF_ROLE
from db.notifications import changes
from db.notifications.changes import add_notifications
from db.notifications.rows import NewNotification
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind, SubjectKind
from domain.notifications.events import about_account
from domain.notifications.stored_facts import NotificationFact
from domain.permissions import Role
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


async def notify_vendors(
    operation: Operation,
    session: Writing,
    about: tuple[EventKind, UUID],
    facts: Sequence[tuple[UUID, NotificationFact]],
) -> None:
    """Notify the people of vendors except the actor, who stays unnamed: each fact is for the vendor before it.

    `about` is the kind of event, which is appended already, and the scheme.
    """
    kind, scheme_id = about
    if facts:
        actor_id = operation.viewer.account_id
        await changes.notify_vendors(
            session, facts, kind=kind, scheme_id=scheme_id, at=operation.now, actor_id=actor_id
        )


async def notify_role(
    operation: Operation, session: Writing, about: tuple[EventKind, UUID], role: Role, fact: NotificationFact
) -> None:
    """Notify the holders of a role except the actor, who stays unnamed; `about` as in `notify_vendors`."""
    kind, scheme_id = about
    holders = await session.fetch(HOLDERS_OF_ROLE, role=role.value)
    facts = [(kind, account_id, fact) for account_id in holders if account_id != operation.viewer.account_id]
    await notify_unnamed(operation, session, scheme_id, facts)


async def notify_unnamed(
    operation: Operation,
    session: Writing,
    scheme_id: UUID,
    facts: Sequence[tuple[EventKind, UUID, NotificationFact]],
) -> None:
    """Notify accounts of facts about a scheme that name no actor, each with the kind of its event."""
    rows = [
        NewNotification(
            id=operation.new_id(),
            account_id=account_id,
            kind=kind,
            fact=fact,
            actor_id=None,
            scheme_id=scheme_id,
            activity_id=None,
            created_at=operation.now,
        )
        for kind, account_id, fact in facts
    ]
    await add_notifications(session, rows)
    await append_events(session, [*map(_notification_added, rows)], operation.now)


def _notification_added(row: NewNotification) -> NewEvent:
    """Build the event of a new notification; its subject is the account that receives it."""
    return NewEvent(EventKind.NOTIFICATION_ADDED, row.id, about_account(row.account_id))
