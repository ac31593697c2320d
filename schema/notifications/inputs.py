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


@strawberry.input(description="What the viewer has read: either some notifications, or all of them.")
class MarkNotificationsReadInput:
    ids: list[strawberry.ID] | None = optional(f"The notifications, up to {NOTIFICATIONS_LIMIT}.")
    all: bool | None = optional("Set for everything that is unread now.")

    def to_command(self) -> MarkNotificationsRead:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            keys: Sequence[UUID] | None = None if self.ids is None else ids.many(NodeKind.NOTIFICATION, self.ids, "ids")
        return MarkNotificationsRead(keys, bool(self.all))
