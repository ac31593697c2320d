"""The stream of all events, for systems that poll it or missed deliveries."""

from typing import Annotated

import strawberry

from domain.permissions import Permission
from resolvers.events.stream import list_events
from resolvers.outbox.feeds import FeedPage
from schema.event_kinds import EventKind
from schema.events.types import AnyEventConnection
from schema.feeds import ReadAfterArgument
from schema.fields import AppInfo
from schema.paging import FirstArgument
from schema.roots import query

KindsArgument = Annotated[
    list[EventKind] | None,
    strawberry.argument(description="Only events of these kinds; of all if left out. Cursors are the same for all."),
]


@strawberry.type
class EventQueries:
    """The root field that reads events."""

    @query(
        requires=Permission.EVENT_READ,
        returns=AnyEventConnection,
        description="What happened, oldest first, as far as the viewer may see it: what webhooks deliver, for systems "
        "that poll or missed deliveries. Read on from `resumeAt`, or behind the cursor of a webhook.",
    )
    async def events(
        self,
        info: AppInfo,
        kinds: KindsArgument = None,
        after: ReadAfterArgument = None,
        first: FirstArgument = None,
    ) -> FeedPage:
        return await list_events(info.context, kinds, after, first)
