"""The stream of all events, for systems that poll it or missed deliveries."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from domain.events import EventKind
from domain.permissions import Permission
from resolvers.events.stream import list_events
from resolvers.outbox.feeds import FeedPage
from schema.events.data import event_data
from schema.feeds import ReadAfterArgument
from schema.fields import AppInfo, computed, leaf
from schema.paging import FirstArgument, PageInfo
from schema.roots import query
from schema.scalars import EventCursor

KindsArgument = Annotated[
    list[EventKind] | None,
    strawberry.argument(description="Only events of these kinds; of all if left out. Cursors are the same for all."),
]


@strawberry.type(description="Something that happened, as webhooks tell it.")
class Event:
    """An event."""

    cursor: EventCursor = leaf("The place of the event, the same in its webhook; it is also what identifies it.")
    kind: EventKind = leaf("What happened; the `type` of its webhook.")
    at: datetime = leaf("When it happened; the `timestamp` of its webhook.")
    data: JSON = computed(event_data, "What it tells of: ids and sentences, exactly the `data` of its webhook.")


@strawberry.type(name="EventEdge", description="An event, with its place in the stream.")
class AnyEventEdge:
    """An entry of the stream."""

    cursor: EventCursor = leaf("The place of the event; reading and webhooks resume behind it.")
    node: Event = leaf("The event itself.")


@strawberry.type(
    name="EventConnection",
    description="A page of the stream of all events, oldest first. What the viewer may not see is left out, so a page "
    "may have fewer events than were asked for, or none, and more may follow.",
)
class AnyEventConnection:
    """A page of the stream; how long it is, differs for every viewer and is not counted."""

    edges: list[AnyEventEdge] = leaf("The events with their cursors.")
    nodes: list[Event] = leaf("The events alone.")
    page_info: PageInfo = computed(lambda page: page, "Where this page lies in the stream.")
    resume_at: EventCursor = leaf("Where the next page begins; it is there on an empty page, too.")


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
        """A page of the stream."""
        return await list_events(info.context, kinds, after, first)
