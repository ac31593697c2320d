"""Notification rows of what happened long ago, as the mutations would have left them."""

from datetime import datetime
from uuid import UUID

from db.notifications.rows import NotificationRow
from domain.events import EventKind
from graphql_api.demo.clock import DemoClock


def notification_to(  # noqa: PLR0913, PLR0917 - the columns of a notification
    clock: DemoClock,
    account_id: UUID,
    kind: EventKind,
    message: str,
    at: datetime,
    scheme_id: UUID | None = None,
) -> NotificationRow:
    """Return the row that notifies an ECP. It names no actor: ECPs deal with the program, not with a person."""
    return NotificationRow(
        id=clock.id_at(at),
        account_id=account_id,
        kind=kind,
        message=message,
        actor_id=None,
        scheme_id=scheme_id,
        activity_id=None,
        created_at=at,
        read_at=None,
    )
