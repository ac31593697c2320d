"""Payloads of notifications."""

from uuid import UUID

import strawberry

from resolvers.notifications.loaders import notifications_by_id, unread_counts_by_account
from resolvers.notifications.mark_notifications_read import (
    NOTIFICATIONS_LIMIT,
)
from schema.fields import batched
from schema.notifications.types import Notification
from schema.payloads import Payload


@strawberry.type(description="The result of `markNotificationsRead`.")
class MarkNotificationsReadPayload(Payload):
    notifications: list[Notification] | None = batched(
        notifications_by_id,
        key="keys",
        many=True,
        description=f"The notifications named by `ids`; with `all`, up to {NOTIFICATIONS_LIMIT} of those "
        "that were unread, newest first. Null if there are errors.",
    )
    unread_count: int | None = batched(
        unread_counts_by_account,
        key="account_id",
        description="How many notifications are still unread. Null if there are errors.",
    )
    keys: strawberry.Private[tuple[UUID, ...] | None] = None
    account_id: strawberry.Private[UUID | None] = None
