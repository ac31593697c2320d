"""The live streams of movements and of the progress of one consignment."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.outbox.rows import EventRow
from domain.consignments.events import MOVEMENT_KINDS, PROGRESS_KINDS
from domain.consignments.facts import MovementKind
from domain.events import Subject, SubjectKind
from domain.permissions import Permission
from domain.requests import BadArgument
from domain.viewers import ConsignmentScope
from resolvers.catalog.loaders import vendors_by_id
from resolvers.consignments.batch_loaders import movements_by_id
from resolvers.consignments.loaders import consignments_by_id
from resolvers.context import Operation
from resolvers.outbox.feeds import Feed, Narrowing, Stream, open_feed
from resolvers.schemes.loaders import schemes_by_id


class MovementFilter(Struct, frozen=True):
    """Which movements to follow: those about every object that is given, of these kinds or of all."""

    scheme_id: UUID | None = None
    consignment_id: UUID | None = None
    vendor_id: UUID | None = None
    kinds: frozenset[MovementKind] | None = None


async def follow_movements(operation: Operation, wanted: MovementFilter, after: str | None) -> Feed:
    """Follow the movements that a filter selects. Raises BadArgument and CursorExpired."""
    await _check_filter(operation, wanted)
    subjects = _subjects(operation, wanted)
    kinds = MOVEMENT_KINDS if wanted.kinds is None else frozenset(kind.event for kind in wanted.kinds)
    named = (wanted.consignment_id, wanted.vendor_id, wanted.scheme_id)
    narrowing = Narrowing(scope=" ".join(map(str, named)), kinds=kinds, subjects=subjects[1:])
    first = subjects[0] if subjects else None
    stream = BATCH_MOVEMENTS[None if first is None else first.kind]
    return await open_feed(operation, stream, None if first is None else first.id, after, narrowing)


async def follow_progress(operation: Operation, consignment_id: UUID, after: str | None) -> Feed:
    """Follow the progress of one consignment. Raises BadArgument and CursorExpired."""
    await _require_consignment(operation, consignment_id, "consignmentId")
    return await open_feed(operation, CONSIGNMENT_PROGRESS, consignment_id, after)


def _subjects(operation: Operation, wanted: MovementFilter) -> tuple[Subject, ...]:
    """What the events must be about: the subject with the fewest events first.

    A vendor sees only events that name it, so its own events are read even without a filter.
    """
    viewer = operation.viewer
    own = viewer.vendor_id if viewer.consignment_scope is ConsignmentScope.OWN else None
    given = (
        (SubjectKind.CONSIGNMENT, wanted.consignment_id),
        (SubjectKind.VENDOR, own),
        (SubjectKind.VENDOR, wanted.vendor_id),
        (SubjectKind.SCHEME, wanted.scheme_id),
    )
    subjects = (Subject(kind, subject_id) for kind, subject_id in given if subject_id is not None)
    return tuple(dict.fromkeys(subjects))


async def _check_filter(operation: Operation, wanted: MovementFilter) -> None:
    """Reject unknown objects. Vendors read no other vendors by id, so they get no events instead of an error."""
    if wanted.consignment_id is not None:
        await _require_consignment(operation, wanted.consignment_id, "consignmentId")
    if wanted.scheme_id is not None and await schemes_by_id(operation, [wanted.scheme_id]) == [None]:
        raise BadArgument("This scheme does not exist.", "schemeId")
    reads_vendors = operation.viewer.may(Permission.VENDOR_READ)
    if reads_vendors and wanted.vendor_id and await vendors_by_id(operation, [wanted.vendor_id]) == [None]:
        raise BadArgument("This vendor does not exist.", "vendorId")


async def _require_consignment(operation: Operation, consignment_id: UUID, argument: str) -> None:
    (consignment,) = await consignments_by_id(operation, [consignment_id])
    if consignment is None:
        raise BadArgument("This consignment does not exist.", argument)


async def visible_to_viewer(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    """Return for each event of a consignment whether the viewer may see it: staff see all of them.

    A vendor sees the movements that the loader gives it. Other events must name the vendor.
    """
    viewer = operation.viewer
    if viewer.consignment_scope is ConsignmentScope.ALL:
        return [True] * len(events)
    named = [viewer.vendor_id in event.subjects_of(SubjectKind.VENDOR) for event in events]
    moved = [event.object_id for event in events if event.kind in MOVEMENT_KINDS]
    shown = {row.id for row in await movements_by_id(operation, moved) if row is not None} if moved else set()
    return [
        event.object_id in shown if event.kind in MOVEMENT_KINDS else is_named
        for event, is_named in zip(events, named, strict=True)
    ]


async def _sees_consignments(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    subjects = [event.subjects_of(SubjectKind.CONSIGNMENT) for event in events]
    ids = list(dict.fromkeys(one for found in subjects for one in found))
    visible = {row.id for row in await consignments_by_id(operation, ids) if row is not None}
    return [bool(found) and visible.issuperset(found) for found in subjects]


# The same stream by each kind of subject that a filter can begin with.
BATCH_MOVEMENTS: Final[Mapping[SubjectKind | None, Stream]] = MappingProxyType(
    {
        subject: Stream("batchMovements", MOVEMENT_KINDS, subject, visible_to=visible_to_viewer)
        for subject in (None, SubjectKind.CONSIGNMENT, SubjectKind.VENDOR, SubjectKind.SCHEME)
    }
)
CONSIGNMENT_PROGRESS: Final = Stream(
    "consignmentProgress", PROGRESS_KINDS, SubjectKind.CONSIGNMENT, visible_to=_sees_consignments, coalesces=True
)
