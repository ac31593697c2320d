"""Types of the stream of all events."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.event_kinds import EventKind
from schema.events.data import event_data
from schema.fields import computed, leaf
from schema.paging import PageInfo
from schema.scalars import EventCursor


@strawberry.type(description="Something that happened, as webhooks tell it.")
class Event:
    cursor: EventCursor = leaf("The place of the event, the same in its webhook; it is also what identifies it.")
    kind: EventKind = leaf("What happened; the `type` of its webhook.")
    at: datetime = leaf("When it happened; the `timestamp` of its webhook.")
    data: JSON = computed(event_data, "What it tells of: ids and sentences, exactly the `data` of its webhook.")


@strawberry.type(name="EventEdge", description="An event, with its place in the stream.")
class AnyEventEdge:
    cursor: EventCursor = leaf("The place of the event; reading and webhooks resume behind it.")
    node: Event = leaf("The event itself.")


@strawberry.type(
    name="EventConnection",
    description="A page of the stream of all events, oldest first. What the viewer may not see is left out, so a page "
    "may have fewer events than were asked for, or none, and more may follow.",
)
class AnyEventConnection:
    edges: list[AnyEventEdge] = leaf("The events with their cursors.")
    nodes: list[Event] = leaf("The events alone.")
    page_info: PageInfo = computed(lambda page: page, "Where this page lies in the stream.")
    resume_at: EventCursor = leaf("Where the next page begins; it is there on an empty page, too.")
