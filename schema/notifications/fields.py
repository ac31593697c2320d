"""Root fields of notifications."""

import strawberry

from domain.permissions import Permission
from resolvers.notifications.loaders import follow_notifications, notifications_by_id
from resolvers.notifications.mark_notifications_read import (
    mark_notifications_read,
)
from resolvers.outbox.feeds import Feed, FeedPage, read_feed
from schema.feeds import EventConnection, ReadAfterArgument, ResumeArgument
from schema.fields import AppInfo
from schema.notifications.inputs import MarkNotificationsReadInput
from schema.notifications.payloads import MarkNotificationsReadPayload
from schema.notifications.types import Notification, NotificationEvent
from schema.paging import FirstArgument
from schema.roots import mutation, query, subscription


@strawberry.type
class NotificationQueries:
    @query(
        requires=Permission.NOTIFICATION_READ,
        returns=EventConnection[Notification],
        description="Returns recent notifications of the viewer, oldest first: the stream of the subscription "
        "`notificationAdded`, for clients that poll. `Viewer.notifications` lists all of them, newest first.",
    )
    async def notifications(
        self, info: AppInfo, after: ReadAfterArgument = None, first: FirstArgument = None
    ) -> FeedPage:
        return await read_feed(
            info.context, await follow_notifications(info.context, after), first, notifications_by_id
        )


@strawberry.type
class NotificationMutations:
    @mutation(requires=Permission.NOTIFICATION_READ, description="Mark notifications of the viewer as read.")
    async def mark_notifications_read(
        self,
        info: AppInfo,
        input: MarkNotificationsReadInput,
    ) -> MarkNotificationsReadPayload:
        keys = await mark_notifications_read(info.context, input.to_command())
        return MarkNotificationsReadPayload(keys=tuple(keys), account_id=info.context.viewer.account_id)


@strawberry.type
class NotificationSubscriptions:
    @subscription(
        requires=Permission.NOTIFICATION_READ,
        returns=NotificationEvent,
        description="Streams the notifications of the viewer, on all of their devices.",
    )
    async def notification_added(self, info: AppInfo, after: ResumeArgument = None) -> Feed:
        return await follow_notifications(info.context, after)
