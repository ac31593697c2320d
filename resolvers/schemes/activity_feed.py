"""The activity of a scheme as a live stream."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from db.outbox.rows import EventRow
from domain.requests import BadInput
from domain.schemes.events import EVENTS
from resolvers.context import Operation
from resolvers.outbox.feeds import Feed, Stream, open_feed
from resolvers.schemes.loaders import schemes_by_id


async def follow_activity(operation: Operation, scheme_id: UUID, after: str | None) -> Feed:
    """The activity of one scheme, as it happens. Raises BadInput and CursorExpired."""
    (scheme,) = await schemes_by_id(operation, [scheme_id])
    if scheme is None:
        raise BadInput("This scheme does not exist.", "schemeId")
    return await open_feed(operation, SCHEME_ACTIVITY, scheme_id, after)


async def _shown(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    """Whoever sees a scheme sees what happens to it."""
    ids = list(dict.fromkeys(_scheme_ids(events)))
    seen = {row.id for row in await schemes_by_id(operation, ids) if row is not None}
    return [event.scheme_id in seen for event in events]


def _scheme_ids(events: Iterable[EventRow]) -> Iterable[UUID]:
    return (event.scheme_id for event in events if event.scheme_id is not None)


SCHEME_ACTIVITY: Final = Stream("schemeActivity", frozenset(EVENTS), "scheme_id", _shown)
