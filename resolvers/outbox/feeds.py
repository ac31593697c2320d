"""Streams of events, the feed that one subscription or poll reads, and pages of it.

A new stream is one `Stream`, one subscription field that opens it, and the type of its events.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.outbox.reads import HORIZON, also_parameter, event_count, events_of
from db.outbox.rows import EventRow, StreamRow
from domain.events import EventKind, Position, Subject, SubjectKind
from domain.requests import BadArgument
from resolvers.context import Operation
from resolvers.outbox.cursors import decode_stream_cursor, encode_stream_cursor, load_stream
from resolvers.paging import DEFAULT_PAGE, LARGEST_PAGE, Count

VisibleTo = Callable[[Operation, Sequence[EventRow]], Awaitable[list[bool]]]
Load = Callable[[Operation, list[UUID]], Awaitable[Sequence[Any]]]
Describe = Callable[[Operation, Sequence[EventRow], Sequence[str]], Awaitable[Sequence[Any]]]


class Stream(Struct, frozen=True, eq=False):
    """Events of some kinds, and the kind of subject by which feeds of the stream filter.

    `visible_to` returns for each event whether the viewer may see it now. A stream with `state` has no cursors:
    subscribers receive the state first, and again after each event that changed it. A stream that `coalesces` answers
    with the present state of its subject, so that an event takes the place of those before it that nobody received.
    """

    name: str
    kinds: frozenset[EventKind]
    subject: SubjectKind | None = None
    visible_to: VisibleTo | None = None
    state: Callable[[Operation], Awaitable[Any]] | None = None
    coalesces: bool = False

    def routes_of(self, event: EventRow) -> Sequence[UUID | None]:
        """The subjects whose feeds receive the event; None is the feed of all subjects."""
        if event.kind not in self.kinds:
            return ()
        return (None,) if self.subject is None else event.subjects_of(self.subject)


class Narrowing(Struct, frozen=True):
    """What a feed keeps of its events: those of `kinds` that are about every one of `subjects`, too.

    Cursors are signed with `scope`. They are valid for every choice of kinds if it does not name them.
    """

    scope: str
    kinds: frozenset[EventKind]
    subjects: tuple[Subject, ...] = ()

    def admits(self, event: EventRow) -> bool:
        """Whether the event is of these kinds and about these subjects."""
        return event.kind in self.kinds and all(one.id in event.subjects_of(one.kind) for one in self.subjects)


class Feed(Struct, frozen=True):
    """A stream narrowed to one subject, and further by `narrowing`; `after` is the position to resume after."""

    stream: Stream
    subject_id: UUID | None = None
    after: Position | None = None
    narrowing: Narrowing | None = None

    @property
    def scope(self) -> str:
        """The scope that cursors of this feed are signed with."""
        if self.narrowing is not None:
            return f"{self.stream.name} {self.narrowing.scope}"
        return self.stream.name if self.subject_id is None else f"{self.stream.name} {self.subject_id}"

    @property
    def also(self) -> tuple[SubjectKind, ...]:
        """The kinds of further subjects, which the statements take that read its events."""
        return () if self.narrowing is None else tuple(subject.kind for subject in self.narrowing.subjects)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the statement that reads its events."""
        parameters: dict[str, Any] = {} if self.stream.subject is None else {"subject_id": self.subject_id}
        if self.narrowing is None:
            return {"kinds": sorted(self.stream.kinds), **parameters}
        also = {also_parameter(index): subject.id for index, subject in enumerate(self.narrowing.subjects)}
        return {"kinds": sorted(self.narrowing.kinds), **parameters, **also}

    def holds(self, event: EventRow) -> bool:
        """Whether the event belongs to the feed."""
        return self.subject_id in self.stream.routes_of(event) and self.admits(event)

    def admits(self, event: EventRow) -> bool:
        """Whether the feed keeps an event that its stream routes to its subject."""
        return self.narrowing is None or self.narrowing.admits(event)


class FeedEvent(Struct, frozen=True):
    """An event within a feed: the cursor to resume after it, its object, the subject of the feed, and its time."""

    cursor: str
    object_id: UUID
    subject_id: UUID | None
    recorded_at: datetime

    @property
    def recorded(self) -> tuple[UUID | None, datetime]:
        """The subject of the feed, and when something was recorded for it."""
        return self.subject_id, self.recorded_at

    @classmethod
    def of(cls, event: EventRow, feed: Feed, stream: StreamRow) -> "FeedEvent":
        """Build the event for a feed."""
        cursor = encode_stream_cursor(stream, feed.scope, event.position)
        return cls(cursor=cursor, object_id=event.object_id, subject_id=feed.subject_id, recorded_at=event.recorded_at)


class FeedEdge(Struct, frozen=True):
    """The node that an event describes, and the cursor of the event."""

    cursor: str
    node: Any


class FeedPage(Struct, frozen=True):
    """Events of a feed, oldest first. `resume_at` is the cursor for the next page or a subscription."""

    edges: list[FeedEdge]
    resume_at: str
    has_next: bool
    has_previous: bool
    count: Count

    @property
    def nodes(self) -> list[Any]:
        """The nodes that the events describe."""
        return [edge.node for edge in self.edges]


async def open_feed(
    operation: Operation,
    stream: Stream,
    subject_id: UUID | None = None,
    after: str | None = None,
    narrowing: Narrowing | None = None,
) -> Feed:
    """Open a feed of a stream after the cursor `after`. Raises BadArgument and CursorExpired."""
    feed = Feed(stream, subject_id, narrowing=narrowing)
    if after is None:
        return feed
    return replace(feed, after=decode_stream_cursor(await load_stream(operation), feed.scope, after))


async def read_feed(operation: Operation, feed: Feed, first: int | None, load: Load) -> FeedPage:
    """Read a page of events after the cursor of the feed, or from the oldest event; `load` reads the nodes by id.

    Raises BadArgument.
    """

    async def describe(operation: Operation, events: Sequence[EventRow], _cursors: Sequence[str]) -> Sequence[Any]:
        return await load(operation, [event.object_id for event in events])

    return await read_events(operation, feed, first, describe)


async def read_events(operation: Operation, feed: Feed, first: int | None, describe: Describe) -> FeedPage:
    """Read a page like `read_feed`, with nodes built from the events and their cursors. Raises BadArgument."""
    size = DEFAULT_PAGE if first is None else first
    if not 1 <= size <= LARGEST_PAGE:
        message = f"A page has 1 to {LARGEST_PAGE} rows, not {size:,}."
        raise BadArgument(message, "first")
    stream = await load_stream(operation)
    (horizon,) = await operation.fetch(HORIZON)
    start = feed.after or stream.floor
    after = {"after_xid": start.xid, "after_id": start.id}
    statement = events_of(feed.stream.subject, feed.also)
    found = await operation.fetch(statement, limit=size + 1, **after, **feed.parameters)
    page, more = found[:size], len(found) > size
    resume = page[-1].position if more else max(Position(horizon, 0), found[-1].position if found else start)
    counted = tuple(sorted((name, _hashable(value)) for name, value in feed.parameters.items()))
    return FeedPage(
        await _edges(operation, feed, stream, page, describe),
        encode_stream_cursor(stream, feed.scope, resume),
        has_next=more,
        has_previous=feed.after is not None,
        count=Count(event_count(feed.stream.subject, feed.also), counted),
    )


async def _edges(
    operation: Operation, feed: Feed, stream: StreamRow, page: Sequence[EventRow], describe: Describe
) -> list[FeedEdge]:
    visible = await visible_events(operation, feed, page)
    cursors = [encode_stream_cursor(stream, feed.scope, event.position) for event in visible]
    nodes = await describe(operation, visible, cursors)
    return [FeedEdge(cursor, node) for cursor, node in zip(cursors, nodes, strict=True) if node is not None]


async def visible_events(operation: Operation, feed: Feed, events: Sequence[EventRow]) -> list[EventRow]:
    """Keep the events that the viewer may see now."""
    visible_to = feed.stream.visible_to
    if visible_to is None or not events:
        return list(events)
    answers = await visible_to(operation, events)
    return [event for event, is_visible in zip(events, answers, strict=True) if is_visible]


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
