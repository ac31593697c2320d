"""Rows of notifications."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class NotificationRow(Struct, frozen=True):
    """A sentence for one account."""

    id: UUID
    account_id: UUID
    kind: str
    message: str
    actor_id: UUID | None
    scheme_id: UUID | None
    activity_id: UUID | None
    created_at: datetime
    read_at: datetime | None
