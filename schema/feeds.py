"""Common parts of all event streams: kinds, cursors, and pages for clients that poll."""

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
        name="after",
        description="Resume after this cursor, with the events since then, followed by live events. "
        "Default: live events only.",
    ),
]
ReadAfterArgument = Annotated[
    EventCursor | None,
    strawberry.argument(
        name="after",
        description="Return the entries after this cursor. Default: start with the oldest event that is kept.",
    ),
]


@strawberry.type(description="An entry of a stream and its position.")
class EventEdge(Generic[T]):
    cursor: EventCursor = leaf("The position of this entry. Reads and subscriptions can resume after it.")
    node: T = leaf("The entry.")


@strawberry.type(description="A page of a stream, oldest first. Subscriptions to the same stream accept its cursors.")
class EventConnection(Generic[T]):
    edges: list[EventEdge[T]] = leaf("The entries with their cursors.")
    nodes: list[T] = leaf("The entries without their cursors.")
    page_info: PageInfo = computed(lambda page: page, "The position of this page in the stream.")
    total_count: int = batched(
        counts, key="count", description="How many entries of the stream are kept. Counted only on request."
    )
    resume_at: EventCursor = leaf(
        "The cursor from which to read the next page, or to subscribe without missing an event. It is "
        "present even on an empty page."
    )
