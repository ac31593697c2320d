"""The stream of all events: what webhooks deliver, for systems that poll. Its cursors are those of deliveries."""

from collections.abc import Collection, Sequence
from typing import Final

from msgspec.structs import replace

from db.outbox.rows import StreamRow
from domain.events import EventKind, Position
from resolvers.context import Operation
from resolvers.events.facts import facts_of
from resolvers.events.visibility import permitted_kinds, visible_to_viewer
from resolvers.outbox.cursors import encode_stream_cursor, load_stream
from resolvers.outbox.feeds import Feed, FeedPage, Stream, open_feed, read_events

# Cursors of this stream are valid for every choice of kinds.
SCOPE: Final = "events"


async def list_events(
    operation: Operation, kinds: Collection[EventKind] | None, after: str | None, first: int | None
) -> FeedPage:
    """A page of the events of these kinds, or of all, that the viewer may see. Raises BadArgument and CursorExpired."""
    permitted = permitted_kinds(operation.viewer)
    wanted = permitted if kinds is None else permitted.intersection(kinds)
    feed: Feed = await open_feed(operation, Stream(SCOPE, wanted, visible_to=visible_to_viewer), after=after)
    return await read_events(operation, feed, first, facts_of)


def cursor_at(stream: StreamRow, epoch: int, position: Position) -> str:
    """The cursor of a place in the stream of all events, in an epoch that may be over."""
    return encode_stream_cursor(replace(stream, epoch=epoch), SCOPE, position)


async def cursors_of_places(operation: Operation, places: Sequence[tuple[int, Position]]) -> list[str]:
    """Load the cursors of places, given with their epochs."""
    stream = await load_stream(operation)
    return [cursor_at(stream, epoch, position) for epoch, position in places]
