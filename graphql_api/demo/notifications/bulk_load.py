"""Notification rows of what happened long ago, as the mutations would have left them."""

from datetime import datetime
from uuid import UUID

from db.notifications.rows import NewNotification
from domain.events import EventKind
from domain.notifications.stored_facts import NotificationFact
from graphql_api.demo.clock import DemoClock


def notification_to(  # noqa: PLR0913, PLR0917 - the columns of a notification
    clock: DemoClock,
    account_id: UUID,
    kind: EventKind,
    fact: NotificationFact,
    at: datetime,
    scheme_id: UUID | None = None,
) -> NewNotification:
    """Return the row that notifies an ECP. It names no actor: ECPs deal with the program, not with a person."""
    return NewNotification(
        id=clock.id_at(at),
        account_id=account_id,
        kind=kind,
        fact=fact,
        actor_id=None,
        scheme_id=scheme_id,
        activity_id=None,
        created_at=at,
    )
