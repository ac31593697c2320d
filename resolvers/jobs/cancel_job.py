"""The mutation cancelJob."""

from uuid import UUID

from msgspec import Struct

from db.jobs.changes import cancel
from domain.events import EventKind
from domain.jobs.guards import JOB_GUARDS, JobAction
from resolvers.context import Operation
from resolvers.jobs.locking import lock_visible_job
from resolvers.jobs.notify import append_job_event


class CancelJob(Struct, frozen=True):
    """End a job that waits or runs."""

    job_id: UUID


async def cancel_job(operation: Operation, command: CancelJob) -> UUID:
    """Cancel a job. What it has committed stays; a transaction that is open now commits first, and none follows.

    Raises JobNotFound and JobEnded.
    """
    async with operation.writing() as session:
        job = await lock_visible_job(operation, session, command.job_id)
        JOB_GUARDS.check(JobAction.CANCEL, job.facts, operation.viewer)
        await cancel(session, job.id, operation.now)
        await append_job_event(operation, session, EventKind.JOB_CANCELED, job.id)
    return command.job_id
