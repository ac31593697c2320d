"""The live stream of the progress of one import, which is that of its job."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.outbox.rows import EventRow
from domain.events import SubjectKind
from domain.jobs.events import JOB_KINDS
from domain.requests import BadArgument
from resolvers.context import Operation
from resolvers.imports.loaders import imports_by_id, imports_by_job
from resolvers.outbox.feeds import Feed, Stream, open_feed


async def follow_import(operation: Operation, import_id: UUID, after: str | None) -> Feed:
    """Follow one import. Raises BadArgument and CursorExpired."""
    (found,) = await imports_by_id(operation, [import_id])
    if found is None:
        raise BadArgument("This import does not exist.", "importId")
    return await open_feed(operation, IMPORT_PROGRESS, found.job_id, after)


async def visible_to_viewer(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    """Return for each event about an import whether the viewer sees the import now."""
    ids = list(dict.fromkeys(event.object_id for event in events))
    visible = {row.id for row in await imports_by_id(operation, ids) if row is not None}
    return [event.object_id in visible for event in events]


async def _visible(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    ids = list(dict.fromkeys(event.object_id for event in events))
    visible = {row.job_id for row in await imports_by_job(operation, ids) if row is not None}
    return [event.object_id in visible for event in events]


IMPORT_PROGRESS: Final = Stream("importProgress", JOB_KINDS, SubjectKind.JOB, visible_to=_visible, coalesces=True)
