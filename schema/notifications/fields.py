"""Root fields of notifications."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.notifications.loaders import follow_notifications, notifications_by_id, unread_counts_by_account
from resolvers.notifications.mark_notifications_read import (
    NOTIFICATIONS_LIMIT,
    MarkNotificationsRead,
    mark_notifications_read,
)
from resolvers.outbox.feeds import Feed, FeedPage, read_feed
from schema.errors import UserError
from schema.feeds import EventConnection, ReadAfterArgument, ResumeArgument
from schema.fields import AppInfo, batched, optional
from schema.ids import InputIds
from schema.notifications.types import Notification, NotificationEvent
from schema.paging import FirstArgument
from schema.payloads import error_list
from schema.roots import mutation, query, subscription


@strawberry.input(description="What the viewer has read: either some notifications, or all of them.")
class MarkNotificationsReadInput:
    """A mark."""

    ids: list[strawberry.ID] | None = optional(f"The notifications, up to {NOTIFICATIONS_LIMIT}.")
    all: bool | None = optional("Set for everything that is unread now.")

    def to_command(self) -> MarkNotificationsRead:
        """The command. Raises InvalidInput for ids that make no sense."""
        ids = InputIds()
        keys: Sequence[UUID] | None = None if self.ids is None else ids.many(NodeKind.NOTIFICATION, self.ids, "ids")
        ids.check()
        return MarkNotificationsRead(keys, bool(self.all))


@strawberry.type(description="The answer to `markNotificationsRead`.")
class MarkNotificationsReadPayload:
    """What was marked."""

    notifications: list[Notification] | None = batched(
        notifications_by_id,
        key="keys",
        many=True,
        description=f"The notifications that were named; with `all` up to {NOTIFICATIONS_LIMIT} of those that were "
        "unread, newest first; null when there are errors.",
    )
    unread_count: int | None = batched(
        unread_counts_by_account,
        key="account_id",
        description="How many notifications are still unread; null when there are errors.",
    )
    errors: list[UserError] = error_list()
    keys: strawberry.Private[tuple[UUID, ...] | None] = None
    account_id: strawberry.Private[UUID | None] = None


@strawberry.type
class NotificationQueries:
    """The stream, for clients that poll."""

    @query(
        requires=Permission.NOTIFICATION_READ,
        returns=EventConnection[Notification],
        description="What the viewer was told lately, oldest first: the stream of the subscription, for polling. "
        "`Viewer.notifications` has all of it, newest first.",
    )
    async def notifications(
        self, info: AppInfo, after: ReadAfterArgument = None, first: FirstArgument = None
    ) -> FeedPage:
        """A page of the stream."""
        return await read_feed(
            info.context, await follow_notifications(info.context, after), first, notifications_by_id
        )


@strawberry.type
class NotificationMutations:
    """Root fields that change notifications."""

    @mutation(requires=Permission.NOTIFICATION_READ, description="Mark notifications of the viewer as read.")
    async def mark_notifications_read(
        self,
        info: AppInfo,
        input: Annotated[MarkNotificationsReadInput, strawberry.argument(description="What to do.")],
    ) -> MarkNotificationsReadPayload:
        """Mark."""
        keys = await mark_notifications_read(info.context, input.to_command())
        return MarkNotificationsReadPayload(keys=tuple(keys), account_id=info.context.viewer.account_id)


@strawberry.type
class NotificationSubscriptions:
    """The stream, live."""

    @subscription(
        requires=Permission.NOTIFICATION_READ,
        returns=NotificationEvent,
        description="What the viewer is told, on all of their devices.",
    )
    async def notification_added(self, info: AppInfo, after: ResumeArgument = None) -> Feed:
        """The viewer's stream."""
        return await follow_notifications(info.context, after)
