"""Moving idle endpoints along with the stream, so that retention takes nothing from them and little is looked through.

An endpoint for which nothing happens stays where its last event was. It has missed nothing when that place is old.
"""

from typing import Final

from msgspec.structs import replace

from db.outbox.reads import HORIZON, STREAM, events_of
from db.outbox.rows import StreamRow
from db.sessions import Writing
from db.webhooks.changes import save_endpoint
from db.webhooks.reads import LOCK_ENDPOINTS_BEFORE
from domain.events import Position
from resolvers.context import Operation

# How many transactions an idle endpoint may stay behind.
DISTANCE: Final = 1000


async def advance_idle_endpoints(operation: Operation) -> None:
    """Move endpoints that are far behind to a place not so far, if nothing in between is for them."""
    async with operation.writing() as session:
        (stream,) = await session.fetch(STREAM)
        (horizon,) = await session.fetch(HORIZON)
        await advance_to(session, stream, Position(max(horizon - DISTANCE, 0), 0))


async def advance_to(session: Writing, stream: StreamRow, through: Position) -> None:
    """Move endpoints on to a place up to which there is no event of their kinds."""
    behind = await session.fetch(LOCK_ENDPOINTS_BEFORE, place_xid=through.xid, place_id=through.id)
    until = {"until_xid": through.xid, "until_id": through.id}
    for endpoint in behind:
        if endpoint.has_lost_events(stream):
            continue
        after = {"after_xid": endpoint.position.xid, "after_id": endpoint.position.id}
        statement = events_of(None, bounded=True)
        if not await session.fetch(statement, limit=1, kinds=endpoint.kinds, **after, **until):
            await save_endpoint(session, replace(endpoint, position_xid=through.xid, position_id=through.id))
