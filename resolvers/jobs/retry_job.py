"""The mutation retryJob."""

from uuid import UUID

from msgspec import Struct

from db.jobs.changes import retry
from domain.events import EventKind
from domain.jobs.failures import JOB_PATH
from domain.jobs.guards import JOB_GUARDS, JobAction
from resolvers.context import Operation
from resolvers.jobs.enqueue import require_room
from resolvers.jobs.locking import lock_visible_job
from resolvers.jobs.notify import append_job_event


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
        await require_room(session, job.owner_id, JOB_PATH)
        await retry(session, job.id, operation.now)
        await append_job_event(operation, session, EventKind.JOB_PROGRESSED, job.id)
    return command.job_id
