"""Types of notifications."""

from datetime import datetime

import strawberry

from db.notifications.rows import NotificationRow
from domain.node_kinds import NodeKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.notifications.loaders import notification_messages, notifications_by_id, unread_counts_by_account
from resolvers.schemes.activity_loaders import activities_by_id
from resolvers.schemes.loaders import schemes_in_place
from schema.accounts.types import Account
from schema.event_kinds import EventKind
from schema.fields import batched, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.scalars import EventCursor
from schema.schemes.activity_types import SchemeActivity
from schema.schemes.types import Scheme


@node_type(NotificationRow, "A sentence that informs one account about an event.")
class Notification(Node):
    id: strawberry.ID = node_id(NodeKind.NOTIFICATION)
    kind: EventKind = leaf("The kind of event.")
    message: str = batched(
        notification_messages, key="stored", description="The event as a sentence for the recipient."
    )
    actor: Account | None = batched(
        accounts_by_id, key="actor_id", description="The account that caused the event. Null if the server did."
    )
    scheme: Scheme | None = batched(
        schemes_in_place,
        key="scheme_id",
        description="The scheme that the notification is about. Null if it is about none, or the viewer "
        "can no longer see it.",
    )
    activity: SchemeActivity | None = batched(
        activities_by_id,
        key="activity_id",
        description="The matching entry of the scheme's activity, with the changed fields. Null if there is none.",
    )
    created_at: datetime = leaf("When the event happened.")
    read_at: datetime | None = leaf("When the notification was marked as read. Null until then.")


@strawberry.type(description="The viewer received a notification.")
class NotificationEvent:
    cursor: EventCursor = leaf("The position of the event. Pass it as `after` to resume after it.")
    notification: Notification = batched(notifications_by_id, key="object_id", description="The notification.")
    unread_count: int = batched(
        unread_counts_by_account, key="subject_id", description="How many notifications of the viewer are unread."
    )
