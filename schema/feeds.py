"""What all streams of events share: kinds, cursors, and pages for clients that poll."""

from typing import Annotated, Generic, TypeVar

import strawberry

from resolvers.paging import counts
from schema.fields import batched, computed, leaf
from schema.paging import PageInfo
from schema.scalars import EventCursor

T = TypeVar("T")


ResumeArgument = Annotated[
    EventCursor | None,
    strawberry.argument(
        name="after", description="Resume behind this cursor: first what happened since, then what happens from now on."
    ),
]
ReadAfterArgument = Annotated[
    EventCursor | None,
    strawberry.argument(
        name="after", description="Read on behind this cursor; from the oldest event that is kept if left out."
    ),
]


@strawberry.type(description="An entry of a stream, with its place in it.")
class EventEdge(Generic[T]):
    cursor: EventCursor = leaf("The place of this entry; reading and subscribing resume behind it.")
    node: T = leaf("The entry itself.")


@strawberry.type(description="A page of a stream, oldest first. Subscriptions to the same stream take its cursors.")
class EventConnection(Generic[T]):
    edges: list[EventEdge[T]] = leaf("The entries with their cursors.")
    nodes: list[T] = leaf("The entries alone.")
    page_info: PageInfo = computed(lambda page: page, "Where this page lies in the stream.")
    total_count: int = batched(
        counts, key="count", description="How many entries of the stream are kept; counted only when it is asked for."
    )
    resume_at: EventCursor = leaf(
        "Where the next page begins, or a subscription that misses nothing; it is there on an empty page, too."
    )
