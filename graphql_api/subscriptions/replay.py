"""Replay: the events that a subscription has missed, read from the database page by page."""

import asyncio
from typing import Final

from db.outbox.reads import STREAM, events_of
from db.outbox.rows import EventRow
from domain.events import Position
from graphql_api.context import Environment
from graphql_api.subscriptions.rendering import PASSING_ERRORS
from resolvers.outbox.feeds import Feed

PAGE_SIZE: Final = 100
_RETRY_PAUSE_S: Final = 0.2


async def read_missed(environment: Environment, feed: Feed, after: Position, until: Position) -> list[EventRow] | None:
    """Read the next page of events behind `after`, up to `until`; None when retention has deleted some of them.

    Tries again for as long as the database does not answer.
    """
    while True:
        # On the primary: a replica may not have the events yet that the tailer has read.
        operation = environment.operation(None, fresh=True)
        try:
            events = await operation.fetch(
                events_of(feed.stream.subject, feed.also, bounded=True),
                after_xid=after.xid,
                after_id=after.id,
                until_xid=until.xid,
                until_id=until.id,
                limit=PAGE_SIZE,
                **feed.parameters,
            )
            # Read after the events, so that a deletion in between is noticed.
            (stream,) = await operation.fetch(STREAM)
        except PASSING_ERRORS:
            await asyncio.sleep(_RETRY_PAUSE_S)
        else:
            return None if after < stream.floor else events
        finally:
            await operation.close()
