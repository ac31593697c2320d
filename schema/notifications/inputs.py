"""Inputs of notifications."""

from collections.abc import Sequence
from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from resolvers.notifications.mark_notifications_read import (
    NOTIFICATIONS_LIMIT,
    MarkNotificationsRead,
)
from schema.fields import optional
from schema.ids import InputIds


@strawberry.input(description="The notifications to mark as read: either these IDs, or all.")
class MarkNotificationsReadInput:
    ids: list[strawberry.ID] | None = optional(f"The IDs of the notifications, up to {NOTIFICATIONS_LIMIT}.")
    all: bool | None = optional("Whether to mark everything that is unread now.")

    def to_command(self) -> MarkNotificationsRead:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            keys: Sequence[UUID] | None = None if self.ids is None else ids.many(NodeKind.NOTIFICATION, self.ids, "ids")
        return MarkNotificationsRead(keys, bool(self.all))
