"""The live stream of points that are posted to an ECP, and what each posting recorded (R22)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.outbox.rows import EventRow
from db.points.entry_rows import EntryRow
from db.points.posted_reads import entries_in_ranges, posted_by_ecp
from domain.events import EventKind, SubjectKind
from domain.points.failures import NotAnEcp
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.outbox.feeds import Feed, Stream, open_feed
from resolvers.paging import Page, PageArguments
from resolvers.points.ledger_lists import forward_place, page_of_entries

# The ECP and the time of a posting.
PostingKey = tuple[UUID, datetime]


class EntryRange(Struct, frozen=True):
    """Where the entries of a posting are: in a ledger after `above` up to `upto`."""

    ecp: int
    above: int
    upto: int


class PostingView(Struct, frozen=True):
    """What one transaction recorded for an ECP."""

    points: int
    entries: EntryRange


async def follow_points(operation: Operation, after: str | None) -> Feed:
    """Follow the points of the viewer, who is an ECP. Raises NotAnEcp and CursorExpired."""
    ecp_id = operation.viewer.ecp_id
    if ecp_id is None:
        raise NotAnEcp
    return await open_feed(operation, POINTS_POSTED, ecp_id, after)


async def postings_by_key(operation: Operation, keys: list[PostingKey]) -> list[PostingView]:
    """Load what was recorded for ECPs at times; nothing for an ECP that the viewer may not see."""
    scope = operation.viewer.ecp_scope
    rows = await operation.fetch(
        posted_by_ecp(scope),
        ecp_ids=[ecp_id for ecp_id, _ in keys],
        moments=[at for _, at in keys],
        **scope_parameters(operation.viewer, scope),
    )
    found = {row.asked: PostingView(row.points, EntryRange(row.ecp, row.above, row.upto)) for row in rows}
    return [found.get(place, PostingView(0, EntryRange(0, 0, 0))) for place, _ in enumerate(keys, start=1)]


async def entries_of_postings(
    operation: Operation, keys: list[PostingKey], page: PageArguments
) -> list[Page[EntryRow]]:
    """Load a page of the entries of each posting, newest first. Raises BadArgument."""
    size, place = forward_place(page)
    ranges = [posting.entries for posting in await postings_by_key(operation, keys)]
    rows = await operation.fetch(
        entries_in_ranges(resumed=bool(place)),
        ecps=[one.ecp for one in ranges],
        aboves=[one.above for one in ranges],
        uptos=[one.upto for one in ranges],
        limit=size + 1,
        **place,
    )
    found: list[list[EntryRow]] = [[] for _ in ranges]
    for row in rows:
        found[row.asked - 1].append(row.entry)
    return [page_of_entries(group, size, place, one.upto - one.above) for one, group in zip(ranges, found, strict=True)]


async def visible_to_viewer(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    """Return for each posting whether the viewer may see it: an ECP its own, and staff who read ECPs all of them."""
    viewer = operation.viewer
    if viewer.ecp_scope is EcpScope.ALL:
        return [True] * len(events)
    own = viewer.ecp_id if viewer.ecp_scope is EcpScope.OWN else None
    return [own is not None and own in event.subjects_of(SubjectKind.ECP) for event in events]


POINTS_POSTED: Final = Stream(
    "pointsPosted", frozenset({EventKind.POINTS_POSTED}), SubjectKind.ECP, visible_to=visible_to_viewer
)
