"""The live stream of the progress of one job."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.outbox.rows import EventRow
from domain.events import SubjectKind
from domain.jobs.events import JOB_KINDS
from domain.requests import BadArgument
from resolvers.context import Operation
from resolvers.jobs.loaders import jobs_by_id
from resolvers.outbox.feeds import Feed, Stream, open_feed


async def follow_job(operation: Operation, job_id: UUID, after: str | None) -> Feed:
    """Follow one job. Raises BadArgument and CursorExpired."""
    if await jobs_by_id(operation, [job_id]) == [None]:
        raise BadArgument("This job does not exist.", "jobId")
    return await open_feed(operation, JOB_PROGRESS, job_id, after)


async def _visible(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    ids = list(dict.fromkeys(event.object_id for event in events))
    visible = {row.id for row in await jobs_by_id(operation, ids) if row is not None}
    return [event.object_id in visible for event in events]


JOB_PROGRESS: Final = Stream("jobProgress", JOB_KINDS, SubjectKind.JOB, visible_to=_visible, coalesces=True)
