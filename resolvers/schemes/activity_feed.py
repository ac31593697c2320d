"""The live stream of the activity of a scheme."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.outbox.rows import EventRow
from domain.events import SubjectKind
from domain.requests import BadArgument
from domain.schemes.events import EVENTS
from resolvers.context import Operation
from resolvers.outbox.feeds import Feed, Stream, open_feed
from resolvers.schemes.loaders import schemes_by_id


async def follow_activity(operation: Operation, scheme_id: UUID, after: str | None) -> Feed:
    """Follow the activity of one scheme. Raises BadArgument and CursorExpired."""
    (scheme,) = await schemes_by_id(operation, [scheme_id])
    if scheme is None:
        raise BadArgument("This scheme does not exist.", "schemeId")
    return await open_feed(operation, SCHEME_ACTIVITY, scheme_id, after)


async def _visible(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    """Return for each event whether the viewer may see every scheme among its subjects."""
    subjects = [event.subjects_of(SubjectKind.SCHEME) for event in events]
    ids = list(dict.fromkeys(scheme_id for scheme_ids in subjects for scheme_id in scheme_ids))
    visible = {row.id for row in await schemes_by_id(operation, ids) if row is not None}
    return [bool(scheme_ids) and visible.issuperset(scheme_ids) for scheme_ids in subjects]


SCHEME_ACTIVITY: Final = Stream("schemeActivity", frozenset(EVENTS), SubjectKind.SCHEME, visible_to=_visible)
