"""Types of the stream of all events."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.event_kinds import EventKind
from schema.events.data import event_data
from schema.fields import computed, leaf
from schema.paging import PageInfo
from schema.scalars import EventCursor


@strawberry.type(description="An event, with the content that webhooks deliver.")
class Event:
    cursor: EventCursor = leaf(
        "The position of the event in the stream. It identifies the event and is the same in the webhook."
    )
    kind: EventKind = leaf(
        "The kind of event. The `type` of its webhook is this name in lower case with dots: `scheme.approved`."
    )
    at: datetime = leaf(
        "When the event happened. Its webhook has this `timestamp`, or that of an earlier webhook to the endpoint, "
        "whichever is later."
    )
    data: JSON = computed(
        event_data, "The details of the event, such as IDs and sentences; exactly the `data` of its webhook."
    )


@strawberry.type(name="EventEdge", description="An event and its position in the stream.")
class AnyEventEdge:
    cursor: EventCursor = leaf("The position of the event. Pass it as `after` to continue after it.")
    node: Event = leaf("The event.")


@strawberry.type(
    name="EventConnection",
    description="A page of the stream of all events, oldest first. Events that the viewer may not see "
    "are left out, so a page may hold fewer events than requested, or none, although more "
    "follow.",
)
class AnyEventConnection:
    edges: list[AnyEventEdge] = leaf("The events with their cursors.")
    nodes: list[Event] = leaf("The events without their cursors.")
    page_info: PageInfo = computed(lambda page: page, "The position of this page in the stream.")
    resume_at: EventCursor = leaf("The cursor to continue from. It is present even on an empty page.")
