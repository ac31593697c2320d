"""Types of notifications."""

from datetime import datetime

import strawberry

from db.notifications.rows import NotificationRow
from domain.node_kinds import NodeKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.notifications.loaders import notifications_by_id, unread_counts_by_account
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


@node_type(NotificationRow, "A sentence for one account about something that concerns it.")
class Notification(Node):
    id: strawberry.ID = node_id(NodeKind.NOTIFICATION)
    kind: EventKind = leaf("What happened.")
    message: str = leaf("What happened, as a sentence for whom it concerns.")
    actor: Account | None = batched(accounts_by_id, key="actor_id", description="Who did it; null: nobody in person.")
    scheme: Scheme | None = batched(
        schemes_in_place,
        key="scheme_id",
        description="The scheme it is about; null when the viewer does not see it now.",
    )
    activity: SchemeActivity | None = batched(
        activities_by_id, key="activity_id", description="The entry of the scheme's activity, with what was changed."
    )
    created_at: datetime = leaf("When it happened.")
    read_at: datetime | None = leaf("When it was marked as read; null until then.")


@strawberry.type(description="The viewer was told something.")
class NotificationEvent:
    cursor: EventCursor = leaf("The place of the event; pass it as `after` to resume behind it.")
    notification: Notification = batched(notifications_by_id, key="object_id", description="What the viewer was told.")
    unread_count: int = batched(
        unread_counts_by_account, key="subject_id", description="How many notifications the viewer has not read."
    )
