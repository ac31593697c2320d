"""The mutation cancelJob."""

from uuid import UUID

from msgspec import Struct

from domain.jobs.guards import JOB_GUARDS, JobAction
from resolvers.context import Operation
from resolvers.jobs.control import cancel_locked
from resolvers.jobs.locking import lock_visible_job


class CancelJob(Struct, frozen=True):
    """End a job that waits or runs."""

    job_id: UUID


async def cancel_job(operation: Operation, command: CancelJob) -> UUID:
    """Cancel a job. What it has committed stays; a transaction that is open now commits first, and none follows.

    One with statements that take long is undone instead, and ends when its worker notices.

    Raises JobNotFound and JobEnded.
    """
    async with operation.writing() as session:
        job = await lock_visible_job(operation, session, command.job_id)
        JOB_GUARDS.check(JobAction.CANCEL, job.facts, operation.viewer)
        await cancel_locked(operation, session, job)
    return command.job_id
