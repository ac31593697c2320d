"""The stream of all events, for systems that poll or missed deliveries."""

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
    strawberry.argument(
        description="Return only events of these kinds; all kinds if omitted. A cursor is valid for any "
        "selection of kinds."
    ),
]


@strawberry.type
class EventQueries:
    @query(
        requires=Permission.EVENT_READ,
        returns=AnyEventConnection,
        description="Returns the events that the viewer may see, oldest first. Webhooks deliver the same "
        "events; poll this field instead of a webhook, or to fetch missed deliveries. "
        "Continue from `resumeAt` or from the cursor of a webhook.",
    )
    async def events(
        self,
        info: AppInfo,
        kinds: KindsArgument = None,
        after: ReadAfterArgument = None,
        first: FirstArgument = None,
    ) -> FeedPage:
        return await list_events(info.context, kinds, after, first)
