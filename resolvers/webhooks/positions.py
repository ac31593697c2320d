"""Positions of webhook endpoints in the stream of events: no other module chooses or changes them.

Every event before the position of an endpoint was delivered or skipped. A position belongs to an epoch of the stream;
after a restore of the database, positions of earlier epochs are invalid.
"""

from datetime import datetime
from typing import Final, TypedDict

from msgspec.structs import replace

from db.outbox.reads import HORIZON, STREAM, events_of
from db.outbox.rows import StreamRow
from db.sessions import Writing
from db.webhooks.changes import save_endpoint
from db.webhooks.reads import LOCK_ENDPOINTS_BEFORE
from db.webhooks.rows import WebhookEndpointRow
from domain.events import Position
from domain.failures import Problem, UserErrorCode
from domain.requests import BadArgument, CursorExpired
from resolvers.context import Operation
from resolvers.events.stream import SCOPE
from resolvers.outbox.cursors import decode_stream_cursor

# The number of transactions that an idle endpoint may stay behind.
DISTANCE: Final = 1000


class FreshColumns(TypedDict):
    """The columns of an endpoint whose next attempt is due, as if none had failed."""

    failures: int
    throttles: int
    next_attempt_at: datetime


class BlockColumns(TypedDict):
    """The columns of an endpoint that name the event for which it waits."""

    blocked_xid: int | None
    blocked_id: int | None


class PositionColumns(TypedDict):
    """The columns of an endpoint that hold its position."""

    position_epoch: int
    position_xid: int
    position_id: int


def position_columns(epoch: int, position: Position) -> PositionColumns:
    """Convert a position to the columns of an endpoint."""
    return {"position_epoch": epoch, "position_xid": position.xid, "position_id": position.id}


def fresh_columns(now: datetime) -> FreshColumns:
    """Start the schedule of attempts again, now."""
    return {"failures": 0, "throttles": 0, "next_attempt_at": now}


def block_columns(position: Position | None) -> BlockColumns:
    """Name the event that was not accepted; None for no event."""
    if position is None:
        return {"blocked_xid": None, "blocked_id": None}
    return {"blocked_xid": position.xid, "blocked_id": position.id}


async def current_position(session: Writing) -> Position:
    """Read the position before every event that is still to become visible."""
    (horizon,) = await session.fetch(HORIZON)
    return Position(horizon, 0)


def position_of_cursor(stream: StreamRow, after: str | None) -> tuple[Position | None, list[Problem]]:
    """Return the position of a cursor, None without one, and the problems of the cursor."""
    if after is None:
        return None, []
    try:
        return decode_stream_cursor(stream, SCOPE, after), []
    except (BadArgument, CursorExpired) as error:
        return None, [Problem(UserErrorCode.INVALID, str(error), ("after",))]


def advance_endpoint(
    stored: WebhookEndpointRow, seen: WebhookEndpointRow, position: Position, now: datetime
) -> WebhookEndpointRow:
    """Move the endpoint to `position`, ready for its next attempt.

    An endpoint that is already there, or that has been moved since it was `seen`, is returned unchanged.
    """
    is_moved = stored.updated_at != seen.updated_at and stored.place != seen.place
    if is_moved or stored.position >= position:
        return stored
    columns = position_columns(stored.position_epoch, position)
    return replace(stored, **columns, **block_columns(None), **fresh_columns(now))


async def advance_idle_endpoints(operation: Operation) -> None:
    """Advance endpoints that are far behind and have no events waiting, so that their next read stays short."""
    async with operation.writing() as session:
        (stream,) = await session.fetch(STREAM)
        now = await current_position(session)
        await advance_endpoints_to(session, stream, Position(max(now.xid - DISTANCE, 0), 0))


async def advance_endpoints_to(session: Writing, stream: StreamRow, through: Position) -> None:
    """Advance every endpoint to `through` unless one of its events lies before it.

    Retention calls it before it deletes events, so that an endpoint without waiting events counts none as lost.
    """
    behind = await session.fetch(LOCK_ENDPOINTS_BEFORE, place_xid=through.xid, place_id=through.id)
    until = {"until_xid": through.xid, "until_id": through.id}
    for endpoint in behind:
        if endpoint.has_lost_events(stream):
            continue
        after = {"after_xid": endpoint.position.xid, "after_id": endpoint.position.id}
        statement = events_of(None, bounded=True)
        if not await session.fetch(statement, limit=1, kinds=endpoint.kinds, **after, **until):
            await save_endpoint(session, replace(endpoint, **position_columns(endpoint.position_epoch, through)))
