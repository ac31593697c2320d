"""Streams of events, the feed that one subscription or poll reads, and pages of it.

A new stream is one `Stream`, one subscription field that opens it, and the type of its events.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.outbox.reads import HORIZON, event_count, events_of
from db.outbox.rows import EventRow, StreamRow
from domain.events import EventKind, Position, SubjectKind
from domain.requests import BadArgument
from resolvers.context import Operation
from resolvers.outbox.cursors import decode_cursor, encode_cursor, stream_of
from resolvers.paging import DEFAULT_PAGE, LARGEST_PAGE, Count

VisibleTo = Callable[[Operation, Sequence[EventRow]], Awaitable[list[bool]]]
Load = Callable[[Operation, list[UUID]], Awaitable[Sequence[Any]]]
Describe = Callable[[Operation, Sequence[EventRow], Sequence[str]], Awaitable[Sequence[Any]]]


class Stream(Struct, frozen=True, eq=False):
    """Events that belong together: their kinds, and the kind of subject that a feed of the stream follows.

    `visible_to` answers for each event whether the viewer may see it now. A stream with `state` has no cursors:
    subscribers get the state at the beginning, and again after an event of the stream, if it has changed.
    """

    name: str
    kinds: frozenset[EventKind]
    subject: SubjectKind | None = None
    visible_to: VisibleTo | None = None
    state: Callable[[Operation], Awaitable[Any]] | None = None

    def routes_of(self, event: EventRow) -> Sequence[UUID | None]:
        """The subjects whose feeds of this stream the event belongs to; None is the feed of all subjects."""
        if event.kind not in self.kinds:
            return ()
        return (None,) if self.subject is None else event.subjects_of(self.subject)


class Feed(Struct, frozen=True):
    """A stream narrowed to one subject; `after` is the cursor to resume behind, if one was given."""

    stream: Stream
    subject_id: UUID | None = None
    after: Position | None = None

    @property
    def scope(self) -> str:
        """What cursors of this feed are made for."""
        return self.stream.name if self.subject_id is None else f"{self.stream.name} {self.subject_id}"

    @property
    def parameters(self) -> dict[str, Any]:
        """Those of the statement that reads its events."""
        subject = {} if self.stream.subject is None else {"subject_id": self.subject_id}
        return {"kinds": sorted(self.stream.kinds), **subject}

    def holds(self, event: EventRow) -> bool:
        """Whether the event belongs to the feed."""
        return self.subject_id in self.stream.routes_of(event)


class FeedEvent(Struct, frozen=True):
    """An event as subscribers of a feed get it: the cursor to resume behind it, its object, and the feed's subject."""

    cursor: str
    object_id: UUID
    subject_id: UUID | None

    @classmethod
    def of(cls, event: EventRow, feed: Feed, stream: StreamRow) -> "FeedEvent":
        """The event within a feed."""
        return cls(encode_cursor(stream, feed.scope, event.position), event.object_id, feed.subject_id)


class FeedEdge(Struct, frozen=True):
    """What an event tells of, and its place in the stream."""

    cursor: str
    node: Any


class FeedPage(Struct, frozen=True):
    """Events of a feed, oldest first. `resume_at` is the place to read on from, or to subscribe behind."""

    edges: list[FeedEdge]
    resume_at: str
    has_next: bool
    has_previous: bool
    count: Count

    @property
    def nodes(self) -> list[Any]:
        """What the events tell of."""
        return [edge.node for edge in self.edges]


async def open_feed(
    operation: Operation, stream: Stream, subject_id: UUID | None = None, after: str | None = None
) -> Feed:
    """A feed of a stream, behind the cursor `after`. Raises BadArgument and CursorExpired."""
    feed = Feed(stream, subject_id)
    if after is None:
        return feed
    return Feed(stream, subject_id, decode_cursor(await stream_of(operation), feed.scope, after))


async def read_feed(operation: Operation, feed: Feed, first: int | None, load: Load) -> FeedPage:
    """What the events behind the feed's cursor tell of, or those from the oldest that is kept; `load` reads it by id.

    Raises BadArgument.
    """

    async def describe(operation: Operation, events: Sequence[EventRow], _cursors: Sequence[str]) -> Sequence[Any]:
        return await load(operation, [event.object_id for event in events])

    return await read_events(operation, feed, first, describe)


async def read_events(operation: Operation, feed: Feed, first: int | None, describe: Describe) -> FeedPage:
    """Like `read_feed`, where the nodes are made from the events themselves and their cursors. Raises BadArgument."""
    size = DEFAULT_PAGE if first is None else first
    if not 1 <= size <= LARGEST_PAGE:
        message = f"A page has 1 to {LARGEST_PAGE} rows, not {size:,}."
        raise BadArgument(message, "first")
    stream = await stream_of(operation)
    (horizon,) = await operation.fetch(HORIZON)
    start = feed.after or stream.floor
    after = {"after_xid": start.xid, "after_id": start.id}
    found = await operation.fetch(events_of(feed.stream.subject), limit=size + 1, **after, **feed.parameters)
    page, more = found[:size], len(found) > size
    resume = page[-1].position if more else max(Position(horizon, 0), found[-1].position if found else start)
    counted = tuple(sorted((name, _hashable(value)) for name, value in feed.parameters.items()))
    return FeedPage(
        await _edges(operation, feed, stream, page, describe),
        encode_cursor(stream, feed.scope, resume),
        has_next=more,
        has_previous=feed.after is not None,
        count=Count(event_count(feed.stream.subject), counted),
    )


async def _edges(
    operation: Operation, feed: Feed, stream: StreamRow, page: Sequence[EventRow], describe: Describe
) -> list[FeedEdge]:
    visible = await visible_events(operation, feed, page)
    cursors = [encode_cursor(stream, feed.scope, event.position) for event in visible]
    nodes = await describe(operation, visible, cursors)
    return [FeedEdge(cursor, node) for cursor, node in zip(cursors, nodes, strict=True) if node is not None]


async def visible_events(operation: Operation, feed: Feed, events: Sequence[EventRow]) -> list[EventRow]:
    """Those of the events that the viewer may see now."""
    visible_to = feed.stream.visible_to
    if visible_to is None or not events:
        return list(events)
    answers = await visible_to(operation, events)
    return [event for event, is_visible in zip(events, answers, strict=True) if is_visible]


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
