"""Rows of notifications."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.schemes.rows import StoredFactRow
from domain.notifications.stored_facts import StoredNotification


class NotificationRow(Struct, frozen=True):
    """A stored fact that one account is notified of."""

    id: UUID
    account_id: UUID
    kind: str
    stored: StoredFactRow
    actor_id: UUID | None
    scheme_id: UUID | None
    activity_id: UUID | None
    created_at: datetime
    read_at: datetime | None


class NewNotification(Struct, frozen=True):
    """A notification to insert. One without a fact shows that of its activity."""

    id: UUID
    account_id: UUID
    kind: str
    fact: StoredNotification | None
    actor_id: UUID | None
    scheme_id: UUID | None
    activity_id: UUID | None
    created_at: datetime
