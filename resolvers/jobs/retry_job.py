"""The mutation retryJob."""

from uuid import UUID

from msgspec import Struct

from domain.jobs.failures import JOB_PATH
from domain.jobs.guards import JOB_GUARDS, JobAction
from resolvers.context import Operation
from resolvers.jobs.control import retry_locked
from resolvers.jobs.locking import lock_visible_job


class RetryJob(Struct, frozen=True):
    """Queue a job again that failed or was canceled."""

    job_id: UUID


async def retry_job(operation: Operation, command: RetryJob) -> UUID:
    """Queue a job again, with all its attempts; it continues after its last checkpoint.

    Raises JobNotFound, JobNotRetryable, and TooManyJobs.
    """
    async with operation.writing() as session:
        job = await lock_visible_job(operation, session, command.job_id)
        JOB_GUARDS.check(JobAction.RETRY, job.facts, operation.viewer)
        await retry_locked(operation, session, job, JOB_PATH)
    return command.job_id
